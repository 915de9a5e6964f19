"""Makes turns happen: intake, commit, carry out, and the next happening; one at a time per conversation.

Whatever happens to a conversation goes through its mailbox. A message is on disk, in the inbox, before anybody hears
that it was accepted; its turn takes it out of the inbox in the same commit that keeps the answer. So a process may
die anywhere, and the next one finds either the message or its answer. A mailbox runs as a task only while something
may have its turn; while a call is out only that has a task, which goes on with what it returned.

While a call is out the conversation is in a turn: user messages wait. Returns of calls and hand-overs overtake them.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import copy_context
from datetime import datetime
from time import perf_counter
from typing import Any

import structlog

from botyard.conversations import accepting, records
from botyard.conversations.carry_out import CarryOut, Out
from botyard.conversations.chains import Chains
from botyard.conversations.elsewhere import Elsewhere
from botyard.conversations.failure import STORAGE_PAUSE_S, failure_of
from botyard.conversations.for_owner import ForOwner
from botyard.conversations.history import History
from botyard.conversations.inbound import Accepted, Inbound, Spoken
from botyard.conversations.intake import Intake, TakeTurn
from botyard.conversations.leases import records as leases
from botyard.conversations.mailbox import Mailbox, Waiting
from botyard.conversations.mailboxes import LeaseLost, Mailboxes
from botyard.conversations.ports import Live, Perform
from botyard.conversations.recover import recover
from botyard.conversations.shared import Shared
from botyard.conversations.still_waiting import still_waits
from botyard.conversations.timers import Timers
from botyard.conversations.users.known import Users
from botyard.engine.dice import Dice
from botyard.engine.effects import Call
from botyard.engine.happenings import CallReturned, HandOverAsked, UserSaid
from botyard.engine.turn import Turn
from botyard.engine.turn import turn as take_turn
from botyard.errors import Stopping
from botyard.observe import count_turn
from botyard.store.announce import Announcements
from botyard.store.commit import Conflict, Outcome, StorageFailed, Store
from botyard.store.faults import kill_point
from botyard.store.peers import Peers

log = structlog.get_logger()

SETTLES_WITHIN_S = 35.0
# A call may take 30 s; one more turn after it takes milliseconds.
DRAIN_S = 35.0
# What nobody foresaw: it may pass, and if it does not, nobody is helped by trying all the time.
RESTS_S, DOUBLED_AT_MOST = 1.0, 6


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
        self._intake = Intake(store, live, self.users, self._mailboxes, self._chains, clock=clock, dice=dice, turn=turn)
        self._carry_out = CarryOut(live, perform, self.users, announce, may_call=self._may_call)
        self._elsewhere = Elsewhere(store, self._chains)
        self._timers = Timers(store, self._mailboxes, clock=clock, overtake=self.overtake)
        self._shared = (
            None
            if peers is None
            else Shared(store, peers, self._mailboxes, self.users, live, announce, self, self._elsewhere, clock=clock)
        )
        self._for_owner: ForOwner | None = None
        if self._shared is not None:
            self._for_owner = ForOwner(
                store,
                self._mailboxes,
                self._chains,
                self._elsewhere,
                clock,
                tell=self._shared.accepted,
                is_stopping=lambda: self._is_stopping,
            )
        self._looking: asyncio.Task[None] | None = None
        self._running: set[asyncio.Task[None]] = set()
        self._is_stopping = False

    async def start(self) -> None:
        """Take up what the last process left unfinished."""
        if self._shared is not None:
            await self._shared.start()
            return
        mailboxes = await recover(self._store, self._mailboxes, self._live, again=self.again, place=self.place)
        kill_point("recovered")
        for mailbox in mailboxes:
            for cause in (mailbox.cause_out, *(waiting.cause for waiting in mailbox.said)):
                if cause is not None:
                    self._chains.begin(cause)
            self.wake(mailbox)
        self._looking = asyncio.create_task(self._timers.run())

    async def stop(self, within_s: float = DRAIN_S) -> None:
        """Take nothing new, let running turns end. What has not ended in time is taken up by the next start."""
        self._is_stopping = True
        kill_point("stopping")
        if self._looking is not None:
            self._looking.cancel()
        if self._shared is not None:
            await self._shared.hand_back()
        deadline = perf_counter() + within_s
        while busy := set(self._running):
            left = deadline - perf_counter()
            if left <= 0:
                break
            await asyncio.wait(busy, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        for task in busy:
            task.cancel()
        await asyncio.gather(*busy, return_exceptions=True)
        if self._shared is not None:
            await self._shared.stop()

    async def accept(self, inbound: Inbound) -> Accepted:
        """Store a message: durable on return, and answered whatever dies.

        A key the user has used before means the same message: it answers as the first time and does nothing.
        Raises TooMuch while 50 messages wait, NotFound for an unknown user, Stopping, StorageFailed.
        """
        if self._for_owner is not None:
            return await asyncio.shield(asyncio.create_task(self._for_owner.accept(inbound)))
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

        Takes effect at once, and before this returns, if no turn runs. Never waits for a running turn: then it takes
        effect when that turn ends or after the countdown, whichever is first.
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
        self.wake(mailbox)

    async def _hand_over(
        self, conversation_id: int, team: str, countdown_s: float | None
    ) -> asyncio.Future[None] | None:
        mailbox = await self._mailboxes.by_id(conversation_id)
        happening, seconds = HandOverAsked(team), accepting.COUNTDOWN_S if countdown_s is None else countdown_s
        write = accepting.keeps(happening, conversation_id, seconds, self._clock())
        mailbox.asking += 1  # keeps the mailbox in memory; the inbox row is nobody's yet
        try:
            [[row]] = await self._store.commit([write])
        finally:
            mailbox.asking -= 1
        kill_point("hand_over_kept")
        if mailbox.is_calling or countdown_s is not None:
            self._defer(mailbox, Waiting(happening=happening, inbox_id=row["id"]), seconds)
            return None
        taken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.overtake(mailbox, Waiting(happening=happening, inbox_id=row["id"], taken=taken))
        return taken

    def place(self, mailbox: Mailbox, waiting: Waiting, due_at: datetime) -> None:
        """Put a hand-over that the last process left where it belongs: behind an interrupted call, or deferred."""
        left_s = (due_at - self._clock()).total_seconds()
        if mailbox.is_calling and not mailbox.overtaking and left_s > 0:
            self._defer(mailbox, waiting, left_s)
        else:
            mailbox.overtaking.append(waiting)

    def overtake(self, mailbox: Mailbox, waiting: Waiting) -> None:
        """Let something have its turn before what users said."""
        if mailbox.is_lost:
            return
        mailbox.overtaking.append(waiting)
        self.wake(mailbox)

    def again(self, mailbox: Mailbox, call: Call, cause: int | None) -> None:
        """Make a call again that had begun when its process died."""
        self._start(self._run(mailbox, Out(call, cause)))

    async def _may_call(self, mailbox: Mailbox) -> bool:
        return self._shared is None or await self._shared.may_call(mailbox)

    def _defer(self, mailbox: Mailbox, waiting: Waiting, countdown_s: float) -> None:
        mailbox.deferred.append(waiting)
        asyncio.get_running_loop().call_later(countdown_s, self._come_due, mailbox, waiting)

    def _come_due(self, mailbox: Mailbox, waiting: Waiting) -> None:
        if waiting in mailbox.deferred and not self._is_stopping:
            mailbox.deferred.remove(waiting)
            self.overtake(mailbox, waiting)

    # ── turns ─────────────────────────────────────────────────────────────────────────────────────────

    def wake(self, mailbox: Mailbox) -> None:
        """Let everything that may have its turn have it."""
        if mailbox.task is None and not mailbox.is_lost:
            mailbox.task = self._start(self._run(mailbox))

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def _run(self, mailbox: Mailbox, out: Out | None = None) -> None:
        """Take turns, make the call that the last one asked for, take its return's turn, and so on, in one task.

        out: begin with this call.
        """
        if out is None:
            out = await self._take_turns(mailbox)
        while out is not None and await self._called(mailbox, out):
            out = await self._take_turns(mailbox)

    async def _called(self, mailbox: Mailbox, out: Out) -> bool:
        """Make a call, which keeps nobody but users from having their turn; True: its return is to have its own now."""
        waiting = await self._carry_out.call(mailbox, out)
        if waiting is None or mailbox.is_lost:
            return False
        mailbox.overtaking.append(waiting)
        if mailbox.task is not None:
            return False  # who takes turns here just now takes this one, too
        mailbox.task = asyncio.current_task()
        return True

    async def _take_turns(self, mailbox: Mailbox) -> Out | None:
        """Give everything that may have its turn its turn. Returns the call that the last one asked for."""
        out = None
        try:
            while not mailbox.is_resting and (waiting := await self._next(mailbox)) is not None:
                out = await self._take(mailbox, waiting)
                if out is not None and (mailbox.overtaking or mailbox.has_news):  # it must not wait for those
                    self._start(self._run(mailbox, out))
                    out = None
        finally:
            mailbox.task = None
        if self._is_stopping and self._shared is not None and not mailbox.is_calling:
            await self._shared.give_back([mailbox])
        return out

    async def _next(self, mailbox: Mailbox) -> Waiting | None:
        while mailbox.has_news and self._shared is not None and not mailbox.is_lost:
            try:
                await self._shared.read_up(mailbox)
            except StorageFailed:
                await asyncio.sleep(STORAGE_PAUSE_S)
        return mailbox.next(hears_users=not self._is_stopping)

    async def _take(self, mailbox: Mailbox, waiting: Waiting) -> Out | None:
        """Take one turn and carry it out, up to the call that it asked for. What fails, fails for this one alone."""
        started, was_calling = perf_counter(), mailbox.is_calling
        try:
            decided = await self._committed(mailbox, waiting)
        except LeaseLost:
            if self._shared is not None:
                self._shared.lost(mailbox)
            return None
        except Exception as error:  # noqa: BLE001 - one conversation's failure must not stop another
            log.error(  # noqa: TRY400 - the traceback's text may hold what the user wrote
                "turn_abandoned", conversation_id=mailbox.conversation_id, error=failure_of(error)
            )
            await self._abandon(mailbox, waiting)
            return None
        mailbox.tried_in_vain = 0
        out = self._carry_out.carry_out(mailbox, decided, cause=waiting.cause, was_calling=was_calling)
        if isinstance(waiting.happening, CallReturned):
            mailbox.overtaking.extend(mailbox.deferred)
            mailbox.deferred.clear()
        self._settle(mailbox, waiting)
        taken_s = perf_counter() - started
        count_turn(taken_s)
        if not mailbox.is_calling:  # one line for a message, and that when it is answered
            log.info(
                "turn_taken",
                conversation_id=mailbox.conversation_id,
                turn=decided.state.turns,
                happening=decided.trace.happening,
                message_id=waiting.cause,
                ms=round(taken_s * 1000, 2),
            )
        return out

    async def _committed(self, mailbox: Mailbox, waiting: Waiting) -> Turn:
        """Take a turn; while the database cannot write, wait: what a call answered is kept and committed later."""
        while True:
            try:
                return await self._intake.take(mailbox, waiting)
            except StorageFailed as error:
                log.warning("storage_failed", conversation_id=mailbox.conversation_id, error=error.sentence)
                await asyncio.sleep(STORAGE_PAUSE_S)
                if mailbox.is_lost:
                    raise LeaseLost(mailbox.conversation_id) from error

    async def _abandon(self, mailbox: Mailbox, waiting: Waiting) -> None:
        """Put back what still waits, to be tried again after a rest: what was said later must not overtake it."""
        try:
            is_waiting = await still_waits(self._store, mailbox.conversation_id, waiting)
        except Exception:  # noqa: BLE001 - the next try tells
            is_waiting = True
        if not is_waiting or mailbox.is_lost:
            self._settle(mailbox, waiting)
            return
        if waiting.taken is not None and not waiting.taken.done():
            waiting.taken.set_result(None)  # it is kept, and whoever asked cannot wait for as long as this may last
        mailbox.put_back(waiting)
        mailbox.is_resting = True
        rests_s = RESTS_S * 2 ** min(mailbox.tried_in_vain, DOUBLED_AT_MOST)
        mailbox.tried_in_vain += 1
        asyncio.get_running_loop().call_later(rests_s, self._rested, mailbox)

    def _rested(self, mailbox: Mailbox) -> None:
        mailbox.is_resting = False
        if not self._is_stopping:
            self.wake(mailbox)

    def _settle(self, mailbox: Mailbox, waiting: Waiting) -> None:
        """Tell those who wait for an answer, once no call is out any more."""
        if waiting.taken is not None and not waiting.taken.done():
            waiting.taken.set_result(None)
        if not mailbox.is_calling:
            self._chains.settle(waiting.cause)
            self._chains.settle(mailbox.cause_out)
            mailbox.cause_out = None
