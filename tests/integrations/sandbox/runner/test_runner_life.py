"""The runner as a process: who may call it, how much it takes, how it ends and is found again."""

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from botyard.integrations.sandbox.jail.doctor import Health
from botyard.integrations.sandbox.jail.jails import Source
from botyard.integrations.sandbox.jail.pool import Wanted
from botyard.integrations.sandbox.runner import runner
from botyard.integrations.sandbox.runner.client import Sandbox
from botyard.integrations.sandbox.runner.line import Line
from botyard.integrations.sandbox.said import CodeAnswer
from tests.attacks.hostile import HOME, Yard

_ECHO = Source("echo", {"bot.py": "def main(event, context): return {'statusCode': 200, 'body': event['body']}"})
_OTHER_UID = 60913


def wanted(body: str = "hi", **more: float) -> Wanted:
    """Ask for one call."""
    return Wanted("bot.py", msgspec.Raw(json.dumps({"body": body}).encode()), "r", "f", "1", "l", **more)  # type: ignore[arg-type]  # floats are what is given


def test_many_calls_at_once_queue_and_the_rest_are_told_at_once(yard: Yard) -> None:
    """8 run, 16 wait up to 2 s, and whoever comes then is told `Busy` in no time; afterwards all is as before."""
    bot = yard.bot("def attack(): time.sleep(0.2)")
    yard.run(bot)

    async def all_at_once() -> list[tuple[CodeAnswer, float]]:
        async def one() -> tuple[CodeAnswer, float]:
            started = time.monotonic()
            return await yard.arun(bot, timeout_s=5.0), time.monotonic() - started

        return await asyncio.gather(*(one() for _ in range(40)))

    answers = yard.do(all_at_once())
    refused = [took for answer, took in answers if answer.error and answer.error.reason == "busy"]
    served = [took for answer, took in answers if answer.error is None]
    assert (len(served), len(refused)) == (24, 16)
    assert max(refused) < min(served)
    yard.assert_neighbour_is_unhurt()
    assert yard.run(bot).error is None


def test_a_call_that_nobody_waits_for_any_more_is_stopped(yard: Yard) -> None:
    """What it would have answered does not meet the next call."""
    bot = yard.bot("def attack(): time.sleep(0.3); return os.getpid()")
    first = yard.run(bot).body

    async def given_up() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(yard.arun(bot), 0.05)

    yard.do(given_up())
    assert yard.run(bot).error is None
    assert first is not None


def test_a_runner_that_was_killed_is_started_again(yard: Yard) -> None:
    """The call that it had begun is not made again; the next one finds a new runner."""
    del yard  # where jails cannot be built, this is skipped too

    async def told() -> tuple[CodeAnswer, CodeAnswer]:
        sandbox = Sandbox()
        try:
            slow = Source("slow", {"bot.py": "import time\ndef main(event, context): time.sleep(5)"})
            call = asyncio.create_task(sandbox.run(slow, wanted()))
            assert (await sandbox.health()).is_ok
            await asyncio.sleep(0.3)
            assert sandbox._process is not None
            sandbox._process.kill()
            return await asyncio.wait_for(call, 3), await sandbox.run(_ECHO, wanted())
        finally:
            await sandbox.close()

    lost, found = asyncio.run(told())
    assert lost.error is not None
    assert lost.error.message == "the sandbox's runner went away during the call"
    assert found.body == "hi"


def answers(path: Path) -> bool:
    """Whether somebody listens there: the file is there a moment before."""
    with socket.socket(socket.AF_UNIX) as trial:
        return trial.connect_ex(str(path)) == 0


@pytest.fixture
def listening(yard: Yard) -> Iterator[Path]:
    """A runner that listens in the file system, as `botyard runner` will."""
    del yard
    folder = Path(tempfile.mkdtemp())  # pytest's own folders let no other user in
    folder.chmod(0o755)
    path = folder / "runner"
    orders = json.dumps({"path": str(path), "caller": os.getuid(), "has_network": False})
    process = subprocess.Popen([sys.executable, "-m", "botyard.integrations.sandbox.runner.runner", orders], cwd=HOME)
    try:
        deadline = time.monotonic() + 10
        while not answers(path) and time.monotonic() < deadline:
            time.sleep(0.02)
        yield path
    finally:
        process.terminate()
        assert process.wait(10) == 0, "it did not end well"
        shutil.rmtree(folder)


