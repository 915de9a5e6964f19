"""What every store promises: whole units, in order, durable, and one bad unit never hurts another."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from botyard.store.commit import Conflict, OpenStore, Outcome, Stale, StorageFailed, Write
from tests.store.notes import ADD, ADD_RETURNING, ALL, MOVE, names, note, opened

pytestmark = pytest.mark.usefixtures("each_store")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[OpenStore]:
    store = opened(tmp_path / "n.db")
    yield store
    store.close()


def test_units_commit_in_the_order_they_were_handed_in(database: OpenStore) -> None:
    """A thousand at once are all there, in order, and each got its own rows back."""

    async def test() -> None:
        units = (database.commit([Write(ADD_RETURNING, {"name": f"n{n}"})]) for n in range(1000))
        ids = [rows[0][0]["id"] for rows in await asyncio.gather(*units)]
        assert ids == sorted(ids)
        assert await names(database) == [f"n{n}" for n in range(1000)]

    asyncio.run(test())


@pytest.mark.parametrize("constant", ["plain", "it's", 'a "b"', "back\\slash", "100 %", "? :name $1", ""])
def test_what_is_constant_in_a_statement_is_kept_as_it_stands(database: OpenStore, constant: str) -> None:
    """Whatever of SQL's own signs is in it, beside parameters, beside nothing, and where rows are looked for."""
    add = sa.insert(note).values(name=constant, version=sa.bindparam("version"), is_new=True, about={"a": 1})
    find = sa.select(note).where(note.c.name == constant, note.c.version == 7, note.c.is_new.is_(True))

    async def test() -> None:
        await database.commit([Write(add, {"version": 7})])
        [row] = await database.all(find, {})
        assert (row["name"], row["version"], row["is_new"], row["about"]) == (constant, 7, True, {"a": 1})

    asyncio.run(test())


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])  # emptied before each example
@given(kinds=st.lists(st.sampled_from(["good", "stale", "conflict", "unbound", "no table"]), max_size=12))
def test_a_unit_is_kept_whole_or_not_at_all_and_alone(database: OpenStore, kinds: list[str]) -> None:
    """Whatever its neighbours in the group are, a good unit is kept, and nothing of a bad one is."""
    bad: dict[str, Write] = {
        "stale": Write(MOVE, {"name_": "nobody", "version_": 0}, must_change=True),
        "conflict": Write(ADD, {"name": "taken"}),
        "unbound": Write(ADD, {}),
        "no table": Write(sa.text("DELETE FROM nothing"), {}),
    }

    async def test() -> None:
        await database.commit([Write(sa.delete(note), {}), Write(ADD, {"name": "taken"})])
        units = [[Write(ADD, {"name": f"n{n}"}), *([bad[kind]] if kind in bad else [])] for n, kind in enumerate(kinds)]
        outcomes = await asyncio.gather(*(database.commit(unit) for unit in units), return_exceptions=True)
        expected = {"good": list, "stale": Stale, "conflict": Conflict, "unbound": KeyError}
        drivers = (sqlite3.Error, psycopg.Error)
        assert all(
            isinstance(outcome, expected.get(kind, drivers)) for outcome, kind in zip(outcomes, kinds, strict=True)
        )
        assert await names(database) == ["taken"] + [f"n{n}" for n, kind in enumerate(kinds) if kind == "good"]

    asyncio.run(test())


def test_a_unit_whose_rows_cannot_be_read_is_refused_alone(database: OpenStore) -> None:
    """A value that is nested too deep for Python costs nobody else anything, and stays as it was."""
    add_deep = sa.text(f"INSERT INTO note (name, version, about) VALUES ('deep', 0, '{'[' * 3000}{']' * 3000}')")  # noqa: S608 - ours
    touch = sa.update(note).where(note.c.name == "deep").values(version=7).returning(note.c.about)

    async def test() -> None:
        await database.commit([Write(add_deep, {})])
        unreadable, kept = await asyncio.gather(
            database.commit([Write(touch, {})]), database.commit([Write(ADD, {"name": "b"})]), return_exceptions=True
        )
        assert isinstance(unreadable, RecursionError)
        assert kept == [[]]
        assert await database.all(sa.select(note.c.version), {}) == [{"version": 0}] * 2

    asyncio.run(test())


