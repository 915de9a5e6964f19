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

from botyard.app import doors  # noqa: F401 - likewise
from botyard.cli import main as command_line
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
    """Have a few turns taken here, so that every statement is compiled before the first fork."""
    with TemporaryDirectory() as folder:
        killed_server.serve(Path(folder), "", "")
    if os.environ.get(KIND) == "postgresql":
        remove_what_was_made()
    gc.collect()
    gc.freeze()


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
