"""What processes tell each other through Redis, and what happens when it dies, is emptied or cannot be used."""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from structlog.testing import capture_logs

from botyard.errors import BadRequest
from botyard.store.announce import MISSED, Announcements
from botyard.store.redis.news import RedisNews
from tests.redis_servers import REDIS, PrivateRedis
from tests.store.test_news_between_processes import all_hear_the_same, until

NOWHERE = "unix:///no/such/socket"


class Process:
    """One process among others. heard: what others told it; notified: what it told without Redis."""

    def __init__(self, url: str, name: str = "test") -> None:
        self.heard: list[tuple[str, str]] = []
        self.notified: list[tuple[str, str]] = []
        self.announcements = Announcements()
        self.announcements.follow(lambda topic, what: self.heard.append((topic, what)))
        self.news = RedisNews(
            url,
            self.announcements,
            name=name,
            otherwise=lambda topic, what: self.notified.append((topic, what)),
            hearing=all_hear_the_same(self.announcements),
        )

    async def hears(self, word: tuple[str, str]) -> None:
        """Wait until it has heard this, and forget what it heard."""
        await until(lambda: word in self.heard)
        self.heard.clear()


@asynccontextmanager
async def processes(*urls: str, name: str = "test") -> AsyncIterator[list[Process]]:
    """So many processes, for as long as the block runs."""
    async with AsyncExitStack() as stack:
        each = [Process(url, name) for url in urls]
        for one in each:
            await one.news.start()
            stack.push_async_callback(one.news.stop)
        yield each


@pytest.fixture
def server(redis: PrivateRedis) -> PrivateRedis:
    """A Redis that may be killed."""
    return redis


@pytest.fixture
def url(request: pytest.FixtureRequest) -> str:
    """A Redis that is not killed."""
    if REDIS in os.environ:
        return os.environ[REDIS]
    started: PrivateRedis = request.getfixturevalue("server")
    return started.url


def test_what_one_process_says_all_others_hear_once_and_in_order(url: str) -> None:
    """Each word reaches everybody but the one who said it; said twice in one go it is heard once."""

    async def test() -> None:
        async with processes(url, url, url, name=f"test-{os.getpid()}") as (first, *others):
            for what in ("typing", "messages", "typing"):
                first.announcements.publish("conversation/1", what)
            await until(lambda: all(len(other.heard) > 1 for other in others))
            for other in others:
                assert other.heard == [("conversation/1", "messages"), ("conversation/1", "typing")]
            assert first.heard == first.notified == []
            assert first.news.state() == "ok"

    asyncio.run(test())


def test_databases_that_share_a_redis_hear_nothing_of_each_other(server: PrivateRedis) -> None:
    """A stream belongs to one database."""

    async def test() -> None:
        async with (
            processes(server.url, server.url, name="mine") as (mine, also_mine),
            processes(server.url, name="yours") as [yours],
        ):
            mine.announcements.publish("conversation/1", "messages")
            await also_mine.hears(("conversation/1", "messages"))
            assert yours.heard == []

    asyncio.run(test())


def test_a_redis_that_is_killed_takes_no_word_with_it(server: PrivateRedis) -> None:
    """Words go the other way at once; everybody reads everything up; when Redis is back, they go through it again."""

    async def test() -> None:
        async with processes(server.url, server.url) as (first, second):
            server.kill()
            first.announcements.publish("conversation/1", "messages")
            await until(lambda: first.notified == [("conversation/1", "messages")])
            await second.hears(("", MISSED))
            assert "is Redis running" in second.news.state()
            server.start()
            await until(lambda: first.news.state() == second.news.state() == "ok")
            await second.hears(("", MISSED))
            first.announcements.publish("conversation/1", "back")
            await second.hears(("conversation/1", "back"))
            assert first.notified == [("conversation/1", "messages")]

    asyncio.run(test())


def test_a_redis_that_hangs_is_given_up_and_taken_up_again(server: PrivateRedis) -> None:
    """What it did not take in time goes the other way; awake again, it may say it once more, and is used again."""

    async def test() -> None:
        async with processes(server.url, server.url) as (first, second):
            server.hang()
            first.announcements.publish("conversation/1", "messages")
            await until(lambda: first.notified == [("conversation/1", "messages")])
            await until(lambda: "did not answer in time" in second.news.state())
            server.hang(is_over=True)
            await until(lambda: first.news.state() == second.news.state() == "ok")
            second.heard.clear()
            first.announcements.publish("conversation/1", "back")
            await second.hears(("conversation/1", "back"))

    asyncio.run(test())


