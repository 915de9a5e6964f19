"""Who is calling: found by two headers, told apart in a fixed order, forgotten within a second of a revocation."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.sql import Executable

from botyard.auth import people, records, tokens
from botyard.auth.caller import REMEMBERED_S, Caller, Callers, Fault, NotIdentified
from botyard.bot.business import Business, Team
from botyard.store.commit import Outcome, Row, Write
from botyard.store.database import Database, open_database
from botyard.store.up_to_date import bring_up_to_date
from tests.auth.partners import made_business, made_teams, made_token

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    """A fresh database on disk."""
    url = f"sqlite:///{tmp_path / 'auth.db'}"
    bring_up_to_date(url)
    database = open_database(url)
    yield database
    database.close()


class Clock:
    """Time that passes when told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        """Seconds since the test began."""
        return self.seconds


def _callers(store: Database, clock: Clock) -> Callers:
    return Callers(store, now=lambda: NOW + timedelta(seconds=clock.seconds), seconds=clock)


async def _fault(callers: Callers, client_ids: list[str], authorizations: list[str]) -> Fault | None:
    try:
        await callers.identify(client_ids, authorizations)
    except NotIdentified as refused:
        return refused.fault
    return None


def _run(test: Callable[[], Awaitable[None]]) -> None:
    async def main() -> None:
        await test()

    asyncio.run(main())


def test_a_token_speaks_for_its_partner_only(store: Database) -> None:
    """The right pair is known; the same token under another client's id is not."""

    async def test() -> None:
        mine = await people.ensure_partner(store, "mine", now=NOW)
        other = await people.ensure_partner(store, "other", now=NOW)
        token = await made_token(store, mine.id, now=NOW)
        callers = _callers(store, Clock())
        assert await callers.identify([mine.client_id], [f"Bearer {token}"]) == Caller(mine.id, mine.client_id)
        assert await callers.identify([mine.client_id], [f"  bEaReR   {token} "]) == Caller(mine.id, mine.client_id)
        assert await _fault(callers, [other.client_id], [f"Bearer {token}"]) is Fault.WRONG_TOKEN

    _run(test)


@pytest.mark.parametrize(
    ("client_ids", "authorizations", "fault"),
    [
        ([], ["Bearer {token}"], Fault.NO_CLIENT),
        ([" "], [], Fault.NO_CLIENT),
        (["nobody"], [], Fault.UNKNOWN_CLIENT),
        (["nobody"], ["Basic x"], Fault.UNKNOWN_CLIENT),
        (["{client}", "nobody"], ["Bearer {token}"], Fault.UNKNOWN_CLIENT),
        (["clé"], ["Bearer {token}"], Fault.UNKNOWN_CLIENT),
        (["{client}"], ["Basic {token}"], Fault.NO_BEARER),
        (["{client}"], ["Bearer {token} {token}"], Fault.NO_BEARER),
        (["{client}"], ["{token}"], Fault.NO_BEARER),
        (["{client}"], ["Bearer töken"], Fault.NO_BEARER),
        (["{client}"], ["Bearer {token}", "Bearer x"], Fault.NO_BEARER),
        (["{client}"], [], Fault.NO_TOKEN),
        (["{client}"], [" "], Fault.NO_TOKEN),
        (["{client}"], ["Bearer "], Fault.NO_TOKEN),
        (["{client}"], ["Bearer by_1_x"], Fault.WRONG_TOKEN),
        (["{client}"], ["Bearer {token}x"], Fault.WRONG_TOKEN),
        (["{client}"], ["Bearer by_999999_{secret}"], Fault.WRONG_TOKEN),
        (["{client}"], ["Bearer {token}"], None),
    ],
)
def test_the_first_thing_wrong_decides(
    store: Database, client_ids: list[str], authorizations: list[str], fault: Fault | None
) -> None:
    """The order is that of wire.md §3."""

    async def test() -> None:
        mine = await people.ensure_partner(store, "mine", now=NOW)
        token = await made_token(store, mine.id, now=NOW)
        names = {"client": mine.client_id, "token": token, "secret": token.split("_", 2)[2]}
        found = await _fault(
            _callers(store, Clock()),
            [value.format(**names) for value in client_ids],
            [value.format(**names) for value in authorizations],
        )
        assert found is fault

    _run(test)


def test_a_revoked_token_is_refused_within_a_second(store: Database) -> None:
    """What is remembered of a token is shorter than a second."""

    async def test() -> None:
        mine = await people.ensure_partner(store, "mine", now=NOW)
        token = await made_token(store, mine.id, now=NOW)
        clock = Clock()
        callers = _callers(store, clock)
        assert await _fault(callers, [mine.client_id], [f"Bearer {token}"]) is None
        await store.commit([records.revokes_token(tokens.presented(token).token_id, NOW)])
        clock.seconds = REMEMBERED_S
        assert await _fault(callers, [mine.client_id], [f"Bearer {token}"]) is Fault.WRONG_TOKEN

    assert REMEMBERED_S <= 1.0
    _run(test)


