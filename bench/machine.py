"""Processes pinned to cores, and what they use: the plain matters of measuring."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

HOME = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
UNDER_TEST, BESIDE = 0, 1  # the core of what is measured, and the core of the load and the webhook
PATIENCE_S = 30.0


@contextmanager
def running(
    command: Sequence[str | Path],
    *,
    core: int,
    port: int,
    environment: Mapping[str, str] | None = None,
    cwd: Path = HOME,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server on one core for as long as the block lasts; enter once its port answers."""
    # What a server logs is written to a file, as it would be in earnest, and thrown away with it.
    with tempfile.TemporaryFile(dir=cwd) as log:
        process = subprocess.Popen(
            [*pinned(core), *map(str, command)],
            cwd=cwd,
            env=os.environ | dict(environment or {}),
            stdout=subprocess.DEVNULL,
            stderr=log,
        )
        with ended(process):
            wait_for_port(port, process, log)
            yield process


@contextmanager
def ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """End a process with the block."""
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def pinned(core: int) -> list[str]:
    """Prefix a command so that it runs on one core, where the machine has that core and the tool."""
    return ["taskset", "-c", str(core)] if can_pin() else []


def can_pin() -> bool:
    """Tell whether the measured program gets a core of its own."""
    return shutil.which("taskset") is not None and cores() > BESIDE


def cores() -> int:
    """Count the cores that this process may use."""
    return len(os.sched_getaffinity(0))


def free_port() -> int:
    """Let the system name a port that nobody uses."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


def wait_for_port(port: int, process: subprocess.Popen[bytes], log: IO[bytes]) -> None:
    """Wait until somebody listens; say what the process logged if it ends instead."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            log.seek(0)
            sys.exit(f"{process.args!r} ended before it listened:\n{log.read().decode(errors='replace')[-3000:]}")
        with socket.socket() as trial:
            if trial.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.005)
    sys.exit(f"nothing listened on port {port} within {PATIENCE_S:.0f} s")


def wait_until_ready(address: str) -> None:
    """Wait until a GET answers 200."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(address, timeout=1) as answer:  # noqa: S310 - an address of this machine
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.005)
    sys.exit(f"{address} was not ready within {PATIENCE_S:.0f} s")


def cpu_seconds(pid: int) -> float:
    """Read how much processor time a process has used, all its threads, in user and kernel mode."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mb(pid: int) -> float:
    """Read how much memory a process holds right now."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay out a table in Markdown."""
    lines = ["| " + " | ".join(cells) + " |" for cells in (heads, ["---"] * len(heads), *rows)]
    return "\n".join(lines) + "\n"
