"""Lets what waits in a mailbox have its turn, one at a time per conversation, and makes the calls that turns ask for.

A mailbox runs as a task only while something may have its turn; while a call is out only that has a task, which goes
on with what it returned. While a call is out the conversation is in a turn: user messages wait. Returns of calls and
hand-overs overtake them.
"""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime
from time import perf_counter
from typing import Any

import structlog

from botyard.conversations.carry_out import CarryOut, Out
from botyard.conversations.chains import Chains
from botyard.conversations.failure import STORAGE_PAUSE_S, failure_of
from botyard.conversations.intake import Intake
from botyard.conversations.mailbox import Mailbox, Waiting
from botyard.conversations.mailboxes import LeaseLost
from botyard.conversations.shared import Shared
from botyard.conversations.still_waiting import still_waits
from botyard.engine.effects import Call
from botyard.engine.happenings import CallReturned, HandOverAsked
from botyard.engine.turn import Turn
from botyard.observe import count_turn
from botyard.store.commit import StorageFailed, Store

log = structlog.get_logger()

# What nobody foresaw: it may pass, and if it does not, nobody is helped by trying all the time.
RESTS_S, DOUBLED_AT_MOST = 1.0, 6


class TurnTaking:
    """All mailboxes in which something happens. It is what `shared.Turns` asks for.

    shared: set where many processes share the database. is_stopping: set when users are to be heard no more.
    """

    def __init__(
        self, store: Store, intake: Intake, carry_out: CarryOut, chains: Chains, *, clock: Callable[[], datetime]
    ) -> None:
        self.shared: Shared | None = None
        self.is_stopping = False
        self._store = store
        self._intake = intake
        self._carry_out = carry_out
        self._chains = chains
        self._clock = clock
        self._running: set[asyncio.Task[None]] = set()

    async def end(self, within_s: float) -> None:
        """Let running turns end. What has not ended in time is taken up by the next start."""
        deadline = perf_counter() + within_s
        while busy := set(self._running):
            left = deadline - perf_counter()
            if left <= 0:
                break
            await asyncio.wait(busy, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        for task in busy:
            task.cancel()
        await asyncio.gather(*busy, return_exceptions=True)

    # ── what wants its turn ───────────────────────────────────────────────────────────────────────────

    def wake(self, mailbox: Mailbox) -> None:
        """Let everything that may have its turn have it."""
        if mailbox.task is None and not mailbox.is_lost:
            mailbox.task = self._start(self._run(mailbox))

    def overtake(self, mailbox: Mailbox, waiting: Waiting) -> None:
        """Let something have its turn before what users said."""
        if mailbox.is_lost:
            return
        mailbox.overtaking.append(waiting)
        self.wake(mailbox)

    def again(self, mailbox: Mailbox, call: Call, cause: int | None) -> None:
        """Make a call again that had begun when its process died."""
        self._start(self._run(mailbox, Out(call, cause)))

    def place(self, mailbox: Mailbox, waiting: Waiting, due_at: datetime) -> None:
        """Put a hand-over where it belongs that came by the disk: behind an interrupted call, deferred, or in line."""
        left_s = (due_at - self._clock()).total_seconds()
        is_counted_down = isinstance(waiting.happening, HandOverAsked) and waiting.happening.is_counted_down
        if left_s > 0 and (is_counted_down or (mailbox.is_calling and not mailbox.overtaking)):
            self.defer(mailbox, waiting, left_s)
        else:
            mailbox.overtaking.append(waiting)

    def defer(self, mailbox: Mailbox, waiting: Waiting, countdown_s: float) -> None:
        """Let something wait for the end of a turn, but only for so long."""
        mailbox.deferred.append(waiting)
        asyncio.get_running_loop().call_later(countdown_s, self._come_due, mailbox, waiting)

    def _come_due(self, mailbox: Mailbox, waiting: Waiting) -> None:
        if waiting in mailbox.deferred and not self.is_stopping:
            mailbox.deferred.remove(waiting)
            self.overtake(mailbox, waiting)

    # ── a mailbox's task ──────────────────────────────────────────────────────────────────────────────

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
            while not mailbox.is_resting:
                if mailbox.has_news:
                    await self._read_up(mailbox)
                waiting = mailbox.next(hears_users=not self.is_stopping)
                if waiting is None:
                    break
                out = await self._take(mailbox, waiting)
                if out is not None and (mailbox.overtaking or mailbox.has_news):  # it must not wait for those
                    self._start(self._run(mailbox, out))
                    out = None
        finally:
            mailbox.task = None
        if self.is_stopping and self.shared is not None and not mailbox.is_calling:
            await self.shared.give_back([mailbox])
        return out

    async def _read_up(self, mailbox: Mailbox) -> None:
        while mailbox.has_news and self.shared is not None and not mailbox.is_lost:
            try:
                await self.shared.read_up(mailbox)
            except StorageFailed:
                await asyncio.sleep(STORAGE_PAUSE_S)

    # ── one turn ──────────────────────────────────────────────────────────────────────────────────────

    async def _take(self, mailbox: Mailbox, waiting: Waiting) -> Out | None:
        """Take one turn and carry it out, up to the call that it asked for. What fails, fails for this one alone."""
        started, was_calling = perf_counter(), mailbox.is_calling
        try:
            decided = await self._committed(mailbox, waiting)
        except LeaseLost:
            if self.shared is not None:
                self.shared.lost(mailbox)
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
                _tell_that_it_is_kept(waiting)
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
        _tell_that_it_is_kept(waiting)
        mailbox.put_back(waiting)
        mailbox.is_resting = True
        rests_s = RESTS_S * 2 ** min(mailbox.tried_in_vain, DOUBLED_AT_MOST)
        mailbox.tried_in_vain += 1
        asyncio.get_running_loop().call_later(rests_s, self._rested, mailbox)

    def _rested(self, mailbox: Mailbox) -> None:
        mailbox.is_resting = False
        if not self.is_stopping:
            self.wake(mailbox)

    def _settle(self, mailbox: Mailbox, waiting: Waiting) -> None:
        """Tell those who wait for an answer, once no call is out any more."""
        _tell_that_it_is_kept(waiting)
        if not mailbox.is_calling:
            self._chains.settle(waiting.cause)
            self._chains.settle(mailbox.cause_out)
            mailbox.cause_out = None


def _tell_that_it_is_kept(waiting: Waiting) -> None:
    """Let whoever asked from outside go on: it has had its turn, or waits for one for who knows how long."""
    if waiting.taken is not None and not waiting.taken.done():
        waiting.taken.set_result(None)
