"""What becomes of a happening whose turn cannot be taken: a bot break, a reason in the trace, and on it goes."""

from msgspec.structs import replace

from botyard.engine.context import opened
from botyard.engine.effects import Effect, Say
from botyard.engine.happenings import CallReturned, Happening, UserSaid
from botyard.engine.state import State
from botyard.engine.texts import BOT_BREAK, in_language
from botyard.engine.trace import Standpoint, Step, Trace
from botyard.engine.turn import Turn
from botyard.hsl.elements import Text


def dead_letter(state: State, happening: Happening, why: str) -> Turn:
    """End a turn that failed every time with a bot break. It needs no bot: the bot may be what is broken."""
    after = replace(opened(state) if isinstance(happening, UserSaid) else state, turns=state.turns + 1)
    if isinstance(happening, CallReturned):
        after = replace(after, calling=None)
    effects: tuple[Effect, ...] = ()
    if after.standing == "bot" and isinstance(happening, UserSaid | CallReturned):
        after = replace(after, last_dialogue="bot_break")
        effects = (Say((Text(in_language(BOT_BREAK, after.language)),), "bot_break", None),)
    return Turn(after, effects, _trace(state, after, happening, why))


def _trace(before: State, after: State, happening: Happening, why: str) -> Trace:
    return Trace(
        turn=after.turns,
        happening=str(happening.__struct_config__.tag),
        language=after.language,
        dialogue="bot break",
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
