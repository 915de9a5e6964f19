"""All conversations of a process: what comes in for them is stored, and everything that happens has its turn.

Whatever happens to a conversation goes through its mailbox. A message is on disk, in the inbox, before anybody hears
that it was accepted; its turn (`turn_taking.py`) takes it out of the inbox in the same commit that keeps the answer.
So a process may die anywhere, and the next one finds either the message or its answer.
"""

import asyncio
from collections.abc import Callable
from contextvars import copy_context
from datetime import datetime

from botyard.conversations import accepting, records
from botyard.conversations.carry_out import CarryOut
from botyard.conversations.chains import Chains
from botyard.conversations.elsewhere import Elsewhere
from botyard.conversations.for_owner import ForOwner
from botyard.conversations.history import History
from botyard.conversations.inbound import Accepted, Inbound, Spoken
from botyard.conversations.intake import Intake, TakeTurn
from botyard.conversations.leases import records as leases
from botyard.conversations.mailbox import Mailbox, Waiting
from botyard.conversations.mailboxes import Mailboxes
from botyard.conversations.ports import Live, Perform
from botyard.conversations.recover import recover
from botyard.conversations.shared import Shared
from botyard.conversations.timers import Timers
from botyard.conversations.turn_taking import TurnTaking
from botyard.conversations.users.known import Users
from botyard.engine.dice import Dice
from botyard.engine.happenings import HandOverAsked, UserSaid
from botyard.engine.turn import turn as take_turn
from botyard.errors import Stopping
from botyard.store.announce import Announcements
from botyard.store.commit import Conflict, Outcome, Store
from botyard.store.faults import kill_point
from botyard.store.peers import Peers

SETTLES_WITHIN_S = 35.0
# A call may take 30 s; one more turn after it takes milliseconds.
DRAIN_S = 35.0


