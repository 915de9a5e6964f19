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
    server = OurServer(url)
    os.kill(server.pid, signal.SIGQUIT)
    _until_gone(server.pid)
    server.start()


class OurServer:
    """A server that runs, and how it was started. pid: of the process that all its others come from."""

    def __init__(self, url: str) -> None:
        self._url = url
        with psycopg.connect(url, autocommit=True) as connection:
            [folder] = connection.execute("SHOW data_directory").fetchone() or [""]
        self.pid = int((Path(folder) / "postmaster.pid").read_text().split("\n", 1)[0])
        self._command = Path(f"/proc/{self.pid}/cmdline").read_bytes().decode().rstrip("\0").split("\0")
        owner = Path(folder).stat()
        self._who = {} if os.geteuid() else {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": ()}

    def start(self) -> None:
        """Start it again as it was started, and wait until it answers. One that runs is left alone."""
        if not Path(f"/proc/{self.pid}/cwd").exists():  # dead, or dead and not yet waited for
            quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": "/"}
            self.pid = subprocess.Popen(self._command, **quiet, **self._who).pid  # type: ignore[call-overload]  # mypy does not follow keywords in a dict
        _until_back(self._url)


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
