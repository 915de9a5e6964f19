"""Redis is emptied, killed and replaced by an old copy while users talk through two servers; then count.

Every user gives one number after another, and each time asks through the other server which one was the last: only who
reads what the newest turn left can tell. Whatever happens to Redis, no message may be refused, none lost, and none
answered from an older state.
"""

import asyncio
import json
import os
import random
import threading
import time
from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.processes import Client, Server, botyard
from tests.redis_servers import PrivateRedis, private_redis
from tests.stores import KIND, SERVER, private_server, read_up
from tests.torture.bot import write_bot
from tests.torture.chunks import Chunk
from tools.scale import faults_in

LOSSES = ("emptied", "killed", "old copy")
AT_ONCE = 30
USERS = 2
# How long users talk between two losses, and while Redis is gone: at most so long.
MOMENT_S = 0.5


async def losses(name: str, unit: str, seed: int) -> AsyncGenerator[Chunk, None]:
    """Lose Redis over and over, chunk after chunk without end, on two servers that go on from one to the next."""
    with wide_place() as place:
        for number in range(seed, 2**31):
            started = time.monotonic()
            run = Run(place, number)
            await asyncio.to_thread(run.to_its_end, AT_ONCE)
            counts = {unit: run.lost.total(), "messages": run.messages}
            counts |= {f"attempted: {kind}": run.lost[kind] for kind in LOSSES}
            yield Chunk(name, number, time.monotonic() - started, counts, dict(run.wrong))


class WidePlace:
    """Two servers on one PostgreSQL and one Redis, with the bot deployed."""

    def __init__(self, home: Path, client: Client, redis: PrivateRedis, servers: list[Server]) -> None:
        self.home, self.client, self.redis, self.servers = home, client, redis, servers


@contextmanager
def wide_place() -> Iterator[WidePlace]:
    """Bring it up, of our own, and remove it."""
    with ExitStack() as stack:
        redis = stack.enter_context(private_redis())
        before = {name: os.environ.get(name) for name in (SERVER, KIND)}
        stack.callback(_put_back, before)
        os.environ[SERVER], os.environ[KIND] = stack.enter_context(private_server()), "postgresql"
        home = Path(stack.enter_context(TemporaryDirectory()))
        settings = {"egress_allow": "127.0.0.1/32:9", "encoder": "off", "redis_url": redis.url}
        done = botyard(home, "deploy", write_bot(home / "bot", "http://127.0.0.1:9"), "--json", **settings)
        assert done.returncode == 0, done.stderr
        servers = []
        for _ in range(2):
            servers.append(Server(home, "--port", "0", **settings))
            stack.callback(servers[-1].kill)
        yield WidePlace(home, Client(json.loads(done.stdout)), redis, servers)


def _put_back(before: dict[str, str | None]) -> None:
    for name, value in before.items():
        os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = value


class Run:
    """The losses of one chunk. lost: how often, by kind. wrong: by what went wrong."""

    def __init__(self, place: WidePlace, seed: int) -> None:
        self._place = place
        self._seed = seed
        self._chance = random.Random(seed)  # noqa: S311 - a seed that can be used again, no secret
        self.is_over = threading.Event()
        self.lost: Counter[str] = Counter()
        self.wrong: Counter[str] = Counter()
        self.messages = 0
        self._counting = threading.Lock()

    def to_its_end(self, times: int) -> None:
        """Lose Redis so often while users talk, and compare the database with what they were told."""
        talking = [threading.Thread(target=self._talk, args=(number,), daemon=True) for number in range(USERS)]
        for one in talking:
            one.start()
        for number in range(times):
            self._lose(LOSSES[number % len(LOSSES)])
        self.is_over.set()
        for one in talking:
            one.join()
        with closing(read_up(self._place.home / "botyard.db")) as database:
            self.wrong.update(f"in the database: {fault.split(':')[0]}" for fault in faults_in(database))

    def _lose(self, kind: str) -> None:
        redis = self._place.redis
        redis.copy()
        time.sleep(self._chance.uniform(0, MOMENT_S))
        if kind == "emptied":
            redis.flush()
        else:
            redis.kill()
            time.sleep(self._chance.uniform(0, MOMENT_S))
            redis.start(from_copy=kind == "old copy")
        self.lost[kind] += 1

    def _talk(self, number: int) -> None:
        """Give a number, and ask the other server for it; what that one answers tells which state it met."""
        user = f"user-{self._seed}-{number}"
        one, other = self._place.servers
        self._place.client.knows(one, user)
        self._ask(one, user, "please note n0", ["noted n0"])
        turn = 0
        while not self.is_over.is_set():
            turn += 1
            self._ask(one, user, f"n{turn}", [f"noted n{turn}"])
            self._ask(other, user, "please note", [f"noted n{turn}"])
            one, other = other, one

    def _ask(self, server: Server, user: str, text: str, expected: list[str]) -> None:
        try:
            answer = self._place.client.says(server, user, text)
        except (OSError, HTTPException, AssertionError):
            answer, what = [], "messages refused"
        else:
            what = "stale reads"
        with self._counting:
            self.messages += 1
            if answer != expected:
                self.wrong[what] += 1
