"""Who lives and who is dead among the processes that share a database."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep

import psycopg
import pytest
from structlog.testing import capture_logs

import botyard.store.postgres.peers
from botyard.store.clock import Clock
from botyard.store.commit import StorageFailed
from botyard.store.opening import bring_up_to_date, open_store
from botyard.store.peers import Seen
from botyard.store.postgres.peers import BEATS_EVERY_S, PostgresPeers
from botyard.store.records import COMES_BACK_S
from tests.stores import long_up, on_server

AGED = "UPDATE process SET beat_at = beat_at - interval '{} s' WHERE id = {}"


@pytest.fixture
def url(postgres: str, tmp_path: Path) -> str:
    """A schema of its own on a server that runs."""
    assert postgres
    url = on_server(tmp_path / "b.db")
    bring_up_to_date(url)
    return url


@asynccontextmanager
async def two(
    url: str, *, takes_turns: bool = True, seconds: Callable[[], float] = monotonic
) -> AsyncIterator[tuple[PostgresPeers, PostgresPeers]]:
    """Two of them in one test; each looks when it is told to."""
    store = open_store(url)
    first, second = (
        PostgresPeers(url, store, cluster="x", takes_turns=turns, seconds=seconds) for turns in (True, takes_turns)
    )
    await first.join()
    await second.join()
    try:
        yield first, second
    finally:
        await first.leave()
        await second.leave()
        store.close()


def change(url: str, sql: str) -> None:
    """Do something to the table."""
    with psycopg.connect(url) as connection:
        connection.execute(sql)


def session_of(url: str, process: int) -> int:
    """The server's process for the session that holds a process's lock."""
    with psycopg.connect(url) as connection:
        [[found]] = connection.execute(
            "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = %s"
            " AND classid = 'process'::regclass::oid",
            [process],
        ).fetchall()
    return int(found)


def end_stopped(pid: int) -> None:
    """Let one of the server's processes find out that it is to end."""
    os.kill(pid, signal.SIGTERM)
    os.kill(pid, signal.SIGCONT)
    while Path(f"/proc/{pid}").exists():
        sleep(0.01)


def end_lock(url: str, process: int) -> None:
    """End the session that holds a process's lock."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s"
            " AND classid = 'process'::regclass::oid",
            [process],
        )


def fall_silent(url: str, process: int) -> None:
    """Let a heart have beaten last 16 s ago."""
    change(url, AGED.format(16, process))


@pytest.mark.parametrize("kills", [end_lock, fall_silent])
def test_whose_lock_is_gone_or_whose_heart_is_silent_is_dead(url: str, kills: Callable[[str, int], None]) -> None:
    """It is buried by whoever looks, is told so when it looks itself, and joins under a number never used before."""

    async def test() -> None:
        await long_up(url)
        async with two(url) as (first, second):
            assert await first.look() == Seen()
            assert list(first.workers) == [first.id, second.id]
            kills(url, second.id)
            assert await first.look() == Seen(somebody_died=True)
            await first.look()
            assert list(first.workers) == [first.id]
            before = second.id
            assert await second.look() == Seen(was_buried=True)
            await second.join()
            assert second.id > before
            assert await first.look() == Seen()
            assert list(first.workers) == [first.id, second.id]

    asyncio.run(test())


def test_a_heart_that_beats_late_is_not_dead_and_a_lost_lock_is_taken_again(url: str) -> None:
    """Ten seconds of silence are no death; who notices the loss of its own lock first goes on as it was."""

    async def test() -> None:
        async with two(url) as (first, second):
            change(url, AGED.format(10, second.id))
            end_lock(url, first.id)
            assert await first.look() == Seen()
            assert await second.look() == Seen()
            assert await first.look() == Seen()
            assert list(second.workers) == [first.id, second.id]

    asyncio.run(test())


def test_who_lost_its_own_lock_gives_the_others_time_to_come_back(url: str) -> None:
    """Behind a proxy that was restarted, all lost theirs at once, on a server long up; later the dead are dead."""
    now = monotonic()

    async def test() -> None:
        nonlocal now
        await long_up(url)
        async with two(url, seconds=lambda: now) as (first, second):
            for one in (first, second):
                end_lock(url, one.id)
            fall_silent(url, second.id)  # it could not tell that its heart beats
            assert await first.look() == Seen()
            assert await first.look() == Seen()
            assert list(first.workers) == [first.id, second.id]
            assert await second.look() == Seen()
            for one in (first, second):
                end_lock(url, one.id)
            assert await first.look() == Seen()
            now += COMES_BACK_S + 0.1
            assert await first.look() == Seen(somebody_died=True)
            assert list(first.workers) == [first.id]

    asyncio.run(test())


def test_a_session_cut_without_the_servers_knowledge_is_made_anew_before_the_server_learns_of_it(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A firewall forgot the connections: the server ends each session at a time of its own, and nobody is buried."""
    monkeypatch.setattr(botyard.store.postgres.peers, "SURE_WITHIN_S", 0.2)
    now = monotonic()

    async def test() -> None:
        nonlocal now
        await long_up(url)
        async with two(url, seconds=lambda: now) as (first, second):
            cut = session_of(url, second.id)
            os.kill(cut, signal.SIGSTOP)
            now += BEATS_EVERY_S
            assert await second.look() == Seen()
            await asyncio.to_thread(end_stopped, cut)
            assert await first.look() == Seen()
            assert session_of(url, second.id) != cut

    asyncio.run(test())


def test_who_takes_no_turns_or_goes_is_no_worker(url: str) -> None:
    """Doors are not told to take anything up, nor is one that retires; who leaves is no death."""

    async def test() -> None:
        async with two(url, takes_turns=False) as (first, second):
            await first.look()
            assert list(first.workers) == [first.id]
            await first.retire()
            await second.look()
            assert not second.workers
            await first.leave()
            assert await second.look() == Seen()

    asyncio.run(test())


def test_who_joins_goes_by_the_databases_clock(url: str) -> None:
    """Its machine is a year late."""

    async def test() -> None:
        store = open_store(url)
        clock = Clock(lambda: datetime.now(UTC) - timedelta(days=365))
        peers = PostgresPeers(url, store, cluster="x", clock=clock)
        await peers.join()
        try:
            assert abs(clock() - datetime.now(UTC)) < timedelta(seconds=30)
        finally:
            await peers.leave()
            store.close()

    asyncio.run(test())


def test_one_that_could_not_join_takes_no_leave(url: str) -> None:
    """Where the database is read-only nobody knows of it, so there is nothing more to say than why."""

    async def test() -> None:
        store = open_store(f"{url}%20-cdefault_transaction_read_only%3Don")
        one = PostgresPeers(url, store, cluster="x")
        with capture_logs() as logged:
            with pytest.raises(StorageFailed, match="read-only"):
                await one.join()
            await one.retire()
            await one.leave()
        store.close()
        assert not logged

    asyncio.run(test())
