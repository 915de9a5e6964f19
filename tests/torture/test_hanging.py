"""A receiver that hangs for many conversations stops nobody else's turn; `make torture` times it."""

import asyncio

import pytest

from tests.torture.hanging import Hang, Hung, hang
from tests.torture.homes import on

SMALL = Hang(conversations=70, timeout_s=2, every_s=0.002, idle_s=0.1)


@pytest.fixture(scope="module")
def found() -> list[Hung]:
    """Let them hang on a server with a room for each receiver, and on one where all share twenty places."""
    with on("sqlite") as home:
        return asyncio.run(hang(home, SMALL, bugs=("", "few_places_for_all")))


def test_fast_turns_go_on_while_a_receiver_hangs(found: list[Hung]) -> None:
    """So many calls to it are out as one receiver may hold up; the others hear within seconds that it is slow."""
    assert not found[0].wrong
    assert found[0].counts["calls that were let out"] == 50
    assert found[0].counts["fast turns beside"] > 20


def test_a_receiver_that_holds_everybody_up_is_found(found: list[Hung]) -> None:
    """Bug control: without a room of its own it takes the places of others."""
    assert found[1].wrong["fast turns not answered by their webhook"]
