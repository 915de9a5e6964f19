"""Two servers with wrong clocks, that are set again under load: nothing is lost, doubled or in another order."""

import asyncio

import pytest

from tests.torture.clocks import LIBRARY, Clocks, clocks
from tests.torture.homes import on

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(LIBRARY is None, reason="Debian's faketime is not installed"),
]

HONEST = Clocks(3, chance=5, lasts_s=1.5)
BY_THEIR_OWN_CLOCKS = Clocks(
    2, chance=5, kinds=("note",), bugs=("goes_by_its_own_clock",), lasts_s=1.5, quiet_s=0.5,
)  # fmt: skip


@pytest.mark.usefixtures("postgres")
def test_a_wrong_clock_neither_loses_nor_reorders_anything() -> None:
    """Both clocks wrong by ten minutes, one set twice more, and its server killed.

    Bug control: servers that go by their machines' time say a wrong one.
    """
    with on("postgresql") as home:
        kept, broken = asyncio.run(clocks(home, HONEST, BY_THEIR_OWN_CLOCKS))
    assert not kept.wrong
    assert kept.counts["kills"] == 1
    assert broken.wrong["at a wrong time"]
