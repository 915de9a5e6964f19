"""What was measured, where and when: a figure without that is a rumour."""

import os
import platform
import sqlite3
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from bench.machine import HOME, PYTHON, cores


def surroundings() -> str:
    """Say it in a line. Which build of Python it is tells by its path: Debian's own takes a tenth less than pyenv's."""
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=HOME, capture_output=True, text=True, check=False
    )
    commit = done.stdout.strip() or "an unknown commit"
    load = os.getloadavg()[0]
    return (
        f"Commit {commit}, {datetime.now(UTC):%Y-%m-%d}; {_processor()}, {cores()} cores; "
        f"Python {platform.python_version()} ({Path(PYTHON).resolve()}), SQLite {sqlite3.sqlite_version}; "
        f"load beforehand {load:.1f}.\n"
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
