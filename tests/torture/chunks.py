"""What torture has counted so far: one line a chunk, in a file, so that a run that is ended goes on where it was.

The file is kept beside the page it makes: hours of counting are nothing that a clean checkout should lose.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

KEPT_IN = Path("docs") / "reference" / "reliability.jsonl"


class Chunk(Struct, frozen=True):
    """One piece of a part, begun and ended.

    seed: repeats it. counts: what was attempted and what was reached. wrong: what went wrong, by its name; empty where
    nothing did. times_s: what the part measures, if it does.
    """

    part: str
    seed: int
    seconds: float
    counts: dict[str, int]
    wrong: dict[str, int]
    times_s: tuple[float, ...] = ()


class Counted(Struct, frozen=True):
    """What came of one plan. times_s: what it measures."""

    counts: Counter[str]
    wrong: Counter[str]
    times_s: tuple[float, ...]


class Sum(Struct, frozen=True):
    """All chunks of one part together."""

    counts: Counter[str]
    wrong: Counter[str]
    times_s: list[float]
    chunks: int
    seconds: float


def keep(chunk: Chunk, path: Path = KEPT_IN) -> None:
    """Write a chunk down."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        file.write(msgspec.json.encode(chunk) + b"\n")


def sum_of(part: str, path: Path = KEPT_IN) -> Sum:
    """Add up what was counted of one part."""
    total = Sum(Counter(), Counter(), [], 0, 0.0)
    for chunk in _kept(path):
        if chunk.part == part:
            total.counts.update(chunk.counts)
            total.wrong.update(chunk.wrong)
            total.times_s.extend(chunk.times_s)
            total = msgspec.structs.replace(total, chunks=total.chunks + 1, seconds=total.seconds + chunk.seconds)
    return total


def _kept(path: Path) -> Iterator[Chunk]:
    if path.exists():
        for line in path.read_bytes().splitlines():
            yield msgspec.json.decode(line, type=Chunk)
