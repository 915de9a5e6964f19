"""One of two servers hangs for longer than its lease and comes back: nothing is said twice, nothing is lost.

The lease is four seconds here; `make torture` waits for the real one.
"""

import asyncio

import pytest

from tests.torture.homes import on
from tests.torture.stops import Stops, stops

pytestmark = pytest.mark.timeout(300)

HONEST = Stops(1, chance=3, is_short=True, points=("before_commit",), pause_s=0.2, reached_within_s=60.0)
WITHOUT_A_FENCE = Stops(
    1, chance=3, is_short=True, points=("before_commit",), kinds=("note",), bugs=("loses_the_fence",), pause_s=0.2,
    quiet_s=0.5, reached_within_s=60.0,
)  # fmt: skip


@pytest.mark.usefixtures("postgres")
def test_a_server_that_hangs_and_comes_back_doubles_nothing() -> None:
    """Stopped just before it commits a turn: the other takes the turn, and the late commit is refused.

    Bug control: without a fence the late commit goes through, and its user is answered twice.
    """
    with on("postgresql") as home:
        kept, broken = asyncio.run(stops(home, HONEST, WITHOUT_A_FENCE))
    assert not kept.wrong
    assert kept.counts["hit: before_commit"] == 1
    assert kept.took_s
    assert broken.wrong["answered twice"]
