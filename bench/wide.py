"""Turns on PostgreSQL: one process beside the limit program's PostgreSQL mode, and what 1, 2 and 4 workers give.

    python -m bench.wide [--seconds S] [--rounds N] [--dry]

Two cores carry everything, the load and the database included; so each worker gets a twelfth of a core by the kernel's
quota, and the curve says what a second and a fourth of the same add. Writes docs/reference/benchmarks.md between marks
of its own, and the picture beside it.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from statistics import median

from bench.drawing import Axis, lines, steps
from bench.driven import WARM_UP_S, Program, Round, measure
from bench.limit import LIMIT_PROGRAM, limit
from bench.machine import (
    BESIDE,
    HOME,
    PATIENCE_S,
    PYTHON,
    UNDER_TEST,
    cpu_seconds,
    ended,
    free_port,
    running,
    table,
    wait_until_ready,
)
from bench.ours import BOTYARD, botyard, deployed, plan_of, register
from bench.quota import can_limit, share_of_a_core
from bench.rivals.environments import CannotInstall
from bench.surroundings import surroundings
from bench.talking import Client
from tests.stores import private_server

PAGE = HOME / "docs" / "reference" / "benchmarks.md"
PICTURE = HOME / "docs" / "images" / "wide.svg"
BEGIN, END = "<!-- written by bench.wide -->\n", "<!-- until here: wide -->\n"
SHARE = 0.08
WORKERS = (1, 2, 4)
WARM_S = 8.0  # each process loads the bot once, which is no turn's cost
FIRST_TURNS = 4 * max(WORKERS)  # of as many users, so that every worker has loaded the bot


class Crowd:
    """One server that takes requests, and workers that take the turns."""

    def __init__(self, server: Program, workers: Sequence[int]) -> None:
        self.server = server
        self.workers = workers

    def measured(self, seconds: float) -> tuple[Round, float]:
        """Drive it. The round, and the processor time of all workers for a turn, µs."""
        before = sum(map(cpu_seconds, self.workers))
        taken = measure(self.server, seconds)
        whole = taken.result.turns * (seconds + WARM_UP_S) / seconds
        return taken, (sum(map(cpu_seconds, self.workers)) - before) / max(1.0, whole) * 1e6


def beside_the_limit(url: str, seconds: float, rounds: int) -> str:
    """One process each on one core, taking turns; both have their database on the other core."""
    taken: dict[str, list[Round]] = {"Botyard": []}
    note = ""
    with ExitStack() as stack:
        port = free_port()
        stack.enter_context(running([PYTHON, "-m", "bench.target", str(port)], core=BESIDE, port=port))
        served = {"Botyard": stack.enter_context(botyard(port, {"BOTYARD_DATABASE_URL": _schema(url, "ours")}))}
        try:
            if LIMIT_PROGRAM.exists():
                served["the limit program"] = stack.enter_context(limit(port, _schema(url, "limit_program")))
        except CannotInstall as why:
            note = f"\nThe limit program's PostgreSQL mode is not to be installed here: {why}\n"
        for program in served.values():
            measure(program, WARM_S)
        for _ in range(rounds):
            for name, program in served.items():
                taken.setdefault(name, []).append(measure(program, seconds))
    rows = [
        [name, f"{median(one.per_second for one in run):,.0f}", f"{median(one.result.p50_ms for one in run):.1f}",
         f"{median(one.cpu_us for one in run):,.0f}"]
        for name, run in taken.items()
    ]  # fmt: skip
    said = table(["one process on PostgreSQL", "turns/s", "p50 ms", "CPU µs a turn"], rows)
    if "the limit program" in taken:
        ours, theirs = (median(one.per_second for one in run) for run in taken.values())
        said += f"\nBotyard takes **{ours / theirs:.1%}** of the limit program's turns a second.\n"
    return said + note


def curve(url: str, seconds: float, rounds: int) -> tuple[str, dict[int, float]]:
    """Measure 1, 2 and 4 workers of the same share, taking turns; the text, and the turns a second of each."""
    is_limited = can_limit()
    taken: dict[int, list[tuple[Round, float]]] = {}
    for one in range(rounds):
        for workers in WORKERS:
            with crowd(_schema(url, f"wide_{one}_{workers}"), workers, is_limited=is_limited) as some:
                taken.setdefault(workers, []).append(some.measured(seconds))
    rates = {workers: median(one.per_second for one, _ in run) for workers, run in taken.items()}
    rows = [
        [str(workers), f"{rates[workers]:,.0f}", f"{rates[workers] / rates[1]:.2f}×",
         f"{median(one.result.p50_ms for one, _ in run):.0f}", f"{median(cpu for _, cpu in run):,.0f}",
         f"{median(one.cpu_us for one, _ in run):,.0f}",
         f"{median(one.cpu_us * one.per_second for one, _ in run) / 1e6:.0%}"]
        for workers, run in taken.items()
    ]  # fmt: skip
    how = (
        f"Each worker has {SHARE:.0%} of one core by the kernel's quota; the server that takes the requests, the "
        "webhook and the load have the other core, PostgreSQL what is left of both.\n\n"
        if is_limited
        else "The kernel hands out no quotas here: all share two cores, and the figures say nothing of more.\n\n"
    )
    heads = ["workers", "turns/s", "of one", "p50 ms", "workers' CPU µs a turn", "server's CPU µs a turn", "of a core"]
    return how + table(heads, rows), rates


def picture(rates: Mapping[int, float]) -> str:
    """Draw the curve beside what as many times one worker would be."""
    ideal = [(workers, rates[1] * workers) for workers in rates]
    return lines(
        "Turns a second of workers that share one PostgreSQL",
        Axis("workers", tuple(range(max(rates) + 1))),
        Axis("turns/s", steps(max(*rates.values(), ideal[-1][1]))),
        {"measured": list(rates.items()), "as many times one": ideal},
    )


@contextmanager
def crowd(url: str, workers: int, *, is_limited: bool) -> Iterator[Crowd]:
    """Bring up a server that takes no turns, and workers."""
    with ExitStack() as stack:
        hook, port = free_port(), free_port()
        stack.enter_context(running([PYTHON, "-m", "bench.target", str(hook)], core=BESIDE, port=hook))
        home, environment, business = stack.enter_context(deployed(hook, {"BOTYARD_DATABASE_URL": url}))
        command: list[str | Path] = [BOTYARD, "serve", "--no-turns", "--port", str(port)]
        server = stack.enter_context(running(command, core=BESIDE, port=port, environment=environment, cwd=home))
        wait_until_ready(f"http://127.0.0.1:{port}/readyz")
        those = [stack.enter_context(_worker(home, environment)) for _ in range(workers)]
        register(port, business)
        client = Client(port, business)
        for user in range(FIRST_TURNS):
            client.turn(user, 0)
        program = Program(server.pid, lambda seconds: plan_of(port, business, seconds))
        measure(program, WARM_S)
        stack.enter_context(share_of_a_core(SHARE, *those) if is_limited else nullcontext())
        yield Crowd(program, those)


@contextmanager
def _worker(home: Path, environment: dict[str, str]) -> Iterator[int]:
    """Run a worker; enter once it takes turns: what is said before would measure its start."""
    command = ["taskset", "-c", str(UNDER_TEST), str(BOTYARD), "worker"]
    with tempfile.NamedTemporaryFile(dir=home) as log:
        process = subprocess.Popen(command, cwd=home, env=os.environ | environment, stdout=log, stderr=log)
        with ended(process):
            deadline = time.monotonic() + PATIENCE_S
            while b"takes turns" not in (said := Path(log.name).read_bytes()):
                if process.poll() is not None or time.monotonic() > deadline:
                    sys.exit(f"a worker does not take turns:\n{said.decode(errors='replace')[-3000:]}")
                time.sleep(0.02)
            yield process.pid


def _schema(url: str, name: str) -> str:
    """A schema of its own on the server."""
    done = subprocess.run(
        [PYTHON, "-c", "import psycopg, sys; psycopg.connect(sys.argv[1], autocommit=True).execute(sys.argv[2])",
         url, f"CREATE SCHEMA {name}"],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        sys.exit(done.stderr)
    return f"{url}&options=-csearch_path%3D{name}"


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(prog="python -m bench.wide")
    parser.add_argument("--seconds", type=float, default=6.0, help="of every measured round")
    parser.add_argument("--rounds", type=int, default=3, help="of each, taking turns")
    parser.add_argument("--dry", action="store_true", help="leave the documentation as it is")
    asked = parser.parse_args()
    where = surroundings()
    with private_server() as url:
        one = beside_the_limit(url, asked.seconds, asked.rounds)
        more, rates = curve(url, asked.seconds, asked.rounds)
    text = f"{where}\n{asked.rounds} rounds of {asked.seconds:.0f} s, medians.\n\n{one}\n{more}"
    sys.stdout.write(text)
    if not asked.dry:
        page = PAGE.read_text()
        PAGE.write_text(page[: page.index(BEGIN)] + BEGIN + "\n" + text + "\n" + page[page.index(END) :])
        PICTURE.write_text(picture(rates))


if __name__ == "__main__":
    main()
