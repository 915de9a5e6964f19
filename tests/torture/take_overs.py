"""The one of two servers that owns some conversations is killed; the other goes on with them.

What is timed is what users wait for: from the kill to the answer to the next message of the same conversation, which
the other server accepts while it may not know yet that somebody died. Users are new in each round, so that the victim
owns their conversations and nobody else has them in memory.
"""

import asyncio
import random
from collections import Counter
from contextlib import ExitStack, closing
from pathlib import Path
from time import perf_counter
from typing import Any

import psycopg
from msgspec import Struct

from botyard.store.records import COMES_BACK_S
from tests.stores import on_server, read_up
from tests.torture.bot import answers, message
from tests.torture.chunks import Counted
from tests.torture.door import Door, Gone
from tests.torture.place import Place, place
from tests.torture.served import Served
from tools.scale import faults_in

USERS = 4
MOST_S = 2.0


class TakeOvers(Struct, frozen=True):
    """How often to kill. chance: the seed. bugs: what is broken in both servers. quiet_s: how long a user waits."""

    count: int
    chance: int
    bugs: tuple[str, ...] = ()
    quiet_s: float = 20.0


async def take_overs(home: Path, *plans: TakeOvers) -> list[Counted]:
    """Kill, ask the other one, start anew, and count; plan after plan. Timed: from the kill to each user's answer."""
    async with place(home, servers=2) as here:
        return [await _Run(here, plan).to_its_end() for plan in plans]


class _Run:
    def __init__(self, here: Place, plan: TakeOvers) -> None:
        self._here = here
        self._plan = plan
        self._chance = random.Random(plan.chance)  # noqa: S311 - a seed that can be used again, no secret
        self._bugs = "+".join(plan.bugs)
        self._counts: Counter[str] = Counter()
        self._wrong: Counter[str] = Counter()
        self._back_s: list[float] = []

    async def to_its_end(self) -> Counted:
        """Kill as often as is wanted, and look into the tables in the end."""
        for server in self._here.servers:
            await server.start(bug=self._bugs)
        await self._until_deaths_count()
        for number in range(self._plan.count):
            await self._here.until_up()
            victim, other = self._chance.sample(self._here.servers, 2)
            await self._killed(victim, other, f"user{self._plan.chance}-{number}")
            await victim.start(bug=self._bugs)
        await self._here.until_up()
        for server in self._here.servers:
            server.signal()
            await server.ended()
        with closing(read_up(self._here.home / "botyard.db")) as database:
            self._wrong.update(f"in the database: {fault.split(':')[0]}" for fault in faults_in(database))
        return Counted(self._counts, +self._wrong, tuple(self._back_s))

    async def _killed(self, victim: Served, other: Served, name: str) -> None:
        users = [f"{name}-{one}" for one in range(USERS)]
        with ExitStack() as doors:
            at_victim, *at_other = (doors.enter_context(self._door(to)) for to in (victim, *[other] * USERS))
            for user in users:
                await self._post(at_victim, "/v1.0/user/", {"auth_id": user})
                await self._asks(at_victim, user, 1)
            self._counts["owned by the victim"] += await self._owned_by(victim, users)
            for user, door in zip(users, at_other, strict=True):
                await door.get("/livez")  # a client's connection stands already
                if self._chance.random() < 1 / 2:  # half of them wait for an answer as it dies
                    await self._says(at_victim, user, 2)
            victim.signal()
            killed_at = perf_counter()
            self._counts["kills"] += 1
            waits = (self._goes_on(door, user, killed_at) for user, door in zip(users, at_other, strict=True))
            await asyncio.gather(*waits)
            await victim.ended()

    async def _goes_on(self, door: Door, user: str, killed_at: float) -> None:
        if await self._asks(door, user, 3):
            self._back_s.append(perf_counter() - killed_at)
            self._wrong["later than 2 s"] += self._back_s[-1] > MOST_S

    async def _asks(self, door: Door, user: str, number: int) -> bool:
        text = message("note", number)
        answer = await self._post(door, "/v1.0/sync_message_from_user/", self._body(user, text))
        said = None if answer is None else [line["body"]["text"] for line in answer["message"]]
        if said is not None and (len(said) != 1 or said[0] not in answers(text)):
            self._wrong["answered otherwise"] += 1
        return said is not None

    async def _says(self, door: Door, user: str, number: int) -> None:
        self._counts["under way"] += 1
        await self._post(door, "/v1.0/log_message_from_user/", self._body(user, message("note", number)))

    async def _post(self, door: Door, path: str, body: dict[str, object]) -> Any:
        self._counts["messages"] += "message_body" in body
        try:
            status, answer = await door.post(path, body)
        except Gone:
            self._wrong["not answered"] += 1
            return None
        if status != 200:
            self._wrong[f"refused: {status}"] += 1
            return None
        return answer

    def _body(self, user: str, text: str) -> dict[str, object]:
        business_id = self._here.business_id
        return {"user": {"auth_id": user}, "message_body": text, "message_type": 0, "business_id": business_id}

    def _door(self, server: Served) -> Door:
        door = Door([server.port], self._here.credentials)
        door.answers_within_s = self._plan.quiet_s
        return door

    async def _until_deaths_count(self) -> None:
        """Wait while the database has just begun: its processes may be coming back, and nobody is taken for dead."""
        age = "SELECT extract(epoch FROM clock_timestamp() - pg_postmaster_start_time())"
        async with await psycopg.AsyncConnection.connect(on_server(self._here.home / "botyard.db")) as connection:
            [aged_s] = await (await connection.execute(age)).fetchone() or [0.0]
        await asyncio.sleep(max(0.0, COMES_BACK_S - float(aged_s)))

    async def _owned_by(self, server: Served, users: list[str]) -> int:
        url = on_server(self._here.home / "botyard.db")
        async with await psycopg.AsyncConnection.connect(url) as connection:
            [[owned]] = await (await connection.execute(_OWNED, [users, f"% {server.pid}"])).fetchall()
        return int(owned)


_OWNED = """
SELECT count(*) FROM conversation JOIN process ON conversation.owner = process.id
JOIN end_user ON end_user.id = conversation.user_id WHERE end_user.auth_id = ANY(%s) AND process.name LIKE %s
"""
