"""What a bot's workers cost: proportional set size, which shares out what processes have in common."""

import asyncio
import json
import subprocess
from pathlib import Path

import msgspec
from msgspec import Struct

from botyard.integrations.sandbox.jail.jails import Source
from botyard.integrations.sandbox.jail.pool import Wanted
from botyard.integrations.sandbox.runner.client import Sandbox

_WAITS = """
import json, time
import requests
def main(event, context):
    time.sleep(float(json.loads(event["body"])))
    return {"statusCode": 200, "body": "null"}
"""
_WORKERS = 5


class Memory(Struct, frozen=True):
    """In MB. first: the jail with one worker, process 1 included; further: each worker more."""

    first: float
    further: float


async def measure(packages: Path) -> Memory | None:
    """Measure; None where this user may not look into a jail's processes."""
    sandbox = Sandbox(has_network=False)
    source = Source("memory", {"bot.py": _WAITS}, packages=(str(packages),))
    try:
        await _calls(sandbox, source, 1)
        one = _jail_mb(sandbox)
        await _calls(sandbox, source, _WORKERS)
        many = _jail_mb(sandbox)
    except PermissionError:
        return None
    finally:
        await sandbox.close()
    return Memory(one, (many - one) / (_WORKERS - 1))


async def _calls(sandbox: Sandbox, source: Source, count: int) -> None:
    event = msgspec.Raw(json.dumps({"body": "0.5" if count > 1 else "0"}).encode())
    calls = [sandbox.run(source, Wanted("bot.py", event, "r", "f", "1", "l")) for _ in range(count)]
    for answer in await asyncio.gather(*calls):
        if answer.error:
            raise RuntimeError(answer.error)


def _jail_mb(sandbox: Sandbox) -> float:
    process = sandbox._process  # noqa: SLF001 - whose jails are looked at
    return sum(map(pss_mb, descendants(process.pid))) if process else 0.0


def descendants(pid: int) -> list[int]:
    """List a process's children, and theirs."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = [tuple(map(int, line.split())) for line in listed.splitlines()]
    found, more = [], [pid]
    while more:
        parent = more.pop()
        children = [child for child, of in parents if of == parent]
        found += children
        more += children
    return found


def pss_mb(pid: int) -> float:
    """Read what a process holds; 0 of one that ended meanwhile."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)
