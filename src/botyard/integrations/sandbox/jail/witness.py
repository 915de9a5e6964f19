"""What the kernel says of a jail's processes. Their own word is not taken for what concerns others."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
_PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 2**20
_USED, _CHILDREN_USED, _RESIDENT = slice(11, 13), slice(13, 15), 21  # in /proc/PID/stat, after the name (proc(5))
_WORKERS_OWN_MB = 4  # of what a worker shares with process 1, as much is copied all the same


class Seen(Struct, frozen=True):
    """All processes of a jail together. cpu_s: since it was built, of those that have died too. memory_mb: a guess."""

    cpu_s: float = 0.0
    memory_mb: float = 0.0


def seen(process: int) -> Seen:
    """Look at all that came of a process; where the kernel shows none of it, nothing was seen."""
    cpu_s, resident = 0.0, []
    for pid in _family(process):
        with suppress(OSError, ValueError, IndexError):  # it died just now
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks = map(int, (*fields[_USED], *fields[_CHILDREN_USED]))
            cpu_s += sum(ticks) / _TICKS_A_SECOND
            resident.append(int(fields[_RESIDENT]) * _PAGE_MB)
    shared = max(resident[:2], default=0.0)  # bubblewrap, and process 1, which all workers are copies of
    return Seen(cpu_s, shared + sum(max(_WORKERS_OWN_MB, mb - shared) for mb in resident[2:]))


def _family(process: int) -> Iterator[int]:
    """List a process and its children, and theirs, parents first."""
    waiting = [process]
    while waiting:
        pid = waiting.pop(0)
        yield pid
        with suppress(OSError):
            waiting += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
