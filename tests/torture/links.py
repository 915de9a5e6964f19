"""The links of a server that a bad network is put on: which proxy stands where, who talks, and what serving means.

postgresql: somebody gets a receipt. redis: somebody gets the right answer from the other one of two servers. webhook:
a call arrives and is answered. widget: a page is shown something.
"""

import random
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Protocol, TypeAlias

from msgspec import Struct

from tests.redis_servers import private_redis
from tests.stores import on_server
from tests.torture.asking import Askers
from tests.torture.bot import write_bot
from tests.torture.ledger import Ledger
from tests.torture.place import Place, place
from tests.torture.talking import Users
from tests.torture.toxic_proxy import ToxicProxy
from tests.torture.visiting import Visitors
from tests.torture.ways import database_by, redis_by, to_database, to_port, to_redis

# Of a webhook, so that a run need not wait for half a minute each time.
CALLS_WAIT_S = 3


class Talkers(Protocol):
    """Who talks. is_over: set when nothing new is to be said. quiet_s: how long an answer is waited for in the end."""

    is_over: bool
    quiet_s: float

    @property
    def messages(self) -> int:
        """Count what was accepted."""
        ...

    async def talk(self) -> None:
        """Go on until it is over, and until all that was begun is done."""
        ...

    async def write_transcripts(self) -> None:
        """Write into the ledger what each was shown in the end."""
        ...


Opened: TypeAlias = AbstractAsyncContextManager[tuple[Place, ToxicProxy]]


class Link(Struct, frozen=True):
    """One link. opened: prepares a place with the proxy on it. talkers: told whom to tell when anybody is served.

    silence_s: longer than the server waits for what is silent there. back_within_s: users are served so soon after.
    """

    opened: Callable[[Path, random.Random], Opened]
    talkers: Callable[[Place, ToxicProxy, Ledger, str, random.Random, Callable[[], None]], Talkers]
    silence_s: float
    back_within_s: float


@asynccontextmanager
async def _before_the_database(home: Path, chance: random.Random) -> AsyncIterator[tuple[Place, ToxicProxy]]:
    url = on_server(home / "botyard.db")
    async with ToxicProxy(to_database(url), chance) as proxy, place(home, database_url=database_by(url, proxy)) as here:
        yield here, proxy


@asynccontextmanager
async def _before_redis(home: Path, chance: random.Random) -> AsyncIterator[tuple[Place, ToxicProxy]]:
    async with AsyncExitStack() as stack:
        redis = stack.enter_context(private_redis())
        proxy = await stack.enter_async_context(ToxicProxy(to_redis(redis.url), chance))
        yield await stack.enter_async_context(place(home, servers=2, redis_url=redis_by(proxy))), proxy


@asynccontextmanager
async def _before_the_receiver(home: Path, chance: random.Random) -> AsyncIterator[tuple[Place, ToxicProxy]]:
    places: list[Place] = []
    async with ToxicProxy(to_port(lambda: places[0].receiver.port), chance) as proxy:
        write_bot(home / "bot", f"http://127.0.0.1:{proxy.port}", timeout_s=CALLS_WAIT_S)
        async with place(home, also=[proxy.port]) as here:
            places.append(here)
            yield here, proxy


@asynccontextmanager
async def _before_pages(home: Path, chance: random.Random) -> AsyncIterator[tuple[Place, ToxicProxy]]:
    async with place(home) as here, ToxicProxy(to_port(lambda: here.server.port), chance) as proxy:
        yield here, proxy


def _users(
    here: Place, _: ToxicProxy, ledger: Ledger, name: str, chance: random.Random, served: Callable[[], None]
) -> Users:
    here.receiver.passed = lambda _: None
    users = Users(here, ledger, name, chance, served)
    users.pause_s = 0.02
    return users


def _users_who_call(
    here: Place, _: ToxicProxy, ledger: Ledger, name: str, chance: random.Random, served: Callable[[], None]
) -> Users:
    here.receiver.passed = lambda what: served() if what == "call_answered" else None
    users = Users(here, ledger, name, chance, lambda: None)
    users.pause_s, users.kinds = 0.05, ("note", "call", "call")
    return users


LINKS = {
    # Silent for longer than ANSWERS_WITHIN_S of store/postgres.
    "postgresql": Link(_before_the_database, _users, 12.0, 20.0),
    # Likewise of store/redis.
    "redis": Link(_before_redis, Askers, 5.0, 10.0),
    # The breaker lets nothing out for half a minute where most calls ended without an answer, and then tries once.
    "webhook": Link(_before_the_receiver, _users_who_call, 5.0, 45.0),
    # A page that was told nothing, not even that the server is there, for 35 s comes back by itself.
    "widget": Link(_before_pages, Visitors, 12.0, 45.0),
}
