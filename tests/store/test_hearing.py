"""Processes of one database that hear different Redis, or none: each finds out, and says everything both ways."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from botyard.store import hearing
from botyard.store.announce import Announcements
from botyard.store.hearing import ADVICE, Hearing
from botyard.store.opening import ThroughRedis, bring_up_to_date, news_among
from tests.redis_servers import PrivateRedis
from tests.store.test_news_between_processes import until
from tests.stores import on_server

WORD = ("conversation/1", "messages")


@pytest.fixture
def url(postgres: str, tmp_path: Path) -> str:
    """A database of its own on a server that runs."""
    assert postgres
    made = on_server(tmp_path / "b.db")
    bring_up_to_date(made)
    return made


class Processes:
    """Several of one database. heard: what each was told by others, but for what they hear."""

    def __init__(self, stack: AsyncExitStack, url: str) -> None:
        self._stack = stack
        self._url = url
        self.heard: list[list[tuple[str, str]]] = []

    async def join(self, redis_url: str | None) -> tuple[Announcements, ThroughRedis | None]:
        """Start one more."""
        announcements = Announcements()
        heard: list[tuple[str, str]] = []
        announcements.follow(lambda topic, what: None if topic == hearing.TOPIC else heard.append((topic, what)))
        self.heard.append(heard)
        through = await self._stack.enter_async_context(news_among(self._url, announcements, redis_url))
        return announcements, through


def test_one_without_redis_hears_those_that_have_it(url: str, redis: PrivateRedis) -> None:
    """It says so; whoever has one says everything through PostgreSQL, too, and what to mend."""

    async def test() -> None:
        async with AsyncExitStack() as stack:
            processes = Processes(stack, url)
            first, through = await processes.join(redis.url)
            assert through is not None
            await processes.join(redis.url)
            await processes.join(None)
            await until(lambda: through.state() == ADVICE)
            first.publish(*WORD)
            await until(lambda: all(WORD in heard for heard in processes.heard[1:]))

    asyncio.run(test())


def test_where_all_hear_the_same_nothing_is_said_twice(
    url: str, redis: PrivateRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once everybody had the time to say what it hears; emptied, Redis is another, of which all tell at once."""
    monkeypatch.setattr(hearing, "SAID_EVERY_S", 0.2)
    monkeypatch.setattr("botyard.store.opening.SAID_EVERY_S", 0.5)

    async def test() -> None:
        async with AsyncExitStack() as stack:
            processes = Processes(stack, url)
            first, through = await processes.join(redis.url)
            assert through is not None
            await processes.join(redis.url)
            await asyncio.sleep(0.7)
            assert through.state() == "ok"
            first.publish(*WORD)
            await until(lambda: processes.heard[1] == [WORD])
            redis.flush()
            await until(lambda: len(processes.heard[1]) > 1)
            await until(lambda: through.state() == "ok")
            await asyncio.sleep(0.5)
            assert processes.heard[1].count(WORD) == 1

    with capture_logs() as logs:
        asyncio.run(test())
    assert [line["event"] for line in logs] == []


def test_another_redis_is_told_of_in_the_log_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the cure; who went away is forgotten."""
    monkeypatch.setattr(hearing, "SAID_EVERY_S", 0.01)
    monkeypatch.setattr(hearing, "REMEMBERED_S", 0.3)

    async def test() -> None:
        told: list[tuple[str, str]] = []
        announcements = Announcements()
        mine = Hearing(announcements, tell=lambda topic, what: told.append((topic, what)), asks_s=0)
        async with mine.said():
            mine.hears("one")
            await until(lambda: any(what.endswith("/one") for _, what in told))
            assert mine.is_the_same_for_all()
            announcements.heard(hearing.TOPIC, "somebody/another")
            assert not mine.is_the_same_for_all()
            await until(mine.is_the_same_for_all)

    with capture_logs() as logs:
        asyncio.run(test())
    assert [(line["event"], line["advice"]) for line in logs] == [("redis_not_heard_by_all", ADVICE)]
