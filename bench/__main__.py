"""`make bench`: measure, print the tables, and write them into docs/reference/benchmarks.md.

    python -m bench [--seconds S] [--rounds N] [--dry]      # --dry: print only

Everything runs on this machine, on addresses of this machine, for a bounded time.
"""

import argparse
import sys

from bench import engine, start, turns
from bench.machine import HOME
from bench.surroundings import surroundings

PAGE = HOME / "docs" / "reference" / "benchmarks.md"
BEGIN, END = "<!-- written by make bench -->\n", "<!-- until here -->\n"


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--seconds", type=float, default=6.0, help="of every measured round")
    parser.add_argument("--rounds", type=int, default=3, help="of each program, taking turns")
    parser.add_argument("--dry", action="store_true", help="leave the documentation as it is")
    asked = parser.parse_args()
    report = "\n".join(
        [surroundings(), turns.report(asked.seconds, asked.rounds), engine.report(), start.report(asked.rounds)]
    )
    print(report)
    if not asked.dry:
        write(report)


def write(report: str) -> None:
    """Put the tables where the page keeps them; what is written around them stays."""
    page = PAGE.read_text()
    before, after = page[: page.index(BEGIN)], page[page.index(END) :]
    PAGE.write_text(before + BEGIN + "\n" + report + "\n" + after)
    print(f"written to {PAGE.relative_to(HOME)}", file=sys.stderr)


if __name__ == "__main__":
    main()
