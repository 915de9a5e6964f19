"""Which messages are still being answered, and who waits for that."""

import asyncio

from msgspec import Struct, field

from botyard.conversations.inbound import Accepted, Spoken

_Answer = tuple[Spoken, ...] | None


class _Chain(Struct):
    """waiters: who is told the end. after: the seq behind which they expect the answer, while anybody waits.

    answer: all that was said, where the last turn of the chain has read it in its own commit.
    """

    waiters: list[asyncio.Future[_Answer]] = field(default_factory=list)
    after: int | None = None
    answer: _Answer = None


class Chains:
    """The chain of turns that a message sets off is open until a user or an agent is waited for or the chat ends."""

    def __init__(self) -> None:
        self._open: dict[int, _Chain] = {}

    def begin(self, message_id: int) -> None:
        """Note that a message was accepted."""
        self._open[message_id] = _Chain()

    def is_open(self, message_id: int) -> bool:
        """Whether a message that was accepted here is still being answered."""
        return message_id in self._open

    def answer_after(self, message_id: int | None) -> int | None:
        """Tell behind which seq the answer to a message is waited for; None: nobody waits."""
        chain = None if message_id is None else self._open.get(message_id)
        return None if chain is None else chain.after

    def answered(self, message_id: int | None, answer: tuple[Spoken, ...]) -> None:
        """Note all that was said to a message, just before its chain ends."""
        if message_id is not None and (chain := self._open.get(message_id)) is not None:
            chain.answer = answer

    def settle(self, message_id: int | None) -> None:
        """Note that everything that a message set off has happened."""
        chain = None if message_id is None else self._open.pop(message_id, None)
        if chain is not None:
            for waiter in chain.waiters:
                _end(waiter, chain.answer)

    async def settled(self, accepted: Accepted, timeout_s: float) -> tuple[Spoken, ...] | None:
        """Wait until a message is answered, or for as long as this. None: what was said must be read."""
        chain = self._open.get(accepted.message_id)
        if chain is None:
            return None
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[_Answer] = loop.create_future()
        chain.waiters.append(waiter)
        chain.after = accepted.seq
        # A bare timer: asyncio.timeout and asyncio.wait cost several times as much, once a message.
        timer = loop.call_later(timeout_s, _end, waiter, None)
        try:
            return await waiter
        finally:
            timer.cancel()


def _end(waiter: asyncio.Future[_Answer], answer: _Answer) -> None:
    if not waiter.done():
        waiter.set_result(answer)