def test_whoever_hands_a_unit_in_is_told_how_it_ended_even_if_nobody_waits(database: OpenStore) -> None:
    """Kept, refused, and kept after the waiter was cancelled; one that falls over the news keeps it from nobody."""

    async def test() -> None:
        told: dict[str, Outcome] = {}

        def hears(name: str) -> Callable[[Outcome], None]:
            def hear(outcome: Outcome) -> None:
                told[name] = outcome
                if name == "falls over":
                    raise ValueError(name)

            return hear

        writes = {"kept": ADD, "refused": ADD, "falls over": ADD, "cancelled": ADD, "last": ADD}
        await database.commit([Write(ADD, {"name": "refused"})])
        waiting = {
            name: asyncio.create_task(database.commit([Write(add, {"name": name})], then=hears(name)))
            for name, add in writes.items()
        }
        await asyncio.sleep(0)
        waiting["cancelled"].cancel()
        outcomes = dict(zip(waiting, await asyncio.gather(*waiting.values(), return_exceptions=True), strict=True))
        assert isinstance(outcomes["cancelled"], asyncio.CancelledError)
        while "cancelled" not in await names(database):  # noqa: ASYNC110 - nobody waits for it any more
            await asyncio.sleep(0.001)
        assert {name: type(outcome) for name, outcome in told.items()} == dict.fromkeys(writes, list) | {
            "refused": Conflict
        }
        assert sorted(await names(database)) == sorted(writes)

    asyncio.run(test())


def test_a_guard_lets_one_of_many_through(database: OpenStore) -> None:
    """Fifty who read the same version: one moves it, the others are told."""

    async def test() -> None:
        await database.commit([Write(ADD, {"name": "a"})])
        guard = Write(MOVE, {"name_": "a", "version_": 0}, must_change=True)
        outcomes = await asyncio.gather(*(database.commit([guard]) for _ in range(50)), return_exceptions=True)
        assert sum(isinstance(outcome, list) for outcome in outcomes) == 1
        assert sum(isinstance(outcome, Stale) for outcome in outcomes) == 49

    asyncio.run(test())


def test_values_come_back_as_they_went_in(database: OpenStore) -> None:
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


@pytest.mark.parametrize("version", [0, -1, 2**31 - 1, -(2**31)])
def test_numbers_and_what_is_not_there_come_back_as_they_went_in(database: OpenStore, version: int) -> None:
    """To the ends of what a column holds, on both sides of zero; nothing stays nothing in a column of any type."""

    async def test() -> None:
        row = {"id": 1, "name": None, "version": version, "about": None, "at": None, "is_new": None}
        await database.commit([Write(sa.insert(note), row)])
        assert await database.first(ALL, {}) == row
        same = sa.select(note.c.id).where(note.c.version == sa.bindparam("version"))
        assert await database.all(same, {"version": version}) == [{"id": 1}]

    asyncio.run(test())


def test_instants_come_back_from_both_ends_of_the_calendar_and_from_both_hours_of_an_autumn_night(
    database: OpenStore,
) -> None:
    """In order, and each as it went in, also behind another that Python takes for equal."""
    twice = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    instants = [
        datetime.min.replace(tzinfo=UTC), datetime(1999, 12, 31, 23, 59, 59, 999_999, UTC), twice,
        twice.replace(fold=1), datetime.max.replace(tzinfo=UTC),
    ]  # fmt: skip

    async def test() -> None:
        for number, at in enumerate(instants):
            row = {"id": number, "name": None, "version": 0, "about": None, "at": at, "is_new": None}
            await database.commit([Write(sa.insert(note), row)])
        assert [row["at"] for row in await database.all(ALL, {})] == [at.astimezone(UTC) for at in instants]
        later = sa.select(note.c.id).where(
            note.c.at > sa.bindparam("at"), note.c.at.in_(sa.bindparam("some", expanding=True))
        )
        assert await database.all(later, {"at": instants[2], "some": instants[1:4]}) == [{"id": 3}]

    asyncio.run(test())


def test_reads_cannot_write(database: OpenStore) -> None:
    """The reading connection refuses, so that nothing goes past the writer."""

    async def test() -> None:
        with pytest.raises(StorageFailed):
            await database.all(ADD, {"name": "sneaked in"})

    asyncio.run(test())


def test_what_was_handed_in_before_closing_is_kept(tmp_path: Path, database: OpenStore) -> None:
    """Closing waits for the disk; after it nothing more is taken."""

    async def test() -> None:
        unit = asyncio.create_task(database.commit([Write(ADD, {"name": "last"})]))
        await asyncio.sleep(0)
        database.close()
        await unit
        with pytest.raises(StorageFailed):
            await database.commit([Write(ADD, {"name": "too late"})])

    async def read_up() -> None:
        again = opened(tmp_path / "n.db")
        assert await names(again) == ["last"]
        again.close()

    asyncio.run(test())
    asyncio.run(read_up())


def test_a_guard_is_heard_before_what_stands_behind_it(database: OpenStore) -> None:
    """A unit that is out of date and would be refused for it too is told that it is out of date."""

    async def test() -> None:
        await database.commit([Write(ADD, {"name": "a"})])
        guard = Write(MOVE, {"name_": "a", "version_": 5}, must_change=True)
        with pytest.raises(Stale):
            await database.commit([guard, Write(ADD, {"name": "a"})])
        with pytest.raises(Conflict):
            await database.commit([Write(ADD, {"name": "a"}), guard])
        assert await names(database) == ["a"]

    asyncio.run(test())
