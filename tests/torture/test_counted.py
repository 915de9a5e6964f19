"""What torture counted is added up over every run of it, and nothing else reaches the page."""

import asyncio
from pathlib import Path

from tests.torture.chunks import Chunk, keep, sum_of
from tests.torture.parts import Chunks, Part, until_reached
from tests.torture.table import rows


def _chunk(seed: int, wrong: dict[str, int] | None = None) -> Chunk:
    return Chunk("kills", seed, 2.0, {"kills": 4, "hit: a": 3}, wrong or {}, (0.5,))


async def _runs(part: Part, seed: int) -> Chunks:  # noqa: ARG001 - what a part is asked with
    while True:
        yield _chunk(seed)
        seed += 1


KILLS = Part("kills", 10, "kills", "nothing is lost", _runs)


def test_a_run_goes_on_where_the_last_one_ended(tmp_path: Path) -> None:
    """Two runs of two chunks are four; a part that has reached its goal is left alone by its own count."""
    counted = tmp_path / "counted.jsonl"
    asyncio.run(until_reached(KILLS, 4, 2, 60.0, lambda chunk: keep(chunk, counted)))
    total = sum_of("kills", counted)
    assert (total.counts["kills"], total.chunks, total.times_s) == (8, 2, [0.5, 0.5])


def test_a_chunk_that_went_wrong_stays_in_the_table(tmp_path: Path) -> None:
    """One lost message in a thousand good runs is shown, and so is what was never run."""
    counted = tmp_path / "counted.jsonl"
    keep(_chunk(1), counted)
    keep(_chunk(2, {"lost": 1}), counted)
    shown = "\n".join(rows([(KILLS, sum_of("kills", counted)), (KILLS, sum_of("never", counted))]))
    assert "| 8 kills" in shown
    assert "1 lost" in shown
    assert "not run" in shown
