"""What the embedded database promises: whole units, in order, durable, and one bad unit never hurts another."""

import asyncio
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from botyard.errors import BadRequest
from botyard.store.commit import Conflict, Stale, StorageFailed, Write
from botyard.store.database import Database, open_database
from botyard.store.statements import DIALECT, prepare

tables = sa.MetaData()
note = sa.Table(
    "note",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, unique=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("about", sa.JSON),
    sa.Column("at", sa.DateTime(timezone=True)),
    sa.Column("is_new", sa.Boolean),
)
ADD = sa.insert(note).values(name=sa.bindparam("name"), version=0)
ADD_RETURNING = ADD.returning(note.c.id)
MOVE = (
    sa.update(note)
    .where(note.c.name == sa.bindparam("name_"), note.c.version == sa.bindparam("version_"))
    .values(version=note.c.version + 1)
)
ALL = sa.select(note).order_by(note.c.id)
NAMES = sa.select(note.c.name).order_by(note.c.id)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with sqlite3.connect(tmp_path / "n.db") as connection:
        connection.execute(str(sa.schema.CreateTable(note).compile(dialect=DIALECT)))
    connection.close()
    opened = open_database(f"sqlite:///{tmp_path}/n.db")
    yield opened
    opened.close()


async def names(database: Database) -> list[str]:
    return [row["name"] for row in await database.all(NAMES, {})]


def test_units_commit_in_the_order_they_were_handed_in(database: Database) -> None:
    """A thousand at once are all there, in order, and each got its own rows back."""

    async def test() -> None:
        units = (database.commit([Write(ADD_RETURNING, {"name": f"n{n}"})]) for n in range(1000))
        ids = [rows[0][0]["id"] for rows in await asyncio.gather(*units)]
        assert ids == sorted(ids)
        assert await names(database) == [f"n{n}" for n in range(1000)]

    asyncio.run(test())


@given(st.lists(st.sampled_from(["good", "stale", "conflict", "unbound", "no table"]), max_size=12))
def test_a_unit_is_kept_whole_or_not_at_all_and_alone(
    tmp_path_factory: pytest.TempPathFactory, kinds: list[str]
) -> None:
    """Whatever its neighbours in the group are, a good unit is kept, and nothing of a bad one is."""
    path = tmp_path_factory.mktemp("law") / "n.db"
    with sqlite3.connect(path) as connection:
        connection.execute(str(sa.schema.CreateTable(note).compile(dialect=DIALECT)))
    connection.close()
    database = open_database(f"sqlite:///{path}")
    bad: dict[str, Write] = {
        "stale": Write(MOVE, {"name_": "nobody", "version_": 0}, must_change=True),
        "conflict": Write(ADD, {"name": "taken"}),
        "unbound": Write(ADD, {}),
        "no table": Write(sa.text("DELETE FROM nothing"), {}),
    }

    async def test() -> None:
        await database.commit([Write(ADD, {"name": "taken"})])
        units = [[Write(ADD, {"name": f"n{n}"}), *([bad[kind]] if kind in bad else [])] for n, kind in enumerate(kinds)]
        outcomes = await asyncio.gather(*(database.commit(unit) for unit in units), return_exceptions=True)
        expected = {"good": list, "stale": Stale, "conflict": Conflict, "unbound": KeyError, "no table": sqlite3.Error}
        assert all(isinstance(outcome, expected[kind]) for outcome, kind in zip(outcomes, kinds, strict=True))
        assert await names(database) == ["taken"] + [f"n{n}" for n, kind in enumerate(kinds) if kind == "good"]

    asyncio.run(test())
    database.close()


def test_a_guard_lets_one_of_many_through(database: Database) -> None:
    """Fifty who read the same version: one moves it, the others are told."""

    async def test() -> None:
        await database.commit([Write(ADD, {"name": "a"})])
        guard = Write(MOVE, {"name_": "a", "version_": 0}, must_change=True)
        outcomes = await asyncio.gather(*(database.commit([guard]) for _ in range(50)), return_exceptions=True)
        assert sum(isinstance(outcome, list) for outcome in outcomes) == 1
        assert sum(isinstance(outcome, Stale) for outcome in outcomes) == 49

    asyncio.run(test())


def test_values_come_back_as_they_went_in(database: Database) -> None:
    """JSON, booleans and instants keep their types; an instant of any zone comes back aware, to the microsecond."""
    at = datetime(2026, 3, 1, 5, 30, 0, 7, tzinfo=timezone(timedelta(hours=5, minutes=30)))

    async def test() -> None:
        row = {"id": 5, "name": "a", "version": 1, "about": {"é": [1, None]}, "at": at, "is_new": True}
        await database.commit([Write(sa.insert(note), row)])
        assert await database.first(ALL, {}) == row
        found = await database.first(sa.select(note.c.at), {})
        assert found is not None
        assert found["at"].utcoffset() == timedelta(0)
        some = sa.select(note.c.name).where(note.c.id.in_(sa.bindparam("ids", expanding=True)))
        assert await database.all(some, {"ids": [4, 5, 6]}) == [{"name": "a"}]
        assert await database.first(some, {"ids": [4]}) is None
        with pytest.raises(ValueError, match="no time zone"):
            await database.commit([Write(sa.insert(note), {"version": 0, "at": at.replace(tzinfo=None)})])

    asyncio.run(test())


@given(st.lists(st.datetimes(timezones=st.just(UTC)), min_size=2, max_size=2))
def test_instants_sort_in_the_database_as_in_time(two: list[datetime]) -> None:
    """The text of an instant orders as the instant does."""
    texts = [prepare(sa.insert(note), {"version": 0, "at": at}).bind({"version": 0, "at": at})[1][1] for at in two]
    assert (texts[0] < texts[1]) == (two[0] < two[1])


def test_a_statement_is_compiled_once(database: Database) -> None:
    """The second use of a statement finds what the first one compiled."""
    assert prepare(ADD, {"name": "a"}) is prepare(ADD, {"name": "b"})
    assert database is not None


def test_reads_cannot_write(database: Database) -> None:
    """The reading connection refuses, so that nothing goes past the writer."""

    async def test() -> None:
        with pytest.raises(StorageFailed):
            await database.all(ADD, {"name": "sneaked in"})

    asyncio.run(test())


def test_what_was_handed_in_before_closing_is_kept(tmp_path: Path, database: Database) -> None:
    """Closing waits for the disk; after it nothing more is taken."""

    async def test() -> None:
        unit = asyncio.create_task(database.commit([Write(ADD, {"name": "last"})]))
        await asyncio.sleep(0)
        database.close()
        await unit
        with pytest.raises(StorageFailed):
            await database.commit([Write(ADD, {"name": "too late"})])

    asyncio.run(test())
    with sqlite3.connect(tmp_path / "n.db") as connection:
        assert connection.execute("SELECT name FROM note").fetchall() == [("last",)]
    connection.close()


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


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    """Opening rubbish says which file and what it is, not a number."""
    (tmp_path / "rubbish").write_bytes(b"not a database at all" * 100)
    with pytest.raises(StorageFailed, match="no SQLite database"):
        open_database(f"sqlite:///{tmp_path}/rubbish")


@pytest.mark.parametrize("url", ["postgresql://host/db", "sqlite://", "sqlite:///", "b.db"])
def test_other_urls_are_refused_without_repeating_a_password(url: str) -> None:
    """What cannot be opened is refused with what can; nothing behind the scheme is repeated."""
    with pytest.raises(BadRequest) as refused:
        open_database(url)
    assert "sqlite:///path" in str(refused.value)
    assert "host" not in str(refused.value)
