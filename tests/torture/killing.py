"""Kill a server over and over while its users go on talking; then count.

The places of death inside the server are `kill_point`s; three are outside it: as a call arrives, as its answer leaves,
as a receipt arrives. The rest are moments that chance picks, from start on. The verdict comes from the ledger alone.
"""

import asyncio
import os
import random
import signal
from collections import Counter
from time import perf_counter

from msgspec import Struct

from tests.stores import SERVER
from tests.torture.bot import BREAK, GIVEN_UP
from tests.torture.crash import crash
from tests.torture.ledger import Ledger, read, verdict
from tests.torture.place import Place
from tests.torture.talking import Users

INSIDE = (
    "before_accept", "after_accept", "before_turn", "before_commit", "in_commit", "committed", "after_commit",
    "before_call", "after_call", "key_claimed", "before_key_answer", "after_key_answer", "hand_over_kept", "stopping",
)  # fmt: skip
# One process that holds everything recovers as it starts; of many, each takes what is free.
INSIDE_ONE = {
    "sqlite": ("in_recovery", "recovered"),
    "postgresql": ("commit_sent", "process_joined", "lease_taken", "leases_given_back"),
}
DRAINED = "told to end"  # by SIGTERM: no death, but a part of its own
CRASHED = "database crash"  # the server lives on, and is told to end once somebody got a receipt again
OUTSIDE = ("call_received", "call_answered", "receipt_seen", "any moment")
# The first pass is the only one of a life, or the only one that can be waited for.
AT_THE_FIRST = ("in_recovery", "recovered", "process_joined", "hand_over_kept", "stopping", "leases_given_back")
AFTER_SIGTERM = ("stopping", "leases_given_back", DRAINED)
PASSES = 6
# A point that is not reached by then is counted as missed; the server is killed all the same.
REACHED_WITHIN_S = 10.0
MOMENT_S = 0.6


class Plan(Struct, frozen=True):
    """What to do to a server. kills: how often it dies. chance: the seed of everything that is left to chance.

    bug: the safeguard that is taken out, for a bug control. quiet_s: a transcript that has not come to rest by then is
    judged as it is.
    """

    points: tuple[str, ...]
    kills: int
    chance: int
    bug: str = ""
    quiet_s: float = 20.0


class Outcome(Struct, frozen=True):
    """What was done and what came of it. wrong: by what went wrong, empty where every promise was kept.

    attempted, hit: kills by their place. breaks: calls that a death cut off. given_up: messages that stood first in
    line at five starts in a row, as poison would. back_s: from each death to the next receipt.
    """

    attempted: dict[str, int]
    hit: dict[str, int]
    messages: int
    calls: int
    breaks: int
    given_up: int
    hand_overs: int
    back_s: tuple[float, ...]
    wrong: dict[str, int]


async def kill(place: Place, plan: Plan, name: str) -> Outcome:
    """Run one plan. name: of its ledger and its users; used once."""
    ledger = Ledger(place.home / f"{name}.ledger")
    run = _Run(place, ledger, plan, name)
    place.receiver.ledger, place.receiver.passed = ledger, run.passed
    try:
        await run.to_its_end()
    finally:
        ledger.close()
    seen = read(ledger.path)
    said = Counter(line["text"] for fact in seen["transcript"] for line in fact["lines"])
    return Outcome(
        attempted=dict(run.attempted),
        hit=dict(run.hit),
        messages=run.users.messages,
        calls=len(seen["called"]),
        breaks=said[BREAK],
        given_up=said[GIVEN_UP],
        hand_overs=run.users.hand_overs,
        back_s=tuple(run.back_s),
        wrong=dict(verdict(ledger.path)),
    )


class _Run:
    """The deaths of one plan."""

    def __init__(self, place: Place, ledger: Ledger, plan: Plan, name: str) -> None:
        self._server = place.server
        self._ledger = ledger
        self._plan = plan
        self._chance = random.Random(plan.chance)  # noqa: S311 - a seed that can be used again, no secret
        self._armed, self._passes_left = "", 0
        self._first_receipt = asyncio.Event()
        self.users = Users(place, ledger, name, self._chance, self._got_a_receipt)
        self.users.quiet_s = plan.quiet_s
        self.attempted: Counter[str] = Counter()
        self.hit: Counter[str] = Counter()
        self.back_s: list[float] = []

    async def to_its_end(self) -> None:
        """Kill, start again, let everybody finish, and write down what the transcripts say."""
        points: list[str] = []
        async with asyncio.TaskGroup() as talking:
            talking.create_task(self.users.talk())
            for number in range(self._plan.kills):
                if not number % len(self._plan.points):
                    points = self._chance.sample(self._plan.points, len(self._plan.points))
                await self._life(points[number % len(points)])
            self.users.is_over = True
            self._first_receipt.clear()
            await self._server.start(bug=self._plan.bug)
        await self.users.write_transcripts()
        self._server.signal(signal.SIGTERM)
        if (status := await self._server.ended()) != 0:
            self._ledger.write("refused", what=f"the last server ended with {status}")

    def passed(self, place: str) -> None:
        """Kill the server here, if this is where it is to die."""
        if place == self._armed and self._passes_left:
            self._passes_left -= 1
            if not self._passes_left:
                self.hit[place] += 1
                self._server.signal()

    async def _life(self, point: str) -> None:
        """Let one server live until it dies at a point, and count whether it did."""
        passes = 1 if point in AT_THE_FIRST else self._chance.randint(1, PASSES)
        is_inside = point not in {*OUTSIDE, DRAINED, CRASHED}
        self.attempted[point] += 1
        self._armed, self._passes_left = point, passes
        self._first_receipt.clear()
        await self._server.start(f"{point}:{passes}" if is_inside else "", self._plan.bug)
        ended = asyncio.create_task(self._server.ended())
        await self._help_it_die(point)
        _, lives_on = await asyncio.wait({ended}, timeout=REACHED_WITHIN_S)
        self._armed = ""
        if lives_on:
            self._server.signal()
        elif ended.result() == (0 if point in {DRAINED, CRASHED} else -signal.SIGKILL) and point not in OUTSIDE:
            self.hit[point] += 1
        await ended

    async def _help_it_die(self, point: str) -> None:
        if point == "any moment":
            await asyncio.sleep(self._chance.uniform(0, MOMENT_S))
            self.hit[point] += 1
            self._server.signal()
        elif point == CRASHED:
            await self._crash_the_database()
        elif point in AFTER_SIGTERM:
            await asyncio.wait({asyncio.create_task(self._first_receipt.wait())}, timeout=REACHED_WITHIN_S)
            await asyncio.sleep(self._chance.uniform(0, MOMENT_S) if point == DRAINED else 0)
            self._server.signal(signal.SIGTERM)

    async def _crash_the_database(self) -> None:
        """Crash it under load, see that somebody gets a receipt again, and end the server in peace."""
        await asyncio.wait({asyncio.create_task(self._first_receipt.wait())}, timeout=REACHED_WITHIN_S)
        await asyncio.sleep(self._chance.uniform(0, MOMENT_S))
        await asyncio.to_thread(crash, os.environ[SERVER])
        self._first_receipt.clear()
        self._server.died_at = perf_counter()
        await asyncio.wait({asyncio.create_task(self._first_receipt.wait())}, timeout=REACHED_WITHIN_S)
        self._server.signal(signal.SIGTERM)

    def _got_a_receipt(self) -> None:
        if not self._first_receipt.is_set() and self._server.died_at:
            self.back_s.append(perf_counter() - self._server.died_at)
        self._first_receipt.set()
        self.passed("receipt_seen")
