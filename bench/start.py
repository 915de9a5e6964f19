"""How long `botyard serve` takes to be ready, and how much memory it holds when nobody talks to it."""

import os
import subprocess
import time
from statistics import median

from bench.machine import UNDER_TEST, ended, free_port, pinned, resident_mb, table, wait_until_ready
from bench.ours import BOTYARD, deployed

IDLE_S = 2.0


def report(rounds: int) -> str:
    """Start the server on a database with the sample bot a few times."""
    with deployed(free_port()) as (home, environment, _):
        taken = [_started(str(home), environment) for _ in range(rounds)]
    rows = [
        ["from start to ready, s", f"{median(seconds for seconds, _ in taken):.2f}"],
        [f"memory {IDLE_S:.0f} s later, nobody talking, MB", f"{median(mb for _, mb in taken):.0f}"],
    ]
    return f"### Start and memory\n\nMedians of {rounds}.\n\n{table(['`botyard serve` with the sample bot', ''], rows)}"


def _started(home: str, environment: dict[str, str]) -> tuple[float, float]:
    port = free_port()
    command = [*pinned(UNDER_TEST), str(BOTYARD), "serve", "--port", str(port)]
    begin = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=home, env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    with ended(process):
        wait_until_ready(f"http://127.0.0.1:{port}/readyz")
        ready_after = time.perf_counter() - begin
        time.sleep(IDLE_S)
        return ready_after, resident_mb(process.pid)
