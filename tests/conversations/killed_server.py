"""A small real server that a test kills: store, loop, a pretended engine, and a ledger outside of it all.

Run as a program: `killed_server.py FOLDER CASE…`. A case is `point:pass[+point:pass…][!bug]`: the server is forked once
per point, armed to die there, and once more to finish. Its clients send the same messages with the same keys each
time, as clients do. Each case has its own folder with the database and the ledger; what a bug control breaks on
purpose is named after `!`. Forking from one process that has imported everything makes a death cost 0.1 s.
"""

import asyncio
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import sqlalchemy as sa
import structlog

from botyard.conversations import records, recover
from botyard.conversations.ports import Served
from botyard.engine.effects import Call
from botyard.engine.happenings import Answered
from botyard.engine.state import User
from botyard.hsl.elements import Text
from botyard.integrations.performed import Performed
from botyard.store import faults
from botyard.store.commit import Write
from botyard.store.database import Database, _Group
from botyard.store.postgres.line import Line
from botyard.store.postgres.writing import Unit, Writer, settle
from tests.conversations.small_shell import Caller, Shell, inbound, shell

USERS = 3
SAYS = ("hello", "call", "two", "again", "remember k v", "call", "end", "three", "call")


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    folder, *cases = sys.argv[1:]
    (Path(folder) / "warm").mkdir(exist_ok=True)
    serve(Path(folder) / "warm", "", "")  # compiles every statement once, for all forks
    for case in cases:
        points, _, bug = case.partition("!")
        here = Path(folder) / case
        here.mkdir()
        for point in filter(None, points.split("+")):
            ended = forked(partial(serve, here, point, bug))
            (here / "deaths").open("a").write(f"{point} {ended}\n")
        (here / "ended").write_text(str(forked(partial(serve, here, "", bug))))


def forked(run: Callable[[], None]) -> int:
    """Run something in a process of its own. Its exit status, or minus the signal that ended it."""
    child = os.fork()
    if child == 0:
        try:
            run()
        except BaseException as error:  # noqa: BLE001 - a fork must never go on with its parent's work
            sys.stderr.write(f"{error!r}\n")
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def serve(here: Path, point: str, bug: str) -> None:
    BUGS.get(bug, lambda: None)()
    faults.arm(point)
    asyncio.run(_serve(here))


async def _serve(here: Path) -> None:
    ledger = Ledger(here / "ledger")
    async with shell(here / "b.db", LedgerCaller(ledger)) as it:
        users = [await it.new_user(f"user {number}") for number in range(USERS)]
        await asyncio.gather(*(client(it, ledger, user) for user in users))


async def client(it: Shell, ledger: "Ledger", user: int) -> None:
    """Send everything, waiting for receipts only; then wait for all the answers."""
    accepted = []
    for number, text in enumerate(SAYS):
        key = f"{user}-{number}"
        accepted.append(await it.conversations.accept(inbound(user, text, key)))
        ledger.write(f"accepted {key} {accepted[-1].message_id}")
    for one in accepted:
        await it.conversations.settled(one, timeout_s=10)


class Ledger:
    """A file that keeps what happened whatever happens to the server."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def write(self, line: str) -> None:
        """Write one line that survives whatever comes next."""
        os.write(self._file, f"{line}\n".encode())
        os.fsync(self._file)


class LedgerCaller(Caller):
    """The receiver of webhooks: what reached it stands in the ledger."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__()
        self._ledger = ledger

    async def __call__(self, call: Call, *, call_id: str, served: Served, user: User) -> Performed:
        """Write the call down, and answer it."""
        self._ledger.write(f"called {call.node} {call_id}")
        await asyncio.sleep(0.002)
        return Performed(answer=Answered((Text(f"answer {call.call_no}"),), status=True))


def _forget_to_note_the_answer() -> None:
    records.is_answered = lambda message_id, conversation_no: Write(sa.select(sa.literal(1)), {})  # noqa: ARG005 - what it stands in for


def _call_everything_again() -> None:
    async def yes(*_: object) -> bool:
        return True

    recover._is_repeatable = yes  # type: ignore[assignment]  # it is there to be broken


def _answer_before_the_disk_has_it() -> None:
    finish = Database._finish

    def too_early(self: Database, group: _Group) -> None:
        if any(write.statement is records._HEAR for unit in group.units for write in unit.writes):
            if not group.is_written:  # a unit has its answer only once it is written
                self._wait_for_the_lock()
                for unit in group.units:
                    self._write_unit(unit)
                group.is_written = True
            self._answer(group.units)
            time.sleep(0.02)  # long enough for the receipt to reach the client
            faults.kill_point("too_early")
        finish(self, group)

    Database._finish = too_early  # type: ignore[method-assign]  # it is there to be broken
    is_written = Writer._is_written

    async def too_early_on_postgresql(self: Writer, line: Line, units: list[Unit]) -> bool:
        done = await is_written(self, line, units)
        if any(write.statement is records._HEAR for unit in units for write in unit.writes):
            for unit in units:
                settle(unit)
            await asyncio.sleep(0.02)
            faults.kill_point("too_early")
        return done

    Writer._is_written = too_early_on_postgresql  # type: ignore[method-assign]  # likewise


BUGS = {
    "forgets_the_answer": _forget_to_note_the_answer,
    "calls_again": _call_everything_again,
    "answers_before_commit": _answer_before_the_disk_has_it,
}

if __name__ == "__main__":
    main()
