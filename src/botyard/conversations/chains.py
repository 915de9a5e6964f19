"""Which messages are still being answered, and who waits for that."""

import asyncio


class Chains:
    """The chain of turns that a message sets off is open until a user or an agent is waited for or the chat ends."""

    def __init__(self) -> None:
        self._open: dict[int, list[asyncio.Future[None]]] = {}

    def begin(self, message_id: int) -> None:
        """Note that a message was accepted."""
        self._open[message_id] = []

    def is_open(self, message_id: int) -> bool:
        """Whether a message that was accepted here is still being answered."""
        return message_id in self._open

    def settle(self, message_id: int | None) -> None:
        """Note that everything that a message set off has happened."""
        if message_id is not None:
            for waiter in self._open.pop(message_id, ()):
                _end(waiter)

    async def settled(self, message_id: int, timeout_s: float) -> None:
        """Wait until a message is answered, or for as long as this."""
        waiters = self._open.get(message_id)
        if waiters is None:
            return
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[None] = loop.create_future()
        waiters.append(waiter)
        # A bare timer: asyncio.timeout and asyncio.wait cost several times as much, once a message.
        timer = loop.call_later(timeout_s, _end, waiter)
        try:
            await waiter
        finally:
            timer.cancel()


def _end(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
