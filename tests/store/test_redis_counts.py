"""Limits that processes keep together through Redis, and each by itself where it is lost."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from time import monotonic

import pytest
from structlog.testing import capture_logs

from botyard.errors import TooMuch
from botyard.serving import rates
from botyard.serving.rates import Rates
from botyard.store.redis import counts
from botyard.store.redis.counts import RedisCounts
from tests.redis_servers import PrivateRedis, private_redis
from tests.store.test_news_between_processes import until

GOOD, FAILED = 30, 20


class Process:
    """One process among others that takes requests."""

    def __init__(self, url: str, name: str = "test") -> None:
        self.counts = RedisCounts(url, name=name)
        self.rates = Rates(monotonic, good=GOOD, failed=FAILED, shared=self.counts)

    async def takes(self, status: int = 200, client: str = "shop") -> bool:
        """Tell whether it takes a request, and let the others hear of it."""
        try:
            admitted = self.rates.admit("192.0.2.1", client)
        except TooMuch:
            return False
        self.rates.answered("192.0.2.1", client, status, admitted)
        await until(lambda: self.counts._telling is None)
        return True


@asynccontextmanager
async def processes(*urls: str, name: str = "test") -> AsyncIterator[list[Process]]:
    """So many processes, for as long as the block runs."""
    async with AsyncExitStack() as stack:
        each = [Process(url, name) for url in urls]
        for one in each:
            stack.push_async_callback(one.counts.stop)
        yield each


async def taken(some: list[Process], requests: int, status: int = 200, client: str = "shop") -> int:
    """Ask the processes in turn; how many requests they took."""
    return sum([await some[number % len(some)].takes(status, client) for number in range(requests)])


async def keep(limit: int, some: list[Process], status: int = 200, client: str = "shop") -> None:
    """Ask twice as often as the limit says. Each knows of the others what they had counted when it last counted."""
    assert limit <= await taken(some, 2 * limit, status, client) < limit + len(some)


@pytest.fixture(scope="module")
def running() -> Iterator[PrivateRedis]:
    """A Redis for all tests of this file."""
    try:
        with private_redis() as one:
            yield one
    except FileNotFoundError as error:
        pytest.skip(f"NOT TESTED ON REDIS: {error}")


@pytest.fixture
def server(running: PrivateRedis) -> PrivateRedis:
    """A Redis that is empty and runs."""
    running.kill()
    running.start()
    return running


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "PAUSE_S", 0.001)
    monkeypatch.setattr(counts, "AGAIN_S", 0.05)


def test_processes_keep_one_limit_together(server: PrivateRedis) -> None:
    """Whichever of three is asked, the limit is the limit; of failed requests too; another client has its own."""

    async def test() -> None:
        async with processes(server.url, server.url, server.url) as some:
            await keep(GOOD, some)
            await keep(GOOD, some, client="other")
            await keep(FAILED, some, status=400, client="wrong")

    asyncio.run(test())


def test_a_request_that_failed_counts_as_failed_and_no_more_as_good(server: PrivateRedis) -> None:
    """For the others as for the process that took it."""

    async def test() -> None:
        async with processes(server.url, server.url) as some:
            assert await taken(some[:1], FAILED - 1, status=400) == FAILED - 1
            await keep(GOOD, some)

    asyncio.run(test())


def test_a_process_that_begins_anew_forgets_nobody(server: PrivateRedis) -> None:
    """What it counted before its end is kept by Redis, and counts on."""

    async def test() -> None:
        async with processes(server.url) as some:
            assert await taken(some, GOOD) == GOOD
        async with processes(server.url) as [again]:
            assert await again.takes()  # it has heard of nobody yet
            assert not await again.takes()

    asyncio.run(test())


def test_a_redis_that_is_killed_leaves_each_process_its_own_limit(server: PrivateRedis) -> None:
    """No request waits and none fails for it; back again, it is used again; the log says so, once each."""

    async def test() -> None:
        async with processes(server.url, server.url) as some:
            await keep(GOOD, some)
            server.kill()
            assert await some[0].takes(client="another")  # so it is found out
            assert await some[1].takes(client="another")
            assert "each process counts requests on its own" in some[0].counts.state()
            assert GOOD - 2 < await taken(some, 2 * GOOD) <= GOOD  # what is left of two limits
            server.start()
            await asyncio.sleep(0.1)
            await keep(GOOD, some, client="later")
            assert some[0].counts.state() == some[1].counts.state() == "ok"

    with capture_logs() as logs:
        asyncio.run(test())
    assert sorted(line["event"] for line in logs) == ["counts_alone"] * 2 + ["counts_shared_again"] * 2


def test_a_redis_that_hangs_holds_up_no_request(server: PrivateRedis) -> None:
    """Requests are let in at once all the while, up to each process's own limit."""

    async def test() -> None:
        async with processes(server.url) as [one]:
            await one.takes(client="first")
            server.hang()
            began = monotonic()
            for _ in range(GOOD):
                one.rates.admit("192.0.2.1", "shop")
            await asyncio.sleep(0)
            with pytest.raises(TooMuch):
                one.rates.admit("192.0.2.1", "shop")
            assert monotonic() - began < 1
            await until(lambda: "did not answer in time" in one.counts.state())
            server.hang(is_over=True)

    asyncio.run(test())


