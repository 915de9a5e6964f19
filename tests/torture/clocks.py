"""The clocks of two servers are wrong, each by another time, and are put forward and back by up to an hour under load.

What people do to clocks, and what a machine does that was asleep: libfaketime stands between a server and the time, and
reads from a file by how much it is off. Only the time of day: no kernel puts the other clock back. After every third
step the server whose clock is wrong is killed, so that the other takes over by what the first wrote down; then it is
started again. Nothing that is promised may depend on a machine's time of day: processes go by the database's.
"""

import asyncio
import random
import signal
from collections import Counter
from datetime import UTC, datetime, timedelta
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
from tests.torture.talking import Users

# Debian's package faketime, on whatever processor. MT: for programs with threads. None: not installed.
LIBRARY = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
STEPS_S = (-3600, -600, -45, -20, 20, 45, 600, 3600)
SKEW_S = (600, -600)  # from the start on
LASTS_S = 2.5  # a step, before the next
KILLS_EVERY = 3
BACK_WITHIN_S = 20.0


class Clocks(Struct, frozen=True):
    """How often to set a clock. chance: the seed. bugs: what is broken in both servers."""

    count: int
    chance: int
    bugs: tuple[str, ...] = ()
    kinds: tuple[str, ...] = KINDS
    lasts_s: float = LASTS_S
    quiet_s: float = 20.0


async def clocks(home: Path, *plans: Clocks) -> list[Counted]:
    """Set clocks and count, plan after plan. Timed: from each kill to the next receipt. home: in a shared database."""
    files = [home / f"clock{number}" for number in range(len(SKEW_S))]
    for file in files:
        _set(file, 0)
    async with place(home, surroundings=[_off_by(file) for file in files]) as here:
        here.answers_within_s = 2.0  # users turn to the other server
        return [await _stepped(here, files, plan, f"run{number}") for number, plan in enumerate(plans)]


def _off_by(file: Path) -> dict[str, str]:
    return {
        "LD_PRELOAD": str(LIBRARY),
        "FAKETIME_TIMESTAMP_FILE": str(file),
        "FAKETIME_CACHE_DURATION": "1",  # seconds until the file is read again
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


def _set(file: Path, seconds: int) -> None:
    """Put one clock before or behind the true time, in libfaketime's words; in one piece, as it is read at any time."""
    beside = file.with_suffix(".next")
    beside.write_text(f"{seconds:+d}\n")
    beside.rename(file)


async def _stepped(here: Place, files: list[Path], plan: Clocks, name: str) -> Counted:
    ledger = Ledger(here.home / f"{name}.ledger")
    here.receiver.passed, here.receiver.ledger = (lambda _: None), ledger
    run = _Run(here, files, plan, ledger, name)
    try:
        await run.to_its_end()
    finally:
        ledger.close()
    return Counted(
        run.counts + Counter(messages=run.users.messages), verdict(ledger.path) + run.wrong, tuple(run.back_s)
    )


class _Run:
    def __init__(self, here: Place, files: list[Path], plan: Clocks, ledger: Ledger, name: str) -> None:
        self._here, self._files, self._plan = here, files, plan
        self._chance = random.Random(plan.chance)  # noqa: S311 - a seed that can be used again, no secret
        self._receipt = asyncio.Event()
        self.users = Users(here, ledger, name, self._chance, self._receipt.set)
        self.users.pause_s, self.users.kinds, self.users.quiet_s = 0.05, plan.kinds, plan.quiet_s
        self.counts: Counter[str] = Counter()
        self.wrong: Counter[str] = Counter()
        self.back_s: list[float] = []

    async def to_its_end(self) -> None:
        """Set clocks while users talk, let all of them finish, and write down what they were shown."""
        began = datetime.now(UTC)
        for file, seconds in zip(self._files, SKEW_S, strict=True):
            _set(file, seconds)
        for server in self._here.servers:
            await self._start(server)
        await self._here.until_up()
        async with asyncio.TaskGroup() as talking:
            talking.create_task(self.users.talk())
            for number in range(1, self._plan.count + 1):
                await self._step(number)
            self.users.is_over = True
        await self.users.write_transcripts()
        self.wrong["at a wrong time"] = await self._at_a_wrong_time(began)
        for server in self._here.servers:
            server.signal(signal.SIGTERM)
            await server.ended()

    async def _step(self, number: int) -> None:
        which = self._chance.randrange(len(self._files))
        seconds = self._chance.choice(STEPS_S)
        _set(self._files[which], seconds)
        self.counts["steps"] += 1
        self.counts["forward" if seconds > 0 else "back"] += 1
        await asyncio.sleep(self._plan.lasts_s)
        if number % KILLS_EVERY == 0:
            await self._kill(self._here.servers[which])

    async def _kill(self, server: Served) -> None:
        self.counts["kills"] += 1
        server.signal(signal.SIGKILL)
        await server.ended()
        self._receipt.clear()
        died = perf_counter()
        try:
            await asyncio.wait_for(self._receipt.wait(), BACK_WITHIN_S)
        except TimeoutError:
            self.wrong["nobody served after a kill"] += 1
        self.back_s.append(perf_counter() - died)
        await self._start(server)

    async def _start(self, server: Served) -> None:
        await server.start(bug="+".join(self._plan.bugs))

    async def _at_a_wrong_time(self, began: datetime) -> int:
        """Count messages that say they were sent before the first or after the last."""
        about = timedelta(seconds=5)
        async with await psycopg.AsyncConnection.connect(on_server(self._here.home / "botyard.db")) as connection:
            rows = await (
                await connection.execute(_OF_A_WRONG_TIME, [began - about, datetime.now(UTC) + about])
            ).fetchall()
        return len(rows)


_OF_A_WRONG_TIME = "SELECT id FROM message WHERE created_at NOT BETWEEN %s AND %s"
