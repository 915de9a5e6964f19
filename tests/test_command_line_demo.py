"""`botyard demo` as a process: how it ends, and what it leaves behind, which is nothing."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.processes import environment

STARTS_WITHIN_S = 60


def started(home: Path, *arguments: str) -> subprocess.Popen[str]:
    """A demo whose temporary files go to a folder of their own, in a group of processes of its own."""
    (home / "tmp").mkdir()
    return subprocess.Popen(
        [sys.executable, "-m", "botyard.cli", "demo", *arguments],
        stderr=subprocess.PIPE,
        text=True,
        cwd=home,
        env=environment(home) | {"TMPDIR": str(home / "tmp")},
        start_new_session=True,
    )


def until(process: subprocess.Popen[str], wanted: str) -> str:
    """Read what it writes up to these words."""
    assert process.stderr is not None
    seen = ""
    for line in process.stderr:
        seen += line
        if wanted in line:
            return seen
    raise AssertionError(f"{wanted!r} never came: {seen}")


def nothing_is_left_of(process: subprocess.Popen[str], home: Path) -> None:
    """No process of its group, no file where temporary files go, none where it was started."""
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
    assert list((home / "tmp").iterdir()) == []
    assert [path.name for path in home.iterdir()] == ["tmp"]


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_the_demo_and_leaves_nothing_behind(tmp_path: Path, sent: signal.Signals) -> None:
    """Exit code 0: it was asked to end, and did. Its receiver, database, sockets and folders are gone."""
    process = started(tmp_path, "--port", "0")
    until(process, "sync_message_from_user")
    assert list((tmp_path / "tmp").iterdir()) != []
    process.send_signal(sent)
    _, rest = process.communicate(timeout=STARTS_WITHIN_S)
    assert process.returncode == 0, rest
    assert "Traceback" not in rest
    nothing_is_left_of(process, tmp_path)


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_while_the_demo_starts_leaves_nothing_behind(tmp_path: Path, sent: signal.Signals) -> None:
    """At whatever moment: here as soon as its folder is there. Exit code 130."""
    process = started(tmp_path, "--port", "0")
    deadline = time.monotonic() + STARTS_WITHIN_S
    while not list((tmp_path / "tmp").iterdir()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(sent)
    _, rest = process.communicate(timeout=STARTS_WITHIN_S)
    assert (process.returncode, rest) == (130, "")
    nothing_is_left_of(process, tmp_path)


def test_a_port_that_is_taken_is_said_in_one_sentence(tmp_path: Path) -> None:
    """With what to do about it; nothing is left behind."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        process = started(tmp_path, "--port", str(port))
        _, told = process.communicate(timeout=STARTS_WITHIN_S)
    assert process.returncode == 1
    lines = [line for line in told.splitlines() if "sandbox_without_network" not in line]  # true of some machines
    assert lines == [f"cannot listen on 127.0.0.1 port {port}: Address already in use; choose another with --port"]
    nothing_is_left_of(process, tmp_path)


def test_where_nobody_asked_for_a_port_one_that_is_free_will_do(tmp_path: Path) -> None:
    """`make demo` beside something else on port 8000: the address that is printed is the one to open."""
    with socket.socket() as other:
        with contextlib.suppress(OSError):  # somebody else has it already: just as well
            other.bind(("127.0.0.1", 8000))
            other.listen()
        process = started(tmp_path)
        told = until(process, "sync_message_from_user")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=STARTS_WITHIN_S)
    assert re.search(r"http://127\.0\.0\.1:(?!8000)\d+/chat/", told)
