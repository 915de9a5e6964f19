"""A node that collects an entity and calls a webhook: the way most turns go."""

from typing import Any, Literal

import pytest

from botyard.bot.business import Business
from botyard.bot.model import Bot, BotSays, Entity, Integration, Node, Webhook
from botyard.engine.effects import Collected, Complete, HandOver, RememberUser
from botyard.engine.happenings import CallReturned, HandOverAsked, Unusable
from botyard.engine.state import User
from botyard.hsl.elements import Text
from tests.rehearsal import Rehearsal, asks, bot_of, calls, says, start_node

PRODUCT = Entity(
    name="product",
    type="text",
    dictionary={"speaker": ("alarm clock speaker",), "powerbank": ("power bank",)},
    reprompt=says("I know speaker and powerbank."),
)
TIMEOUT = Unusable("timeout", "the webhook did not answer within 30 s")


def price(*, on_failure: Literal["bot_break", "agent"] = "bot_break", **more: Any) -> Node:
    """A node that asks which product and calls a webhook."""
    call = Integration(webhook=Webhook(path="/price", says_before=says("One moment…")), on_failure=on_failure)
    sentences = ("what does it cost", "how much is the speaker", "price please", "tell me the price")
    return start_node("PRICE", *sentences, entities=(asks("product", "Which product?"),), integration=call, **more)


def shop(node: Node | None = None) -> Bot:
    """A priced node and one that only talks."""
    hours = start_node("HOURS", "when are you open", "opening hours", bot_says=BotSays(final=says("Ten to eight.")))
    return bot_of(node or price(), hours, entities=(PRODUCT,), bot_break=says("Sorry?"))


def test_a_mandatory_entity_is_asked_for_and_then_the_webhook_is_called() -> None:
    """Nothing is called before everything mandatory is known; the call carries what was collected, as it was said."""
    chat = Rehearsal(shop())
    assert calls(chat.user("what does it cost")) == []
    assert chat.said == ["Which product?"]
    [call] = calls(chat.user("the power bank please"))
    assert (call.node, call.conversation_no) == ("PRICE", 1)
    assert call.entities == {"product": (Collected("message", "power bank", "powerbank"),)}


def test_what_the_webhook_says_is_said_and_filed_by_its_status() -> None:
    """Messages come in order after the words said before the call."""
    chat = Rehearsal(shop())
    chat.user("how much is the speaker")
    taken = chat.answers("Rs. 1599", "In stock.", status=False)
    assert chat.said == ["One moment…", "Rs. 1599", "In stock."]
    assert [effect.role for effect in taken.effects if hasattr(effect, "role")] == ["integration_failure"]
    assert chat.state.standing == "bot"


def test_a_product_in_the_first_message_needs_no_question() -> None:
    """One message may bring both the intent and the entity."""
    chat = Rehearsal(shop())
    assert len(calls(chat.user("tell me the price of the speaker"))) == 1
    assert chat.said == ["One moment…"]


def test_an_unusable_answer_is_asked_for_again_once_and_then_breaks() -> None:
    """One consecutive re-prompt; the next message in vain is a bot break, and the question stays open."""
    chat = Rehearsal(shop())
    chat.user("what does it cost")
    chat.user("purple")
    chat.user("violet")
    assert chat.said == ["Which product?", "I know speaker and powerbank.", "Sorry?"]
    assert len(calls(chat.user("speaker"))) == 1


def test_a_message_nobody_was_taught_is_a_bot_break() -> None:
    """The bot does not guess."""
    chat = Rehearsal(shop())
    taken = chat.user("quantum chromodynamics")
    assert chat.said == ["Sorry?"]
    assert taken.trace.dialogue == "bot break"


def test_with_human_assistance_a_message_nobody_was_taught_goes_to_the_default_team() -> None:
    """Pending instead of a bot break; then the bot is silent."""
    chat = Rehearsal(shop(), Business(name="Shop", human_assistance=True, default_team="Support"))
    taken = chat.user("quantum chromodynamics")
    assert taken.effects == (HandOver("Support", "the message was not understood"),)
    assert chat.state.standing == "pending"
    assert chat.user("what does it cost").effects == ()


@pytest.mark.parametrize(("on_failure", "standing", "said"), [("bot_break", "bot", "Sorry?"), ("agent", "pending", "")])
def test_a_failed_call_ends_as_its_author_chose(
    on_failure: Literal["bot_break", "agent"], standing: str, said: str
) -> None:
    """Whatever the business's assistance flag: a break unless the node asks for an agent. The trace has the reason."""
    chat = Rehearsal(shop(price(on_failure=on_failure)))
    chat.user("how much is the speaker")
    taken = chat.returns(TIMEOUT)
    assert chat.state.standing == standing
    assert chat.said[1:] == ([said] if said else [])
    assert (taken.trace.calls[0].outcome, taken.trace.calls[0].why) == (TIMEOUT.reason, TIMEOUT.why)


def test_after_a_failed_call_the_same_question_calls_again() -> None:
    """A failure answers nothing, so asking again is no repetition."""
    chat = Rehearsal(shop())
    chat.user("how much is the speaker")
    chat.returns(TIMEOUT)
    assert len(calls(chat.user("how much is the speaker"))) == 1


