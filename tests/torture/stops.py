"""One of two servers is stopped as it stands, under load, for longer than its lease; then it goes on where it was.

The other takes its conversations over; what the first still wants to write is refused. The victim is whoever owns most
conversations, stopped at a place inside that chance picks, or at any moment. A take-over is timed from the stop until
the messages that were first seen waiting in the victim's conversations are answered, or another's to answer: how long
that one then takes for all that has gathered is a matter of how busy the machine is, and counted apart.
"""

import asyncio
import random
import signal
from collections import Counter
from pathlib import Path
from time import perf_counter

import psycopg
from msgspec import Struct

from tests.stores import on_server
from tests.torture.bot import KINDS
from tests.torture.chunks import Counted
from tests.torture.ledger import Ledger, verdict
from tests.torture.place import Place, place
from tests.torture.served import Served
from tests.torture.stopping import ARMED, SHORT_LEASE_S
from tests.torture.talking import Users

POINTS = (
    "before_accept", "after_accept", "before_turn", "before_commit", "in_commit", "commit_sent", "committed",
    "after_commit", "before_call", "after_call", "key_claimed", "before_key_answer", "after_key_answer",
    "hand_over_kept", "lease_taken", "any moment",
)  # fmt: skip
TAKES_OVER_WITHIN_S = 20.0
LEASE_S = 15.0
PASSES = 6
SEEN_WAITING_WITHIN_S = 3.5  # users turn away from a server that is silent, and then their messages wait
GIVES_UP_S = 60.0


class Stops(Struct, frozen=True):
    """How often to stop a server, where, and how. bugs: what is broken in both servers.

    reached_within_s: how long to wait for it to come by the place; afterwards it is stopped wherever it is.
    """

    count: int
    chance: int
    points: tuple[str, ...] = POINTS
    is_short: bool = False
    bugs: tuple[str, ...] = ()
    kinds: tuple[str, ...] = KINDS
    pause_s: float = 0.05
    quiet_s: float = 20.0
    reached_within_s: float = 3.0


async def stops(home: Path, *plans: Stops) -> list[Counted]:
    """Stop, wait, let go on, and count; plan after plan, with servers of its own. Timed: each take-over."""
    async with place(home, servers=2) as here:
        here.answers_within_s = 2.0  # their users turn to the other one
        return [await _stopped(here, plan, f"run{number}") for number, plan in enumerate(plans)]


async def _stopped(here: Place, plan: Stops, name: str) -> Counted:
    ledger = Ledger(here.home / f"{name}.ledger")
    here.receiver.passed, here.receiver.ledger = (lambda _: None), ledger
    run = _Run(here, plan, ledger, name)
    try:
        await run.to_its_end()
    finally:
        ledger.close()
    wrong = verdict(ledger.path)
    wrong["take-over later than 20 s"] = sum(took > TAKES_OVER_WITHIN_S for took in run.took_s)
    run.counts["messages"] = run.users.messages
    return Counted(run.counts, +wrong, tuple(run.took_s))


