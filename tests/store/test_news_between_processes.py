"""What every carrier of announcements between processes promises, whichever it is: tried on each that we have."""

import asyncio
import re
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

import psycopg
import pytest
from structlog.testing import capture_logs

from botyard.store.announce import MISSED, Announcements
from botyard.store.hearing import Hearing
from botyard.store.opening import bring_up_to_date
from botyard.store.postgres.news import PostgresNews
from botyard.store.redis.news import RedisNews
from tests.redis_servers import PrivateRedis, private_redis
from tests.stores import on_server

WORD = ("conversation/7/1", "messages")


def all_hear_the_same(announcements: Announcements) -> Hearing:
    """Nobody says otherwise."""
    return Hearing(announcements, tell=lambda _topic, _what: None, asks_s=0)


class News(Protocol):
    """The port: it fills `Announcements.tell_others`, and calls its `heard` and `missed_some`."""

    async def start(self) -> None:
        """Listen, and tell from now on."""

    async def stop(self) -> None:
        """End."""


class Carrier(ABC):
    """One way to carry words, and how to trouble it."""

    @abstractmethod
    def joined(self, announcements: Announcements) -> News:
        """Make what joins one process to the others."""

    @abstractmethod
    def cut(self, *, only_the_first: bool = False) -> None:
        """End every connection, as a network or a restart does; or only those of the process that started first."""

    @abstractmethod
    def say(self, raw: str) -> None:
        """Say what no process of ours says."""


class ThroughPostgres(Carrier):
    """LISTEN and NOTIFY."""

    def __init__(self, url: str) -> None:
        self._url = url
        bring_up_to_date(url)

    def joined(self, announcements: Announcements) -> News:
        """Join a process."""
        return PostgresNews(self._url, announcements)

    def cut(self, *, only_the_first: bool = False) -> None:
        """End the sessions."""
        self._ask(
            "SELECT pg_terminate_backend(pid, 5000) FROM (SELECT pid FROM pg_stat_activity "
            "WHERE application_name = 'botyard news' ORDER BY backend_start LIMIT %s) AS news",
            1 if only_the_first else None,
        )

    def say(self, raw: str) -> None:
        """Notify."""
        self._ask("SELECT pg_notify('botyard_' || 'process'::regclass::oid, %s)", raw)

    def _ask(self, statement: Any, *values: str | int | None) -> None:
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(statement, values)


class ThroughRedis(Carrier):
    """A stream. Whatever it cannot carry goes another way, which here leads to everybody else at once."""

    def __init__(self, server: PrivateRedis) -> None:
        self._server = server
        self._all: list[Announcements] = []

    def joined(self, announcements: Announcements) -> News:
        """Join a process."""

        def otherwise(topic: str, what: str) -> None:
            for one in self._all:
                if one is not announcements:
                    one.heard(topic, what)

        self._all.append(announcements)
        hearing = all_hear_the_same(announcements)
        return RedisNews(self._server.url, announcements, name="test", otherwise=otherwise, hearing=hearing)

    def cut(self, *, only_the_first: bool = False) -> None:
        """End the connections."""
        if not only_the_first:
            self._server.ask("CLIENT", "KILL", "TYPE", "normal")
            return
        clients = self._server.ask("CLIENT", "LIST")
        assert isinstance(clients, bytes)
        reading = re.findall(r"^id=(\d+) .*cmd=xread", clients.decode(), re.MULTILINE)
        self._server.ask("CLIENT", "KILL", "ID", min(reading, key=int))

    def say(self, raw: str) -> None:
        """Add to the stream."""
        self._server.ask("XADD", "botyard:test:news", "*", "told", raw)


@pytest.fixture(params=["postgresql", "redis"])
def carrier(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Carrier]:
    """Each carrier, on a real server."""
    if request.param == "postgresql":
        request.getfixturevalue("postgres")
        yield ThroughPostgres(on_server(tmp_path / "b.db"))
        return
    try:
        with private_redis() as server:
            yield ThroughRedis(server)
    except FileNotFoundError as error:
        pytest.skip(f"NOT TESTED ON REDIS: {error}")


class Process:
    """One process among others, and what it heard of them."""

    def __init__(self, carrier: Carrier) -> None:
        self.heard: list[tuple[str, str]] = []
        self.announcements = Announcements()
        self.announcements.follow(lambda topic, what: self.heard.append((topic, what)))
        self.news = carrier.joined(self.announcements)


@asynccontextmanager
async def processes(carrier: Carrier, many: int = 2) -> AsyncIterator[list[Process]]:
    """So many processes, for as long as the block runs."""
    async with AsyncExitStack() as stack:
        each = [Process(carrier) for _ in range(many)]
        for one in each:
            await one.news.start()
            stack.push_async_callback(one.news.stop)
        yield each


async def until(is_so: Callable[[], bool]) -> None:
    """Wait for something that must come."""
    async with asyncio.timeout(20):
        while not is_so():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.01)


