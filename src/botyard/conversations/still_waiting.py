"""Whether what was tried in vain still waits on disk: only that is tried again, for somebody else may have done it."""

from botyard.conversations.leases import records
from botyard.conversations.mailbox import Waiting
from botyard.engine.happenings import CallReturned, UserSaid
from botyard.store.commit import Store


async def still_waits(store: Store, conversation_id: int, waiting: Waiting) -> bool:
    """Tell whether something has not had its turn. An alarm has no place on disk: the next look finds it due again."""
    if waiting.inbox_id is not None:
        return await records.still_waits(store, waiting.inbox_id)
    if isinstance(waiting.happening, CallReturned):
        calls = await records.calls_out(store, conversation_id)
        return any(row["call_no"] == waiting.happening.call_no for row in calls)
    if isinstance(waiting.happening, UserSaid) and waiting.cause is not None:
        return await records.still_unanswered(store, waiting.cause)
    return False
