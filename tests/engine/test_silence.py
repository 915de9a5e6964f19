"""What a bot does when nobody says anything."""

from datetime import timedelta

from botyard.bot.model import BotSays, FollowUp, Integration, Node, Webhook
from botyard.engine.effects import Complete, HandOver, WakeLater
from botyard.engine.happenings import HandOverAsked, TimerFired
from botyard.engine.turn import Turn
from tests.rehearsal import Rehearsal, bot_of, says, start_node

FOLLOW_UP = FollowUp(after=60, says=says("Anything else?"))


def hours(**more: object) -> Node:
    """A node that speaks again after a minute."""
    fields: dict[str, object] = {"bot_says": BotSays(final=says("Ten to eight."), follow_up=FOLLOW_UP)}
    return start_node("HOURS", "when are you open", **{**fields, **more})


def alarm(taken: Turn) -> WakeLater:
    """The alarm that a turn set."""
    [found] = [effect for effect in taken.effects if isinstance(effect, WakeLater)]
    return found


def test_a_follow_up_is_said_once_when_the_user_is_silent() -> None:
    """The alarm is set for it; after it only the completion is left."""
    chat = Rehearsal(bot_of(hours()))
    assert alarm(chat.user("when are you open")).at == chat.now + timedelta(seconds=60)
    asked_at = chat.now
    chat.wait(seconds=60)
    assert alarm(chat.happens(TimerFired())).at == asked_at + timedelta(minutes=8)
    assert chat.said == ["Ten to eight.", "Anything else?"]


def test_no_follow_up_after_a_reply_or_once_an_agent_was_asked_for() -> None:
    """An alarm that comes too late finds nothing to do."""
    chat = Rehearsal(bot_of(hours(), start_node("BYE", "thank you", bot_says=BotSays(final=says("Welcome.")))))
    chat.user("when are you open")
    chat.user("thank you")
    chat.wait(seconds=60)
    assert chat.happens(TimerFired()).effects == ()
    chat.user("when are you open")
    assert isinstance(chat.happens(HandOverAsked("Sales")).effects[0], HandOver)
    chat.wait(minutes=20)
    assert chat.happens(TimerFired()).effects == ()
    assert chat.said == ["Ten to eight.", "Welcome.", "Ten to eight."]


def test_the_follow_up_of_a_call_counts_from_its_answer() -> None:
    """While a call is out nobody waits for the user."""
    chat = Rehearsal(bot_of(hours(integration=Integration(webhook=Webhook(path="/x")))))
    chat.user("when are you open")
    assert chat.state.follow_up_at is None
    chat.wait(seconds=20)
    chat.answers("Ten to eight.")
    assert chat.state.follow_up_at == chat.now + timedelta(seconds=60)


def test_silence_counts_from_what_a_call_made_the_bot_say() -> None:
    """Where the answer of a call says nothing on purpose, nothing new is waited for."""
    chat = Rehearsal(bot_of(hours(integration=Integration(webhook=Webhook(path="/x")))))
    chat.user("when are you open")
    asked_at = chat.now
    chat.wait(seconds=20)
    chat.answers(silent=True)
    assert (chat.state.follow_up_at, chat.state.complete_at) == (None, asked_at + timedelta(minutes=8))
    chat.user("when are you open")
    chat.wait(seconds=20)
    chat.answers("Ten to eight.")
    assert chat.state.complete_at == chat.now + timedelta(minutes=8)


def test_eight_silent_minutes_complete_the_conversation_softly() -> None:
    """The follow-up does not count as activity; the context stays, and the next message counts a new conversation."""
    chat = Rehearsal(bot_of(hours()))
    chat.user("when are you open")
    chat.wait(seconds=60)
    chat.happens(TimerFired())
    chat.wait(seconds=7 * 60)
    taken = chat.happens(TimerFired())
    assert taken.effects == (Complete("silence"), WakeLater(None))
    assert (chat.state.standing, chat.state.node) == ("complete", "HOURS")
    chat.user("when are you open")
    assert chat.state.conversation_no == 2
