"""Conversations as tests: a dialogue is played against the real engine, with recorded answers instead of calls.

Nothing leaves the machine and nothing is saved; time stands still within a dialogue.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from botyard.bot.business import Business
from botyard.bot.compiled import Bots, CompiledBot
from botyard.bot.dialogue import Dialogue, DialogueTurn
from botyard.engine.dice import First
from botyard.engine.effects import Call, Say
from botyard.engine.happenings import CallReturned, Happening, IntegrationAnswer, Unusable, UserSaid
from botyard.engine.small_talk import SmallTalk
from botyard.engine.state import State, User
from botyard.engine.turn import Turn, turn
from botyard.hsl.elements import Element
from botyard.hsl.plain import text_of
from botyard.hsl.wire import to_json
from botyard.integrations.answer import judge_object
from botyard.integrations.functions import run_function
from botyard.nlu.understanding import Understand

# When dialogues happen, so that what they say about dates is the same every day.
WHEN = datetime(2026, 1, 15, 10, tzinfo=UTC)


class Difference(Struct, frozen=True):
    """What was expected of a turn and what came. turn: from 0. what: node, bot, state, or an entity's name."""

    turn: int
    user: str
    what: str
    expected: Any
    found: Any

    def __str__(self) -> str:
        """Say it as two lines of a diff."""
        where = f"turn {self.turn + 1}, user: {self.user}\n"
        return f"{where}  - {self.what}: {_shown(self.expected)}\n  + {self.what}: {_shown(self.found)}"


def play(
    bot: CompiledBot,
    understand: Understand,
    business: Business,
    dialogue: Dialogue,
    small_talk: SmallTalk | None = None,
) -> tuple[Difference, ...]:
    """Play a dialogue from a fresh user; answers what was not as it must be, turn by turn."""
    stage = _Stage(bot, understand, business, dialogue, small_talk)
    return tuple(difference for number, line in enumerate(dialogue.turns) for difference in stage.play(number, line))


class _Stage:
    def __init__(
        self,
        bot: CompiledBot,
        understand: Understand,
        business: Business,
        dialogue: Dialogue,
        small_talk: SmallTalk | None,
    ) -> None:
        name = bot.bot.system_name
        self.bots = Bots(business, {name: bot}, name)
        self.understand = {name: understand}
        self.small_talk = {} if small_talk is None else {name: small_talk}
        self.dialogue = dialogue
        self.state = State(user=User(user_id="1", user_name="dialogue"))

    def play(self, number: int, line: DialogueTurn) -> Iterator[Difference]:
        """Let the user say one line, and compare."""
        turns = self._chain(UserSaid(line.user))
        expected = {"bot": line.bot, "node": line.node, "state": line.state, **(line.entities or {})}
        found = {
            "bot": _said(turns, line.bot),
            "node": _node(turns),
            "state": self.state.standing,
            **{name: _entity(turns, name) for name in line.entities or {}},
        }
        for what, wanted in expected.items():
            if wanted is not None and wanted != found[what]:
                yield Difference(number, line.user, what, wanted, found[what])

    def _chain(self, happening: Happening) -> list[Turn]:
        """Take a turn, and the turns that the answers of its calls lead to."""
        taken = turn(
            self.bots,
            self.state,
            happening,
            now=WHEN,
            dice=First(),
            understand=self.understand,
            small_talk=self.small_talk,
        )
        self.state = taken.state
        turns = [taken]
        for effect in taken.effects:
            if isinstance(effect, Call):
                turns += self._chain(CallReturned(effect.call_no, self._answer(effect)))
        return turns

    def _answer(self, call: Call) -> IntegrationAnswer:
        integration = self.bots.by_name[call.bot].nodes[call.node].integration
        if integration is not None and integration.function is not None:
            return run_function(integration.function)
        recorded = self.dialogue.webhooks.get(call.node)
        if recorded is None:
            return Unusable("not_recorded", f"the dialogue records no answer for {call.node}")
        if "fails" in recorded:
            return Unusable(str(recorded["fails"]), f"the dialogue plays the failure {recorded['fails']}")
        return judge_object(recorded)


def _said(turns: list[Turn], expected: tuple[Any, ...] | None) -> tuple[Any, ...]:
    """Gather what was said, each message as the expectation has it: a text, or an element's JSON."""
    elements = [m for t in turns for effect in t.effects if isinstance(effect, Say) for m in effect.messages]
    wanted = expected or ()
    return tuple(_like(element, wanted[i] if i < len(wanted) else "") for i, element in enumerate(elements))


def _like(element: Element, expected: Any) -> Any:
    return to_json(element) if isinstance(expected, dict) else text_of(element)


def _node(turns: list[Turn]) -> str | None:
    """Find the node that answered: where the conversation stood before an end forgot it."""
    calls = [call.node for taken in turns for call in taken.trace.calls]
    says = [e.node for taken in turns for e in taken.effects if isinstance(e, Say) and e.node]
    return next(reversed([*calls, *says]), turns[-1].state.node)


def _entity(turns: list[Turn], name: str) -> Any:
    """Find an entity's value after the turn, also when its end forgot it; one value stands for itself."""
    standpoints = [place for taken in turns for place in (taken.trace.before, taken.trace.after)]
    values = next((p.entities[name] for p in reversed(standpoints) if name in p.entities), None)
    seen = [one.value for taken in turns for one in taken.trace.entities if one.entity == name]
    values = seen or values
    return values[0] if values is not None and len(values) == 1 else values


def _shown(value: Any) -> str:
    return repr(list(value)) if isinstance(value, tuple) else repr(value)
