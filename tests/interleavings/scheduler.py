"""An event loop that does one thing at a time, and asks which: what is ready runs to rest, then somebody chooses.

Whatever could be slow, or the end of a process, is a gate: whoever comes to one waits until it is chosen. Time is
pretended too, and passes only when that is chosen. So a schedule is a list of choices, and the same choices are the
same schedule, although the databases are real and have threads and sockets of their own.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


class Scheduler(asyncio.SelectorEventLoop):
    """at_rest: called when nothing can go on by itself; it must let something go on, or raise."""

    at_rest: Callable[[], None] | None = None

    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0
        self._working = 0

    def time(self) -> float:
        """Say what time it is pretended to be."""
        return self._now

    async def works(self, on: Awaitable[T]) -> T:
        """Wait for a thread or a server: meanwhile this loop is not at rest."""
        self._working += 1
        try:
            return await on
        finally:
            self._working -= 1

    def pass_time(self) -> None:
        """Go on to where the next alarm goes off, if there is one."""
        self._now = max(self._now, min(self._alarms(), default=0.0))

    def _alarms(self) -> list[float]:
        return [alarm.when() for alarm in self._scheduled if not alarm.cancelled()]  # type: ignore[attr-defined]  # asyncio's own

    def _is_at_rest(self) -> bool:
        is_due = min(self._alarms(), default=float("inf")) <= self._now
        return not (self._ready or self._working or is_due)  # type: ignore[attr-defined]  # likewise

    def _run_once(self) -> None:
        while self.at_rest is not None and self._is_at_rest():
            self.at_rest()
        super()._run_once()  # type: ignore[misc]  # likewise
