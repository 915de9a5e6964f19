"""A share of a core for one process, by the kernel's own quota: how four workers are measured on two cores."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_ROOT = Path("/sys/fs/cgroup/cpu")  # version 1; where it is not writable nothing is limited, and the report says so
_PERIOD_US = 20_000


def can_limit() -> bool:
    """Tell whether this machine lets us hand out shares."""
    try:
        with _group("botyard-trial"):
            return True
    except OSError:
        return False


@contextmanager
def share_of_a_core(share: float, *pids: int) -> Iterator[None]:
    """Let each process have so much of a core and no more while the block lasts. Raises OSError."""
    with _group("botyard-bench") as parent:
        made = []
        try:
            for pid in pids:
                group = parent / str(pid)
                group.mkdir()
                made.append(group)
                (group / "cpu.cfs_period_us").write_text(str(_PERIOD_US))
                (group / "cpu.cfs_quota_us").write_text(str(int(share * _PERIOD_US)))
                (group / "cgroup.procs").write_text(str(pid))
            yield
        finally:
            for group in made:
                for task in (group / "cgroup.procs").read_text().split():
                    (_ROOT / "cgroup.procs").write_text(task)
                group.rmdir()


@contextmanager
def _group(name: str) -> Iterator[Path]:
    group = _ROOT / name
    group.mkdir()
    try:
        yield group
    finally:
        group.rmdir()
