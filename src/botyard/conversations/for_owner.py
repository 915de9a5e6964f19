"""What comes in here for a conversation that any process may own: it is stored, and its owner told."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from time import perf_counter

from botyard.conversations import accepting, records
from botyard.conversations.chains import Chains
from botyard.conversations.elsewhere import Elsewhere
from botyard.conversations.inbound import Accepted, Inbound
from botyard.conversations.leases import records as leases
from botyard.conversations.mailboxes import Mailboxes
from botyard.engine.happenings import HandOverAsked
from botyard.store.commit import Conflict, Store
from botyard.store.faults import kill_point

# Another process takes a hand-over within milliseconds, or, if it has just died, within seconds.
TAKEN_WITHIN_S = 3.0
TAKEN_PAUSE_S = 0.02


class ForOwner:
    """The doors' side of a shared database. tell: makes the owner of a conversation look; it may be this process."""

    def __init__(
        self,
        store: Store,
        mailboxes: Mailboxes,
        chains: Chains,
        elsewhere: Elsewhere,
        clock: Callable[[], datetime],
        *,
        tell: Callable[[int, int | None], None],
        is_stopping: Callable[[], bool],
    ) -> None:
        self._store = store
        self._mailboxes = mailboxes
        self._chains = chains
        self._elsewhere = elsewhere
        self._clock = clock
        self._tell = tell
        self._is_stopping = is_stopping

    async def accept(self, inbound: Inbound) -> Accepted:
        """Store a message. Raises what `Conversations.accept` does."""
        thread_id = await self._mailboxes.thread_id(inbound.business_id, inbound.user_id)
        is_full = await leases.messages_waiting(self._store, thread_id) >= accepting.MESSAGES_WAITING
        if self._is_stopping() or is_full:
            return await accepting.refused(self._store, thread_id, inbound, is_stopping=self._is_stopping())
        now = self._clock()
        unit = [*accepting.unit_of(inbound, thread_id, now), leases.tells_owner(thread_id)]
        kill_point("before_accept")
        try:
            *_, [message], [row] = await self._store.commit(unit)
        except Conflict:
            return await records.first_time(self._store, thread_id, inbound.key)
        kill_point("after_accept")
        self._chains.begin(message["id"])
        self._elsewhere.note(thread_id, message["id"])
        self._tell(thread_id, row["owner"])
        return Accepted(conversation_id=thread_id, message_id=message["id"], seq=message["seq"], created_at=now)

    async def hand_over(self, conversation_id: int, team: str, countdown_s: float | None) -> None:
        """Store a hand-over, and wait until it is taken unless a turn is under way or a countdown was asked for."""
        seconds = accepting.COUNTDOWN_S if countdown_s is None else countdown_s
        write = accepting.keeps(HandOverAsked(team), conversation_id, seconds, self._clock())
        [[conversation], [row]] = await self._store.commit([leases.tells_owner(conversation_id), write])
        kill_point("hand_over_kept")
        self._tell(conversation_id, conversation["owner"])
        deadline = perf_counter() + TAKEN_WITHIN_S
        while countdown_s is None and perf_counter() < deadline:
            if not await leases.still_waits(self._store, row["id"]):
                return
            if await leases.calls_out(self._store, conversation_id):
                return
            await asyncio.sleep(TAKEN_PAUSE_S)
