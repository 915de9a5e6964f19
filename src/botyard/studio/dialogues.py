"""Conversations as tests: a dialogue is played against the real engine, with recorded answers instead of webhooks.

Custom code is run, unless an answer of it is recorded. Nothing leaves the machine and nothing is saved; time stands
still within a dialogue.
"""

from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from botyard.bot.business import Business
from botyard.bot.compiled import Bots, CompiledBot
from botyard.bot.dialogue import Dialogue, DialogueTurn
from botyard.bot.model import Code
from botyard.engine.dice import First
from botyard.engine.effects import Call, Say
from botyard.engine.happenings import CallReturned, Happening, IntegrationAnswer, Unusable, UserSaid
from botyard.engine.small_talk import SmallTalk
from botyard.engine.state import State, User
from botyard.engine.turn import Turn, turn
from botyard.errors import BotyardError
from botyard.hsl.elements import Element
from botyard.hsl.plain import text_of
from botyard.hsl.wire import to_json
from botyard.integrations.answer import judge_object
from botyard.integrations.functions import run_function
from botyard.integrations.perform import RunCode
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


class NotPlayable(BotyardError):
    """A dialogue comes to custom code, and this machine cannot run any: the dialogue is neither right nor wrong."""

    code = "not_playable"


class Cast(Struct, frozen=True, kw_only=True):
    """Everybody on stage but the user. run_code: who runs the code of nodes that no answer is recorded for."""

    bot: CompiledBot
    understand: Understand
    business: Business
    run_code: RunCode
    small_talk: SmallTalk | None = None


async def play(cast: Cast, dialogue: Dialogue) -> tuple[Difference, ...]:
    """Play a dialogue from a fresh user; answers what was not as it must be, turn by turn. Raises NotPlayable."""
    stage = _Stage(cast, dialogue)
    return tuple([found for number, line in enumerate(dialogue.turns) for found in await stage.play(number, line)])


class _Stage:
    def __init__(self, cast: Cast, dialogue: Dialogue) -> None:
        name = cast.bot.bot.system_name
        self.bots = Bots(cast.business, {name: cast.bot}, name)
        self.understand = {name: cast.understand}
        self.small_talk = {} if cast.small_talk is None else {name: cast.small_talk}
        self.run_code = cast.run_code
        self.dialogue = dialogue
        self.state = State(user=User(user_id="1", user_name="dialogue"))

    async def play(self, number: int, line: DialogueTurn) -> list[Difference]:
        """Let the user say one line, and compare."""
        turns = await self._chain(UserSaid(line.user))
        expected = {"bot": line.bot, "node": line.node, "state": line.state, **(line.entities or {})}
        found = {
            "bot": _said(turns, line.bot),
            "node": _node(turns),
            "state": self.state.standing,
            **{name: _entity(turns, name) for name in line.entities or {}},
        }
        return [
            Difference(number, line.user, what, wanted, found[what])
            for what, wanted in expected.items()
            if wanted is not None and wanted != found[what]
        ]

    async def _chain(self, happening: Happening) -> list[Turn]:
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
                turns += await self._chain(CallReturned(effect.call_no, await self._answer(effect)))
        return turns

    async def _answer(self, call: Call) -> IntegrationAnswer:
        bot = self.bots.by_name[call.bot]
        integration = bot.nodes[call.node].integration
        if integration is not None and integration.function is not None:
            return run_function(integration.function)
        recorded = self.dialogue.webhooks.get(call.node)
        if recorded is None and integration is not None and integration.code is not None:
            return await self._run(integration.code, call, bot)
        if recorded is None:
            return Unusable("not_recorded", f"the dialogue records no answer for {call.node}")
        if "fails" in recorded:
            return Unusable(str(recorded["fails"]), f"the dialogue plays the failure {recorded['fails']}")
        return judge_object(recorded)

    async def _run(self, code: Code, call: Call, bot: CompiledBot) -> IntegrationAnswer:
        call_id, user = f"dialogue-{call.call_no}", self.state.user
        done = await self.run_code(code, call, call_id=call_id, bot=bot, environment="test", user=user)
        if isinstance(done.answer, Unusable) and done.answer.reason == "no_sandbox":
            raise NotPlayable(f"{call.node} has custom code, and it cannot run here: {done.answer.why}")
        return done.answer


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
