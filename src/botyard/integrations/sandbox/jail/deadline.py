"""When somebody is late, one piece of work after the other."""

import asyncio
from collections.abc import Callable


class Deadline:
    """Tells `is_late` that what was to be done in time was not.

    One timer is set, left alone, and set again when it rings too early: to set and cancel one for each call, most of
    which take a thousandth of their limit, would be a good part of what the call itself costs.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, is_late: Callable[[float, str], None]) -> None:
        self._loop = loop
        self._is_late = is_late
        self._timer: asyncio.TimerHandle | None = None
        self._due: tuple[float, float, str] | None = None  # when, how much time there was, for what

    def is_in(self, limit_s: float, what: str) -> None:
        """Begin; `is_met` is called when it is done."""
        at = self._loop.time() + limit_s
        self._due = at, limit_s, what
        if self._timer is None or self._timer.when() > at:
            self._set(at)

    def is_met(self) -> None:
        """It is done."""
        self._due = None

    def close(self) -> None:
        """Tell nobody any more."""
        self._due = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _set(self, at: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(at, self._rings, at)

    def _rings(self, at: float) -> None:
        self._timer = None
        if self._due is None:
            return
        due, limit_s, what = self._due
        if due > at:
            self._set(due)
        else:
            self._due = None
            self._is_late(limit_s, what)
