"""A small portion of the bad input that `make torture` sends, and servers that must be found guilty."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.attacks.conftest import yard
from tests.attacks.hostile import Yard
from tests.torture.bad_doors import Portion, hurl, place_with_doors
from tests.torture.homes import on

__all__ = ["yard"]

ALL_DOORS = Portion(requests=400, frames=240, answers=100, folders=25)
# What is taken out, at which door, and what must be found then.
BUGS = {
    "falls_over_a_body": (Portion(requests=100), "500 from"),
    "quotes_a_body": (Portion(requests=100), "a secret came back"),
    "falls_over_a_frame": (Portion(frames=40), "a socket was closed with"),
    "quotes_a_frame": (Portion(frames=60), "a secret came back through a socket"),
    "quotes_an_answer": (Portion(answers=40), "a secret came back through an answer"),
    "falls_over_a_file": (Portion(folders=10), "an import was left without an answer"),
    "quotes_a_file": (Portion(folders=40), "a secret came back from an import"),
}


@pytest.fixture(scope="module")
def found() -> Iterator[dict[str, tuple[Counter[str], Counter[str]]]]:
    """Hurl it at each server."""
    with on("sqlite") as home:
        yield asyncio.run(_all_of_them(home))


async def _all_of_them(home: Path) -> dict[str, tuple[Counter[str], Counter[str]]]:
    found = {}
    async with place_with_doors(home) as (here, hostile):
        for bug, (portion, _) in {"": (ALL_DOORS, ""), **BUGS}.items():
            await here.server.start(bug=bug)
            await here.until_up()
            found[bug] = await hurl(here, hostile, portion, 7)
            here.server.signal()
            await here.server.ended()
    return found


def test_bad_input_is_refused_at_every_door_and_no_secret_is_quoted(
    found: dict[str, tuple[Counter[str], Counter[str]]],
) -> None:
    """Good ones are among them, and are taken; the server answers on, and nothing happened that nobody foresaw."""
    counts, wrong = found[""]
    assert not wrong
    assert (counts["requests"], counts["imports"]) == (ALL_DOORS.requests, ALL_DOORS.folders)
    assert counts["socket frames"] >= ALL_DOORS.frames
    assert counts["webhook answers"] > ALL_DOORS.answers / 2
    assert counts["2xx"] > ALL_DOORS.requests / 50
    assert counts["4xx"] > ALL_DOORS.requests / 2
    assert counts["imports refused"] > ALL_DOORS.folders / 3
    assert counts["sockets closed by a code"] < counts["sockets"]


def test_whatever_code_comes_to_the_user_hears_something_and_no_secret(yard: Yard) -> None:
    """In a real sandbox, through a real server: it returns, raises, prints, hangs, dies and lingers as it likes."""
    del yard

    async def hurled(home: Path) -> list[tuple[Counter[str], Counter[str]]]:
        found = []
        async with place_with_doors(home, has_code=True) as (here, hostile):
            for bug in ("", "quotes_code"):
                await here.server.start(bug=bug)
                await here.until_up()
                found.append(await hurl(here, hostile, Portion(codes=35), 7))
                here.server.signal()
                await here.server.ended()
        return found

    with on("sqlite") as home:
        [(counts, wrong), (_, quoted)] = asyncio.run(hurled(home))
    assert not wrong
    assert counts["code answers"] == 35
    assert 2 <= counts["code answers that were said"] < 10
    assert quoted["a secret came back through code"]


@pytest.mark.parametrize("bug", BUGS)
def test_a_door_that_falls_over_its_input_or_quotes_it_is_found(
    found: dict[str, tuple[Counter[str], Counter[str]]], bug: str
) -> None:
    """Bug control: what no parser takes is an error that nobody caught, or the refusal repeats it."""
    assert any(what.startswith(BUGS[bug][1]) for what in found[bug][1]), found[bug][1]