class _Run:
    def __init__(self, here: Place, plan: Stops, ledger: Ledger, name: str) -> None:
        self._here = here
        self._plan = plan
        self._lease_s = SHORT_LEASE_S if plan.is_short else LEASE_S
        self._chance = random.Random(plan.chance)  # noqa: S311 - a seed that can be used again, no secret
        self._url = on_server(here.home / "botyard.db")
        self.users = Users(here, ledger, name, self._chance, lambda: None)
        self.users.pause_s, self.users.kinds, self.users.quiet_s = plan.pause_s, plan.kinds, plan.quiet_s
        self.counts: Counter[str] = Counter()
        self.took_s: list[float] = []

    async def to_its_end(self) -> None:
        """Stop as often as is wanted while users talk, let all of them finish, and write down what they were shown."""
        bugs = "+".join(("stops_where_told", *(["short_lease"] if self._plan.is_short else []), *self._plan.bugs))
        for server in self._here.servers:
            await server.start(bug=bugs)
        await self._here.until_up()
        async with asyncio.TaskGroup() as talking:
            talking.create_task(self.users.talk())
            await asyncio.sleep(1.0)
            for _ in range(self._plan.count):
                await self._stop_one(self._chance.choice(self._plan.points))
                await asyncio.sleep(1.0)
            self.users.is_over = True
        await self.users.write_transcripts()
        for server in self._here.servers:
            server.signal(signal.SIGTERM)
            await server.ended()

    async def _stop_one(self, point: str) -> None:
        victim, number = await self._who_owns_most()
        self.counts["stops"] += 1
        self.counts[f"attempted: {point}"] += 1
        if await self._is_stopped_at(victim, point):
            self.counts[f"hit: {point}"] += 1
        stopped_at = perf_counter()
        took = asyncio.create_task(self._taken_over(number, stopped_at))
        await asyncio.sleep(self._lease_s + (0.5 if self._plan.is_short else self._chance.uniform(1.0, 5.0)))
        self._arm(victim, "")  # a point that came by too late would stop it once more, and nobody would let it go on
        victim.signal(signal.SIGCONT)
        if (seconds := await took) is not None:
            self.took_s.append(seconds)

    async def _is_stopped_at(self, victim: Served, point: str) -> bool:
        """Stop it, at the point if it comes by in time. Whether it did."""
        if point != "any moment":
            self._arm(victim, f"{point}:{self._chance.randint(1, PASSES)}")
            deadline = perf_counter() + self._plan.reached_within_s
            while perf_counter() < deadline:
                if _has_stopped(victim.pid):
                    return True
                await asyncio.sleep(0.002)
        victim.signal(signal.SIGSTOP)
        return point == "any moment"

    def _arm(self, victim: Served, where: str) -> None:
        """Tell a server at which passing of which point to stop; "": nowhere. A stopped one hears it as it goes on."""
        (self._here.home / f"{ARMED}-{victim.pid}").write_text(where)
        victim.signal(signal.SIGUSR1)

    async def _taken_over(self, number: int, stopped_at: float) -> float | None:
        """Wait until nothing that waited is the victim's any more: after how long; None: nothing waited."""
        waiting: set[int] = set()
        while not waiting and perf_counter() - stopped_at < SEEN_WAITING_WITHIN_S:
            await asyncio.sleep(0.1)
            waiting = {row[0] for row in await self._ask(_WAITING, number)}
        took_s = await self._until_none(_STILL_ITS, [list(waiting), number], stopped_at)
        if await self._until_none(_STILL, [list(waiting)], stopped_at) > TAKES_OVER_WITHIN_S:
            self.counts["answered later than 20 s"] += 1
        return took_s if waiting else None

    async def _until_none(self, sql: str, values: list[object], since: float) -> float:
        """Ask until there are no rows, or it takes too long: after how long that was."""
        while await self._ask(sql, *values) and perf_counter() - since < GIVES_UP_S:  # noqa: ASYNC110 - tables tell nobody
            await asyncio.sleep(0.05)
        return perf_counter() - since

    async def _who_owns_most(self) -> tuple[Served, int]:
        """Choose the victim, and tell its number among the processes."""
        while True:
            for number, name in await self._ask(_OWNERS):
                for server in self._here.servers:
                    if name.split()[-1] == str(server.pid):
                        return server, number
            await asyncio.sleep(0.1)

    async def _ask(self, sql: str, *values: object) -> list[tuple[int, str]]:
        async with await psycopg.AsyncConnection.connect(self._url) as connection:
            return await (await connection.execute(sql.encode(), values)).fetchall()


def _has_stopped(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


_OWNERS = """
SELECT process.id, process.name FROM process JOIN conversation ON conversation.owner = process.id
GROUP BY process.id ORDER BY count(*) DESC
"""
_WAITING = """
SELECT message.id FROM message JOIN conversation ON conversation.id = message.conversation_id
WHERE conversation.owner = %s AND message.starts IS NOT NULL
"""
_STILL = "SELECT id FROM message WHERE id = ANY(%s) AND starts IS NOT NULL"
_STILL_ITS = """
SELECT message.id FROM message JOIN conversation ON conversation.id = message.conversation_id
WHERE message.id = ANY(%s) AND conversation.owner = %s AND message.starts IS NOT NULL
"""