def test_what_one_says_all_others_hear_once_in_order_and_not_itself(carrier: Carrier) -> None:
    """What is said twice in one go is heard once, the later time."""

    async def test() -> None:
        async with processes(carrier, 3) as (first, *others):
            for what in ("typing", "messages", "typing"):
                first.announcements.publish("conversation/7/1", what)
            others[0].announcements.publish("user/1", "changed")
            await until(lambda: len(others[1].heard) == 3 and len(others[0].heard) == 2 and len(first.heard) == 1)
            said = [("conversation/7/1", "messages"), ("conversation/7/1", "typing")]
            assert others[0].heard == said
            assert [word for word in others[1].heard if word[0] != "user/1"] == said
            assert first.heard == [("user/1", "changed")]

    asyncio.run(test())


@pytest.mark.parametrize("topic", ["x" * 300, "ü" * 300, '"' * 300], ids=["ASCII", "of two bytes", "escaped"])
def test_however_much_is_said_at_once_all_of_it_arrives(carrier: Carrier, topic: str) -> None:
    """A carrier that takes so many bytes at once is given them in parts."""

    async def test() -> None:
        async with processes(carrier) as (first, second):
            said = [(f"{topic}/{number}", "messages") for number in range(350)]
            for word in said:
                first.announcements.publish(*word)
            await until(lambda: len(second.heard) >= len(said))
            assert second.heard == said
            assert not first.heard

    asyncio.run(test())


def test_what_is_too_long_for_a_carrier_takes_nothing_with_it(carrier: Carrier) -> None:
    """What is said before it and behind it arrives."""

    async def test() -> None:
        async with processes(carrier) as (first, second):
            for topic in ("before", "x" * 9_000, "behind"):
                first.announcements.publish(topic, "messages")
            await until(lambda: ("behind", "messages") in second.heard)
            assert second.heard[0] == ("before", "messages")

    asyncio.run(test())


def test_whoever_was_cut_off_learns_that_it_missed_some(carrier: Carrier) -> None:
    """And what is said from then on is heard again."""

    async def test() -> None:
        async with processes(carrier) as (first, second):
            await asyncio.to_thread(carrier.cut)
            await until(lambda: all(("", MISSED) in one.heard for one in (first, second)))
            second.heard.clear()
            first.announcements.publish(*WORD)
            await until(lambda: WORD in second.heard)

    asyncio.run(test())


def test_what_is_said_while_ones_own_line_is_down_reaches_the_others(carrier: Carrier) -> None:
    """They have lost nothing, so nothing tells them to read up: each word arrives, some of them perhaps twice."""

    async def test() -> None:
        async with processes(carrier) as (first, second):
            cutting = asyncio.create_task(asyncio.to_thread(carrier.cut, only_the_first=True))
            for number in range(100):
                first.announcements.publish(f"conversation/7/{number}", "messages")
                await asyncio.sleep(0.005)
            await cutting
            await until(lambda: ("", MISSED) in first.heard)
            await until(lambda: len({topic for topic, _ in second.heard}) == 100)
            assert ("", MISSED) not in second.heard

    asyncio.run(test())


def test_who_had_too_much_to_say_meanwhile_tells_the_others_to_read_up(
    carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits for a line has a bound; beyond it nobody relies on words."""
    if not isinstance(carrier, ThroughPostgres):
        pytest.skip("through Redis nothing waits: it goes the other way")
    monkeypatch.setattr("botyard.store.postgres.news.KEPT", 50)

    async def test() -> None:
        async with processes(carrier) as (first, second):
            await asyncio.to_thread(carrier.cut, only_the_first=True)
            for number in range(300):
                first.announcements.publish(f"conversation/7/{number}", "messages")
            await until(lambda: ("", MISSED) in second.heard)

    asyncio.run(test())


@pytest.mark.parametrize("raw", ["{", "", "[[]]", '[["secret"]]', '{"secret":1}', "[" * 5_000, '[["secret","x",1]]'])
def test_a_note_that_cannot_be_read_is_ignored_and_its_content_logged_nowhere(carrier: Carrier, raw: str) -> None:
    """A newer version may have written it, or a person; what comes behind it is heard."""

    async def test() -> None:
        async with processes(carrier) as (first, second):
            await asyncio.to_thread(carrier.say, raw)
            await until(lambda: bool(logged))
            first.announcements.publish(*WORD)
            await until(lambda: WORD in second.heard)
            assert second.heard == [WORD]

    with capture_logs() as logged:
        asyncio.run(test())
    assert {line["event"] for line in logged} == {"news_unreadable"}
    assert "secret" not in str(logged)


def test_a_word_that_is_not_understood_keeps_nobody_from_the_next(carrier: Carrier) -> None:
    """Whoever follows may fail at a topic of another version; its neighbours in the same note are heard."""

    def understands(topic: str, _what: str) -> None:
        int(topic.rpartition("/")[2])

    async def test() -> None:
        async with processes(carrier) as (first, second):
            second.announcements.follow(understands)
            first.announcements.publish("conversation/7/secret", "messages")
            first.announcements.publish(*WORD)
            await until(lambda: WORD in second.heard)

    with capture_logs() as logged:
        asyncio.run(test())
    assert "news_not_understood" in {line["event"] for line in logged}
    assert "secret" not in str(logged)