class Conversations:
    """All conversations of this process. users, history: what doors need beside them.

    peers: the processes that share the database; None: this one has it alone, and takes every turn.
    """

    def __init__(  # noqa: PLR0917 - the room `app` joins the ports here, once
        self,
        store: Store,
        live: Live,
        perform: Perform,
        announce: Announcements,
        clock: Callable[[], datetime],
        dice: Dice,
        *,
        turn: TakeTurn = take_turn,
        peers: Peers | None = None,
    ) -> None:
        self._store = store
        self._live = live
        self._clock = clock
        self.users = Users(store, clock)
        self.history = History(store)
        self._mailboxes = Mailboxes(store, self.users, clock)
        self._chains = Chains()
        intake = Intake(store, live, self.users, self._mailboxes, self._chains, clock=clock, dice=dice, turn=turn)
        carry_out = CarryOut(live, perform, self.users, announce)
        self._turns = TurnTaking(store, intake, carry_out, self._chains, clock=clock)
        self._elsewhere = Elsewhere(store, self._chains)
        self._timers = Timers(store, self._mailboxes, clock=clock, overtake=self._turns.overtake)
        self._looking: asyncio.Task[None] | None = None
        self._shared: Shared | None = None
        self._for_owner: ForOwner | None = None
        if peers is not None:
            self._shared = self._turns.shared = Shared(
                store, peers, self._mailboxes, self.users, live, announce, self._turns, self._elsewhere, clock=clock
            )
            carry_out.may_call = self._shared.may_call
            self._for_owner = ForOwner(
                store,
                self._mailboxes,
                self._chains,
                self._elsewhere,
                clock,
                hear=self._shared.hear,
                tell=self._shared.accepted,
                is_stopping=lambda: self._is_stopping,
            )

    async def start(self) -> None:
        """Take up what the last process left unfinished."""
        if self._shared is not None:
            await self._shared.start()
            return
        mailboxes = await recover(
            self._store, self._mailboxes, self._live, again=self._turns.again, place=self._turns.place
        )
        kill_point("recovered")
        for mailbox in mailboxes:
            for cause in (mailbox.cause_out, *(waiting.cause for waiting in mailbox.said)):
                if cause is not None:
                    self._chains.begin(cause)
            self._turns.wake(mailbox)
        self._looking = asyncio.create_task(self._timers.run())

    async def stop(self, within_s: float = DRAIN_S) -> None:
        """Take nothing new, let running turns end. What has not ended in time is taken up by the next start."""
        self._turns.is_stopping = True
        kill_point("stopping")
        if self._looking is not None:
            self._looking.cancel()
        if self._shared is not None:
            await self._shared.hand_back()
        await self._turns.end(within_s)
        if self._shared is not None:
            await self._shared.stop()

    async def accept(self, inbound: Inbound) -> Accepted:
        """Store a message: durable on return, and answered whatever dies.

        A key the user has used before means the same message: it answers as the first time and does nothing.
        Raises TooMuch while 50 messages wait, NotFound for an unknown user, Stopping, StorageFailed.
        """
        if self._for_owner is not None:
            return await self._for_owner.accept(inbound)
        return await self._accept(inbound)

    async def settled(self, accepted: Accepted, timeout_s: float = SETTLES_WITHIN_S) -> tuple[Spoken, ...]:
        """Wait until a message is answered, by the whole chain of turns, and give back all that was said to it.

        Where that takes too long: what was said so far.
        """
        answer = await self._chains.settled(accepted, timeout_s)
        if answer is not None:
            return answer
        return await records.lines_caused_by(self._store, accepted.conversation_id, accepted.message_id, accepted.seq)

    async def hand_over(self, conversation_id: int, team: str, countdown_s: float | None = None) -> None:
        """Ask for a team of agents from outside: durable on return.

        Takes effect at once, and before this returns, if no turn runs and no countdown is given. Never waits for a
        running turn: it takes effect when that turn ends or after the countdown, whichever is first.
        Raises NotFound, Stopping, StorageFailed.
        """
        if self._is_stopping:
            raise Stopping
        if self._for_owner is not None:
            await self._for_owner.hand_over(conversation_id, team, countdown_s)
            return
        taken = await asyncio.shield(asyncio.create_task(self._hand_over(conversation_id, team, countdown_s)))
        if taken is not None:
            await taken

    async def is_calling(self, business_id: int, user_id: int) -> bool:
        """Whether a call for this user is out right now."""
        if self._shared is not None:
            thread_id = await self._mailboxes.thread_id(business_id, user_id)
            return bool(await leases.calls_out(self._store, thread_id))
        mailbox = self._mailboxes.known(business_id, user_id)
        return mailbox is not None and mailbox.is_calling

    @property
    def _is_stopping(self) -> bool:
        return self._turns.is_stopping

    # ── in ────────────────────────────────────────────────────────────────────────────────────────────

    async def _accept(self, inbound: Inbound) -> Accepted:
        mailbox = await self._mailboxes.of(inbound.business_id, inbound.user_id)
        if self._is_stopping or mailbox.messages_waiting >= accepting.MESSAGES_WAITING:
            return await accepting.refused(self._store, mailbox.conversation_id, inbound, is_stopping=self._is_stopping)
        now = self._clock()
        unit = accepting.unit_of(inbound, mailbox.conversation_id, now)
        mailbox.storing += 1
        kill_point("before_accept")
        context = copy_context()  # with the request's id, for the turn's line in the log
        told: list[Outcome] = []

        def stored(outcome: Outcome) -> None:
            """Go on also where a client hung up: no message may lie on disk of which no mailbox knows."""
            told.append(outcome)
            context.run(self._stored, mailbox, inbound, outcome)

        try:
            *_, [message] = await self._store.commit(unit, then=stored)
        except Exception as error:
            if not told:  # it was refused before it was handed in
                stored(error)
            if isinstance(error, Conflict):
                return await records.first_time(self._store, mailbox.conversation_id, inbound.key)
            raise
        return Accepted(
            conversation_id=mailbox.conversation_id, message_id=message["id"], seq=message["seq"], created_at=now
        )

    def _stored(self, mailbox: Mailbox, inbound: Inbound, outcome: Outcome) -> None:
        """Put a message that is on disk into its mailbox."""
        mailbox.storing -= 1
        if isinstance(outcome, BaseException):
            return
        kill_point("after_accept")
        *_, [message] = outcome
        self._chains.begin(message["id"])
        mailbox.said.append(Waiting(happening=UserSaid(inbound.text, inbound.language), cause=message["id"]))
        self._turns.wake(mailbox)

    async def _hand_over(
        self, conversation_id: int, team: str, countdown_s: float | None
    ) -> asyncio.Future[None] | None:
        mailbox = await self._mailboxes.by_id(conversation_id)
        happening = HandOverAsked(team, is_counted_down=countdown_s is not None)
        seconds = accepting.COUNTDOWN_S if countdown_s is None else countdown_s
        write = accepting.keeps(happening, conversation_id, seconds, self._clock())
        mailbox.asking += 1  # keeps the mailbox in memory; the inbox row is nobody's yet
        try:
            [[row]] = await self._store.commit([write])
        finally:
            mailbox.asking -= 1
        kill_point("hand_over_kept")
        if mailbox.is_calling or happening.is_counted_down:
            self._turns.defer(mailbox, Waiting(happening=happening, inbox_id=row["id"]), seconds)
            return None
        taken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._turns.overtake(mailbox, Waiting(happening=happening, inbox_id=row["id"], taken=taken))
        return taken
