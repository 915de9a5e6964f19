"""`botyard serve`, killed at every place we know of while users talk, keeps its promises; `make torture` goes on.

Every safeguard is taken out once: a suite that stays green then would prove nothing.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.torture.homes import a_home, on
from tests.torture.killing import INSIDE, INSIDE_ONE, OUTSIDE, Outcome, Plan, kill
from tests.torture.place import place

# Some thirty starts of a server are a minute's work; on a machine that is busy with something else, several.
pytestmark = pytest.mark.timeout(600)

BUGS = {
    "forgets_the_answer": ("after_commit", "answered twice"),
    "calls_again": ("call_received", "called twice"),
    "forgets_keys": ("before_key_answer", "heard twice"),
    "forgets_who_waits": ("after_accept", "lost"),
    "receipt_before_commit": ("receipt_seen", "lost"),
}


async def killed(home: Path, plans: dict[str, Plan]) -> dict[str, Outcome]:
    """Carry out some plans in one place, one after another."""
    async with place(home) as here:
        return {name: await kill(here, plan, name) for name, plan in plans.items()}


def test_no_death_loses_doubles_or_reorders_anything(each_store: str) -> None:
    """Every place of death is reached, and the ledger finds every promise kept."""
    points = (*INSIDE, *INSIDE_ONE[each_store], *OUTSIDE)
    with a_home() as home:
        honest = asyncio.run(killed(home, {"honest": Plan(points, len(points), chance=6)}))["honest"]
    assert honest.hit == honest.attempted
    assert honest.wrong == {}
    assert honest.messages >= len(points)


@pytest.fixture(scope="module")
def broken() -> Iterator[dict[str, Outcome]]:
    """Kill a server with one safeguard less, where that hurts."""
    plans = {bug: Plan((point,), 3, chance=6, bug=bug, quiet_s=1.5) for bug, (point, _) in BUGS.items()}
    with on("sqlite") as home:
        yield asyncio.run(killed(home, plans))


@pytest.mark.parametrize("bug", BUGS)
def test_the_ledger_notices_a_missing_safeguard(broken: dict[str, Outcome], bug: str) -> None:
    """Bug control: the same deaths are found guilty."""
    assert broken[bug].hit, "a server that was not killed proves nothing"
    assert broken[bug].wrong.get(BUGS[bug][1])
