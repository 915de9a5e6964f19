"""Rehearse a bot folder without saving anything: the real engine, understanding and calls, and a state in memory."""

import random
from collections.abc import Mapping
from datetime import UTC, datetime

from msgspec import Struct
from msgspec.structs import replace

from botyard.bot.business import Business
from botyard.bot.compiled import Bots, CompiledBot, entity_specs
from botyard.bot.model import Bot
from botyard.engine.effects import Call, Say
from botyard.engine.happenings import CallReturned, Happening, UserSaid
from botyard.engine.state import State, User
from botyard.engine.trace import Trace
from botyard.engine.turn import turn
from botyard.hsl.elements import Element
from botyard.integrations.perform import Performer
from botyard.nlu.intents.rank import load
from botyard.nlu.understand import Understanding
from botyard.releases.train import trained


class Heard(Struct, frozen=True):
    """What came of one happening: what the bot said, in order, and the trace of every turn it took."""

    said: tuple[Element, ...]
    traces: tuple[Trace, ...]
    standing: str


class Dice:
    """Real chance."""

    def pick(self, ways: int) -> int:
        """Choose one of `ways`."""
        return random.randrange(ways)  # noqa: S311 - which variant is said is no secret


class Tryout:
    """One conversation with a bot that is not live. Made by `rehearsed`."""

    def __init__(self, bots: Bots, understanding: Mapping[str, Understanding], performer: Performer) -> None:
        self._bots = bots
        self._understand = dict(understanding)
        self._performer = performer
        self._state = State(user=User(user_id="1", user_name="tryout"))

    async def say(self, text: str, language: str = "") -> Heard:
        """Let the user say something, and wait until the bot has nothing more to say."""
        said: list[Element] = []
        traces: list[Trace] = []
        happenings: list[Happening] = [UserSaid(text, language)]
        while happenings:
            now = datetime.now(UTC)
            taken = turn(
                self._bots, self._state, happenings.pop(0), now=now, dice=Dice(), understand=dict(self._understand)
            )
            self._state = taken.state
            traces.append(taken.trace)
            for effect in taken.effects:
                if isinstance(effect, Say):
                    said.extend(effect.messages)
                elif isinstance(effect, Call):
                    happenings.append(await self._call(effect, traces))
        return Heard(tuple(said), tuple(traces), self._state.standing)

    async def _call(self, call: Call, traces: list[Trace]) -> Happening:
        bot = self._bots.by_name[call.bot]
        done = await self._performer.perform(
            call, call_id=f"tryout-{call.call_no}", bot=bot, environment="test", user=self._state.user
        )
        traces[-1] = replace(traces[-1], timings=done.timings)
        return CallReturned(call.call_no, done.answer, done.timings)


async def rehearsed(bot: Bot, business: Business | None, performer: Performer) -> Tryout:
    """Train a bot and put it on stage."""
    compiled = CompiledBot(bot, "draft")
    models = {language: load(model) for language, model in (await trained(compiled)).items()}
    bots = Bots(business or Business(name=bot.name), {bot.system_name: compiled}, bot.system_name)
    return Tryout(bots, {bot.system_name: Understanding(models, entity_specs(compiled))}, performer)
