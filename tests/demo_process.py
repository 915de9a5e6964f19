"""A demo, running as a process, for tests that come to it from outside."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BOTYARD = Path(sys.executable).parent / "botyard"


@contextmanager
def running_demo() -> Iterator[str]:
    """Run a demo on a port of its own for as long as the block runs; enter with what it printed."""
    process = subprocess.Popen([BOTYARD, "demo", "--port", "0"], stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    printed = ""
    for line in process.stderr:
        printed += line
        if printed.count("curl") == 2 and line == "\n":
            break
    try:
        yield printed
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


def found(pattern: str, printed: str) -> str:
    """Take one value out of what was printed."""
    match = re.search(pattern, printed)
    assert match is not None, printed
    return match[1]
