"""Turns a second through `sync_message_from_user`, one webhook call each, beside the limit program and what people use.

All get the same core, load, webhook and, where they keep anything, durability; and they take turns.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from statistics import median
from typing import TypeAlias

from bench.driven import CONVERSATIONS, Program, Round, measure
from bench.limit import LIMIT_PROGRAM, limit
from bench.machine import BESIDE, PYTHON, can_pin, free_port, running, table
from bench.ours import botyard
from bench.rivals import programs as rivals
from bench.rivals.environments import CannotInstall

Serve: TypeAlias = Callable[[int], AbstractContextManager[Program]]  # with the port of the webhook
OURS, LIMIT, PLAIN, WATERFALL = "Botyard", "the limit program", "FastAPI + httpx + SQLAlchemy", "Bot Framework SDK"
PROGRAMS: dict[str, Serve] = {OURS: botyard, LIMIT: limit, PLAIN: rivals.plain, WATERFALL: rivals.waterfall}


def report(seconds: float, rounds: int) -> str:
    """Measure all programs in alternating rounds and lay out the table."""
    missing: dict[str, str] = {}
    taken: dict[str, list[Round]] = {}
    with ExitStack() as stack:
        port = free_port()
        stack.enter_context(running([PYTHON, "-m", "bench.target", str(port)], core=BESIDE, port=port))
        served: dict[str, Program] = {}
        for name, serve in PROGRAMS.items():
            if name == LIMIT and not LIMIT_PROGRAM.exists():
                missing[name] = "not found"
                continue
            try:
                served[name] = stack.enter_context(serve(port))
            except CannotInstall as why:
                missing[name] = f"not to be installed here: {why}"
        for _ in range(rounds):
            for name, program in served.items():
                taken.setdefault(name, []).append(measure(program, seconds))
    return _laid_out(taken, missing, rounds)


def _laid_out(taken: dict[str, list[Round]], missing: dict[str, str], rounds: int) -> str:
    rows = [
        [
            name,
            f"{median(one.per_second for one in run):,.0f}",
            f"{median(one.result.p50_ms for one in run):.1f}",
            f"{median(one.result.p99_ms for one in run):.1f}",
            f"{median(one.cpu_us for one in run):,.0f}",
        ]
        for name, run in taken.items()
    ]
    rows += [[name, why, "", "", ""] for name, why in missing.items()]
    how = f"one core, {CONVERSATIONS} conversations at a time, medians of {rounds} alternating rounds"
    core = (
        ""
        if can_pin()
        else "\nThe programs could not be pinned to a core of their own here: the figures mean little.\n"
    )
    heads = ["turns", "turns/s", "p50 ms", "p99 ms", "CPU µs a turn"]
    laid_out = table(heads, rows) + _ratios(taken) + _misses(taken)
    return f"### Turns through the API\n\n{how.capitalize()}.\n{core}\n{laid_out}"


def _ratios(taken: dict[str, list[Round]]) -> str:
    rate = {name: median(one.per_second for one in run) for name, run in taken.items()}
    cpu = {name: median(one.cpu_us for one in run) for name, run in taken.items()}
    said = ""
    if LIMIT in taken:
        said += (
            f"\nBotyard takes **{rate[OURS] / rate[LIMIT]:.1%}** of the turns a second of the limit program, "
            f"and {cpu[OURS] / cpu[LIMIT]:.1f} times its processor time for each.\n"
        )
    for name in (PLAIN, WATERFALL):
        if name in taken:
            said += f"\nBeside {name} it takes **{rate[OURS] / rate[name]:.1f} times** the turns a second.\n"
    return said


def _misses(taken: dict[str, list[Round]]) -> str:
    missed = sum(one.result.others for run in taken.values() for one in run)
    return f"\n{missed} replies came without the webhook's answer; they are not counted as turns.\n" if missed else ""
