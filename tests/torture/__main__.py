"""`make torture`: go on with what is not counted yet, and write docs/reference/reliability.md.

    python -m tests.torture [PART …] [--minutes M]     # M: of each part, at most
    python -m tests.torture --table                    # only write the table anew

Chunk after chunk is counted in docs/reference/reliability.jsonl; delete that to begin anew. The table says what stands
there and nothing else. It lives beside the tests because it is one: only its length is of another kind.
"""

import argparse
import asyncio
import sys

from tests.torture.chunks import Chunk, keep, sum_of
from tests.torture.parts import PARTS, Part, until_reached
from tests.torture.table import write


def main() -> int:
    """Run, count, write; 1 if anything went wrong."""
    parser = argparse.ArgumentParser(prog="make torture")
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(part.name for part in PARTS))
    parser.add_argument("--minutes", type=float, default=55.0, help="of each part, at most")
    parser.add_argument("--table", action="store_true", help="only write the table anew")
    asked = parser.parse_args()
    if unknown := set(asked.parts) - {part.name for part in PARTS}:
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    chosen = [part for part in PARTS if not asked.parts or part.name in asked.parts]
    for part in [] if asked.table else chosen:
        _go_on(part, asked.minutes * 60)
    write(PARTS)
    return int(any(sum_of(part.name).wrong for part in PARTS))


def _go_on(part: Part, within_s: float) -> None:
    before = sum_of(part.name)
    if (done := before.counts[part.unit]) < part.goal:
        asyncio.run(until_reached(part, done, before.chunks + 1, within_s, _counted))


def _counted(chunk: Chunk) -> None:
    keep(chunk)
    sys.stdout.write(f"{chunk.part} {chunk.seed}: {chunk.counts} in {chunk.seconds:.0f} s; wrong: {chunk.wrong}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
