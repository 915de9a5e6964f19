"""What an agent who takes a chat, and whoever closes one, does to a bot."""

from botyard.bot.model import BotSays, Integration, Node, Webhook
from botyard.engine.effects import Complete
from botyard.engine.happenings import AgentTookOver, CallReturned, Closed, HandOverAsked, TimerFired, Unusable
from tests.rehearsal import Rehearsal, bot_of, calls, says, start_node

LATE = CallReturned(1, Unusable("timeout", "the webhook did not answer within 30 s"))


def price() -> Node:
    """A node that calls a webhook at once."""
    call = Integration(webhook=Webhook(path="/price", says_before=says("One moment…")))
    return start_node("PRICE", "what does it cost", integration=call)


def hours() -> Node:
    """A node that only talks."""
    return start_node("HOURS", "when are you open", bot_says=BotSays(final=says("Ten to eight.")))


def test_a_bot_is_silent_while_an_agent_has_the_chat() -> None:
    """What the user writes is the agent's; a sentence that was taught makes no difference, nor does an alarm."""
    chat = Rehearsal(bot_of(hours()))
    chat.happens(HandOverAsked("Sales"))
    chat.happens(AgentTookOver("Asha"))
    assert (chat.state.standing, chat.state.team) == ("active", "Sales")
    heard = chat.user("when are you open")
    assert (chat.said, heard.trace.dialogue) == ([], "agent")
    assert "the chat is active: the bot is silent" in str(heard.trace.why)
    chat.wait(minutes=30)
    assert chat.happens(TimerFired()).effects == ()
    assert chat.state.standing == "active"


def test_the_answer_of_a_call_comes_too_late_for_an_agent() -> None:
    """It would speak into the agent's conversation."""
    chat = Rehearsal(bot_of(price()))
    chat.user("what does it cost")
    chat.happens(AgentTookOver("Asha"))
    late = chat.happens(LATE)
    assert (chat.said, late.effects, late.trace.dialogue) == (["One moment…"], (), "late answer")


def test_a_chat_that_an_agent_closed_is_the_bots_again() -> None:
    """The next message is answered by the bot, in a conversation of its own."""
    chat = Rehearsal(bot_of(hours(), price()))
    chat.user("what does it cost")
    chat.happens(AgentTookOver("Asha"))
    assert Complete("outside") in chat.happens(Closed("Asha")).effects
    chat.user("when are you open")
    assert (chat.said, chat.state.standing, chat.state.conversation_no) == (["One moment…", "Ten to eight."], "bot", 2)


def test_closing_forgets_the_call_that_is_out_and_all_alarms() -> None:
    """Nothing of a closed conversation speaks any more."""
    chat = Rehearsal(bot_of(price()))
    assert len(calls(chat.user("what does it cost"))) == 1
    chat.happens(Closed("an operator"))
    assert chat.happens(LATE).effects == ()
    chat.wait(minutes=30)
    assert chat.happens(TimerFired()).effects == ()
    assert chat.said == ["One moment…"]