def test_a_runner_of_its_own_is_asked_through_a_socket(listening: Path) -> None:
    """By the platform's user, and by several at once."""

    async def told() -> list[str | None]:
        clients = [Sandbox(listening), Sandbox(listening)]
        try:
            assert (await clients[0].health()).network == "custom code has no network: the operator switched it off"
            return [(await client.run(_ECHO, wanted(str(n)))).body for n, client in enumerate(clients)]
        finally:
            for client in clients:
                await client.close()

    assert asyncio.run(told()) == ["0", "1"]


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
def test_another_user_of_the_machine_is_not_served(listening: Path) -> None:
    """Whoever is neither the platform's user nor the runner's own is hung up on."""
    script = (
        "import os, socket, sys\n"
        f"os.setresuid({_OTHER_UID}, {_OTHER_UID}, {_OTHER_UID})\n"
        "s = socket.socket(socket.AF_UNIX); s.settimeout(5); s.connect(sys.argv[1])\n"
        "try:\n"
        """    s.sendall(bytes([0, 0, 0, 29]) + b'{"type":"examine","number":1}')\n"""
        "    print(len(s.recv(10)))\n"
        "except OSError: print(0)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(listening)], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("0", "")


def test_a_line_that_ended_before_anything_was_said_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A runner may go right after it let us in: the call, which has not begun, says so."""

    async def told() -> CodeAnswer:
        sandbox = Sandbox(Path("/no/such/runner"))

        async def gone() -> Line:
            line = Line(lambda _line, _body: None)
            line.connection_lost(None)
            return line

        monkeypatch.setattr(sandbox, "_connected", gone)
        return await asyncio.wait_for(sandbox.run(_ECHO, wanted()), 5)

    answer = asyncio.run(told())
    assert answer.error is not None
    assert "cannot be reached" in answer.error.message


def test_shutting_new_addresses_keeps_no_call_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is another program's work, and takes seconds where the machine is busy."""
    monkeypatch.setattr(runner, "_REAP_EVERY_S", 0.01)

    class SlowNetwork:
        looks = 0

        def keep_shut(self) -> None:
            self.looks += 1
            time.sleep(0.3)

    async def longest_wait() -> float:
        tidied: Any = SlowNetwork()
        reaping = asyncio.create_task(runner.Runner(None, Health(is_ok=True), tidied)._reap())
        longest, over = 0.0, time.monotonic() + 0.6
        while (before := time.monotonic()) < over:
            await asyncio.sleep(0.01)
            longest = max(longest, time.monotonic() - before)
        reaping.cancel()
        assert tidied.looks
        return longest

    assert asyncio.run(longest_wait()) < 0.25


def test_without_walls_code_runs_as_a_plain_process_and_says_so(yard: Yard) -> None:
    """BOTYARD_UNSAFE_NO_SANDBOX=1: limits hold, walls there are none, and nothing is left on the disk."""
    del yard
    where = Source("where", {"bot.py": "def main(event, context): return {'statusCode': 200, 'body': __file__}"})

    async def told() -> tuple[bool, CodeAnswer, CodeAnswer]:
        sandbox = Sandbox(is_unsafe=True)
        try:
            eats = Source("eats", {"bot.py": "def main(event, context): return len(bytes(2 << 30))"})
            health = await sandbox.health()
            return health.is_unsafe, await sandbox.run(where, wanted()), await sandbox.run(eats, wanted())
        finally:
            await sandbox.close()

    is_unsafe, said, eaten = asyncio.run(told())
    assert is_unsafe
    assert said.body is not None
    folder = Path(said.body).parent
    assert folder.name.startswith("botyard-code-")
    assert eaten.error is not None
    assert eaten.error.type == "MemoryError"
    deadline = time.monotonic() + 10
    while folder.exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