def test_a_redis_that_was_emptied_goes_on_counting(server: PrivateRedis) -> None:
    """What it had is counted by whoever counted it, and no more by the others; the script is said again."""

    async def test() -> None:
        async with processes(server.url, server.url) as some:
            before = await taken(some, GOOD // 2)
            server.flush()
            server.ask("SCRIPT", "FLUSH")
            assert GOOD <= before + await taken(some, 3 * GOOD) <= GOOD + GOOD // 2
            await keep(GOOD, some, client="other")

    asyncio.run(test())


def test_who_waits_as_told_gets_in_though_others_counted_it(
    server: PrivateRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a minute of two seconds, and with what only another process counted."""
    for module in (counts, rates):
        monkeypatch.setattr(module, "SLOT_S", 1)
        monkeypatch.setattr(module, "SLOTS", 1)

    async def test() -> None:
        async with processes(server.url, server.url) as [one, other]:
            assert await taken([one], GOOD) == GOOD
            await other.takes()
            with pytest.raises(TooMuch) as refused:
                other.rates.admit("192.0.2.1", "shop")
            assert refused.value.retry_after_s in {1, 2}
            await asyncio.sleep(refused.value.retry_after_s)
            assert await other.takes()

    asyncio.run(test())


def test_time_put_back_holds_nobody_off_for_long(server: PrivateRedis) -> None:
    """What was counted in what is now the future counts no more."""

    async def test() -> None:
        async with processes(server.url, server.url) as some:
            assert await taken(some[:1], 1) == 1
            [key] = keys(server)
            server.ask("HSET", key, "99999999999:another", str(10 * GOOD))
            await keep(GOOD - 1, some)

    asyncio.run(test())


def test_redis_learns_no_address_and_forgets_who_does_not_come_again(server: PrivateRedis) -> None:
    """Keys are digests, and end by themselves soon after their minute."""

    async def test() -> None:
        async with processes(server.url) as [one]:
            await one.takes()

    asyncio.run(test())
    [key] = keys(server)
    assert "192" not in key
    assert "shop" not in key
    assert int(str(server.ask("TTL", key))) in range(60, 75)


def keys(server: PrivateRedis) -> list[str]:
    """What it counts."""
    found = server.ask("KEYS", "botyard:*:count:*")
    assert isinstance(found, list)
    return [key.decode() for key in found]


def test_a_user_of_redis_that_may_not_run_the_script_is_told_what_to_allow(server: PrivateRedis) -> None:
    """Requests are counted by each process meanwhile; with the rights that the manual names it works."""
    rights = ("+@read", "+@write", "+@connection")
    server.ask("ACL", "SETUSER", "small", "on", ">hush", "~botyard:*", *rights)
    url = server.url.replace("unix://", "unix://small:hush@")

    async def test() -> None:
        async with processes(url, url) as some:
            assert await taken(some, 3 * GOOD) == 2 * GOOD
            assert "+eval +evalsha +time" in some[0].counts.state()
            server.ask("ACL", "SETUSER", "small", "+eval", "+evalsha", "+time")
            await asyncio.sleep(0.1)
            await keep(GOOD, some, client="other")

    asyncio.run(test())


def test_the_minute_is_the_same_in_redis_as_in_a_process() -> None:
    """Two rooms that may not know each other have to agree."""
    assert (counts.SLOT_S, counts.SLOTS) == (rates.SLOT_S, rates.SLOTS)


def test_a_flood_of_callers_fills_no_memory(server: PrivateRedis, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only so many are remembered, told or untold."""
    monkeypatch.setattr(counts, "REMEMBERED", 50)

    async def test() -> None:
        async with processes(server.url, server.url) as [one, other]:
            for number in range(120):
                one.rates.admit(str(number), "a")
            assert len(one.counts._untold) == 50
            await until(lambda: one.counts._telling is None)
            for number in range(50):
                other.rates.admit(str(number), "a")
                await until(lambda: other.counts._telling is None)
                one.rates.admit(str(number + 50), "a")
            await until(lambda: one.counts._telling is None)
            assert len(other.counts._others) == 50

    asyncio.run(test())
