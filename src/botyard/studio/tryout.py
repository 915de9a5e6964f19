"""Rehearse a bot folder without saving anything: the real engine, understanding and calls, and a state in memory."""

import random
from datetime import UTC, datetime

from msgspec import Struct
from msgspec.structs import replace

from botyard.bot.business import Business
from botyard.bot.compiled import Bots, CompiledBot
from botyard.bot.layout import code_in
from botyard.bot.model import Bot
from botyard.engine.context import forgotten
from botyard.engine.effects import Call, Say
from botyard.engine.happenings import CallReturned, Happening, UserSaid
from botyard.engine.small_talk import SmallTalk
from botyard.engine.state import State, User
from botyard.engine.trace import Trace
from botyard.engine.turn import turn
from botyard.hsl.elements import Element
from botyard.integrations.perform import Performer
from botyard.integrations.performed import Performed
from botyard.releases.train import Trainer, trained
from botyard.releases.understood import Understood, understood
from botyard.releases.versions import Files, content_of
from botyard.releases.zones import zone_named


class Heard(Struct, frozen=True):
    """What came of one happening: what the bot said, in order, and the trace of every turn it took.

    printed: for each trace, what the custom code that its turn called wrote.
    """

    said: tuple[Element, ...]
    traces: tuple[Trace, ...]
    printed: tuple[str, ...]
    standing: str


class Dice:
    """Real chance."""

    def pick(self, ways: int) -> int:
        """Choose one of `ways`."""
        return random.randrange(ways)  # noqa: S311 - which variant is said is no secret


class Staged(Struct, frozen=True):
    """A trained bot that is not live, and what its business sets."""

    bots: Bots
    understood: Understood


class Tryout:
    """One conversation with a bot that is not live."""

    def __init__(self, staged: Staged, performer: Performer) -> None:
        self._staged = self._next = staged
        self._performer = performer
        self._state = _nobody_yet()

    @property
    def name(self) -> str:
        """What the bot is called."""
        bots = self._next.bots
        return bots.by_name[bots.default].bot.name

    def go_on_with(self, staged: Staged) -> None:
        """Put another version on stage, from the next message on."""
        self._next = staged

    def _change_over(self) -> Staged:
        """Take the newest version; the conversation stays where it stood, if that bot still has the node."""
        if self._next is not self._staged:
            bots = self._next.bots
            if bots.default != self._staged.bots.default:
                self._state = _nobody_yet()
            elif self._state.node not in bots.by_name[bots.default].nodes:
                self._state = forgotten(self._state)
            self._staged = self._next
        return self._staged

    async def say(self, text: str, language: str = "") -> Heard:
        """Let the user say something, and wait until the bot has nothing more to say."""
        staged = self._change_over()  # one version for the whole turn, whatever is saved meanwhile
        said: list[Element] = []
        traces: list[Trace] = []
        printed: list[str] = []
        happenings: list[Happening] = [UserSaid(text, language)]
        while happenings:
            now = datetime.now(UTC)
            taken = turn(
                staged.bots,
                self._state,
                happenings.pop(0),
                now=now,
                dice=Dice(),
                understand={staged.bots.default: staged.understood.understanding},
                small_talk=_by_name(staged),
            )
            self._state = taken.state
            traces.append(taken.trace)
            printed.append("")
            for effect in taken.effects:
                if isinstance(effect, Say):
                    said.extend(effect.messages)
                elif isinstance(effect, Call):
                    done = await self._perform(effect, staged)
                    traces[-1] = replace(traces[-1], timings=done.timings)
                    printed[-1] = done.printed
                    happenings.append(CallReturned(effect.call_no, done.answer, done.timings))
        return Heard(tuple(said), tuple(traces), tuple(printed), self._state.standing)

    async def _perform(self, call: Call, staged: Staged) -> Performed:
        bot = staged.bots.by_name[call.bot]
        return await self._performer.perform(
            call, call_id=f"tryout-{call.call_no}-{call.moment}", bot=bot, environment="test", user=self._state.user
        )


async def staged(bot: Bot, business: Business | None, files: Files, *, trainer: Trainer) -> Staged:
    """Train a bot and put it on stage."""
    compiled = CompiledBot(bot, content_of(files), code_in(files), zone=zone_named(bot.timezone))
    found = await understood(compiled, await trained(compiled, trainer), trainer.encoder)
    bots = Bots(business or Business(name=bot.name), {bot.system_name: compiled}, bot.system_name)
    return Staged(bots, found)


def _by_name(staged: Staged) -> dict[str, SmallTalk]:
    talk = staged.understood.small_talk
    return {} if talk is None else {staged.bots.default: talk}


def _nobody_yet() -> State:
    return State(user=User(user_id="1", user_name="tryout"))
