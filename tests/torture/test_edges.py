"""The rule of `edges`, on a second instead of thirty, and a server that waits too long."""

import asyncio

import pytest

from tests.torture.edges import Edge, Found, edges
from tests.torture.homes import on

# Wide enough for a machine that is busy with other tests; `make torture` walks within a tenth of a second of thirty.
WIDE = Edge(limit_s=1, beside_it_s=0.6, each=3)


@pytest.fixture(scope="module")
def found() -> list[Found]:
    """Walk along the edge of a server that keeps the rule, and of one that does not."""
    with on("sqlite") as home:
        return asyncio.run(edges(home, WIDE, bugs=("", "waits_longer")))


def test_an_answer_in_time_counts_and_one_too_late_does_not(found: list[Found]) -> None:
    """Both sides of the edge are walked."""
    counts, wrong = found[0]
    assert not wrong
    assert (counts["in time"], counts["too late"]) == (6, 6)


def test_a_server_that_waits_too_long_is_found(found: list[Found]) -> None:
    """Bug control: it takes the answers that came too late."""
    _, wrong = found[1]
    assert sum(wrong.values()) == 6
