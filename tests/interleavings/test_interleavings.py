"""The real conversations on a real database, in whatever order things happen, and whoever dies: promises are kept.

Each safeguard is taken out once, and what it prevents is found. `make torture` plays tens of thousands of schedules.
"""

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.interleavings.bugs import BUGS
from tests.interleavings.play import Ledger
from tests.interleavings.schedules import schedules
from tests.interleavings.tables import Tables, tables
from tests.torture.homes import a_home

PLAYED = {"sqlite": 80, "postgresql": 20}
LOOKED_FOR = 400


class Found(Exception):
    """Something went wrong."""


@pytest.fixture(scope="module")
def here(each_store: str) -> Iterator[tuple[str, Tables]]:
    """Tables of either kind."""
    with a_home() as home, tables(home, each_store) as made:
        yield each_store, made


def fail(ledger: Ledger, wrong: Counter[str]) -> None:  # noqa: ARG001 - told of both
    """Nothing may be wrong."""
    if wrong:
        raise Found(wrong)


def test_many_processes_keep_every_promise_in_whatever_order_things_happen(here: tuple[str, Tables]) -> None:
    """Two or three take turns of one conversation, die, fall silent, end; commits fail, and words are lost."""
    store, made = here
    schedules(made, is_shared=True, count=PLAYED[store], then=fail)


def test_one_process_after_another_keeps_every_promise(here: tuple[str, Tables]) -> None:
    """As on SQLite: whoever dies is followed by one that takes up what it left."""
    store, made = here
    schedules(made, is_shared=False, count=PLAYED[store], then=fail)


@pytest.fixture(scope="module")
def small() -> Iterator[Tables]:
    """Tables for what needs many tries."""
    with a_home() as home, tables(home, "sqlite") as made:
        yield made


@pytest.mark.parametrize("bug", BUGS)
def test_a_missing_safeguard_is_found(small: Tables, bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bug control: with one safeguard less the same schedules find what it prevents."""
    patch, expected = BUGS[bug]
    patch(monkeypatch)

    def looked(_: Ledger, wrong: Counter[str]) -> None:
        if wrong.keys() & expected:
            raise Found(wrong)

    with pytest.raises(Found):
        schedules(small, is_shared=True, count=LOOKED_FOR, then=looked, chance=5)
