"""Which messages are still being answered, and who waits for that."""

import asyncio


class Chains:
    """The chain of turns that a message sets off is open until a user or an agent is waited for or the chat ends."""

    def __init__(self) -> None:
        self._open: dict[int, asyncio.Future[None] | None] = {}

    def begin(self, message_id: int) -> None:
        """Note that a message was accepted."""
        self._open[message_id] = None

    def settle(self, message_id: int | None) -> None:
        """Note that everything that a message set off has happened."""
        if message_id is not None:
            waiter = self._open.pop(message_id, None)
            if waiter is not None and not waiter.done():
                waiter.set_result(None)

    async def settled(self, message_id: int, timeout_s: float) -> None:
        """Wait until a message is answered, or for as long as this."""
        if message_id not in self._open:
            return
        waiter = self._open[message_id]
        if waiter is None:
            waiter = self._open[message_id] = asyncio.get_running_loop().create_future()
        await asyncio.wait([waiter], timeout=timeout_s)
