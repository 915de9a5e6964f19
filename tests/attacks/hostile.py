"""Hostile programs, and the place where they are let loose: a real runner, real jails, on this machine."""

import asyncio
import json
import subprocess
import sys
import threading
import time
from collections.abc import Coroutine
from itertools import count
from pathlib import Path
from textwrap import dedent
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from botyard.integrations.sandbox.jail.doctor import Health
from botyard.integrations.sandbox.jail.jails import Source
from botyard.integrations.sandbox.jail.pool import Wanted
from botyard.integrations.sandbox.runner.client import Sandbox
from botyard.integrations.sandbox.said import CodeAnswer

T = TypeVar("T")
HOME = Path(__file__).resolve().parents[2]

# What every program may use, and how its `attack()` is called: what it returns is what it got, as JSON.
_PROLOGUE = "import ctypes, errno, gc, json, os, signal, socket, struct, sys, threading, time\n"
_EPILOGUE = """
def main(event, context):
    return {"statusCode": 200, "body": json.dumps({"got": attack()}), "headers": {}}
"""
_NEXT_S = 5.0  # how soon the next worker stands, at the worst; `make bench-code` measures it
_CALM = "n = 0\ndef attack():\n    global n\n    n += 1\n    return n\n"


class Attack(Struct, frozen=True):
    """One program. got: what `attack()` must return; or reason and error: how the call must fail, by whose word."""

    name: str
    code: str
    got: Any = None
    reason: str = ""
    error: str = ""
    timeout_s: float = 10.0


class Yard:
    """A runner of our own and a loop for it, in a thread, so that tests stay plain functions."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._numbers = count()
        self.sandbox = Sandbox()
        self.health: Health = self.do(self.sandbox.health())
        self._neighbour = self.bot(_CALM)
        self._calm = 0

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something on the loop, and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    def bot(self, code: str, **more: Any) -> Source:
        """Make a bot of one file from a program's text."""
        text = _PROLOGUE + dedent(code) + _EPILOGUE
        return Source(f"bot-{next(self._numbers)}", {"bot.py": text}, **more)

    async def arun(self, bot: Source, *, timeout_s: float = 3.0, body: str = "{}", memory_mb: int = 256) -> CodeAnswer:
        """Make one call."""
        event = msgspec.Raw(json.dumps({"body": body}).encode())
        return await self.sandbox.run(bot, Wanted("bot.py", event, "r", "f", "1", "log", timeout_s, memory_mb))

    def run(self, bot: Source, **how: Any) -> CodeAnswer:
        """Make one call, and wait for its answer."""
        return self.do(self.arun(bot, **how))

    def got(self, code: str, *, packages: tuple[str, ...] = (), **how: Any) -> Any:
        """Let a program loose, and tell what it got. A failure fails the test."""
        answer = self.run(self.bot(code, packages=packages), **how)
        assert answer.error is None, answer.error
        return json.loads(answer.body or "")["got"]

    def assert_neighbour_is_unhurt(self) -> None:
        """Another bot's worker is alive, has kept its state, and answers soon."""
        self._calm += 1
        answer = self.run(self._neighbour, timeout_s=5.0)
        assert answer.error is None, answer.error
        assert json.loads(answer.body or "") == {"got": self._calm}
        assert answer.duration_ms < 1000

    def runner(self) -> int:
        """Name the runner's process."""
        process = self.sandbox._process
        assert process is not None
        return process.pid

    def close(self) -> None:
        """End it all."""
        self.do(self.sandbox.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


def let_loose(yard: Yard, attack: Attack) -> CodeAnswer:
    """Run an attack twice; see what it must see, that the next call finds a worker, and that nobody else noticed."""
    bot = yard.bot(attack.code)
    answer = CodeAnswer()
    for _ in range(2):  # the second meets what the first left behind, or its replacement
        started = time.monotonic()
        answer = yard.run(bot, timeout_s=attack.timeout_s)
        if attack.reason:
            assert answer.error is not None, f"it was not stopped: {answer.body}"
            assert answer.error.reason == attack.reason, answer.error
            assert answer.error.type == (attack.error or answer.error.type), answer.error
        else:
            assert answer.error is None, answer.error
            assert json.loads(answer.body or "")["got"] == attack.got
        assert answer.duration_ms < attack.timeout_s * 1000 + 500
        assert time.monotonic() - started < attack.timeout_s + _NEXT_S  # with a new jail, or the next worker
    yard.assert_neighbour_is_unhurt()
    return answer


def processes_of(parent: int) -> list[str]:
    """List the command lines of all that came from a process, zombies apart."""
    listed = subprocess.run(["ps", "-eo", "pid,ppid,stat,args"], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 3) for line in listed.splitlines()[1:]]
    family = {parent}
    while more := {int(pid) for pid, ppid, _, _ in rows if int(ppid) in family} - family:  # numbers may have wrapped
        family |= more
    return [f"{pid} {args}" for pid, _, stat, args in rows if int(pid) in family - {parent} and "Z" not in stat]


def python(*arguments: str, timeout_s: float = 60) -> "subprocess.CompletedProcess[str]":
    """Run a script of ours as a process of its own."""
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=timeout_s, check=False, cwd=HOME
    )
