"""What comes in here for a conversation that any process may own: it is stored, and its owner told."""

import asyncio
from collections.abc import Callable, Sequence
from contextvars import copy_context
from datetime import datetime
from time import perf_counter

from botyard.conversations import accepting, records
from botyard.conversations.chains import Chains
from botyard.conversations.elsewhere import Elsewhere
from botyard.conversations.inbound import Accepted, Inbound
from botyard.conversations.leases import records as leases
from botyard.conversations.mailbox import Mailbox
from botyard.conversations.mailboxes import Mailboxes
from botyard.engine.happenings import HandOverAsked
from botyard.store.commit import Conflict, Outcome, Row, Stale, Store
from botyard.store.faults import kill_point

# Another process takes a hand-over within milliseconds, or, if it has just died, within seconds.
TAKEN_WITHIN_S = 3.0
TAKEN_PAUSE_S = 0.02


class ForOwner:
    """The doors' side of a shared database.

    hear: takes what waits, as a unit of this process has read it, where the conversation is this process's (True).
    tell: makes the owner look, whoever it is.
    """

    def __init__(
        self,
        store: Store,
        mailboxes: Mailboxes,
        chains: Chains,
        elsewhere: Elsewhere,
        clock: Callable[[], datetime],
        *,
        hear: Callable[[Mailbox, int | None, Sequence[Row]], bool],
        tell: Callable[[int, int | None], None],
        is_stopping: Callable[[], bool],
    ) -> None:
        self._store = store
        self._mailboxes = mailboxes
        self._chains = chains
        self._elsewhere = elsewhere
        self._clock = clock
        self._hear = hear
        self._tell = tell
        self._is_stopping = is_stopping

    async def accept(self, inbound: Inbound) -> Accepted:
        """Store a message. Raises what `Conversations.accept` does."""
        thread_id = await self._mailboxes.thread_id(inbound.business_id, inbound.user_id)
        if self._is_stopping():
            return await self._again(await accepting.refused(self._store, thread_id, inbound, is_stopping=True))
        now, mailbox = self._clock(), self._mailboxes.in_memory(thread_id)
        unit = accepting.shared_unit_of(inbound, thread_id, now, after=mailbox.heard_message if mailbox else 0)
        kill_point("before_accept")
        context = copy_context()  # with the request's id, for the turn's line in the log

        def stored(outcome: Outcome) -> None:
            """Go on also where a client hung up: its message is to be answered all the same."""
            context.run(self._stored, thread_id, mailbox, outcome)

        try:
            *_, [*_, message] = await self._store.commit(unit, then=stored)
        except Conflict:
            return await self._again(await records.first_time(self._store, thread_id, inbound.key))
        except Stale:  # there is no room
            return await self._again(await accepting.refused(self._store, thread_id, inbound, is_stopping=False))
        return Accepted(conversation_id=thread_id, message_id=message["id"], seq=message["seq"], created_at=now)

    def _stored(self, thread_id: int, mailbox: Mailbox | None, outcome: Outcome) -> None:
        """Take a message that is on disk to its owner."""
        if isinstance(outcome, BaseException):
            return
        kill_point("after_accept")
        [owned], _, said = outcome
        message_id = said[-1]["id"]
        self._chains.begin(message_id)
        self._elsewhere.note(thread_id, message_id)
        if mailbox is None or not self._hear(mailbox, owned["owner"], said):
            self._tell(thread_id, owned["owner"])

    async def _again(self, accepted: Accepted) -> Accepted:
        """Let whoever sent a message once more wait for its answer, which may still be under way elsewhere."""
        if not self._chains.is_open(accepted.message_id):
            self._chains.begin(accepted.message_id)
            self._elsewhere.note(accepted.conversation_id, accepted.message_id)
            await self._elsewhere.look(accepted.conversation_id)
        return accepted

    async def hand_over(self, conversation_id: int, team: str, countdown_s: float | None) -> None:
        """Store a hand-over, and wait until it is taken unless a turn is under way or a countdown was asked for."""
        seconds = accepting.COUNTDOWN_S if countdown_s is None else countdown_s
        happening = HandOverAsked(team, is_counted_down=countdown_s is not None)
        write = accepting.keeps(happening, conversation_id, seconds, self._clock())
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
