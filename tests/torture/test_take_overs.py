"""One of two servers is killed: the other answers the next message at once; and one that never looks is found."""

import asyncio

import pytest

from tests.torture.homes import on
from tests.torture.take_overs import USERS, TakeOvers, take_overs

pytestmark = pytest.mark.timeout(120)


@pytest.mark.usefixtures("postgres")
def test_whoever_is_left_answers_in_the_place_of_the_dead() -> None:
    """Bug control: a server that takes all others to live for ever leaves users without an answer."""
    with on("postgresql") as home:
        kept, lost = asyncio.run(
            take_overs(home, TakeOvers(3, chance=1), TakeOvers(1, chance=2, bugs=("never_looks",), quiet_s=2.0))
        )
    assert set(kept.wrong) <= {"later than 2 s"}  # which a busy machine may be
    assert kept.counts["owned by the victim"] == 3 * USERS
    assert len(kept.times_s) == 3 * USERS
    assert lost.wrong["not answered"] == USERS
