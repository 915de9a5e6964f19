"""Where the processor time of a turn goes: the server is asked, while it is driven, what it is doing.

    python -m bench.where

A timer that runs on processor time interrupts the server's main thread every 2 ms and notes which part of the program
it is in: the innermost frame that belongs to one. What SQLite and the loop do in C counts for the Python that called
them; the thread that commits is not seen, it takes about a tenth besides.
"""

import os
import signal
import sys
import tempfile
from collections import Counter
from contextlib import suppress
from pathlib import Path
from types import FrameType

import msgspec

from bench.driven import measure
from bench.machine import BESIDE, HOME, PYTHON, free_port, running, table
from bench.ours import botyard
from botyard.cli import main as command_line

SECONDS = 15.0
EVERY_S = 0.002
REST = "the event loop, its tasks and timers"
# What stands in a file's path, and which part it is; the first that fits.
PARTS = {
    "botyard/engine": "the engine decides",
    "botyard/nlu": "understanding",
    "botyard/hsl": "the engine decides",
    "botyard/store": "the database: statements and reads",
    "botyard/integrations": "the webhook: signing, sending, reading, judging",
    "botyard/observe": "log and metrics",
    "structlog": "log and metrics",
    "prometheus_client": "log and metrics",
    "botyard/serving": "HTTP in and out",
    "botyard/strict_json": "HTTP in and out",
    "botyard/platform": "HTTP in and out",
    "botyard/auth": "HTTP in and out",
    "uvicorn/": "HTTP in and out",
    "starlette/": "HTTP in and out",
    "botyard/": "conversations: mailboxes, units of writes, carrying out",
}


def main() -> None:
    """Serve, drive and ask, and lay out the shares."""
    port = free_port()
    with tempfile.TemporaryDirectory(dir=HOME) as folder:
        noted = Path(folder) / "noted.json"
        with (
            running([PYTHON, "-m", "bench.target", str(port)], core=BESIDE, port=port),
            botyard(port, {"PYTHONPATH": str(HOME)}, command=[PYTHON, "-m", "bench.where", str(noted)]) as program,
        ):
            os.kill(program.pid, signal.SIGUSR1)  # the start is not asked about
            measured = measure(program, SECONDS)
        shares: dict[str, int] = msgspec.json.decode(noted.read_bytes())
    whole = sum(shares.values())
    rows = [[part, f"{count / whole:.0%}"] for part, count in Counter(shares).most_common()]
    print(table([f"of {measured.cpu_us:,.0f} µs a turn", "share"], rows))


def serve(noted: Path) -> None:
    """Be the server that is asked."""
    counts: Counter[str] = Counter()

    def ask(_signal: int, frame: FrameType | None) -> None:
        counts[_part(frame)] += 1

    signal.signal(signal.SIGPROF, ask)
    signal.signal(signal.SIGUSR1, lambda *_: signal.setitimer(signal.ITIMER_PROF, EVERY_S, EVERY_S))
    with suppress(SystemExit):
        command_line(["serve"])
    signal.setitimer(signal.ITIMER_PROF, 0)
    noted.write_bytes(msgspec.json.encode(counts))


def _part(frame: FrameType | None) -> str:
    while frame is not None:
        path = frame.f_code.co_filename
        for piece, part in PARTS.items():
            if piece in path and not path.endswith(("cli/terminal.py", "cli/operating.py", "cli/unforeseen.py")):
                return part
        frame = frame.f_back
    return REST


if __name__ == "__main__":
    if len(sys.argv) > 1:
        serve(Path(sys.argv[1]))
    else:
        main()
