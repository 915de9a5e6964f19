"""The platform's side: code goes in, an answer comes out, whoever runs it and wherever."""

import asyncio
import os
import socket
import subprocess
from itertools import count
from pathlib import Path

from msgspec.structs import replace

from botyard.integrations.sandbox.jail.doctor import Health
from botyard.integrations.sandbox.jail.jail import Python
from botyard.integrations.sandbox.jail.jails import Source
from botyard.integrations.sandbox.jail.pool import Wanted
from botyard.integrations.sandbox.runner.line import Line
from botyard.integrations.sandbox.runner.runner import Orders, command_of
from botyard.integrations.sandbox.runner.talk import (
    Asked,
    Examine,
    Examined,
    Keep,
    Ran,
    Run,
    read_said,
)
from botyard.integrations.sandbox.said import CodeAnswer, CodeError

_END_S = 5.0


class Sandbox:
    """A runner as its callers see it. path: where a runner listens; None: one of our own is started when needed.

    is_unsafe: the operator set BOTYARD_UNSAFE_NO_SANDBOX. A runner that has gone is found again with the next call;
    a call that it had begun is not made again.
    """

    def __init__(
        self,
        path: Path | None = None,
        *,
        is_unsafe: bool = False,
        has_network: bool = True,
        python: Python | None = None,
    ) -> None:
        self._path = path
        self._orders = Orders(is_unsafe=is_unsafe, has_network=has_network, python=python)
        self._numbers = count(1)
        self._waiting: dict[int, asyncio.Future[Ran | Examined | None]] = {}
        self._known: set[str] = set()
        self._line: Line | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._connecting = asyncio.Lock()

    async def run(self, source: Source, wanted: Wanted) -> CodeAnswer:
        """Make one call, at most once. Raises nothing but cancellation: what goes wrong is the answer's `error`."""
        for _ in range(2):
            try:
                line = await self._connected()
                if source.key not in self._known:
                    self._known.add(source.key)
                    line.say(Keep(source))
                number = next(self._numbers)
                said = await self._ask(line, number, Run(number, source.key, wanted))
            except OSError as error:
                return _gone(f"the sandbox's runner cannot be reached: {error}")
            if said is None:
                return _gone("the sandbox's runner went away during the call")
            if isinstance(said, Ran) and said.answer is not None:
                return said.answer
            self._known.discard(source.key)  # it has forgotten the code, and begun nothing
        return _gone("the sandbox's runner does not keep the code it is given")

    async def health(self) -> Health:
        """Ask how the runner is; it is examined when it starts."""
        try:
            line = await self._connected()
            number = next(self._numbers)
            said = await self._ask(line, number, Examine(number))
        except OSError as error:
            return Health(is_ok=False, sentence=f"the sandbox's runner cannot be reached: {error}")
        if not isinstance(said, Examined):
            return Health(is_ok=False, sentence="the sandbox's runner did not start; its log says why")
        return said.health

    async def close(self) -> None:
        """Hang up; a runner of our own ends, and all its jails with it."""
        line, self._line = self._line, None
        if line:
            line.hang_up()
            await line.gone
            self._nobody_answers()
        await self._ended()

    async def _connected(self) -> Line:
        if self._line is not None and self._line.is_open:
            return self._line
        async with self._connecting:
            if self._line is not None and self._line.is_open:
                return self._line
            if self._line is not None:
                await self._line.gone
            await self._ended()
            self._known.clear()
            loop = asyncio.get_running_loop()
            if self._path is not None:
                _, line = await loop.create_unix_connection(self._a_line, str(self._path))
            else:
                _, line = await loop.create_connection(self._a_line, sock=self._own_runner())
            self._line = line
            return line

    def _a_line(self) -> Line:
        line = Line(self._heard)
        line.gone.add_done_callback(lambda _: self._nobody_answers())
        return line

    def _own_runner(self) -> socket.socket:
        """Start a runner that serves us alone, and ends when we do."""
        ours, theirs = socket.socketpair()
        with theirs:
            command, environment = command_of(replace(self._orders, fd=theirs.fileno()))
            self._process = subprocess.Popen(  # noqa: S603 - ourselves
                command,
                env=environment,
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for us: what we have begun, it must be there to finish
            )
        return ours

    def _heard(self, _line: Line, body: bytes) -> None:
        said = read_said(body)
        waiting = self._waiting.pop(said.number, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(said)

    def _nobody_answers(self) -> None:
        """Tell who waits that the runner went away."""
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_result(None)
        self._waiting.clear()

    async def _ask(self, line: Line, number: int, asked: Asked) -> Ran | Examined | None:
        """Ask and wait; None where the runner went away meanwhile. Raises ConnectionError where it had gone before."""
        if not line.is_open:  # whoever waits is told once, when the line ends: too late for us
            raise ConnectionError("it went away as we came")
        waiting: asyncio.Future[Ran | Examined | None] = asyncio.get_running_loop().create_future()
        self._waiting[number] = waiting
        line.say(asked)
        try:
            return await waiting
        finally:
            self._waiting.pop(number, None)

    async def _ended(self) -> None:
        """Bury a runner of our own."""
        process, self._process = self._process, None
        if process is None:
            return
        loop = asyncio.get_running_loop()
        over = asyncio.Event()
        pidfd = os.pidfd_open(process.pid)
        loop.add_reader(pidfd, over.set)
        try:
            await asyncio.wait_for(over.wait(), _END_S)
        except TimeoutError:
            process.kill()
        finally:
            loop.remove_reader(pidfd)
            os.close(pidfd)
            process.wait()


def _gone(sentence: str) -> CodeAnswer:
    return CodeAnswer(error=CodeError("NoSandbox", sentence, reason="no_sandbox"))
