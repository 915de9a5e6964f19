"""The runner's end of one jail: it is built, workers are forked in it, and it is torn down."""

import asyncio
import os
import shutil
import signal
import socket
from collections.abc import Mapping
from contextlib import suppress
from itertools import count
from typing import Any

import msgspec

from botyard.integrations.sandbox.imports import imported
from botyard.integrations.sandbox.jail.launch import Launched, NoJail, Walls, launch
from botyard.integrations.sandbox.jail.limits import rlimits
from botyard.integrations.sandbox.jail.seccomp import Filter, assemble
from botyard.integrations.sandbox.jail.witness import Seen, seen
from botyard.integrations.sandbox.jail.worker import Worker
from botyard.integrations.sandbox.said import read_told

_DATAGRAM = 1 << 16
_LAST_WORDS = 4000
_THREAD_STACK_KB = 1024


class Cell:
    """One jail. Made by `build`, ended by `close` or by itself."""

    def __init__(self, walls: Walls, launched: Launched, control: socket.socket) -> None:
        self._limits = walls.policy.limits
        self._launched = launched
        self._control = control
        self._numbers = count(1)
        self._workers: dict[int, Worker] = {}
        self._loop = asyncio.get_running_loop()
        self._ready: asyncio.Future[bool] = self._loop.create_future()
        self._over: asyncio.Future[None] = self._loop.create_future()
        self._is_closed = False
        self._pidfd = os.pidfd_open(launched.process.pid)
        self._loop.add_reader(self._pidfd, self._ended)
        self._loop.add_reader(control, self._told)

    @property
    def is_alive(self) -> bool:
        """Whether workers can be forked in it."""
        return not self._is_closed

    def seen(self) -> Seen:
        """Look at what all its processes use."""
        return Seen() if self._is_closed else seen(self._launched.process.pid)

    async def ready(self, settings: Mapping[str, Any]) -> None:
        """Wait until process 1 has imported what the code will. Raises NoJail."""
        self._tell(settings)
        is_ready = False
        try:
            await asyncio.wait((self._ready,), timeout=self._limits.load_s)
            is_ready = self._ready.done() and self._ready.result()
        finally:
            if not is_ready:
                self.close()
        if not is_ready:
            words = self._last_words()
            self._close_words()
            raise NoJail(f"the jail did not start: {words or 'nothing was heard of it in time'}")

    def worker(self, file: str, memory_mb: int) -> Worker:
        """Have a worker forked for one of the code's files."""
        number = next(self._numbers)
        worker = Worker(number, self._limits, memory_mb, lambda: self._tell({"do": "kill", "worker": number}))
        self._workers[number] = worker
        self._tell({"do": "start", "worker": number, "file": file, "memory_mb": memory_mb}, worker.theirs())
        worker.given()
        return worker

    def close(self) -> None:
        """Kill all that is in it."""
        if self._is_closed:
            return
        self._is_closed = True
        self._launched.process.kill()
        self._loop.remove_reader(self._control)
        self._control.close()
        for worker in list(self._workers.values()):
            worker.buried(signal.SIGKILL, 0)
        self._workers.clear()

    async def closed(self) -> None:
        """Close it, and wait until it is gone."""
        self.close()
        await self._over

    def _tell(self, order: Mapping[str, Any], fds: list[int] | None = None) -> None:
        """Give an order. Process 1 takes thousands a second: with a full queue it is broken, and the jail ends."""
        if self._is_closed:
            return
        try:
            socket.send_fds(self._control, [msgspec.json.encode(order)], fds or [])
        except OSError:
            self._loop.call_soon(self.close)

    def _told(self) -> None:
        try:
            said = self._control.recv(_DATAGRAM)
            told = read_told(said)
        except (OSError, msgspec.DecodeError):
            self._loop.remove_reader(self._control)  # it hangs up where it dies: `_ended` comes next
            return
        if told.type == "ready":
            if not self._ready.done():
                self._ready.set_result(True)
        elif worker := self._workers.pop(told.worker, None):
            worker.buried(told.status, told.max_rss_kb, told.why)

    def _ended(self) -> None:
        self._loop.remove_reader(self._pidfd)
        os.close(self._pidfd)
        self._launched.process.wait()
        if not self._ready.done():
            self._ready.set_result(False)
        else:
            self.close()
            self._close_words()
        if self._launched.folder:
            shutil.rmtree(self._launched.folder, ignore_errors=True)
        self._over.set_result(None)

    def _close_words(self) -> None:
        if self._launched.process.stderr:
            self._launched.process.stderr.close()

    def _last_words(self) -> str:
        stream = self._launched.process.stderr
        if stream is None:
            return ""
        os.set_blocking(stream.fileno(), False)
        with suppress(OSError):
            return (stream.read(_LAST_WORDS) or b"").decode("utf-8", "replace").strip()
        return ""


async def build(walls: Walls, code: Mapping[str, str]) -> Cell:
    """Build a jail around a bot's code. code: texts by path below /var/task. Raises NoJail."""
    control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        try:
            launched = launch(walls, code, theirs.fileno())
        except BaseException:
            control.close()
            raise
    control.settimeout(0)
    cell = Cell(walls, launched, control)
    await cell.ready(_settings(walls, code, launched.task))
    return cell


def _settings(walls: Walls, code: Mapping[str, str], task: str) -> dict[str, Any]:
    filter_ = Filter(b"") if walls.is_unsafe else assemble(walls.policy, os.uname().machine, zygote=False)
    limits = dict(rlimits(walls.policy.limits))
    if walls.is_unsafe:
        del limits["RLIMIT_NPROC"]  # without a namespace of its own it would count the whole machine
    return {
        "task": task,
        "packages": walls.python.packages,
        "import_ahead": imported(code) if walls.python.trusted else [],
        "filter": filter_.program.hex(),
        "own_pid_at": filter_.own_pid_at,
        "rlimits": limits,
        "result_kb": walls.policy.limits.result_kb,
        "thread_stack_kb": _THREAD_STACK_KB,
    }
