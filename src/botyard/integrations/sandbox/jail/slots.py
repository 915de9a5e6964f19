"""Who may have a worker now, who waits, and who is told at once that it is too much."""

import asyncio
from collections import deque

from botyard.errors import TooMuch


class Busy(TooMuch):
    """Every worker is taken, and so is the queue for them."""

    code = "busy"


class Slots:
    """So many at a time; twice as many wait, first come first served, no longer than `queue_s`."""

    def __init__(self, count: int, queue_s: float) -> None:
        self._count = count
        self._queue_s = queue_s
        self._waiting: deque[asyncio.Future[None]] = deque()
        self.taken = 0

    def take_free(self) -> bool:
        """Take a slot, to be given back, where one is free."""
        is_free = self.taken < self._count
        self.taken += is_free
        return is_free

    def give_back(self) -> None:
        """Pass a slot on to who has waited longest."""
        if self._waiting:
            self._waiting.popleft().set_result(None)
        else:
            self.taken -= 1

    async def wait(self) -> None:
        """Wait for a slot, and take it. Raises Busy."""
        if len(self._waiting) >= 2 * self._count:
            raise Busy(f"{self._count} calls of this bot's code are running and {2 * self._count} wait already")
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await asyncio.wait((turn,), timeout=self._queue_s)
        except BaseException:
            self._leave(turn)
            raise
        if not turn.done():
            self._leave(turn)
            raise Busy(f"no worker was free within {self._queue_s:g} s")

    def _leave(self, turn: asyncio.Future[None]) -> None:
        if turn.done():
            self.give_back()  # it was its turn, just as it left
        else:
            self._waiting.remove(turn)
