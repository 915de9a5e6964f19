"""`make bench-code`: custom code beside its rivals; writes docs/reference/benchmarks-code.md.

    python -m bench.code [--rounds N] [--dry]      # --dry: print only

The figures that decide are ratios of two things measured in the same rounds; what else runs on the machine slows both.
"""

import argparse
import asyncio
import concurrent.futures.thread  # noqa: F401 - whoever gives up root may lose the right to read it later
import encodings.idna  # noqa: F401 - likewise
import os
import subprocess
import sys
import tempfile
import time
from math import inf
from pathlib import Path
from statistics import median
from typing import TypeAlias

import msgspec

from bench.code import beside_echo, memory, rivals
from bench.code.beside_echo import GIVEN_BACK, KEPT
from bench.code.measure import BACK_TO_BACK, RUNNER, Figures, measure, p95
from bench.code.memory import Memory
from bench.machine import HOME, table
from bench.surroundings import surroundings
from botyard.integrations.sandbox.jail.launch import find_python
from botyard.integrations.sandbox.runner.runner import RUNNER_UID, Orders, become_nobody, command_of

PAGE = HOME / "docs" / "reference" / "benchmarks-code.md"
_ECHO = "warm against a bare echo, asyncio host"
_QUIET = 1.5  # processes that want a processor, before we begin
BEGIN, END = "<!-- written by make bench-code -->\n", "<!-- until here -->\n"


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(prog="make bench-code")
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--dry", action="store_true", help="leave the documentation as it is")
    parser.add_argument("--inside", nargs=2, metavar=("VENV", "FOLDER"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        _inside(Path(asked.inside[0]), Path(asked.inside[1]), asked.rounds)
        return
    before = os.getloadavg()[0]
    venv, packages = rivals.make(find_python().executable)
    quiet = beside_echo.measure(asked.rounds)
    figures = _measured(venv, asked.rounds)
    figures.latency_ms.update(quiet)
    held = asyncio.run(memory.measure(packages))
    load = f"{asked.rounds} rounds; load while measuring {before:.1f} to {os.getloadavg()[0]:.1f}.\n"
    report = "\n".join(
        [surroundings() + "\n" + load, against(figures, held, is_quiet=before < _QUIET), plainly(figures)]
    )
    print(report)
    if not asked.dry:
        page = PAGE.read_text()
        PAGE.write_text(page[: page.index(BEGIN)] + BEGIN + "\n" + report + "\n" + page[page.index(END) :])


def _measured(venv: Path, rounds: int) -> Figures:
    """Measure in a process that gives up root, as a runner does."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)  # whoever measures writes there
        command = [sys.executable, "-m", "bench.code", "--rounds", str(rounds), "--inside", str(venv), folder]
        runner, environment = command_of(Orders(path=f"{folder}/{RUNNER}", caller=RUNNER_UID, has_network=False))
        with subprocess.Popen(runner, env=environment, stderr=subprocess.DEVNULL, start_new_session=True) as process:
            try:
                while not Path(folder, RUNNER).exists():
                    time.sleep(0.05)
                done = subprocess.run(command, cwd=HOME, stdout=subprocess.PIPE, check=True)
            finally:
                process.terminate()
    return msgspec.json.decode(done.stdout, type=Figures)


def _inside(venv: Path, folder: Path, rounds: int) -> None:
    become_nobody()
    os.chdir("/")
    sys.stdout.buffer.write(msgspec.json.encode(asyncio.run(measure(find_python().executable, venv, folder, rounds))))


def against(figures: Figures, held: Memory | None, *, is_quiet: bool) -> str:
    """Lay every figure beside what it has to be."""
    rate = figures.rate
    rows = [
        _latency(figures, "jailed against the same runner unjailed", "jailed", "unjailed", most=1.1),
        _latency(figures, _ECHO + GIVEN_BACK, *_in(GIVEN_BACK), most=1.5 if is_quiet else 3),
        _latency(figures, "— streams' buffer kept", *_in(KEPT)),
        _latency(figures, f"— among all that is measured{BACK_TO_BACK}", *_in(BACK_TO_BACK), most=3),
        _latency(figures, "— calls 10 ms apart", "jailed", "echo"),
        _latency(figures, f"— through a runner{BACK_TO_BACK}", "runner" + BACK_TO_BACK, "echo" + BACK_TO_BACK),
        _latency(figures, "— through a runner, calls 10 ms apart", "runner", "echo"),
        _latency(figures, "cold `python3` against warm", "cold", "jailed", least=50),
        _latency(figures, "functions-framework against warm", "framework", "jailed", least=2),
        _latency(figures, "awslambdaric against warm", "lambda", "jailed", least=1.3),
        _latency(figures, "cold `python3` against a call with fresh state", "cold", "fresh", least=30),
        _latency(figures, "functions-framework against a call with fresh state", "framework", "fresh", least=1),
        _throughput("warm against functions-framework, one at a time", rate("jailed 1") / rate("framework 1"), 4),
        _throughput("warm against functions-framework, 8 at once", rate("jailed 8") / rate("framework 8"), 4),
        _throughput("warm against awslambdaric, one at a time", rate("jailed 1") / rate("lambda 1"), 2),
        _most("time limit overshot", median(figures.overshoot_ms), p95(figures.overshoot_ms), 20, " ms"),
        _most("first answer of a replacement", median(figures.replaced_ms), p95(figures.replaced_ms), 20, " ms"),
    ]
    if held:
        rows.append(_most("first worker with `requests`, its jail included", held.first, held.first, 30, " MB"))
        rows.append(_most("each further worker with `requests`", held.further, held.further, 3, " MB"))
    return table(("figure", "fastest tenth", "p50", "p95", "wanted", ""), rows)


Row: TypeAlias = tuple[str, str, str, str, str, str]


def _in(circumstances: str) -> tuple[str, str]:
    return f"jailed{circumstances}", f"echo{circumstances}"


def _latency(figures: Figures, what: str, one: str, other: str, *, most: float = inf, least: float = 0) -> Row:
    quick, usual = figures.quick(one) / figures.quick(other), figures.p50(one) / figures.p50(other)
    wanted = f"p50 ≥ {least:g}×" if least else f"p50 ≤ {most:g}×" if most < inf else ""
    return what, f"{quick:.2f}×", f"{usual:.2f}×", "", wanted, "" if least <= usual <= most else "**missed**"


def _throughput(what: str, found: float, least: float) -> Row:
    return f"{what}, calls/s", "", f"{found:.2f}×", "", f"p50 ≥ {least:g}×", "" if found >= least else "**missed**"


def _most(what: str, usual: float, found: float, most: float, unit: str) -> Row:
    missed = "" if found <= most else "**missed**"
    return what, "", f"{usual:.2f}{unit}", f"{found:.2f}{unit}", f"p95 ≤ {most:g}{unit}", missed


def plainly(figures: Figures) -> str:
    """Show what the ratios are made of."""
    rows = [
        (way, f"{figures.quick(way):.3f}", f"{figures.p50(way):.3f}", f"{p95(took):.3f}", str(len(took)))
        for way, took in figures.latency_ms.items()
    ]
    rates = [(way, f"{figures.rate(way):,.0f}", f"{max(found):,.0f}") for way, found in figures.per_s.items()]
    return "\n".join(
        [
            table(("way", "fastest tenth ms", "p50 ms", "p95 ms", "calls"), rows),
            table(("way, calls at once", "calls/s, median", "best round"), rates),
        ]
    )


if __name__ == "__main__":
    main()
