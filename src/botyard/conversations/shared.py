"""Conversations that many processes share: each is owned by one of them, and what the others hear is taken to it.

Ownership is a lease in the database (`leases/records.py`). A conversation is taken when somebody speaks in it and
nobody owns it, or when its owner has died; taking it up means reading everything that waits in it. A message goes into
the database first, whoever accepts it; then its owner is told, by a word that may get lost: `lookout.py` finds what
nobody came for. What an owner has in memory comes from the database only, so messages keep the order of their commits.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol

import structlog

from botyard.conversations import recover
from botyard.conversations.elsewhere import Elsewhere
from botyard.conversations.failure import failure_of
from botyard.conversations.leases import records
from botyard.conversations.lookout import LOOKS_EVERY_S, Lookout
from botyard.conversations.mailbox import Mailbox, Waiting
from botyard.conversations.mailboxes import Mailboxes
from botyard.conversations.ports import Live
from botyard.conversations.timers import ring
from botyard.conversations.users.known import Users
from botyard.engine.effects import Call
from botyard.store.announce import Announcements
from botyard.store.commit import Row, Stale, Store
from botyard.store.faults import kill_point
from botyard.store.peers import Peers

log = structlog.get_logger()

# Given back with one statement.
_AT_ONCE = 500


class Turns(Protocol):
    """What the loop does with mailboxes."""

    def wake(self, mailbox: Mailbox) -> None:
        """Let everything that may have its turn have it."""

    def place(self, mailbox: Mailbox, waiting: Waiting, due_at: datetime) -> None:
        """Put a hand-over where it belongs."""

    def overtake(self, mailbox: Mailbox, waiting: Waiting) -> None:
        """Let something have its turn before what users said."""

    def again(self, mailbox: Mailbox, call: Call, cause: int | None) -> None:
        """Make a call again."""


class Shared:
    """This process's part in it."""

    def __init__(  # noqa: PLR0917 - the loop joins it to everything it has, once
        self,
        store: Store,
        peers: Peers,
        mailboxes: Mailboxes,
        users: Users,
        live: Live,
        announce: Announcements,
        turns: Turns,
        elsewhere: Elsewhere,
        *,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._peers = peers
        self._mailboxes = mailboxes
        self._users = users
        self._live = live
        self._announce = announce
        self._turns = turns
        self._elsewhere = elsewhere
        self._clock = clock
        self._taking: dict[int, asyncio.Task[Mailbox | None]] = {}
        self._work: set[asyncio.Task[None]] = set()
        self._is_leaving = False
        self._lookout = Lookout(
            store,
            peers,
            announce,
            elsewhere,
            clock=clock,
            may_take=self._may_take,
            attend=self._attend,
            ring=self._ring,
            buried=self._buried,
        )

    async def start(self) -> None:
        """Become one of the processes, and take up what nobody owns. Raises OtherCluster, StorageFailed."""
        self._users.changed = lambda user_id: self._announce.publish(f"user/{user_id}", "changed")
        await self._lookout.begin()
        self._announce.follow(self._heard)

    async def hand_back(self) -> None:
        """Take up nothing more, and give back at once what nothing is under way in."""
        self._is_leaving = True
        await self._peers.retire()
        await asyncio.gather(*self._taking.values(), return_exceptions=True)
        await self.give_back(one for one in self._mailboxes.all() if one.task is None and not one.is_calling)

    async def stop(self) -> None:
        """End: whatever is still owned becomes free."""
        await self.give_back(self._mailboxes.all())
        await self._lookout.end()
        for task in self._work:
            task.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)
        await self._peers.leave()

    # ── what has happened to a conversation ───────────────────────────────────────────────────────────

    def accepted(self, conversation_id: int, owner: int | None) -> None:
        """Take the word that something waits in a conversation to its owner; where there is none, to one who may be.

        owner: as the database had it, alive or not.
        """
        peers = self._peers
        if owner == peers.id or (self._may_take() and owner not in peers.workers):
            self._begin(self._came, conversation_id)
        elif owner is not None and owner in peers.workers:
            self._announce.publish(f"inbox/{conversation_id}", str(owner))
            self._lookout.look_soon()
        else:
            self._tell_a_worker(conversation_id)

    def hear(self, mailbox: Mailbox, owner: int | None, said: Sequence[Row]) -> bool:
        """Put into a mailbox what waits past what it has heard, as a unit has just read it that found this owner.

        False: another process owns the conversation, or this one is just taking it up.
        """
        number = mailbox.conversation_id
        if owner != self._peers.id or number in self._taking or self._mailboxes.in_memory(number) is not mailbox:
            return False
        _hear(mailbox, said)
        self._turns.wake(mailbox)
        return True

    def _tell_a_worker(self, conversation_id: int) -> None:
        workers = [one for one in self._peers.workers if one != self._peers.id]
        if workers:  # else it waits until there is one
            self._announce.publish(f"inbox/{conversation_id}", str(workers[conversation_id % len(workers)]))

    def _heard(self, topic: str, what: str) -> None:
        """Act on what another process published."""
        match topic.split("/"):
            case ["inbox", conversation_id] if what == str(self._peers.id):
                self._begin(self._came, int(conversation_id))
            case ["conversation", business_id, user_id] if what == "trace":  # a turn's last word
                known = self._mailboxes.known_id(int(business_id), int(user_id))
                if known is not None:
                    self._begin(self._elsewhere.look, known)
            case ["user", user_id]:
                self._users.forget(int(user_id))
            case [""]:
                self._users.forget_all()
                self._lookout.sweep_next()
            case _:
                pass

    async def _came(self, conversation_id: int) -> None:
        """Read up what came for a conversation, taking it first if need be; if it is another's, tell that one."""
        mailbox = self._mailboxes.in_memory(conversation_id)
        if mailbox is not None:
            mailbox.has_news = True
            if conversation_id not in self._taking:
                self._turns.wake(mailbox)
            return
        if await self.take_up(conversation_id) is None:
            owner = await records.owner_of(self._store, conversation_id)
            if owner is not None and owner != self._peers.id:
                self._announce.publish(f"inbox/{conversation_id}", str(owner))

    # ── leases ────────────────────────────────────────────────────────────────────────────────────────

    def _may_take(self) -> bool:
        return self._peers.takes_turns and not self._is_leaving

    async def take_up(self, conversation_id: int) -> Mailbox | None:
        """Own a conversation, everything that waits in it in its mailbox. None: another process has it."""
        taking = self._taking.get(conversation_id)
        if taking is None:
            taking = self._taking[conversation_id] = asyncio.create_task(self._take_up(conversation_id))
            taking.add_done_callback(lambda _: self._taking.pop(conversation_id, None))
        return await asyncio.shield(taking)

    async def _take_up(self, conversation_id: int) -> Mailbox | None:
        found = self._mailboxes.in_memory(conversation_id)
        if found is not None or not self._may_take():
            return found
        me = self._peers.id
        try:
            await self._store.commit(records.takes(conversation_id, me))
        except Stale:
            return None
        kill_point("lease_taken")
        mailbox = await self._mailboxes.by_id(conversation_id)
        if mailbox.owner != me:
            self._mailboxes.drop(mailbox)
            return None
        self._users.forget(mailbox.user_id)
        try:
            for row in await records.calls_out(self._store, conversation_id):
                await recover.take_up_call(mailbox, row, self._live, self._turns.again)
            await self.read_up(mailbox)
        except BaseException:
            self._mailboxes.drop(mailbox)  # half filled it would wait for a call of which nobody here knows
            raise
        self._turns.wake(mailbox)
        return mailbox

    async def read_up(self, mailbox: Mailbox) -> None:
        """Put into a mailbox what has come since the last time. Raises StorageFailed: it is still to be read up."""
        mailbox.has_news = False
        try:
            others, said = await records.unheard(
                self._store,
                mailbox.conversation_id,
                after_inbox=mailbox.heard_inbox,
                after_message=mailbox.heard_message,
            )
        except BaseException:
            mailbox.has_news = True
            raise
        if mailbox.is_lost:
            return
        for row in others:
            mailbox.heard_inbox = row["id"]
            self._turns.place(mailbox, recover.what_waits(row), row["due_at"])
        _hear(mailbox, said)

    async def may_call(self, mailbox: Mailbox) -> bool:
        """Wait until no other process can have taken a conversation over; False: one has."""
        while not mailbox.is_lost and not self._peers.is_sure():  # noqa: ASYNC110 - a clock tells nobody
            await asyncio.sleep(LOOKS_EVERY_S)
        return not mailbox.is_lost

    def lost(self, mailbox: Mailbox) -> None:
        """Drop what another process has taken over; it says what there is to say."""
        log.warning("lease_lost", conversation_id=mailbox.conversation_id)
        self._mailboxes.drop(mailbox)

    def _buried(self) -> None:
        for mailbox in self._mailboxes.all():
            self.lost(mailbox)

    async def give_back(self, mailboxes: Iterable[Mailbox]) -> None:
        """Make conversations free, and tell others of those in which something waits."""
        some = [one for one in mailboxes if one.owner is not None and not one.is_lost]
        wanted = [one.conversation_id for one in some if one.said or one.overtaking or one.deferred or one.has_news]
        for one in some:
            self._mailboxes.drop(one)
        try:
            for start in range(0, len(some), _AT_ONCE):
                ids = [one.conversation_id for one in some[start : start + _AT_ONCE]]
                await self._store.commit([records.gives_back(ids, self._peers.id)])
        except Exception as error:  # noqa: BLE001 - the end of this process makes them free as well
            log.warning("leases_kept", error=failure_of(error))
        kill_point("leases_given_back")
        for conversation_id in wanted:
            self._tell_a_worker(conversation_id)

    # ── what the lookout finds ────────────────────────────────────────────────────────────────────────

    async def _attend(self, conversation_id: int) -> None:
        mailbox = self._mailboxes.in_memory(conversation_id)
        if mailbox is None:
            await self.take_up(conversation_id)
        elif mailbox.task is None:
            mailbox.has_news = True
            if not mailbox.is_calling and conversation_id not in self._taking:
                self._turns.wake(mailbox)

    async def _ring(self, conversation_id: int) -> None:
        """Let an alarm go off, unless it is to be left to the next sweep."""
        mailbox = await self.take_up(conversation_id)
        if mailbox is not None:
            await ring(self._store, mailbox, self._clock(), self._turns.overtake)

    def _begin(self, work: Callable[[int], Coroutine[Any, Any, None]], conversation_id: int) -> None:
        task = asyncio.create_task(self._tried(work, conversation_id))
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    async def _tried(self, work: Callable[[int], Coroutine[Any, Any, None]], conversation_id: int) -> None:
        try:
            await work(conversation_id)
        except Exception as error:  # noqa: BLE001 - the sweep comes after it
            log.warning("wake_up_failed", error=failure_of(error))


def _hear(mailbox: Mailbox, said: Sequence[Row]) -> None:
    """Put messages in line, each once: of two reads that are under way, each finds all that waits up to its last."""
    for row in said:
        if row["id"] > mailbox.heard_message:
            mailbox.heard_message = row["id"]
            mailbox.said.append(recover.what_was_said(row))
