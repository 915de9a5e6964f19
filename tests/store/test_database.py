"""What the embedded database promises: whole units, in order, durable, and one bad unit never hurts another."""

import asyncio
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from botyard.errors import BadRequest
from botyard.store.commit import StorageFailed, Write
from botyard.store.database import Database, open_database
from botyard.store.statements import DIALECT, instant_to_text, prepare
from tests.store.notes import ADD, names, note


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with sqlite3.connect(tmp_path / "n.db") as connection:
        connection.execute(str(sa.schema.CreateTable(note).compile(dialect=DIALECT)))
    connection.close()
    opened = open_database(f"sqlite:///{tmp_path}/n.db")
    yield opened
    opened.close()


def test_an_hour_that_comes_twice_is_two_hours() -> None:
    """Where clocks are put back, two instants are equal to Python and an hour apart."""
    first = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    assert instant_to_text(first) == "2026-10-25T00:30:00.000000+00:00"
    assert instant_to_text(first.replace(fold=1)) == "2026-10-25T01:30:00.000000+00:00"


@given(st.lists(st.datetimes(timezones=st.just(UTC)), min_size=2, max_size=2))
def test_instants_sort_in_the_database_as_in_time(two: list[datetime]) -> None:
    """The text of an instant orders as the instant does."""
    texts = [prepare(sa.insert(note), {"version": 0, "at": at}).bind({"version": 0, "at": at})[1][1] for at in two]
    assert (texts[0] < texts[1]) == (two[0] < two[1])


def test_a_statement_is_compiled_once(database: Database) -> None:
    """The second use of a statement finds what the first one compiled."""
    assert prepare(ADD, {"name": "a"}) is prepare(ADD, {"name": "b"})
    assert database is not None


def test_a_loop_that_ended_does_not_keep_the_next_one_waiting(database: Database) -> None:
    """A program may run one event loop after another on one database, even if the first left in a hurry."""
    leaving = database.commit([Write(ADD, {"name": "first"})])

    async def hurry() -> None:
        asyncio.get_running_loop().stop()  # what commit asks the loop for next will never be run
        leaving.send(None)

    async def then() -> None:
        await asyncio.wait_for(database.commit([Write(ADD, {"name": "second"})]), 5)
        assert await names(database) == ["first", "second"]

    loop = asyncio.new_event_loop()
    loop.run_until_complete(hurry())
    loop.close()
    asyncio.run(then())
    leaving.close()


def test_a_lock_held_elsewhere_is_waited_for_off_the_loop(tmp_path: Path, database: Database) -> None:
    """A backup that holds the file for a moment delays writers and fails nobody; the loop goes on meanwhile."""

    async def test() -> None:
        other = sqlite3.connect(tmp_path / "n.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        unit = asyncio.create_task(database.commit([Write(ADD, {"name": "patient"})]))
        for _ in range(20):
            await asyncio.sleep(0.005)
        assert not unit.done()
        other.execute("COMMIT")
        other.close()
        await unit

    asyncio.run(test())


def test_a_full_disk_says_so_and_loses_nothing(database: Database) -> None:
    """What does not fit is refused in words; what was there stays, and writing goes on when there is room again."""

    async def test() -> None:
        await database.commit([Write(ADD, {"name": "kept"})])
        [pages] = database._writing.execute("PRAGMA page_count").fetchone()
        database._writing.execute(f"PRAGMA max_page_count={pages}")
        with pytest.raises(StorageFailed, match="disk is full"):
            await database.commit([Write(ADD, {"name": "x" * 100_000})])
        await database.commit([Write(ADD, {"name": "room again"})])
        assert await names(database) == ["kept", "room again"]

    asyncio.run(test())


@pytest.mark.parametrize("is_heavy", [False, True])
def test_a_damaged_text_is_one_damaged_text(tmp_path: Path, database: Database, *, is_heavy: bool) -> None:
    """What is not UTF-8 is read with marks in it; whoever reads or changes its row goes on, and so do all others."""
    rename = sa.update(note).values(version=1).returning(note.c.name)

    async def test() -> None:
        await database.commit([Write(ADD, {"name": "sound"})])
        with sqlite3.connect(tmp_path / "n.db") as other:
            other.execute("INSERT INTO note (name, version) VALUES (CAST(x'6869ff' AS TEXT), 0)")
        other.close()
        touched, _ = await asyncio.wait_for(
            asyncio.gather(
                database.commit([Write(rename, {}, is_heavy=is_heavy)]), database.commit([Write(ADD, {"name": "b"})])
            ),
            5,
        )
        assert touched == [[{"name": "sound"}, {"name": "hi\N{REPLACEMENT CHARACTER}"}]]
        assert await names(database) == ["sound", "hi\N{REPLACEMENT CHARACTER}", "b"]

    asyncio.run(test())


def test_whatever_fails_is_told_without_a_word_of_it_and_the_next_unit_is_written(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No kind of error ends the thread that commits; what Python says of one may be what a user wrote."""
    fails = [ZeroDivisionError("my card"), sqlite3.OperationalError("Could not decode 'my card'")]

    def fail(place: str) -> None:
        if place == "in_commit" and fails:
            raise fails.pop()

    monkeypatch.setattr("botyard.store.database.kill_point", fail)

    async def test() -> None:
        for _ in range(2):
            with pytest.raises(StorageFailed) as failed:
                await asyncio.wait_for(database.commit([Write(ADD, {"name": "lost"})]), 5)
            assert "my card" not in f"{failed.value} {failed.value.facts}"
        await asyncio.wait_for(database.commit([Write(ADD, {"name": "kept"})]), 5)
        assert await names(database) == ["kept"]

    asyncio.run(test())


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    """Opening rubbish says which file and what it is, not a number."""
    (tmp_path / "rubbish").write_bytes(b"not a database at all" * 100)
    with pytest.raises(StorageFailed, match="no SQLite database"):
        open_database(f"sqlite:///{tmp_path}/rubbish")


@pytest.mark.parametrize("url", ["mysql://me:hush@there/db", "sqlite://", "sqlite:///", "b.db"])
def test_other_urls_are_refused_without_repeating_a_password(url: str) -> None:
    """What cannot be opened is refused with what can; nothing behind the scheme is repeated."""
    with pytest.raises(BadRequest) as refused:
        open_database(url)
    assert "sqlite:///path" in str(refused.value)
    assert "hush" not in str(refused.value)
