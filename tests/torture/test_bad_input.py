"""A small portion of the bad input that `make torture` sends, and two servers that must be found guilty."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.torture.bad_input import hurl
from tests.torture.homes import on
from tests.torture.ledger import Ledger
from tests.torture.place import place

SERVERS = ("", "falls_over_a_body", "quotes_a_body")
INPUTS = 400


@pytest.fixture(scope="module")
def found() -> Iterator[dict[str, tuple[Counter[str], Counter[str]]]]:
    """Hurl the same at each server."""
    with on("sqlite") as home:
        yield asyncio.run(_all_of_them(home))


async def _all_of_them(home: Path) -> dict[str, tuple[Counter[str], Counter[str]]]:
    found = {}
    async with place(home) as here:
        here.receiver.passed, here.receiver.ledger = (lambda _: None), Ledger(home / "ledger")
        for bug in SERVERS:
            await here.server.start(bug=bug)
            await here.until_up()
            found[bug] = await hurl(here, INPUTS, 7)
            here.server.signal()
            await here.server.ended()
        here.receiver.ledger.close()
    return found


def test_bad_input_is_refused_without_a_5xx_and_without_quoting_a_secret(
    found: dict[str, tuple[Counter[str], Counter[str]]],
) -> None:
    """Good requests are among them, and are taken; the server answers on."""
    counts, wrong = found[""]
    assert not wrong
    assert counts["inputs"] == INPUTS
    assert counts["2xx"] > INPUTS / 50
    assert counts["4xx"] > INPUTS / 2


def test_a_server_that_falls_over_a_body_is_found(found: dict[str, tuple[Counter[str], Counter[str]]]) -> None:
    """Bug control: what no parser takes is an error that nobody caught."""
    assert any(what.startswith("500 from") for what in found["falls_over_a_body"][1])


def test_a_server_that_quotes_what_it_refuses_is_found(found: dict[str, tuple[Counter[str], Counter[str]]]) -> None:
    """Bug control: the refusal repeats the body, and a user's secret stood in it."""
    assert any(what.startswith("a secret came back") for what in found["quotes_a_body"][1])
