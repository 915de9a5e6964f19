"""Turns of the engine alone: values in, values out, for a bot of 200 nodes.

python -m bench.engine      # prints JSON; `report` runs it on a core of its own
"""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, tzinfo
from statistics import median

import msgspec
from msgspec import Struct

from bench.machine import HOME, PYTHON, UNDER_TEST, pinned, table
from botyard.bot.business import Business
from botyard.bot.compiled import Bots, CompiledBot, entity_specs, training_set
from botyard.bot.model import Bot, BotSays, Node, Says, Variant
from botyard.engine.dice import First
from botyard.engine.happenings import UserSaid
from botyard.engine.state import State, User
from botyard.engine.turn import turn
from botyard.nlu.intents.rank import load
from botyard.nlu.intents.train import train
from botyard.nlu.understand import Understanding
from botyard.nlu.understanding import (
    OPENING,
    Among,
    EntityFound,
    EntityName,
    Language,
    NodeName,
    Ranked,
    Scope,
    Understand,
)

NODES = 200
TURNS = 1_000
EARLY, LATE = 10, 1_000  # turn numbers to compare: a long conversation must not cost more
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
THINGS = ("parcel", "invoice", "refund", "address", "password", "voucher", "warranty", "account", "order", "phone")
DEEDS = (
    "cancel my {}", "where is my {}", "change the {}", "i lost my {}", "print the {}", "pay for the {}", "share my {}",
    "my {} is broken", "renew the {}", "who has my {}", "when does my {} arrive", "is the {} free", "send me the {}",
    "delete my {}", "my {} is late", "check the {} again", "insure my {}", "lend me a {}", "paint the {}", "hide my {}",
)  # fmt: skip


class Figures(Struct, frozen=True):
    """Medians in milliseconds. early, late: turn 10 and turn 1,000 of one conversation, understanding supplied."""

    supplied_p50_ms: float
    supplied_per_second: float
    understood_p50_ms: float
    understood_per_second: float
    early_ms: float
    late_ms: float


def report() -> str:
    """Measure in a process pinned to a core and lay out the table."""
    command = [*pinned(UNDER_TEST), PYTHON, "-m", "bench.engine"]
    done = subprocess.run(command, cwd=HOME, stdout=subprocess.PIPE, check=True)
    f = msgspec.json.decode(done.stdout, type=Figures)
    rows = [
        ["understanding supplied", f"{f.supplied_per_second:,.0f}", f"{f.supplied_p50_ms:.3f}"],
        [
            "with understanding, a sentence not taught word for word",
            f"{f.understood_per_second:,.0f}",
            f"{f.understood_p50_ms:.3f}",
        ],
        [f"turn {EARLY} of a conversation, understanding supplied", "", f"{f.early_ms:.3f}"],
        [f"turn {LATE:,} of the same conversation", "", f"{f.late_ms:.3f}"],
    ]
    heads = [f"engine only, a bot of {NODES} nodes", "turns/s", "p50 ms"]
    return f"### The engine alone\n\nOne core, no HTTP, no database, no webhook.\n\n{table(heads, rows)}"


def measured() -> Figures:
    """Take turns and look at the clock around each."""
    bot = CompiledBot(a_bot(), "bench")
    real = Understanding({"en": load(train(training_set(bot, "en")))}, entity_specs(bot))
    supplied = timed(bot, Supplied(), lambda _: "anything at all")
    understood = timed(bot, real, _not_taught)
    return Figures(
        supplied_p50_ms=median(supplied) * 1000,
        supplied_per_second=len(supplied) / sum(supplied),
        understood_p50_ms=median(understood) * 1000,
        understood_per_second=len(understood) / sum(understood),
        early_ms=around(supplied, EARLY) * 1000,
        late_ms=around(supplied, LATE) * 1000,
    )


def timed(bot: CompiledBot, understand: Understand, says: Callable[[int], str]) -> list[float]:
    """Let one conversation take its turns; a first one that is not counted warms everything up."""
    took: list[float] = []
    bots = Bots(Business(name="Bench"), {bot.bot.system_name: bot}, bot.bot.system_name)
    for is_measured in (False, True):
        state = State(user=User(user_id="1", user_name="u1"))
        for number in range(TURNS + 50):
            said = UserSaid(says(number))
            begin = time.perf_counter()
            state = turn(bots, state, said, now=NOON, dice=First(), understand={bot.bot.system_name: understand}).state
            if is_measured:
                took.append(time.perf_counter() - begin)
    return took


def around(took: Sequence[float], number: int) -> float:
    """Take the median of the turns about this number: one turn alone is noise."""
    return median(took[max(0, number - 10) : number + 40])


def a_bot() -> Bot:
    """Make a bot of 200 nodes, each with five sentences that resemble its neighbours'."""
    nodes = tuple(_node(number) for number in range(NODES))
    return Bot(botyard=1, name="Bench", system_name="bench", languages=("en",), nodes=nodes)


def _node(number: int) -> Node:
    core = _sentence(number)
    taught = (core, f"please {core}", f"i would like to {core}", f"can you help, {core}", f"hello, {core} today")
    says: Says = {"en": (Variant(messages=(f"About “{core}”: done.",)),)}
    return Node(
        name=core, system_name=f"NODE_{number}", start=True, user_says={"en": taught}, bot_says=BotSays(initial=says)
    )


def _sentence(number: int) -> str:
    return DEEDS[number // len(THINGS)].format(THINGS[number % len(THINGS)])


def _not_taught(number: int) -> str:
    return f"excuse me but {_sentence(number * 7 % NODES)} as soon as you can"


class Supplied:
    """Understanding that costs nothing: every message is for one of two nodes, in turn."""

    def __init__(self) -> None:
        self.asked = 0

    def exact(self, text: str, among: Among) -> tuple[Scope, NodeName] | None:
        """Find nothing: the engine goes on to ask for the ranking."""
        return None

    def rank(self, text: str, language: Language, among: Among) -> tuple[Ranked, ...]:
        """Name a sure node and an unsure one."""
        self.asked += 1
        sure = f"NODE_{self.asked % 2}"
        return (Ranked(sure, OPENING, 0.9, 0.9, "sure"), Ranked("NODE_9", OPENING, 0.1, 0.1, "unsure"))

    def guess_language(self, text: str, languages: Sequence[Language]) -> Language:
        """Be sure of none."""
        return ""

    def find(
        self,
        entities: Sequence[EntityName],
        text: str,
        language: Language,
        bot_message: str,
        *,
        asked: EntityName | None = None,
        now: datetime | None = None,
        timezone: tzinfo | None = None,
    ) -> dict[EntityName, tuple[EntityFound, ...]]:
        """Find nothing."""
        return {}


if __name__ == "__main__":
    sys.stdout.write(msgspec.json.encode(measured()).decode())
