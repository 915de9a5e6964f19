"""Starts `botyard serve` over and over: a process that has imported everything and forks one server at a time.

    python -m tests.torture.forge PORT LOG      # BOTYARD_… settings as for any server

Each line on standard input is "FAULTS BUG+BUG…" ("-" for none); each starts one server and is answered "started PID",
then, when that is dead, "ended STATUS". What is forked runs the command line as anybody would; only Python's own
start, its imports and the compiling of statements are saved, which would be most of the time. A bug control breaks one
safeguard in the fork alone.
"""

import gc
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import uvloop  # noqa: F401 - imported here, so that no fork has to
from sqlalchemy import Executable, Insert

from botyard.app.doors import doors
from botyard.app.running import running
from botyard.cli import main as command_line
from botyard.cli.terminal import finished, our_settings
from botyard.conversations.records import businesses_talked_to
from botyard.store import statements
from botyard.store.postgres import wire
from tests.conversations import killed_server
from tests.stores import KIND, remove_what_was_made
from tests.torture.bugs import BUGS


def main() -> None:
    port, log = sys.argv[1:]
    answers = os.dup(1)
    into = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for descriptor in (1, 2):
        os.dup2(into, descriptor)
    _warm_up()
    for line in sys.stdin:
        faults, bug = line.split()
        child = os.fork()
        if child == 0:
            os.close(answers)
            _serve(port, faults.strip("-"), bug.strip("-"))
        os.write(answers, f"started {child}\n".encode())
        os.write(answers, f"ended {os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n".encode())


def _warm_up() -> None:
    """Have a few turns taken and one start made here, so that every statement is compiled before the first fork."""
    with TemporaryDirectory() as folder:
        killed_server.serve(Path(folder), "", "")
    if os.environ.get(KIND) == "postgresql":
        remove_what_was_made()
    finished(_start_once())
    _compile_what_is_asked_later()
    gc.collect()
    gc.freeze()


async def _start_once() -> None:
    """Start and end everything but the socket, on the servers' own database: what only a start asks is compiled too."""
    async with running(our_settings()) as platform:
        doors(platform)
        await platform.live.load_ahead(await businesses_talked_to(platform.store, 1))


def _compile_what_is_asked_later() -> None:
    """Compile what only users ask, too: statements are constants of modules. An insert waits for its columns."""
    prepare = wire.prepare if os.environ.get(KIND) == "postgresql" else statements.prepare
    for name, module in list(sys.modules.items()):
        if name.startswith("botyard."):
            for constant in vars(module).values():
                if isinstance(constant, Executable) and not isinstance(constant, Insert):
                    prepare(constant, {})


def _serve(port: str, faults: str, bug: str) -> None:
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ["BOTYARD_FAULTS"] = faults
    for one in filter(None, bug.split("+")):
        BUGS[one]()
    try:
        command_line(["serve", "--port", port])
    except SystemExit as ended:
        os._exit(ended.code if isinstance(ended.code, int) else 1)
    finally:
        os._exit(1)  # a fork must never go on with its parent's work


if __name__ == "__main__":
    main()
