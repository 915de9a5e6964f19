"""A database opened, held and brought up to date, of whichever kind its URL names.

PostgreSQL's side is imported only where it is asked for: a server on SQLite starts without it, and without its driver.
"""

# ruff: noqa: PLC0415 - see above

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from botyard.store import lock, up_to_date
from botyard.store.address import is_on_a_server, redis_driver_is_there
from botyard.store.announce import Announcements
from botyard.store.clock import Clock
from botyard.store.commit import OpenStore, Store
from botyard.store.database import open_database
from botyard.store.hearing import SAID_EVERY_S, Hearing
from botyard.store.peers import Peers

if TYPE_CHECKING:
    from botyard.store.postgres.news import PostgresNews
    from botyard.store.redis.counts import RedisCounts
    from botyard.store.redis.news import RedisNews


def open_store(url: str) -> OpenStore:
    """Open a database that is up to date. Raises BadRequest for a URL that names none."""
    if is_on_a_server(url):
        from botyard.store.postgres.database import PostgresDatabase

        return PostgresDatabase(url)
    return open_database(url)


def hold(url: str) -> lock.Held:
    """Have the database to oneself. Raises HeldByAnother."""
    if is_on_a_server(url):
        from botyard.store.postgres.lock import hold as hold_server

        return hold_server(url)
    return lock.hold(url)


def join(url: str, *, control_socket: str) -> lock.Held:
    """Become the process that writes, or on a server one of those that do. Raises HeldByAnother.

    control_socket: where others can ask it to act, where it is the only one.
    """
    if is_on_a_server(url):
        from botyard.store.postgres.lock import join as join_server

        return join_server(url)
    return lock.hold(url, control_socket=control_socket)


def hold_for_an_order(url: str) -> lock.Held:
    """Get the right to carry out an order of the command line. Raises HeldByAnother: ask that one, or wait for it."""
    if is_on_a_server(url):
        from botyard.store.postgres.lock import hold_for_an_order as hold_server

        return hold_server(url)
    return lock.hold(url)


def peers_on(url: str, store: Store, *, cluster: str, clock: Clock, takes_turns: bool = True) -> Peers | None:
    """Stand among the processes that share a database; None where this one has it alone.

    cluster: the same for all processes of one installation. clock: goes by the shared database's from then on.
    """
    if is_on_a_server(url):
        from botyard.store.postgres.peers import PostgresPeers

        return PostgresPeers(url, store, cluster=cluster, takes_turns=takes_turns, clock=clock)
    return None


class ThroughRedis:
    """What a process has of a Redis that it shares with others. counts: what they count together."""

    def __init__(self, news: "RedisNews", counts: "RedisCounts", hearing: Hearing) -> None:
        self._news = news
        self._hearing = hearing
        self.counts = counts

    def state(self) -> str:
        """Say "ok", or what to mend."""
        each = (self._news.state(), self.counts.state(), self._hearing.state())
        return next((one for one in each if one != "ok"), "ok")


@asynccontextmanager
async def news_among(
    url: str, announcements: Announcements, redis_url: str | None = None
) -> AsyncIterator[ThroughRedis | None]:
    """Join the announcements of all processes that share a database, for as long as the block runs.

    Gives what goes through Redis where there is one; a database that is this process's own needs none. Raises
    DriverMissing, BadRequest for URLs that cannot be read, StorageFailed.
    """
    if not is_on_a_server(url):
        yield None
        return
    from botyard.store.postgres.news import PostgresNews

    news = PostgresNews(url, announcements)
    await news.start()
    try:
        hearing = Hearing(announcements, tell=news.tell, asks_s=SAID_EVERY_S)
        if redis_url is None:
            async with hearing.said():
                yield None
        else:
            async with _through_redis(redis_url, announcements, news, hearing) as through_redis, hearing.said():
                yield through_redis
    finally:
        await news.stop()


@asynccontextmanager
async def _through_redis(
    redis_url: str, announcements: Announcements, otherwise: "PostgresNews", hearing: Hearing
) -> AsyncIterator[ThroughRedis]:
    """Tell through Redis what can be, and listen to both: who cannot reach Redis still tells through PostgreSQL."""
    redis_driver_is_there()
    from botyard.store.redis.counts import RedisCounts
    from botyard.store.redis.news import RedisNews

    name = await otherwise.database()
    news = RedisNews(redis_url, announcements, name=name, otherwise=otherwise.tell, hearing=hearing)
    counts = RedisCounts(redis_url, name=name)
    await news.start()
    try:
        yield ThroughRedis(news, counts, hearing)
    finally:
        await counts.stop()
        await news.stop()


def bring_up_to_date(url: str) -> None:
    """Make the tables, or take them through the missing steps. The caller holds the database. Raises NewerSchema."""
    if is_on_a_server(url):
        from botyard.store.postgres.up_to_date import bring_up_to_date as bring_server

        bring_server(url)
    else:
        up_to_date.bring_up_to_date(url)
