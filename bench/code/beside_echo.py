"""Our warm call beside a bare echo, a call of each in turn, with nothing else on the machine that is ours.

asyncio's streams read into 256 KiB that are asked for anew each time. A process has them from the system and gives them
back at every read as long as its heap has no such room, which doubles what an echo takes; how the heap happens to lie
decides, and a word more in a command line changes it. So each is measured in a process that is told which.
"""

import asyncio
import concurrent.futures.thread  # noqa: F401 - whoever gives up root may lose the right to read it later
import encodings.idna  # noqa: F401 - likewise
import os
import subprocess
import sys
import time
from collections.abc import Mapping

import msgspec

from bench.code.ways import FILE, Echo, Ours, Way
from bench.machine import HOME
from botyard.integrations.sandbox.jail.jail import Python
from botyard.integrations.sandbox.jail.jails import Jails, Source
from botyard.integrations.sandbox.jail.launch import Walls, find_python
from botyard.integrations.sandbox.jail.policy import policy
from botyard.integrations.sandbox.runner.runner import become_nobody

GIVEN_BACK, KEPT = ", streams' buffer given back", ", streams' buffer kept"
# What mallopt(3) calls M_MMAP_THRESHOLD, as it is in every process at first; and its opposite.
_HEAPS = {
    GIVEN_BACK: {"MALLOC_MMAP_THRESHOLD_": str(128 << 10)},
    KEPT: {"MALLOC_TOP_PAD_": str(4 << 20), "MALLOC_TRIM_THRESHOLD_": str(16 << 20)},
}
_PROCESSES = 4  # of each heap: how two processes get on with each other is settled anew with every pair
_SETTLED_S = 1.0
_ROUND = 25


def measure(rounds: int) -> dict[str, list[float]]:
    """Measure both heaps in turns. Milliseconds of every call, by way and heap: `jailed, streams' buffer kept`."""
    times: dict[str, list[float]] = {}
    for _ in range(_PROCESSES):
        for heap, settings in _HEAPS.items():
            command = [sys.executable, "-m", "bench.code.beside_echo", str(rounds * _ROUND)]
            environment = {**os.environ, **settings}
            done = subprocess.run(command, cwd=HOME, env=environment, stdout=subprocess.PIPE, check=True)
            for way, took in msgspec.json.decode(done.stdout, type=dict[str, list[float]]).items():
                times.setdefault(way + heap, []).extend(took)
    return times


def main() -> None:
    """Measure in this process, which gives up root as a runner does."""
    become_nobody()
    os.chdir("/")
    sys.stdout.buffer.write(msgspec.json.encode(asyncio.run(_in_turns(int(sys.argv[1])))))


async def _in_turns(calls: int) -> Mapping[str, list[float]]:
    python = find_python().executable
    jails = Jails(Walls(policy(), Python(python)))
    source = Source("warm", {"bot.py": FILE}, calls * 10)
    ways: dict[str, Way] = {"jailed": Ours(jails, source), "echo": await Echo(python).start()}
    try:
        for _ in range(20):
            for way in ways.values():
                await way.call()
        await asyncio.sleep(_SETTLED_S)
        times: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(calls):
            for name, way in ways.items():
                times[name].append(await took_ms(way))
        return times
    finally:
        for way in ways.values():
            await way.close()
        await jails.close()


async def took_ms(way: Way) -> float:
    """Make one call."""
    started = time.perf_counter()
    await way.call()
    return (time.perf_counter() - started) * 1000


if __name__ == "__main__":
    main()
