"""Old traces and calls are forgotten, and nothing else is."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
import sqlalchemy as sa
import structlog

from botyard.conversations import records as threads
from botyard.conversations.aging import sweep as sweeping
from botyard.conversations.aging.sweep import ROWS, sweep, sweep_for_ever
from botyard.conversations.turns import records
from botyard.conversations.turns.records import Traced, calls_after, numbers_used, turns_after
from botyard.store.commit import Outcome, Row, Store, Write
from tests.conversations.small_shell import BUSINESS, PARTNER, Shell, shell

pytestmark = pytest.mark.usefixtures("each_store")

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
BEFORE = NOW - timedelta(days=30)
DAY = timedelta(days=1)
T = TypeVar("T")


async def thread(running: Shell, name: str = "asha") -> int:
    """Open the thread of a user who says nothing."""
    user_id = await running.new_user(name)
    await running.database.commit(
        [threads.opens_thread(partner_id=PARTNER, business_id=BUSINESS, user_id=user_id, now=NOW)]
    )
    row = await threads.thread_of(running.database, BUSINESS, user_id)
    assert row is not None
    return int(row["id"])


def on_a_shell(folder: Path, test: Callable[[Shell], Awaitable[T]]) -> T:
    """Run a test on a fresh database."""

    async def main() -> T:
        async with shell(folder / "aging.db") as running:
            return await test(running)

    return asyncio.run(main())


def trace(conversation_id: int, number: int, now: datetime) -> Write:
    """Keep a turn."""
    return records.took_turn(conversation_id, Traced(number, b"{}"), caused_by=None, now=now)


def call(
    conversation_id: int, number: int, now: datetime, *, is_out: bool = False, turns: tuple[int, int] = (0, 0)
) -> list[Write]:
    """Keep a call, one that ended unless it is out. turns: the numbers of the two around it; 0 is before the first."""
    begun_in, ended_in = turns
    begun = records.begins_call(
        conversation_id, call_no=number, node="N", caused_by=7, effect=b"{}", turn=Traced(begun_in, b"begun"), now=now
    )
    ended = records.ends_call(conversation_id, number, outcome="answered", why="", turn_no=ended_in, now=now)
    return [begun] if is_out else [begun, ended]


async def left(store: Store, conversation_id: int) -> tuple[list[int], list[int]]:
    """The numbers of the turns and calls that are there."""
    turns = await turns_after(store, conversation_id, 0, 9999)
    calls = await calls_after(store, conversation_id, 0, 9999)
    return [row["turn_no"] for row in turns], [row["call_no"] for row in calls]


def test_turns_and_calls_are_read_from_wherever_they_are_kept(tmp_path: Path) -> None:
    """A turn has its own row or stands with the call that it began; what a call came to, with the turn it caused."""

    async def run(running: Shell) -> None:
        store = running.database
        busy, other = await thread(running, "busy"), await thread(running, "other")
        came_to = records.took_turn(busy, Traced(3, b"{}", b"asked", b"answered"), caused_by=7, now=NOW)
        unit = [trace(busy, 1, NOW), *call(busy, 1, NOW, turns=(2, 3)), came_to, *call(busy, 2, NOW, turns=(5, 6))]
        await store.commit([*unit, trace(busy, 4, NOW), trace(other, 1, NOW), *call(other, 1, NOW, turns=(2, 3))])
        read = [await turns_after(store, busy, after, 3) for after in (0, 3, 5)]
        assert [[row["turn_no"] for row in rows] for rows in read] == [[1, 2, 3], [4, 5], []]
        assert [(row["trace"], row["caused_by"], row["created_at"]) for row in read[0]] == [
            (b"{}", None, NOW), (b"begun", 7, NOW), (b"{}", 7, NOW)
        ]  # fmt: skip
        before_step_6 = sa.insert(records.call).values(
            conversation_id=busy, call_no=3, node="N", caused_by=7, effect=b"{}", begun_at=NOW, ended_at=NOW,
            request=b"then asked", response=b"then answered",
        )  # fmt: skip
        await store.commit([Write(before_step_6, {})])
        calls = await calls_after(store, busy, 0, 9)
        assert [(row["call_no"], row["request"], row["response"]) for row in calls] == [
            (1, b"asked", b"answered"), (2, None, None), (3, b"then asked", b"then answered")
        ]  # fmt: skip
        assert await numbers_used(store, busy) == (5, 3)

    on_a_shell(tmp_path, run)


def test_what_is_older_than_its_time_goes_and_the_newest_of_a_thread_stays(tmp_path: Path) -> None:
    """Numbers are never given twice, so the last of each kind is kept; calls that are out are nobody's past."""

    async def run(running: Shell) -> None:
        store = running.database
        busy, silent, stuck = [await thread(running, name) for name in ("busy", "silent", "stuck")]
        unit: list[Write] = []
        for number in range(1, 41):
            at = NOW - timedelta(days=41 - number)  # 40 days old, 39, … 1
            unit += [trace(busy, number, at), *call(busy, number, at)]
        unit += [trace(silent, n, NOW - 90 * DAY) for n in (1, 2, 3)] + call(silent, 1, NOW - 90 * DAY)
        unit += call(stuck, 1, NOW - 90 * DAY, is_out=True) + call(stuck, 2, NOW - 80 * DAY)
        await store.commit(unit)
        assert await sweep(store, BEFORE, pause_s=0) == (10 + 2, 10)
        assert await left(store, busy) == (list(range(11, 41)), list(range(11, 41)))
        assert await left(store, silent) == ([3], [1])
        assert await left(store, stuck) == ([], [1, 2])
        assert await numbers_used(store, silent) == (3, 1)
        assert await sweep(store, BEFORE, pause_s=0) == (0, 0)

    on_a_shell(tmp_path, run)


