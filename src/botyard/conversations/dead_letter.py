"""What becomes of a happening whose turn cannot be taken: a reason in the trace, and on it goes.

The user hears a bot break; a hand-over takes effect all the same, for whoever asked was told that it would.
"""

from datetime import datetime, timedelta

from msgspec.structs import replace

from botyard.bot.model import Timing
from botyard.conversations.unreadable import Unreadable
from botyard.engine.context import awoken, opened
from botyard.engine.effects import Complete, Effect, HandOver, Say, WakeLater
from botyard.engine.happenings import CallReturned, HandOverAsked, Happening, UserSaid
from botyard.engine.state import State
from botyard.engine.texts import BOT_BREAK, in_language
from botyard.engine.trace import Standpoint, Step, Trace
from botyard.engine.turn import Turn
from botyard.hsl.elements import Text

# The bot may be what is broken: a chat that cannot ask it completes by silence when any bot's would.
_TIMING = Timing()


def dead_letter(state: State, happening: Happening | Unreadable, why: str, *, now: datetime) -> Turn:
    """End a turn that failed every time. It needs no bot: the bot may be what is broken."""
    after = replace(state, turns=state.turns + 1)
    effects: list[Effect] = []
    if isinstance(happening, UserSaid):
        after = replace(opened(awoken(after, _TIMING, now)), last_active=now, heard_at=now, follow_up_at=None)
    if isinstance(happening, CallReturned):
        after = replace(after, calling=None)
    if after.standing == "bot" and isinstance(happening, UserSaid | CallReturned | Unreadable):
        after = replace(after, last_dialogue="bot_break", last_active=now)
        effects.append(Say((Text(in_language(BOT_BREAK, after.language)),), "bot_break", None))
    if isinstance(happening, HandOverAsked):
        after = replace(
            after,
            standing="pending",
            team=happening.team or None,
            calling=None,
            awaiting=None,
            last_dialogue="hand_over",
        )
        effects.append(HandOver(happening.team or None, "asked for from outside"))
    after = _with_alarm(after, now, effects)
    if after.wake_at != state.wake_at:
        effects.append(WakeLater(after.wake_at))
    return Turn(after, tuple(effects), _trace(state, after, happening, why))


def _with_alarm(state: State, now: datetime, effects: list[Effect]) -> State:
    """Let silence complete the chat, here as after any turn; an alarm that is overdue would go off for ever."""
    if state.standing not in ("bot", "waiting"):
        return replace(state, complete_at=None, follow_up_at=None)
    is_spoken = state.last_active == now
    complete_at = now + timedelta(seconds=_TIMING.completion) if is_spoken else state.complete_at
    if complete_at is not None and complete_at <= now and state.calling is None:
        effects.append(Complete("silence"))
        return replace(state, standing="complete", complete_at=None, follow_up_at=None)
    is_overdue = state.follow_up_at is not None and state.follow_up_at <= now
    return replace(state, complete_at=complete_at, follow_up_at=None if is_overdue else state.follow_up_at)


def _trace(before: State, after: State, happening: Happening | Unreadable, why: str) -> Trace:
    return Trace(
        turn=after.turns,
        happening=str(happening.__struct_config__.tag),
        language=after.language,
        dialogue="hand-over" if isinstance(happening, HandOverAsked) else "bot break",
        why="the turn could not be taken",
        steps=(Step("dead letter", why),),
        before=_standpoint(before),
        after=_standpoint(after),
    )


def _standpoint(state: State) -> Standpoint:
    return Standpoint(
        standing=state.standing,
        conversation_no=state.conversation_no,
        node=state.node,
        awaiting=state.awaiting,
        entities={},
        conversation_data={},
    )