class Slow:
    """A store whose answers travel for a while."""

    def __init__(self, store: Database, on_the_way: Callable[[], Awaitable[None]]) -> None:
        self._store = store
        self._on_the_way = on_the_way

    async def first(self, statement: Executable, parameters: Mapping[str, Any]) -> Row | None:
        """Read, and hand over later."""
        row = await self._store.first(statement, parameters)
        await self._on_the_way()
        return row

    async def all(self, statement: Executable, parameters: Mapping[str, Any]) -> list[Row]:
        """Read."""
        return await self._store.all(statement, parameters)

    async def commit(self, unit: Sequence[Write], *, then: Callable[[Outcome], None] | None = None) -> list[list[Row]]:
        """Commit."""
        return await self._store.commit(unit, then=then)


def test_a_token_revoked_while_its_row_travelled_is_refused_within_a_second(store: Database) -> None:
    """What is remembered is as old as the question, not as its answer: a busy database makes the second no longer."""

    async def test() -> None:
        mine = await people.ensure_partner(store, "mine", now=NOW)
        token = await made_token(store, mine.id, now=NOW)
        clock = Clock()

        async def revoked_on_the_way() -> None:
            await store.commit([records.revokes_token(1, NOW)])  # at second 0
            clock.seconds = 0.5

        callers = Callers(Slow(store, revoked_on_the_way), now=lambda: NOW, seconds=clock)
        assert await callers.partner_of(token) == mine.id
        clock.seconds = 1.0
        assert await callers.partner_of(token) is None

    _run(test)


def test_a_token_expires_on_time_even_while_remembered(store: Database) -> None:
    """Expiry is checked with every request."""

    async def test() -> None:
        mine = await people.ensure_partner(store, "mine", now=NOW)
        token = await made_token(store, mine.id, now=NOW, expires_at=NOW + timedelta(seconds=0.5))
        clock = Clock()
        callers = _callers(store, clock)
        assert await _fault(callers, [mine.client_id], [f"Bearer {token}"]) is None
        clock.seconds = 0.5
        assert await _fault(callers, [mine.client_id], [f"Bearer {token}"]) is Fault.WRONG_TOKEN

    _run(test)


def test_a_dump_of_the_database_holds_nothing_that_is_a_token(store: Database, tmp_path: Path) -> None:
    """Neither the secret nor anything stored can be used to call."""

    async def test() -> None:
        mine = await people.ensure_partner(store, "mine", now=NOW)
        token = await made_token(store, mine.id, now=NOW)
        secret = token.split("_", 2)[2]
        with sqlite3.connect(tmp_path / "auth.db") as connection:
            dump = "\n".join(connection.iterdump())
        connection.close()
        assert secret not in dump
        assert secret.encode().hex().upper() not in dump.upper()
        row = await records.token_by_id(store, 1)
        assert row is not None
        replayed = f"by_1_{row['secret_hash'].hex()[:43]}"
        assert await _fault(_callers(store, Clock()), [mine.client_id], [f"Bearer {replayed}"]) is Fault.WRONG_TOKEN

    _run(test)


@given(st.text())
def test_any_text_may_be_presented_as_a_token(text: str) -> None:
    """Nothing a caller can send breaks the comparison, and its repr gives nothing away."""
    shown = tokens.presented(text)
    assert not tokens.is_secret_of(shown, bytes(32))
    assert "hash" not in repr(shown)


def test_ensuring_twice_makes_nothing_twice(store: Database) -> None:
    """A second deployment finds what the first one made, and brings it to what is wanted now."""

    async def test() -> None:
        mine = await people.ensure_partner(store, "mine", now=NOW)
        assert await people.ensure_partner(store, "mine", now=NOW) == mine
        wanted = Business(name="Shop", default_team=" Support ")
        business_id = await made_business(store, mine.id, "shop", wanted)
        changed = Business(name="Shop", active=False, human_assistance=True, environment="test")
        assert await made_business(store, mine.id, "shop", changed) == business_id
        found = await people.business_of(store, mine.id, business_id)
        assert found is not None
        assert (found.active, found.human_assistance, found.environment, found.bot) == (False, True, "test", "shop")
        await made_teams(store, mine.id, [Team(name="Café"), Team(name="Sales", active=False)])
        await made_teams(store, mine.id, [Team(name="Sales"), Team(name="Cafe\u0301 ")])
        cafe, sales = await people.team_of(store, mine.id, "Café"), await people.team_of(store, mine.id, "Sales")
        assert cafe is not None
        assert sales is not None
        assert sales.active

    _run(test)


def test_two_that_ensure_the_same_partner_at_once_agree(store: Database) -> None:
    """Both get the same one."""

    async def test() -> None:
        one, other = await asyncio.gather(*(people.ensure_partner(store, "mine", now=NOW) for _ in range(2)))
        assert one == other

    _run(test)


def test_another_partners_business_and_team_do_not_exist(store: Database) -> None:
    """A look-up needs the partner; what is somebody else's is not found."""

    async def test() -> None:
        mine = await people.ensure_partner(store, "mine", now=NOW)
        other = await people.ensure_partner(store, "other", now=NOW)
        business_id = await made_business(store, mine.id, "shop", Business(name="Shop"))
        await made_teams(store, mine.id, [Team(name="Support")])
        assert await people.business_of(store, other.id, business_id) is None
        assert await people.team_of(store, other.id, "Support") is None
        assert await made_business(store, other.id, "shop", Business(name="Shop")) != business_id

    _run(test)
