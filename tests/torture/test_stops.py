"""One of two servers hangs for longer than its lease and comes back: nothing is said twice, nothing is lost.

The lease is four seconds here; `make torture` waits for the real one.
"""

import asyncio

import pytest
from msgspec.structs import replace

from tests.torture.homes import on
from tests.torture.stops import Stops, stops

pytestmark = pytest.mark.timeout(300)

HONEST = Stops(1, chance=3, is_short=True, points=("before_commit",), pause_s=0.2, reached_within_s=60.0)
TRIES = 6
WITHOUT_A_FENCE = Stops(
    1, chance=0, is_short=True, points=("before_commit",), kinds=("note",), bugs=("loses_the_fence",), pause_s=0.2,
    quiet_s=0.5, reached_within_s=60.0,
)  # fmt: skip


@pytest.mark.usefixtures("postgres")
def test_a_server_that_hangs_and_comes_back_doubles_nothing() -> None:
    """Stopped just before it commits a turn: the other takes the turn, and the late commit is refused.

    Bug control: without a fence the late commit goes through, and its user is answered twice. Some turns say nothing,
    such as a hand-over's; so it is tried until the turn is one that does.
    """
    with on("postgresql") as home:
        [kept] = asyncio.run(stops(home, HONEST))
    assert not kept.wrong
    assert kept.counts["hit: before_commit"] == 1
    assert kept.times_s
    assert any(_answers_twice(replace(WITHOUT_A_FENCE, chance=chance)) for chance in range(TRIES))


def _answers_twice(plan: Stops) -> bool:
    with on("postgresql") as home:
        [found] = asyncio.run(stops(home, plan))
    return found.wrong["answered twice"] > 0
