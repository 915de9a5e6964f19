"""The ways to run one function that are measured beside each other: each makes one call, and says what came of it."""

import asyncio
import contextlib
import json
import os
import socket
import subprocess
from pathlib import Path
from typing import Protocol

import msgspec

from bench.machine import free_port
from botyard.integrations.sandbox.jail.jails import Jails, Source
from botyard.integrations.sandbox.jail.pool import Wanted
from botyard.integrations.sandbox.runner.client import Sandbox
from tests.integrations.sandbox.elsewhere.lambda_runtime import LambdaRuntime

BODY = json.dumps({"event": {"node": "price", "entities": {"product": "coffee"}}, "user": {"id": 7, "name": "Asha"}})
EVENT = json.dumps({"body": BODY, "httpMethod": "POST", "headers": {}}).encode()
FILE = "def main(event, context):\n    return {'statusCode': 200, 'body': event['body'], 'headers': {}}\n"
# Workers in jails are nice, so that what kills them need not wait for them. On a busy machine that alone would decide
# who is quick: all that is called here is as nice as they are, and in a session of its own, which Linux gives a share.
NICE = ("nice", "-n", "5")
# What each rival needs around the same file.
ADAPTER = (
    "import json, functions_framework, bot\n\n@functions_framework.http\ndef hello(request):\n"
    "    return json.dumps(bot.main(request.get_json(), None))\n"
)
COLD = "import json, sys, bot; sys.stdout.write(json.dumps(bot.main(json.load(sys.stdin), None)))"
ECHO = """
import socket, struct
talk = socket.socket(fileno=0)
def exactly(count):
    got = bytearray()
    while len(got) < count:
        more = talk.recv(count - len(got))
        if not more:
            raise SystemExit
        got += more
    return got
while True:
    head = exactly(4)
    talk.sendall(head + exactly(struct.unpack(">I", head)[0]))
"""


class Way(Protocol):
    """One way."""

    async def call(self) -> None:
        """Make one call, and see that its answer is right."""
        ...

    async def close(self) -> None:
        """End it."""
        ...


class Ours:
    """A worker of our own. code: jails of this process, with walls or without, or a runner's, as a server has it."""

    def __init__(self, code: Jails | Sandbox, source: Source) -> None:
        self._code = code
        self._source = source
        self._wanted = Wanted("bot.py", msgspec.Raw(EVENT), "r", "f", "1", "l")

    async def call(self) -> None:
        """Make one call."""
        answer = await self._code.run(self._source, self._wanted)
        if answer.body != BODY:
            raise RuntimeError(answer)

    async def close(self) -> None:
        """Nothing: whoever made what runs the code ends it."""


class Echo:
    """The least there can be: a process that sends back the frame it is sent."""

    def __init__(self, python: str) -> None:
        self._python = python

    async def start(self) -> "Echo":
        """Start it."""
        ours, theirs = socket.socketpair()
        with theirs:
            command = [*NICE, self._python, "-I", "-S", "-c", ECHO]
            self._process = subprocess.Popen(command, stdin=theirs.fileno(), start_new_session=True)  # noqa: ASYNC220 - it takes a moment, once
        self._reader, self._writer = await asyncio.open_connection(sock=ours)
        return self

    async def call(self) -> None:
        """Send a frame and read it."""
        self._writer.write(len(EVENT).to_bytes(4, "big") + EVENT)
        head = await self._reader.readexactly(4)
        if await self._reader.readexactly(int.from_bytes(head, "big")) != EVENT:
            raise RuntimeError

    async def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()


class Cold:
    """A process for every call."""

    def __init__(self, python: str, folder: Path) -> None:
        self._command = (*NICE, python, "-B", "-c", COLD)
        self._folder = folder

    async def call(self) -> None:
        """Start it, give it the event, read its answer."""
        pipe = subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *self._command, cwd=self._folder, stdin=pipe, stdout=pipe, start_new_session=True
        )
        out, _ = await process.communicate(EVENT)
        if json.loads(out)["body"] != BODY:
            raise RuntimeError(out)

    async def close(self) -> None:
        """Nothing is left of it."""


class Framework:
    """functions-framework as it is run in earnest: gunicorn, one process, threads; a connection is kept."""

    def __init__(self, venv: Path, folder: Path) -> None:
        self._port = free_port()
        program = str(venv / "bin" / "functions-framework")
        command = [*NICE, program, "--target=hello", "--source=adapter.py"]
        environment = {"PATH": os.defpath, "THREADS": "8", "WORKERS": "1", "HOME": str(folder)}
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen(
            [*command, "--host=127.0.0.1", f"--port={self._port}"],
            cwd=folder, env=environment, stdout=quiet, stderr=quiet, start_new_session=True,
        )  # fmt: skip
        head = f"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(EVENT)}\r\n\r\n"
        self._request = head.encode() + EVENT
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def start(self) -> "Framework":
        """Wait until it answers."""
        for _ in range(600):
            with contextlib.suppress(OSError):
                self._idle.append(await asyncio.open_connection("127.0.0.1", self._port))
                return self
            await asyncio.sleep(0.05)
        raise TimeoutError

    async def call(self) -> None:
        """Post the event on a connection that is free; a closed one is opened anew, as any client would."""
        try:
            reader, writer = self._idle.pop() if self._idle else await asyncio.open_connection("127.0.0.1", self._port)
            writer.write(self._request)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
        except (asyncio.IncompleteReadError, ConnectionError):
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
            writer.write(self._request)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length:")[2].split(b"\r\n")[0])
        if json.loads(await reader.readexactly(length))["body"] != BODY:
            raise RuntimeError
        if b"connection: close" in head:
            writer.close()
        else:
            self._idle.append((reader, writer))

    async def close(self) -> None:
        """End it."""
        for _, writer in self._idle:
            writer.close()
        self.process.terminate()
        self.process.wait(20)


class LambdasOwn:
    """awslambdaric, given its events by blocking sockets without a loop: nothing of ours is in its way."""

    def __init__(self, venv: Path, folder: Path) -> None:
        self._runtime = LambdaRuntime(folder, "bot.main", python=str(venv / "bin" / "python"))
        os.setpriority(os.PRIO_PROCESS, self._runtime.process.pid, 5)

    async def call(self) -> None:
        """Make one call."""
        ended = self._runtime.call(EVENT)
        if json.loads(ended.payload)["body"] != BODY:
            raise RuntimeError(ended)

    async def close(self) -> None:
        """End it."""
        self._runtime.close()
