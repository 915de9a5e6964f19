"""Safeguards taken out on purpose: a suite that is not red with each of them proves nothing."""

import asyncio
from collections.abc import Callable
from typing import Any

from botyard.conversations import records
from botyard.conversations.inbound import Accepted, Inbound
from botyard.conversations.loop import Conversations
from botyard.store.commit import Row, Store
from tests.conversations.killed_server import BUGS as OF_THE_LOOP

LATE_S = 0.05


def _forget_keys() -> None:
    hears = records.hears

    def without_its_key(conversation_id: int, **said: Any) -> Any:
        return hears(conversation_id, **said | {"client_key": None})

    records.hears = without_its_key


def _forget_who_waits() -> None:
    async def nobody(store: Store) -> list[Row]:  # noqa: ARG001 - what it stands in for
        return []

    records.unanswered = nobody


def _receipt_before_commit() -> None:
    accept, under_way = Conversations._accept, set[asyncio.Task[None]]()

    async def later(self: Conversations, inbound: Inbound) -> None:
        await asyncio.sleep(LATE_S)
        await accept(self, inbound)

    async def at_once(self: Conversations, inbound: Inbound) -> Accepted:
        mailbox = await self._mailboxes.of(inbound.business_id, inbound.user_id)
        task = asyncio.create_task(later(self, inbound))
        under_way.add(task)
        task.add_done_callback(under_way.discard)
        return Accepted(conversation_id=mailbox.conversation_id, message_id=0, seq=0, created_at=self._clock())

    Conversations._accept = at_once  # type: ignore[method-assign]  # it is there to be broken


BUGS: dict[str, Callable[[], None]] = {
    "forgets_the_answer": OF_THE_LOOP["forgets_the_answer"],
    "calls_again": OF_THE_LOOP["calls_again"],
    "forgets_keys": _forget_keys,
    "forgets_who_waits": _forget_who_waits,
    "receipt_before_commit": _receipt_before_commit,
}
