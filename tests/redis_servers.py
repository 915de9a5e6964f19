"""Redis servers of our own, in a folder in memory, reached by a socket only; they can be killed and come back empty.

BOTYARD_TEST_REDIS_URL names another one to use, where a test need not kill it.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

REDIS = "BOTYARD_TEST_REDIS_URL"


class PrivateRedis:
    """One server. url: where it is, whether it runs or not."""

    def __init__(self, folder: Path, program: str) -> None:
        self._folder = folder
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"unix://{folder / 'redis.sock'}"

    def start(self, *options: str, from_copy: bool = False) -> None:
        """Start it, empty; or with what it held when `copy` was called, as an old copy that became the primary."""
        if not from_copy:
            (self._folder / "dump.rdb").unlink(missing_ok=True)
        self._process = subprocess.Popen(
            [
                self._program, "--port", "0", "--unixsocket", self._folder / "redis.sock", "--save", "",
                "--appendonly", "no", "--dir", self._folder, *options,
            ],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        for _ in range(200):
            if self._answers():
                return
            time.sleep(0.02)
        raise TimeoutError("the private Redis server does not answer")

    def kill(self) -> None:
        """End it as a power cut would; what it held is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
            (self._folder / "redis.sock").unlink(missing_ok=True)

    def hang(self, *, is_over: bool = False) -> None:
        """Let it stand still as it is; or go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT if is_over else signal.SIGSTOP)

    def copy(self) -> None:
        """Keep what it holds now, for a start from this copy."""
        self.ask("SAVE")

    def flush(self) -> None:
        """Empty it while it runs."""
        self.ask("FLUSHALL")

    def ask(self, *command: str) -> object:
        """Say something to it."""
        with redis.Redis.from_url(self.url) as client:
            return client.execute_command(*command)

    def _answers(self) -> bool:
        try:
            self.ask("PING")
        except redis.AuthenticationError:
            return True
        except redis.RedisError:
            return False
        return True


@contextmanager
def private_redis(*options: str) -> Iterator[PrivateRedis]:
    """Run a server for as long as the block runs. Raises FileNotFoundError where there is no redis-server."""
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if program is None:
        raise FileNotFoundError("redis-server is not installed: tools/debian.py installs it")
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - a private folder in it
    with tempfile.TemporaryDirectory(prefix="botyard-redis-", dir=memory) as folder:
        server = PrivateRedis(Path(folder), program)
        try:
            server.start(*options)
            yield server
        finally:
            server.kill()
