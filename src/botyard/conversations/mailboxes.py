"""Finds the mailbox of a thread, or makes it: those lately used stay in memory, so the next message needs no read."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

import msgspec
import structlog

from botyard.conversations import records
from botyard.conversations.leases.records import calls_out
from botyard.conversations.mailbox import Mailbox
from botyard.conversations.turns.records import numbers_used
from botyard.conversations.unreadable import read
from botyard.conversations.users.known import Users
from botyard.engine.state import Calling, State, User
from botyard.errors import NotFound
from botyard.store.commit import Conflict, Row, Stale, Store

log = structlog.get_logger()

# Some 5 kB each.
KEPT = 10_000

# The user's row is the truth about the user; a thread keeps no copy of it.
NOBODY = User(user_id="", user_name="")
_NEW = State(user=NOBODY)
_decoder = msgspec.json.Decoder(State)


class LeaseLost(Stale):
    """Another process has taken the conversation: what comes of this turn is theirs to say."""

    code = "lease_lost"

    def __init__(self, conversation_id: int) -> None:
        super().__init__(
            f"conversation {conversation_id} was taken over by another process", conversation_id=conversation_id
        )


class Mailboxes:
    """All mailboxes of this process; a thread has at most one. There and not yet filled counts as there."""

    def __init__(self, store: Store, users: Users, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._users = users
        self._clock = clock
        self._of: OrderedDict[tuple[int, int], Mailbox] = OrderedDict()
        self._by_id: dict[int, Mailbox] = {}
        self._ids: dict[tuple[int, int], int] = {}
        self._opening: dict[tuple[int, int], asyncio.Task[Row | None]] = {}

    async def of(self, business_id: int, user_id: int) -> Mailbox:
        """Find the mailbox of a user and a business, opening the thread if need be. Raises NotFound: no user."""
        found = self._of.get((business_id, user_id))
        if found is not None:
            self._of.move_to_end((business_id, user_id))
            return found
        return await self._made(await self._opened(business_id, user_id), f"user {user_id} of business {business_id}")

    async def thread_id(self, business_id: int, user_id: int) -> int:
        """Find the thread of a user and a business, opening it if need be, whoever owns it. Raises NotFound."""
        thread_id = self._ids.get((business_id, user_id))
        if thread_id is None:
            row = await self._opened(business_id, user_id)
            if row is None:
                raise NotFound(f"no conversation of user {user_id} and business {business_id}")
            if len(self._ids) >= KEPT:
                self._ids.clear()
            thread_id = self._ids[business_id, user_id] = int(row["id"])  # a thread stays its user's for ever
        return thread_id

    def known_id(self, business_id: int, user_id: int) -> int | None:
        """Find the thread of a user and a business if it was used here."""
        return self._ids.get((business_id, user_id))

    async def _opened(self, business_id: int, user_id: int) -> Row | None:
        """Find or open a thread, once for all who ask meanwhile: none of them overtakes who asked before."""
        key = (business_id, user_id)
        opening = self._opening.get(key)
        if opening is None:
            opening = self._opening[key] = asyncio.create_task(self._open(business_id, user_id))
            opening.add_done_callback(lambda _: self._opening.pop(key))
        return await asyncio.shield(opening)

    async def _open(self, business_id: int, user_id: int) -> Row | None:
        row = await records.thread_of(self._store, business_id, user_id)
        if row is None:
            user = await self._users.by_id(user_id)
            with suppress(Conflict):  # first messages in two processes at once: one of them opens the thread
                await self._store.commit(
                    [
                        records.opens_thread(
                            partner_id=user.partner_id, business_id=business_id, user_id=user_id, now=self._clock()
                        )
                    ]
                )
            row = await records.thread_of(self._store, business_id, user_id)
        return row

    def known(self, business_id: int, user_id: int) -> Mailbox | None:
        """Find a mailbox that is in memory; a thread whose call is out always has one."""
        return self._of.get((business_id, user_id))

    async def by_id(self, conversation_id: int) -> Mailbox:
        """Find the mailbox of a thread. Raises NotFound."""
        found = self._by_id.get(conversation_id)
        if found is not None:
            return found
        return await self._made(await records.thread(self._store, conversation_id), str(conversation_id))

    def in_memory(self, conversation_id: int) -> Mailbox | None:
        """Find the mailbox of a thread if there is one."""
        return self._by_id.get(conversation_id)

    def all(self) -> list[Mailbox]:
        """List every mailbox there is."""
        return list(self._by_id.values())

    async def reload(self, mailbox: Mailbox) -> None:
        """Read a thread again: somebody else moved it. Raises LeaseLost where they had taken it first."""
        row = await records.thread(self._store, mailbox.conversation_id)
        if row is not None:
            if row["owner"] != mailbox.owner or mailbox.is_lost:
                raise LeaseLost(mailbox.conversation_id)
            mailbox.state, mailbox.version, mailbox.alarm = await self._state(row), row["version"], row["wake_at"]

    def drop(self, mailbox: Mailbox) -> None:
        """Let go of a mailbox whose thread is another's now; what waited in it is theirs."""
        mailbox.is_lost = True
        mailbox.said.clear()
        mailbox.overtaking.clear()
        mailbox.deferred.clear()
        if self._by_id.get(mailbox.conversation_id) is mailbox:
            del self._by_id[mailbox.conversation_id], self._of[mailbox.business_id, mailbox.user_id]

    def drop_idle(self) -> None:
        """Let go of the longest unused mailboxes beyond what is kept."""
        while len(self._of) > KEPT:
            key, mailbox = next(iter(self._of.items()))
            if not mailbox.is_idle:
                self._of.move_to_end(key)  # busy after all; the next one over the limit looks further
                return
            del self._of[key], self._by_id[mailbox.conversation_id]

    async def _made(self, row: Row | None, whose: str) -> Mailbox:
        if row is None:
            raise NotFound(f"no conversation {whose}")
        state = await self._state(row)
        found = self._by_id.get(row["id"])  # somebody may have made it while we read
        if found is None:
            found = Mailbox(row["id"], row["business_id"], row["user_id"], state, row["version"])
            found.alarm, found.owner = row["wake_at"], row["owner"]
            self._by_id[row["id"]] = self._of[row["business_id"], row["user_id"]] = found
            self.drop_idle()
        return found

    async def _state(self, row: Row) -> State:
        if row["state"] is None:
            return _NEW
        state = read(_decoder.decode, row["state"])
        if state is None:
            log.error("state_unreadable", conversation_id=row["id"])
        return await self._begun_again(row) if state is None else state

    async def _begun_again(self, row: Row) -> State:
        """Begin a thread again that cannot be read: with whom it stood with, and with the call that is out."""
        turns, calls = await numbers_used(self._store, row["id"])
        out = next((Calling(call["call_no"], call["node"]) for call in await calls_out(self._store, row["id"])), None)
        return State(
            user=NOBODY,
            standing=row["standing"],
            team=row["team"],
            conversation_no=row["conversation_no"],
            turns=turns,
            calls=calls,
            calling=out,
        )