def test_a_sweep_goes_in_small_commits_and_reaches_everything(tmp_path: Path) -> None:
    """Several batches, over many threads; none removes more than so many rows at once."""

    async def run(running: Shell) -> None:
        store = running.database
        ids = [await thread(running, name) for name in "abc"]
        for conversation_id in ids:
            unit: list[Write] = []
            for number in range(1, ROWS + 2):
                unit += [trace(conversation_id, number, NOW - 60 * DAY), *call(conversation_id, number, NOW - 60 * DAY)]
            await store.commit(unit)
        watched = Watched(store)
        assert await sweep(watched, BEFORE, pause_s=0) == (3 * ROWS, 3 * ROWS)
        assert max(watched.rows) <= ROWS
        assert [await left(store, one) for one in ids] == [([ROWS + 1], [ROWS + 1])] * 3

    on_a_shell(tmp_path, run)


class Watched:
    """A store that counts how many rows each commit gave back."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.rows: list[int] = []
        self.all = store.all
        self.first = store.first

    async def commit(self, unit: Sequence[Write], *, then: Callable[[Outcome], None] | None = None) -> list[list[Row]]:
        """Commit and count."""
        done = await self._store.commit(unit, then=then)
        self.rows.append(sum(map(len, done)))
        return done


@pytest.mark.parametrize(("days", "swept"), [(30, 2), (0, 0)])
def test_it_is_done_again_and_again_also_after_a_failure(
    days: int, swept: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look that fails is logged and made again; 0 days keeps everything."""
    monkeypatch.setattr(sweeping, "FIRST_AFTER_S", 0.0)
    monkeypatch.setattr(sweeping, "EVERY_S", 0.01)
    monkeypatch.setattr(sweeping, "PAUSE_S", 0.0)

    async def run(running: Shell) -> Counter[str]:
        store = running.database
        one = await thread(running)
        await store.commit([trace(one, number, NOW - 60 * DAY) for number in (1, 2, 3)])
        times = iter([ZeroDivisionError])

        def clock() -> datetime:
            for error in times:
                raise error
            return NOW

        with structlog.testing.capture_logs() as lines:
            task = asyncio.create_task(sweep_for_ever(store, days, clock))
            for _ in range(200):
                await asyncio.sleep(0.02)
                if task.done() or len((await left(store, one))[0]) == 1:
                    break
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        assert len((await left(store, one))[0]) == 3 - swept
        return Counter(line["event"] for line in lines)

    events = on_a_shell(tmp_path, run)
    assert events["sweep_failed"] == (1 if days else 0)


def test_a_sweep_does_not_disturb_those_who_write(tmp_path: Path) -> None:
    """Turns that are committed while it runs are all kept."""

    async def run(running: Shell) -> None:
        store = running.database
        one = await thread(running)
        await store.commit([trace(one, number, NOW - 60 * DAY) for number in range(1, 2 * ROWS)])

        async def writes() -> None:
            for number in range(2 * ROWS, 2 * ROWS + 100):
                await store.commit([trace(one, number, NOW), *call(one, number, NOW)])

        await asyncio.gather(writes(), sweep(store, BEFORE, pause_s=0.001))
        numbers = list(range(2 * ROWS, 2 * ROWS + 100))
        turns, calls = await left(store, one)
        assert [number for number in turns if number >= 2 * ROWS] == numbers == calls

    on_a_shell(tmp_path, run)