def test_when_redis_was_emptied_all_read_everything_up(server: PrivateRedis) -> None:
    """Words may have gone with the rest: every process learns of it, and hears what is said afterwards."""

    async def test() -> None:
        async with processes(server.url, server.url) as (first, second):
            first.announcements.publish("conversation/1", "messages")
            await second.hears(("conversation/1", "messages"))
            server.flush()
            await asyncio.gather(first.hears(("", MISSED)), second.hears(("", MISSED)))
            first.announcements.publish("conversation/1", "after")
            await second.hears(("conversation/1", "after"))
            assert first.notified == []

    asyncio.run(test())


def test_a_word_that_nobody_understands_does_not_end_the_listening(server: PrivateRedis) -> None:
    """Another version of Botyard may have said it, or a person; what comes after it is heard."""

    def understands(topic: str, _what: str) -> None:
        int(topic.removeprefix("conversation/"))

    async def test() -> None:
        async with processes(server.url, server.url) as (first, second):
            second.announcements.follow(understands)
            first.announcements.publish("conversation/strange", "messages")
            await second.hears(("conversation/strange", "messages"))
            server.ask("XADD", "botyard:test:news", "*", "told", "{")
            first.announcements.publish("conversation/1", "messages")
            await second.hears(("conversation/1", "messages"))
            assert second.news.state() == "ok"

    asyncio.run(test())


def test_the_stream_does_not_grow_without_end(server: PrivateRedis, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was heard long ago is let go."""
    monkeypatch.setattr("botyard.store.redis.news.KEPT", 100)

    async def test() -> None:
        async with processes(server.url, server.url) as (first, second):
            for number in range(350):
                first.announcements.publish(f"conversation/{number}", "messages")
                await second.hears((f"conversation/{number}", "messages"))

    asyncio.run(test())
    length = server.ask("XLEN", "botyard:test:news")
    assert isinstance(length, int)
    assert length < 300  # Redis lets go of a hundred at a time


@pytest.mark.parametrize(
    ("wrong", "cure"),
    [
        ("redis://me:hush@127.0.0.1:1/0", "nobody listens there"),
        ("redis://me:hush@no.such.host.invalid/0", "host"),
        ("unix://me:hush@/no/such/socket", "socket"),
    ],
)
def test_a_redis_that_cannot_be_reached_stops_nobody(wrong: str, cure: str) -> None:
    """Words go the other way, and the log says once what to mend, without the password."""

    async def test() -> None:
        async with processes(wrong) as [alone]:
            assert re.search(cure, alone.news.state())
            alone.announcements.publish("conversation/1", "messages")
            assert alone.notified == [("conversation/1", "messages")]
            await alone.hears(("", MISSED))

    with capture_logs() as logs:
        asyncio.run(test())
    assert [line["event"] for line in logs] == ["redis_lost"]
    assert "hush" not in str(logs)


def test_a_password_that_is_wrong_or_missing_is_named_and_not_told(server: PrivateRedis) -> None:
    """Who reads the log learns what to mend."""
    server.ask("CONFIG", "SET", "requirepass", "right")
    assert "asks for a password" in asyncio.run(state_with(server.url))
    wrong = asyncio.run(state_with(server.url.replace("unix://", "unix://:hush@")))
    assert "check user and password" in wrong
    assert "hush" not in wrong


def test_a_read_only_replica_and_a_full_memory_are_found_out_at_the_start(server: PrivateRedis) -> None:
    """Both would take no word; that is known before the first one is told."""
    server.ask("REPLICAOF", "127.0.0.1", "1")
    assert "must name the primary" in asyncio.run(state_with(server.url))
    server.ask("REPLICAOF", "NO", "ONE")
    server.ask("CONFIG", "SET", "maxmemory", "1")
    assert "memory is full" in asyncio.run(state_with(server.url))


async def state_with(url: str) -> str:
    """What a process says of this Redis."""
    async with processes(url) as [alone]:
        return alone.news.state()


@pytest.mark.parametrize(
    "wrong", ["redis://me:hu/sh@host:6379/0", "redis://me:hush@host:port/0", "redis://me:hush@host:6379/one"]
)
def test_a_url_that_cannot_be_read_is_refused_without_a_part_of_the_password(wrong: str) -> None:
    """The sentence says how to write it."""
    with pytest.raises(BadRequest, match="%2F") as refused:
        Process(wrong)
    assert "hu" not in str(refused.value)
    assert "sh@" not in str(refused.value)