def test_the_same_question_with_nothing_new_is_a_break_and_a_new_value_calls_again() -> None:
    """Documented behaviour of a node without a connection to itself; a changed value runs the integration again."""
    chat = Rehearsal(shop())
    chat.user("how much is the speaker")
    chat.answers("Rs. 1599")
    chat.user("how much is the speaker")
    assert chat.said[-1] == "Sorry?"
    [call] = calls(chat.user("and the powerbank?"))
    assert call.entities["product"][0].entity_value == "powerbank"


def test_an_answer_without_messages_is_a_break_but_an_intended_silence_is_not() -> None:
    """No response is a break (or an agent); `{}` alone says nothing on purpose."""
    chat = Rehearsal(shop())
    chat.user("how much is the speaker")
    chat.answers()
    assert chat.said[-1] == "Sorry?"
    chat.user("how much is the speaker")
    chat.answers(silent=True)
    assert chat.said[-1] == "One moment…"


@pytest.mark.parametrize(("status", "standing"), [(True, "complete"), (False, "bot")])
def test_an_end_node_completes_only_on_success(status: bool, standing: str) -> None:  # noqa: FBT001 - a table's column
    """Status true completes and forgets; false leaves the chat with the bot."""
    chat = Rehearsal(shop(price(end=True)))
    chat.user("how much is the speaker")
    taken = chat.answers("Bye", status=status, conversation_data={"a": 1})
    assert chat.state.standing == standing
    assert (Complete("bot") in taken.effects) is status
    assert chat.state.conversation_data == ({} if status else {"a": 1})
    chat.user("what does it cost")
    assert chat.state.conversation_no == (2 if status else 1)


def test_what_the_webhook_remembers_comes_with_the_next_call_and_expires_after_three_hours() -> None:
    """Merged by key, null deletes; permanent data is the user's and does not expire."""
    chat = Rehearsal(shop())
    chat.user("how much is the speaker")
    taken = chat.answers("ok", conversation_data={"seen": "speaker", "gone": None}, permanent_user_data={"pan": 1})
    assert RememberUser({"pan": 1}) in taken.effects
    [call] = calls(chat.user("and the powerbank?"))
    assert (call.conversation_data, call.permanent_user_data) == ({"seen": "speaker"}, {"pan": 1})
    chat.answers("ok")
    chat.wait(hours=3)
    [call] = calls(chat.user("how much is the speaker"))
    assert (call.conversation_data, call.permanent_user_data) == ({}, {"pan": 1})


@pytest.mark.parametrize(("length", "kept"), [(500, True), (501, False)])
def test_exactly_five_hundred_characters_may_be_remembered(length: int, kept: bool) -> None:  # noqa: FBT001 - a column
    """Counted over both stores in code points of compact JSON; one more and neither changes, and the trace says so."""
    chat = Rehearsal(shop())
    chat.user("how much is the speaker")
    text = "क" * (length - len('{"k":""}') - len('{"p":2}'))
    taken = chat.answers("ok", conversation_data={"k": text}, permanent_user_data={"p": 2})
    assert chat.said[-1] == "ok"
    assert chat.state.conversation_data == ({"k": text} if kept else {})
    assert any("501" in warning for warning in taken.trace.warnings) is not kept


def test_a_hand_over_from_outside_silences_a_call_that_is_out() -> None:
    """After the hand-over nothing of the bot reaches the user: a late answer is only noted."""
    chat = Rehearsal(shop())
    chat.user("how much is the speaker")
    chat.happens(HandOverAsked("Sales"))
    late = chat.happens(CallReturned(1, Unusable("timeout", "late")))
    assert (chat.state.standing, chat.state.team, late.effects) == ("pending", "Sales", ())
    assert late.trace.dialogue == "late answer"


def test_eight_minutes_of_silence_end_the_conversation_but_not_the_thread() -> None:
    """Soft completion counts a new conversation and keeps the context for two hours; then it is gone."""
    chat = Rehearsal(shop())
    chat.user("what does it cost")
    chat.wait(minutes=9)
    assert len(calls(chat.user("speaker"))) == 1
    assert chat.state.conversation_no == 2
    chat.answers("Rs. 1599")
    chat.wait(hours=2)
    chat.user("what does it cost")
    assert chat.said[-1] == "Which product?"


def test_the_trace_tells_why_this_node() -> None:
    """Candidates with their scores, the entity with its source, the state before and after."""
    chat = Rehearsal(shop())
    trace = chat.user("please tell the price of a speaker").trace
    assert trace.dialogue == "scored candidates"
    assert trace.candidates[0].node == "PRICE"
    assert [(seen.entity, seen.detection) for seen in trace.entities] == [("product", "message")]
    assert (trace.before.node, trace.after.node) == (None, "PRICE")


def test_the_users_profile_answers_an_e_mail_question() -> None:
    """The system entity `email` reads the profile before anybody is asked."""
    node = start_node(
        "NEWS", "send me news", entities=(asks("email", "Your e-mail?"),), bot_says=BotSays(final=says("Sent."))
    )
    chat = Rehearsal(bot_of(node), user=User(user_id="1", user_name="u", email="a@b.in"))
    chat.user("send me news")
    assert chat.said == ["Sent."]
    assert chat.state.entities["email"] == (Collected("user_profile", "a@b.in", "a@b.in"),)


def test_messages_are_kept_as_they_came() -> None:
    """What an integration says is not searched for tags: a per cent sign is a per cent sign."""
    chat = Rehearsal(shop())
    chat.user("how much is the speaker")
    chat.answers("10 %name off")
    assert chat.said[-1] == Text("10 %name off").text
