"""One happening in, a new state and effects out: the whole story of a turn on one page."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, assert_never

from msgspec import Struct
from msgspec.structs import replace

from botyard.bot.compiled import Bots
from botyard.engine import breaks, call_returned, context, dialogue, timers
from botyard.engine.dice import Dice
from botyard.engine.effects import Complete, Effect
from botyard.engine.happenings import (
    AgentTookOver,
    CallReturned,
    Closed,
    HandOverAsked,
    Happening,
    TimerFired,
    UserSaid,
)
from botyard.engine.hidden import hear
from botyard.engine.scene import Given, Scene
from botyard.engine.small_talk import SmallTalk
from botyard.engine.speaks import language_of
from botyard.engine.state import State
from botyard.engine.trace import MASK, Standpoint, Trace
from botyard.engine.which_bot import bot_for
from botyard.nlu.understanding import EntityName, Understand

NOBODY: Mapping[str, SmallTalk] = MappingProxyType({})


class Turn(Struct, frozen=True):
    """What one happening changes. effects: in order."""

    state: State
    effects: tuple[Effect, ...]
    trace: Trace


def turn(
    bots: Bots,
    state: State,
    happening: Happening,
    *,
    now: datetime,
    dice: Dice,
    understand: dict[str, Understand],
    small_talk: Mapping[str, SmallTalk] = NOBODY,
) -> Turn:
    """Decide what one happening changes in one conversation.

    Pure: clock, models and dice come in as arguments; whatever must be done goes out as effects, in order.
    now: aware, UTC. understand, small_talk: by the bot's system name; a bot may have no small talk. Raises nothing for
    anything a user can type or a receiver can answer. Source: docs/explanation/turn.md.
    """
    bot = bot_for(bots, state)
    name = bot.bot.system_name
    given = Given(bots.business, bot, understand[name], now, dice, small_talk.get(name))
    scene = Scene(given, replace(state, turns=state.turns + 1), state.language or bot.bot.languages[0])
    match happening:
        case UserSaid():
            _user_said(scene, happening)
        case CallReturned():
            call_returned.returned(scene, happening)
        case HandOverAsked(team=team):
            _hand_over_asked(scene, team)
        case AgentTookOver(agent=agent):
            scene.notes.decided("agent", f"{agent} has the chat")
            scene.change(standing="active", calling=None)
        case Closed(by=by):
            scene.notes.decided("closed", f"closed by {by}")
            scene.state = context.completed(scene.state)
            scene.ask_for(Complete("outside"))
        case TimerFired():
            timers.fired(scene)
        case _:
            assert_never(happening)
    return _finished(scene, state, happening)


def _user_said(scene: Scene, said: UserSaid) -> None:
    given = scene.given
    state = context.opened(context.awoken(scene.state, given.bot.bot.timing, given.now))
    scene.listen(said.text, hear(said.text))
    scene.language = language_of(given.bot, state, said.language, scene.heard, given.understand.guess_language)
    scene.state = replace(state, last_active=given.now, heard_at=given.now, language=scene.language, follow_up_at=None)
    if state.standing == "bot":
        dialogue.answer(scene)
    else:
        scene.notes.decided("agent", f"the chat is {state.standing}: the bot is silent")


def _hand_over_asked(scene: Scene, team: str) -> None:
    if (scene.state.standing, scene.state.team) == ("pending", team):
        scene.notes.decided("hand-over", f"the chat already waits for {team}")
        return
    scene.notes.decided("hand-over", "somebody outside the bot asked for an agent")
    breaks.hand_over(scene, team, "asked for from outside")


def _finished(scene: Scene, before: State, happening: Happening) -> Turn:
    timers.set_timers(scene, before, awaits_reply=isinstance(happening, UserSaid) or scene.has_spoken)
    scene.notes.language = scene.language
    state, kind = scene.state, happening.__struct_config__.tag
    stood, stands = _standpoint(scene, before), _standpoint(scene, state)
    return Turn(state, tuple(scene.effects), scene.notes.trace(state.turns, str(kind), stood, stands))


def _standpoint(scene: Scene, state: State) -> Standpoint:
    """Show where the conversation stood; what is masked there the trace shows nowhere.

    Said once more, a personal value is what it was, also where nothing looked for it.
    """
    personal = scene.given.bot.personal
    shown: dict[EntityName, Any] = {}
    for name, values in state.entities.items():
        if name in personal:
            scene.notes.hide(values)
            shown[name] = [MASK] * len(values)
        else:
            shown[name] = [value.entity_value for value in values]
    return Standpoint(state.standing, state.conversation_no, state.node, state.awaiting, shown, state.conversation_data)
