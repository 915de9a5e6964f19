"""A server that dies and comes back, as its torturer sees it: start, kill, ask how it ended."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from time import perf_counter
from typing import Self

from tests.processes import ROOT, environment
from tests.stores import KIND, SERVER


class Served:
    """The servers of one place, one after another; made by a forge. died_at: when the last one did (perf_counter).

    surroundings: variables of its environment that are no settings.
    """

    def __init__(self, home: Path, port: int, surroundings: Mapping[str, str], **settings: str) -> None:
        self.home, self.port = home, port
        self._surroundings = surroundings
        self._settings = settings
        self.pid = 0
        self.died_at = 0.0

    async def __aenter__(self) -> Self:
        kept = {name: os.environ[name] for name in (KIND, SERVER) if name in os.environ}
        kept["PYTHONPATH"] = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))
        self._forge = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.torture.forge",
            str(self.port),
            str(self.home / "server.log"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=self.home,
            env=environment(self.home, **self._settings) | kept | dict(self._surroundings),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        self.signal(signal.SIGKILL)
        assert self._forge.stdin is not None
        self._forge.stdin.close()
        await self._forge.wait()

    async def start(self, faults: str = "", bug: str = "") -> None:
        """Start one, armed to die somewhere or to do something wrong."""
        assert self._forge.stdin is not None
        self._forge.stdin.write(f"{faults or '-'} {bug or '-'}\n".encode())
        self.pid = int(await self._told("started"))

    async def ended(self) -> int:
        """Wait for its end: the exit status, or minus the signal."""
        status = int(await self._told("ended"))
        self.died_at = perf_counter()
        self.pid = 0
        return status

    def signal(self, sent: signal.Signals = signal.SIGKILL) -> None:
        """Send it a signal, if it still lives; numbers go round slowly, so one just given back is nobody else's yet."""
        if self.pid:
            with suppress(ProcessLookupError):
                os.kill(self.pid, sent)

    async def _told(self, what: str) -> str:
        assert self._forge.stdout is not None
        said = (await self._forge.stdout.readline()).decode().split()
        if said[:1] != [what]:
            raise AssertionError(f"the forge said {said} instead of {what!r}; see {self.home / 'server.log'}")
        return said[1]
