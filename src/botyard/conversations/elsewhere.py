"""Messages that were accepted here and are answered by another process: who waits for them asks the database."""

from botyard.conversations.chains import Chains
from botyard.conversations.leases import records
from botyard.store.commit import Store


class Elsewhere:
    """All messages whose chain is open here, by conversation. Each look costs one read for a whole conversation."""

    def __init__(self, store: Store, chains: Chains) -> None:
        self._store = store
        self._chains = chains
        self._open: dict[int, set[int]] = {}

    def note(self, conversation_id: int, message_id: int) -> None:
        """Note a message that was accepted."""
        self._open.setdefault(conversation_id, set()).add(message_id)

    async def look(self, conversation_id: int) -> None:
        """End the chains of a conversation that have come to their end."""
        waited_for = {one for one in self._open.get(conversation_id, ()) if self._chains.is_open(one)}
        if waited_for:
            left = await records.unsettled(self._store, conversation_id, sorted(waited_for))
            for one in waited_for - left:
                self._chains.settle(one)
        still = {one for one in self._open.get(conversation_id, ()) if self._chains.is_open(one)}
        if still:
            self._open[conversation_id] = still
        else:
            self._open.pop(conversation_id, None)

    async def look_at_all(self) -> None:
        """Look at every conversation; for when announcements may have been lost."""
        for conversation_id in list(self._open):
            await self.look(conversation_id)
