"""Crashes the PostgreSQL server that is ours, as a power cut would its processes, and starts it again."""

import os
import signal
import subprocess
import time
from pathlib import Path

import psycopg

IS_BACK_WITHIN_S = 30.0


def crash(url: str) -> None:
    """Stop it at once, without a checkpoint, wait until it is gone, and start it again as it was started."""
    with psycopg.connect(url, autocommit=True) as connection:
        [folder] = connection.execute("SHOW data_directory").fetchone() or [""]
    pid = int((Path(folder) / "postmaster.pid").read_text().split("\n", 1)[0])
    command = Path(f"/proc/{pid}/cmdline").read_bytes().decode().rstrip("\0").split("\0")
    owner = Path(folder).stat()
    os.kill(pid, signal.SIGQUIT)
    _until_gone(pid)
    who = {} if os.geteuid() else {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": ()}
    subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", **who)  # type: ignore[call-overload]  # mypy does not follow keywords in a dict
    _until_back(url)


def stop(url: str) -> None:
    """Stop it for good: its folder goes."""
    with psycopg.connect(url, autocommit=True) as connection:
        [folder] = connection.execute("SHOW data_directory").fetchone() or [""]
    pid = int((Path(folder) / "postmaster.pid").read_text().split("\n", 1)[0])
    os.kill(pid, signal.SIGQUIT)
    _until_gone(pid)


def _until_gone(pid: int) -> None:
    deadline = time.monotonic() + IS_BACK_WITHIN_S
    while time.monotonic() < deadline:
        try:
            if os.waitpid(pid, os.WNOHANG)[0] == pid:
                return
        except ChildProcessError:
            return
        time.sleep(0.01)
    raise TimeoutError("PostgreSQL did not stop")


def _until_back(url: str) -> None:
    deadline = time.monotonic() + IS_BACK_WITHIN_S
    while True:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return
