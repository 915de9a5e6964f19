"""The limit program (limit_turn.py): the least that keeps the same promise.

A message over HTTP, kept durably, a signed webhook called, the answer kept durably, the reply. No engine, no
understanding, no guard, no log. Our share of its turns is the figure.
"""

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.driven import CONVERSATIONS, USERS_EACH, WARM_UP_S, Program
from bench.load import Plan
from bench.machine import HOME, PYTHON, UNDER_TEST, free_port, running
from bench.rivals.environments import python_of
from bench.target import SENTENCE

LIMIT_PROGRAM = Path(os.environ.get("BOTYARD_LIMIT_PROGRAM") or HOME.parent / "shared" / "bench" / "limit_turn.py")


@contextmanager
def limit(webhook_port: int, postgresql: str = "") -> Iterator[Program]:
    """Serve the limit program with its durable inbox, on the same disk or on PostgreSQL. Raises CannotInstall."""
    port = free_port()
    on_disk, on_server = ["--store", "sqlite", "--sync", "FULL"], ["--store", "pg", "--dsn", postgresql]
    durable = [*(on_server if postgresql else on_disk), "--inbox", "on"]
    python = python_of("limit-postgresql") if postgresql else PYTHON
    with tempfile.TemporaryDirectory(prefix="limit-bench-", dir=HOME) as folder:
        where = ["--port", str(port), "--hook-port", str(webhook_port), "--dir", folder]
        with running([python, LIMIT_PROGRAM, "serve", *where, *durable], core=UNDER_TEST, port=port) as process:
            yield Program(process.pid, lambda seconds: _limit_plan(port, seconds))


def _limit_plan(port: int, seconds: float) -> Plan:
    """Build its own request body: it prints the two ends between which the number of the conversation belongs."""
    printed = subprocess.run([PYTHON, str(LIMIT_PROGRAM), "lua"], capture_output=True, text=True, check=True).stdout
    before, after = re.findall(r"\[==\[(.*?)\]==\]", printed, re.DOTALL)
    return Plan(
        port=port,
        head="POST /v1/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n",
        bodies=tuple(
            tuple(f"{before}{user}{after}" for user in range(first, CONVERSATIONS * USERS_EACH, CONVERSATIONS))
            for first in range(CONVERSATIONS)
        ),
        answered=SENTENCE,
        warm_up_s=WARM_UP_S,
        seconds=seconds,
    )
