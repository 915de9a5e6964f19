"""What one call may use, and the policy's limits as a worker sets them on itself."""

from collections.abc import Mapping

from msgspec import Struct

from botyard.integrations.sandbox.jail.policy import Limits


class Allowed(Struct, frozen=True):
    """How long one call may take and how much memory its worker may address."""

    timeout_s: float
    memory_mb: int


def allowed(limits: Limits, *, timeout_s: float | None = None, memory_mb: int | None = None) -> Allowed:
    """Take what a bot wants as far as the policy goes; what it does not say is usual."""
    return Allowed(limits.timeout_s.of(timeout_s), int(limits.memory_mb.of(memory_mb)))


def rlimits(limits: Limits) -> Mapping[str, int]:
    """Name the limits of a worker, apart from its memory. Threads are counted for the whole jail together."""
    return {
        "RLIMIT_NPROC": limits.threads + 2 * limits.workers,
        "RLIMIT_NOFILE": limits.open_files,
        "RLIMIT_FSIZE": limits.file_mb * 1024 * 1024,
        "RLIMIT_CORE": 0,
        "RLIMIT_MEMLOCK": 0,
        "RLIMIT_MSGQUEUE": 0,
        "RLIMIT_SIGPENDING": limits.signals,
    }
