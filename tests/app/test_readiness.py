"""Whether a real server says that it can work, and means it."""

import json
import resource
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from tests.processes import Server, serving

ROOM = resource.RLIM_INFINITY


def test_a_server_that_cannot_write_is_not_ready_and_becomes_so_again(tmp_path: Path) -> None:
    """No more room for its files: 503 and a sentence; with room again: ready. It lives all the time."""
    with serving(tmp_path) as server:
        assert _asked(server, "/readyz")[0] == 200
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (1, ROOM))
        status, found = _until(server, is_ready=False)
        assert status == 503
        assert found["checks"]["database"] != "ok"
        assert _asked(server, "/healthz")[0] == 200
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (ROOM, ROOM))
        status, found = _until(server, is_ready=True)
        assert (status, found["checks"]["models"]) == (200, "ok")


def test_a_server_says_how_long_the_oldest_message_waits(tmp_path: Path) -> None:
    """What scales the workers: measured when it is asked for, here 0."""
    with serving(tmp_path) as server, urllib.request.urlopen(server.address + "/metrics", timeout=20) as answer:  # noqa: S310 - an address of our own
        assert b"\nbotyard_queue_age_seconds 0.0\n" in answer.read()


def _until(server: Server, *, is_ready: bool) -> tuple[int, Any]:
    """Ask until it says so, or for long enough: what was found is remembered for a moment."""
    deadline = time.monotonic() + 10
    while True:
        status, found = _asked(server, "/readyz")
        if found["ready"] == is_ready or time.monotonic() > deadline:
            return status, found
        time.sleep(0.2)


def _asked(server: Server, path: str) -> tuple[int, Any]:
    try:
        with urllib.request.urlopen(server.address + path, timeout=20) as answer:  # noqa: S310 - an address of our own
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)
