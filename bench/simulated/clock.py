"""Time that jumps from one thing that happens to the next."""

from collections.abc import Callable
from heapq import heappop, heappush


class Clock:
    """What is going to happen, by when. now: seconds."""

    def __init__(self) -> None:
        self.now = 0.0
        self._coming: list[tuple[float, int, Callable[[], None]]] = []
        self._number = 0  # of two things at one moment, the one that was said first happens first

    def at(self, when: float, happens: Callable[[], None]) -> None:
        """Let something happen then; the past is now."""
        self._number += 1
        heappush(self._coming, (max(when, self.now), self._number, happens))

    def after(self, delay_s: float, happens: Callable[[], None]) -> None:
        """Let something happen in a while."""
        self.at(self.now + delay_s, happens)

    def run_until(self, end: float) -> None:
        """Let everything happen that happens before the end."""
        while self._coming and self._coming[0][0] <= end:
            self.now, _, happens = heappop(self._coming)
            happens()
        self.now = end
