"""All ways in turn, a few calls of each in every round: what the machine does meanwhile, it does to all of them."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import msgspec
from msgspec import Struct

from bench.code.beside_echo import took_ms
from bench.code.ways import ADAPTER, FILE, Cold, Echo, Framework, LambdasOwn, Ours, Way
from botyard.integrations.sandbox.jail.jail import Python
from botyard.integrations.sandbox.jail.jails import Jails, Source
from botyard.integrations.sandbox.jail.launch import Walls
from botyard.integrations.sandbox.jail.policy import policy
from botyard.integrations.sandbox.jail.pool import Wanted
from botyard.integrations.sandbox.runner.client import Sandbox

_PACED = {"cold": 2, "fresh": 10}
# What is called back to back as well, so many times in a round: what comes of an echo's figure beside other work.
_ON_ITS_HEELS, BACK_TO_BACK = 100, ", back to back"
RUNNER = "runner"  # where it listens, in the folder that all have in common
_AT_ONCE_TOO = ("jailed", "echo", "runner")
# Users write seconds apart: no call follows on another's heels; the next worker of a fresh state is forked meanwhile.
_PAUSE_S, _FRESH_PAUSE_S = 0.01, 0.05
_SPIN = """
import json
def main(event, context):
    while json.loads(event["body"]):
        pass
    return {"statusCode": 200, "body": "null"}
"""
_LIMIT_S = 0.15


class Figures(Struct, frozen=True):
    """latency_ms: every call of each way. per_s: calls a second of each way, a figure for each round.

    overshoot_ms: how much longer than its limit a call took; replaced_ms: how soon a call after it was answered.
    """

    latency_ms: dict[str, list[float]]
    per_s: dict[str, list[float]]
    overshoot_ms: list[float]
    replaced_ms: list[float]

    def p50(self, way: str) -> float:
        """Take the median."""
        return median(self.latency_ms[way])

    def quick(self, way: str) -> float:
        """Take what the fastest tenth stays below: calls that nothing else on the machine came between."""
        return quantiles(self.latency_ms[way], n=10)[0]

    def rate(self, way: str) -> float:
        """Take the median."""
        return median(self.per_s[way])


async def measure(python: str, venv: Path, folder: Path, rounds: int) -> Figures:
    """Measure everything but memory, in this process, which is no longer root."""
    (folder / "bot.py").write_text(FILE)
    (folder / "adapter.py").write_text(ADAPTER)
    runner = Sandbox(folder / RUNNER)
    jailed, unjailed = Jails(Walls(policy(), Python(python))), Jails(Walls(policy(), Python(python), is_unsafe=True))
    once = 10**9
    ways: dict[str, Way] = {
        "jailed": Ours(jailed, Source("warm", {"bot.py": FILE}, once)),
        "echo": await Echo(python).start(),
        "unjailed": Ours(unjailed, Source("warm", {"bot.py": FILE}, once)),
        "runner": Ours(runner, Source("warm", {"bot.py": FILE}, once)),
        "framework": await Framework(venv, folder).start(),
        "lambda": LambdasOwn(venv, folder),
        "fresh": Ours(jailed, Source("fresh", {"bot.py": FILE}, 1)),
        "cold": Cold(python, folder),
    }
    figures = Figures({way: [] for way in (*ways, *(way + BACK_TO_BACK for way in _AT_ONCE_TOO))}, {}, [], [])
    try:
        await _warm(ways)
        for number in range(rounds):
            await _round(ways, figures, number)
            await _spun(jailed, figures)
        return figures
    finally:
        for way in ways.values():
            await way.close()
        await jailed.close()
        await unjailed.close()
        await runner.close()


async def _warm(ways: Mapping[str, Way]) -> None:
    """Have everything loaded that a first call loads."""
    for way in ways.values():
        for _ in range(5):
            await way.call()


async def _round(ways: Mapping[str, Way], figures: Figures, number: int) -> None:
    """Take each way once; the first of a round is another each time."""
    names = [*ways][number % len(ways) :] + [*ways][: number % len(ways)]
    for name in names:
        for _ in range(_PACED.get(name, 20)):
            await asyncio.sleep(_FRESH_PAUSE_S if name == "fresh" else _PAUSE_S)
            figures.latency_ms[name].append(await took_ms(ways[name]))
    for name in sorted(_AT_ONCE_TOO, key=names.index):
        figures.latency_ms[name + BACK_TO_BACK] += [await took_ms(ways[name]) for _ in range(_ON_ITS_HEELS)]
    for name, at_once in (("jailed", 1), ("framework", 1), ("lambda", 1), ("jailed", 8), ("framework", 8)):
        figures.per_s.setdefault(f"{name} {at_once}", []).append(await _rate(ways[name], at_once))


async def _rate(way: Way, at_once: int) -> float:
    """Call as fast as it goes for a fifth of a second. at_once: how many calls are out."""
    started = time.perf_counter()

    async def caller() -> int:
        done = 0
        while time.perf_counter() - started < 0.2:
            await way.call()
            done += 1
        return done

    done = sum(await asyncio.gather(*(caller() for _ in range(at_once))))
    return done / (time.perf_counter() - started)


async def _spun(jails: Jails, figures: Figures) -> None:
    """Let a call run into its limit, then ask at once for the next."""
    source = Source("spin", {"bot.py": _SPIN}, 10**9)
    spin = _wanted(1, _LIMIT_S)
    await jails.run(source, _wanted(0, 5.0))
    started = time.perf_counter()
    late = await jails.run(source, spin)
    stopped = time.perf_counter()
    after = await jails.run(source, _wanted(0, 5.0))
    if late.error is None or late.error.reason != "timeout" or after.error is not None:
        raise RuntimeError(late, after)
    figures.overshoot_ms.append((stopped - started - _LIMIT_S) * 1000)
    figures.replaced_ms.append((time.perf_counter() - stopped) * 1000)


def _wanted(spins: int, timeout_s: float) -> Wanted:
    event: Any = msgspec.Raw(b'{"body": "%d"}' % spins)
    return Wanted("bot.py", event, "r", "f", "1", "l", timeout_s)


def p95(values: Sequence[float]) -> float:
    """Take the value that nineteen of twenty stay below."""
    return quantiles(values, n=20)[-1]
