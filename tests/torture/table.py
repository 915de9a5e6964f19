"""Writes what was counted into docs/reference/reliability.md: never more than that."""

import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from bench.surroundings import surroundings
from tests.processes import ROOT
from tests.torture.chunks import Sum, sum_of
from tests.torture.parts import Part

PAGE = ROOT / "docs" / "reference" / "reliability.md"
BEGIN, END = "<!-- written by make torture -->\n", "<!-- until here -->\n"


def write(parts: Sequence[Part]) -> None:
    """Put the tables where the page keeps them; what is written around them stays."""
    sums = [(part, sum_of(part.name)) for part in parts]
    report = "\n".join([surroundings(), *rows(sums), "", *_places(sums)])
    page = PAGE.read_text()
    before, after = page[: page.index(BEGIN)], page[page.index(END) :]
    PAGE.write_text(before + BEGIN + "\n" + report + "\n\n" + after)
    sys.stdout.write(f"{report}\nwritten to {PAGE.relative_to(ROOT)}, {datetime.now(UTC):%H:%M}\n")


def rows(sums: Sequence[tuple[Part, Sum]]) -> Iterator[str]:
    """Lay out one row a part, below their heads."""
    yield "| part | counted | of | promise | went wrong | took |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for part, total in sums:
        done = total.counts[part.unit]
        beside = [f"{count:,} {name}" for name, count in total.counts.items() if ": " not in name and name != part.unit]
        wrong = ", ".join(f"{count} {name}" for name, count in total.wrong.items()) or "nothing"
        counted = f"{done:,} {part.unit}" + (f"; {', '.join(beside)}" if beside else "") + _times(part, total)
        took = f"{total.seconds / 60:.1f} min"
        yield (
            f"| `{part.name}` | {counted} | {part.goal:,} | {part.promise} | {wrong} | {took} |"
            if total.chunks
            else f"| `{part.name}` | not run | {part.goal:,} | {part.promise} | | |"
        )


def _times(part: Part, total: Sum) -> str:
    took = sorted(total.times_s)
    if not took:
        return ""
    p50, p99 = took[len(took) // 2], took[len(took) * 99 // 100]
    return f"; {part.times} p50 {p50:.2f} s, p99 {p99:.2f} s, at most {took[-1]:.2f} s"


def _places(sums: Sequence[tuple[Part, Sum]]) -> Iterator[str]:
    """List each place of death with what was attempted and what was reached."""
    killed = [(part, total) for part, total in sums if part.name.startswith("kills-") and total.chunks]
    names = sorted({name for _, total in killed for name in total.counts if name.startswith("attempted: ")})
    if not names:
        return
    yield "| place of death | " + " | ".join(f"{part.store}: reached of attempted" for part, _ in killed) + " |"
    yield "| --- |" + " --- |" * len(killed)
    for name in names:
        place = name.removeprefix("attempted: ")
        cells = [f"{total.counts[f'hit: {place}']:,} of {total.counts[name]:,}" for _, total in killed]
        yield f"| {place.replace('_', ' ')} | " + " | ".join(cells) + " |"
