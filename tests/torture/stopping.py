"""What is done inside a server that is to be stopped as it stands: where it stops, and how soon others may notice."""

import os
import signal
from pathlib import Path
from types import SimpleNamespace

from sqlalchemy.sql import visitors

from botyard.store import faults, records
from botyard.store.postgres import peers, wire

ARMED = "armed"  # the file that says where, below the folder that the server runs in
SHORT_LEASE_S, SHORT_MARGIN_S, SHORT_BEAT_S = 4.0, 1.0, 0.5


def stops_where_told() -> None:
    """Stop at a kill point instead of dying there; which one is read from a file at each SIGUSR1."""
    setattr(faults, "signal", SimpleNamespace(SIGKILL=signal.SIGSTOP))  # noqa: B010 - no part of what it exports
    armed = Path.cwd() / f"{ARMED}-{os.getpid()}"
    signal.signal(signal.SIGUSR1, lambda *_: faults.arm(armed.read_text()))


def has_a_short_lease() -> None:
    """Be taken for dead sooner, by statements and by clock alike, so that a portion can run in every `make test`."""
    for part in visitors.iterate(records._IS_SILENT):
        if "interval" in getattr(part, "name", ""):
            part.name = f"interval '{SHORT_LEASE_S} s'"  # type: ignore[attr-defined]  # it was just asked for
    wire._prepared.clear()  # a forge has compiled them before the fork
    setattr(peers, "SILENT_S", SHORT_LEASE_S)  # noqa: B010 - likewise
    peers._MARGIN_S, peers.BEATS_EVERY_S = SHORT_MARGIN_S, SHORT_BEAT_S
