"""Real processes of ours, as a user starts them: the command line, the server, the sample's receiver."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from tests.stores import url_for

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "examples" / "electronics_store"
STARTS_WITHIN_S = 30
SERVERS = {"key": "ab" * 32}  # beside a database on a server there is no place for a key file


def environment(home: Path, **settings: str) -> dict[str, str]:
    """The surroundings of a process that keeps everything in one folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BOTYARD_")}
    url = url_for(home / "botyard.db")
    ours = {"database_url": url, "rate_limit": "off", **({} if url.startswith("sqlite") else SERVERS), **settings}
    return kept | {f"BOTYARD_{name.upper()}": value for name, value in ours.items()}


def botyard(home: Path, *arguments: str | Path, stdin: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end, in a folder of its own. It may refuse, but never by what nobody foresaw."""
    command = [sys.executable, "-m", "botyard.cli", *map(str, arguments)]
    done = subprocess.run(
        command,
        input=stdin,
        capture_output=True,
        text=True,
        cwd=home,
        env=environment(home, **settings),
        timeout=90,
        check=False,
    )
    assert "fault of Botyard" not in done.stderr, done.stderr
    return done


def free_port() -> int:
    """A port nobody listens on right now."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


@contextmanager
def receiver(port: int) -> Iterator[None]:
    """The sample's webhook receiver."""
    script = ROOT / "examples" / "receiver.py"
    process = subprocess.Popen(
        [sys.executable, str(script), "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        until_somebody_listens(port)
        yield
    finally:
        process.kill()
        process.wait()


class Server:
    """A running `botyard serve`. address: http://127.0.0.1:PORT. log: what it wrote to standard error.

    program: what Python runs to become a command of ours.
    """

    program: tuple[str, ...] = ("-m", "botyard.cli")

    def __init__(self, home: Path, *arguments: str, command: str = "serve", **settings: str) -> None:
        self.log: list[str] = []
        self.address = ""
        started = time.monotonic()
        self._process = subprocess.Popen(
            [sys.executable, *self.program, command, *arguments],
            stderr=subprocess.PIPE,
            text=True,
            cwd=home,
            env=environment(home, **settings),
        )
        is_up = threading.Event()
        self._reader = threading.Thread(target=self._read, args=(is_up,), daemon=True)
        self._reader.start()
        if not is_up.wait(STARTS_WITHIN_S) or not self.address:
            self.kill()
            raise AssertionError("the server did not start:\n" + "".join(self.log))
        self.started_s = time.monotonic() - started

    def _read(self, is_up: threading.Event) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as lines:
            for line in lines:
                self.log.append(line)
                if "http://" in line and not self.address:
                    self.address = "http://" + line.split("http://", 1)[1].split()[0].split("/chat")[0]
                    is_up.set()
        is_up.set()

    def kill(self) -> None:
        """End it as a power cut would."""
        self._process.kill()
        self._process.wait()
        self._reader.join()

    def stop(self, sent: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end; its exit code."""
        self._process.send_signal(sent)
        code = self._process.wait(timeout=45)
        self._reader.join()
        return code

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid


@contextmanager
def serving(home: Path, **settings: str) -> Iterator[Server]:
    """A server for as long as the block runs."""
    server = Server(home, "--port", "0", **settings)
    try:
        yield server
    finally:
        server.kill()


class Listening(Protocol):
    """Whatever answers at an address: a server of ours, or a demo."""

    address: str


class Client:
    """A client's own system: calls the Bot API with its credentials."""

    def __init__(self, deployed: dict[str, Any]) -> None:
        self.business_id = deployed["business_id"]
        self.headers = {
            "client-id": deployed["client_id"],
            "Authorization": f"Bearer {deployed['token']}",
            "Content-Type": "application/json",
        }

    def post(self, server: Listening, path: str, body: Any, **headers: str) -> tuple[int, Any]:
        """Post JSON; the status and the JSON that came back."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - an http address of our own
            server.address + path, data, {**self.headers, **headers}
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - likewise
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            return refused.code, json.load(refused)

    def knows(self, server: Listening, auth_id: str, **profile: str) -> dict[str, Any]:
        """Register a user."""
        status, user = self.post(server, "/v1.0/user/", {"auth_id": auth_id, **profile})
        assert status == 200, user
        known: dict[str, Any] = user
        return known

    def says(self, server: Listening, auth_id: str, text: str) -> list[str]:
        """Say something as a user and wait for the bot; what it said."""
        body = {
            "user": {"auth_id": auth_id},
            "message_body": text,
            "message_type": 0,
            "business_id": self.business_id,
        }
        status, answer = self.post(server, "/v1.0/sync_message_from_user/", body)
        assert status == 200, answer
        return [message["body"]["text"] for message in answer["message"]]


def until_somebody_listens(port: int) -> None:
    """Wait for a process that was just started."""
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline:
        with socket.socket() as trial:
            if trial.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"nobody listens on port {port}")
