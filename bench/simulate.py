"""Simulate many workers on one database, with everything breaking: what is lost or doubled, how long a take-over takes.

    python -m bench.simulate [--workers N] [--seconds S] [--seed N] [--without PROMISE] [--dry]

Writes the table and the picture of docs/explanation/scale.md: the design as it is, and with one promise after the other
taken away, which must show. `--without` runs only that. No socket, no disk, no other process; the seed decides all.
"""

import argparse
import sys
import time
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from bench.drawing import curves
from bench.machine import HOME
from bench.simulated.plan import Plan
from bench.simulated.world import World

PAGE = HOME / "docs" / "explanation" / "scale.md"
PICTURE = HOME / "docs" / "images" / "take-over.svg"
BEGIN, END = "<!-- written by bench.simulate -->\n", "<!-- until here: simulate -->\n"
PROMISES = {
    "fence": "has_fence",
    "record of calls": "keeps_calls",
    "sweep": "sweeps_at_all",
    "burying": "buries",
}


def main() -> None:
    """Simulate and report."""
    parser = argparse.ArgumentParser(prog="python -m bench.simulate")
    parser.add_argument("--workers", type=int, default=Plan().workers)
    parser.add_argument("--seconds", type=float, default=Plan().seconds)
    parser.add_argument("--seed", type=int, default=Plan().seed)
    parser.add_argument("--without", choices=PROMISES, help="take one promise away; nothing is written")
    parser.add_argument("--dry", action="store_true", help="leave the documentation as it is")
    asked = parser.parse_args()
    share = asked.workers / Plan().workers * asked.seconds / Plan().seconds
    plan = Plan(
        seed=asked.seed,
        workers=asked.workers,
        seconds=asked.seconds,
        conversations=max(1, 50 * asked.workers),
        rate=4.0 * asked.workers,
        deaths=max(1, round(Plan().deaths * share)),
        hangs=max(1, round(Plan().hangs * share)),
    )
    if asked.without:
        sys.stdout.write(table(plan, [without(plan, asked.without)]))
        return
    came = [simulated("as it is", plan), *(without(plan, promise) for promise in PROMISES)]
    text = table(plan, came)
    sys.stdout.write(text)
    if not asked.dry:
        write(text, came[0])


class Came(Struct, frozen=True):
    """What came of a run. take_overs, waits: seconds, sorted."""

    name: str
    messages: int
    lost: int
    doubled: int
    reordered: int
    called_twice: int
    interrupted: int
    refused: int
    after_death: tuple[float, ...]
    after_hang: tuple[float, ...]
    waits: tuple[float, ...]
    took_s: float


def simulated(name: str, plan: Plan) -> Came:
    """Run a plan to its end and count."""
    began = time.perf_counter()
    world = World(plan)
    world.run()
    messages = world.messages
    return Came(
        name=name,
        messages=len(messages),
        lost=sum(message.commits == 0 for message in messages),
        doubled=sum(message.commits > 1 for message in messages),
        reordered=world.reordered,
        called_twice=sum(message.calls > 1 for message in messages),
        interrupted=sum(message.is_interrupted for message in messages),
        refused=world.refused,
        after_death=tuple(sorted(world.take_overs["death"])),
        after_hang=tuple(sorted(world.take_overs["hang"])),
        waits=tuple(sorted(one.answered - one.accepted for one in messages if one.commits)),
        took_s=time.perf_counter() - began,
    )


def without(plan: Plan, promise: str) -> Came:
    """Run it with one promise taken away."""
    return simulated(f"without the {promise}", replace(plan, **{PROMISES[promise]: False}))


def percentile(of: Sequence[float], share: float) -> float:
    """Take one of sorted figures; NaN of none."""
    return of[min(len(of) - 1, int(share * len(of)))] if of else float("nan")


def table(plan: Plan, came: Sequence[Came]) -> str:
    """Write the runs as a table."""
    head = (
        f"Seed {plan.seed}: {plan.workers:,} workers, {came[0].messages:,} messages to {plan.conversations:,} "
        f"conversations in {plan.seconds:g} s; {plan.deaths} workers killed, {plan.hangs} hung for 1 to "
        f"{plan.longest_hang:g} s, {plan.lost_wake_ups:.0%} of wake-ups lost.\n\n"
        "| | lost | doubled | out of order | called twice | calls cut off | late commits refused "
        "| taken over after a death, p50 / p99 / most s | after a hang |\n"
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n"
    )
    return head + "".join(
        f"| {one.name} | {one.lost:,} | {one.doubled:,} | {one.reordered:,} | {one.called_twice:,} "
        f"| {one.interrupted:,} | {one.refused:,} | {told(one.after_death)} | {told(one.after_hang)} |\n"
        for one in came
    )


def told(seconds: Sequence[float]) -> str:
    """Say how long it took: p50, p99, most."""
    return " / ".join(f"{percentile(seconds, share):.2f}" for share in (0.5, 0.99, 1.0)) if seconds else "never"


def write(text: str, whole: Came) -> None:
    """Put the table and the picture where the page has them."""
    page = PAGE.read_text()
    PAGE.write_text(page[: page.index(BEGIN)] + BEGIN + "\n" + text + "\n" + page[page.index(END) :])
    PICTURE.write_text(
        curves(
            "How long until it is taken over, or answered",
            {
                "a message, accepted to answered": whole.waits,
                "taken over after a death": whole.after_death,
                "taken over after a hang": whole.after_hang,
            },
        )
    )


if __name__ == "__main__":
    main()
