"""The disk under a database fills up to the last byte while users talk, and has room again; then count."""

import asyncio
import errno
import os
import random
import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from msgspec import Struct

from tests.stores import KIND, SERVER, private_server
from tests.torture.crash import OurServer
from tests.torture.homes import a_home
from tests.torture.ledger import Ledger, verdict
from tests.torture.place import Place, place
from tests.torture.talking import Users

# A fresh PostgreSQL has 25 MB of files, and some more that it writes ahead.
ROOM_MB = 96
TALKED_FOR_S = 0.5
# So that answers come while nothing can be written.
CALLS_TAKE_S = 0.5
FULL_WITHIN_S, BACK_WITHIN_S = 20.0, 30.0
# So long nobody can be served, from the first turn that could not be written on.
FULL_FOR_S = 1.0
_AT_ONCE = b"x" * 65_536


class Filled(Struct, frozen=True):
    """What came of it. said: what `/readyz` said of the database while nothing fitted on its disk."""

    messages: int
    wrong: Counter[str]
    said: str


@contextmanager
def small_disk() -> Iterator[Path]:
    """Mount one of its own, in memory. Only root can, and not everywhere: a test that cannot says so."""
    with a_home() as home:
        home.chmod(0o755)  # PostgreSQL is another user
        disk = home / "disk"
        disk.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={ROOM_MB}m", "tmpfs", disk], check=False).returncode:
            pytest.skip("NOT TESTED WITH A FULL DISK: nothing can be mounted here")
        try:
            disk.chmod(0o777)
            yield disk
        finally:
            subprocess.run(["umount", "--lazy", disk], check=True)


@contextmanager
def database_on(disk: Path, home: Path, kind: str) -> Iterator[Callable[[], None]]:
    """Have a database on this disk. Gives what brings its server back.

    kind: "sqlite"; "postgresql"; "postgresql, what it writes ahead elsewhere".
    """
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patched:
        store, _, elsewhere = kind.partition(", ")
        patched.setenv(KIND, store)
        if store == "sqlite":
            (home / "botyard.db").symlink_to(disk / "botyard.db")
            yield lambda: None
        else:
            url = stack.enter_context(private_server(disk, home / "ahead" if elsewhere else None))
            patched.setenv(SERVER, url)
            server = OurServer(url)
            yield server.start
            os.kill(server.pid, signal.SIGQUIT)


async def fill(home: Path, disk: Path, bring_back: Callable[[], None]) -> Filled:
    """Fill it once and make room again, while users talk to a server that has its database there.

    Raises TimeoutError where nobody is served before or afterwards.
    """
    async with place(home) as here:
        ledger = Ledger(home / "ledger")
        here.receiver.passed, here.receiver.ledger = (lambda _: None), ledger
        here.receiver.takes_s = CALLS_TAKE_S
        receipt = asyncio.Event()
        users = Users(here, ledger, "u", random.Random(1), receipt.set)  # noqa: S311 - no secret
        await here.server.start()
        await here.until_up()
        async with asyncio.TaskGroup() as talking:
            talking.create_task(users.talk())
            await _served(receipt)
            await asyncio.sleep(TALKED_FOR_S)
            said = await _full(here, disk)
            (disk / "ballast").unlink()
            await asyncio.to_thread(bring_back)
            await _served(receipt)
            users.is_over = True
        await users.write_transcripts()
        here.server.signal(signal.SIGTERM)
        await here.server.ended()
        ledger.close()
        return Filled(users.messages, verdict(ledger.path), said)


async def _full(here: Place, disk: Path) -> str:
    """Take every byte that is free or gets free, until a turn could not be written, and for a moment more."""
    loop = asyncio.get_running_loop()
    ends, said, was_refused = loop.time() + FULL_WITHIN_S, "", False
    with (disk / "ballast").open("ab", buffering=0) as ballast, here.door() as door:
        while loop.time() < ends:
            _take_all(ballast.fileno())
            status, answer = await door.get("/readyz")
            if status == 503:
                said = said or answer["checks"]["database"]
            if said and not was_refused and "storage_failed" in (here.home / "server.log").read_text():
                was_refused, ends = True, loop.time() + FULL_FOR_S
            await asyncio.sleep(0.05)
    return said if was_refused else "no turn met it"


def _take_all(file: int) -> None:
    portion = _AT_ONCE
    while portion:
        try:
            os.write(file, portion)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            portion = portion[: len(portion) // 2]


async def _served(receipt: asyncio.Event) -> None:
    receipt.clear()
    await asyncio.wait_for(receipt.wait(), BACK_WITHIN_S)
