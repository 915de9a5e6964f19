"""One happening in: load, decide, commit, unless somebody was faster: a turn is pure and can simply be taken again."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from time import perf_counter
from typing import Protocol

import structlog
from msgspec.structs import replace

from botyard.bot.compiled import Bots
from botyard.conversations import records
from botyard.conversations.chains import Chains
from botyard.conversations.dead_letter import dead_letter
from botyard.conversations.failure import failure_of
from botyard.conversations.mailbox import Mailbox, Waiting
from botyard.conversations.mailboxes import NOBODY, Mailboxes
from botyard.conversations.ports import Live
from botyard.conversations.suspects.records import POISON, SUSPECT, counts_a_try
from botyard.conversations.unit import unit_of
from botyard.conversations.unreadable import WHY, Unreadable
from botyard.conversations.users.known import KnownUser, Users
from botyard.engine.dice import Dice
from botyard.engine.effects import RememberUser
from botyard.engine.happenings import CallReturned, Happening, Timing
from botyard.engine.small_talk import SmallTalk
from botyard.engine.state import State
from botyard.engine.turn import Turn
from botyard.nlu.understanding import Understand
from botyard.store.commit import Stale, StorageFailed, Store
from botyard.store.faults import kill_point

log = structlog.get_logger()

# A turn that fails is pure, so it fails again; more tries would only keep the user waiting.
ATTEMPTS = 3
# Somebody changes the same user just as often as we decide: 20 times in a row means they are more than busy.
RETAKES = 20


class TakeTurn(Protocol):
    """`engine.turn.turn`, or what stands in for it in a test of the shell."""

    def __call__(
        self,
        bots: Bots,
        state: State,
        happening: Happening,
        /,
        *,
        now: datetime,
        dice: Dice,
        understand: dict[str, Understand],
        small_talk: dict[str, SmallTalk],
    ) -> Turn:
        """Decide what one happening changes."""
        ...


class Intake:
    """Takes turns and commits them."""

    def __init__(
        self,
        store: Store,
        live: Live,
        users: Users,
        mailboxes: Mailboxes,
        chains: Chains,
        *,
        clock: Callable[[], datetime],
        dice: Dice,
        turn: TakeTurn,
    ) -> None:
        self._store = store
        self._live = live
        self._users = users
        self._mailboxes = mailboxes
        self._chains = chains
        self._clock = clock
        self._dice = dice
        self._turn = turn
        self._suspects = asyncio.Lock()

    async def take(self, mailbox: Mailbox, waiting: Waiting) -> Turn:
        """Take one turn, committed on return; a happening whose turn fails every time becomes a dead letter.

        Raises StorageFailed (try again later) and Stale (somebody else has taken it).
        """
        if mailbox.unsure is not None:
            await self._read_again(mailbox)
            if (made := mailbox.made_all_the_same(waiting.happening)) is not None:
                return made
        if isinstance(waiting.happening, Unreadable):
            return await self._bury(mailbox, waiting, WHY)
        if waiting.starts < SUSPECT:
            return await self._tried(mailbox, waiting, waiting.happening)
        if waiting.starts >= POISON:
            return await self._bury(mailbox, waiting, f"the server ended {waiting.starts} times when its turn had come")
        async with self._suspects:
            await self._store.commit([counts_a_try(waiting)])
            return await self._tried(mailbox, waiting, waiting.happening)

    async def _tried(self, mailbox: Mailbox, waiting: Waiting, happening: Happening) -> Turn:
        failure = ""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await self._decide_and_commit(mailbox, waiting, happening)
            except (StorageFailed, Stale):
                raise
            except Exception as error:  # noqa: BLE001 - whatever a turn raises, it must not reach other conversations
                failure = failure_of(error)
                log.error(  # noqa: TRY400 - the traceback's text may hold what the user wrote
                    "turn_failed",
                    conversation_id=mailbox.conversation_id,
                    attempt=attempt,
                    error=failure,
                )
        return await self._bury(mailbox, waiting, f"failed {ATTEMPTS} times: {failure}")

    async def _decide_and_commit(self, mailbox: Mailbox, waiting: Waiting, happening: Happening) -> Turn:
        for _ in range(RETAKES):
            kill_point("before_turn")
            started = perf_counter()
            served = await self._live.served(mailbox.business_id)
            user = await self._users.by_id(mailbox.user_id)
            now = self._clock()
            decided = self._turn(
                served.bots,
                replace(mailbox.state, user=user.user),
                happening,
                now=now,
                dice=self._dice,
                understand=served.understand,
                small_talk=served.small_talk,
            )
            decided = _timed(decided, happening, perf_counter() - started)
            if await self._is_committed(mailbox, waiting, decided, user, now):
                return decided
            if (made := mailbox.made_all_the_same(waiting.happening)) is not None:
                return made
        raise _lost(mailbox)

    async def _is_committed(
        self, mailbox: Mailbox, waiting: Waiting, decided: Turn, user: KnownUser, now: datetime
    ) -> bool:
        """Commit a turn. False: what it was decided on is out of date; it has been read again."""
        alarm = mailbox.alarm_after(decided, now)
        unit = unit_of(mailbox, waiting, decided, user, alarm=alarm, now=now)
        # Whoever waits is told what was said as this commit finds it, and nobody has to look at the database once more.
        after = None if decided.state.calling else self._chains.answer_after(waiting.cause)
        if after is not None and waiting.cause is not None:
            unit.append(records.tells_answer(mailbox.conversation_id, waiting.cause, after))
        kill_point("before_commit")
        try:
            rows = await self._store.commit(unit)
        except StorageFailed:
            mailbox.unsure = waiting.happening, decided, mailbox.version + 1
            raise
        except Stale:
            await self._read_again(mailbox)
            return False
        if after is not None:
            self._chains.answered(waiting.cause, records.lines(rows[-1]))
        mailbox.unsure, mailbox.alarm = None, alarm
        mailbox.state, mailbox.version = replace(decided.state, user=NOBODY), mailbox.version + 1
        for effect in decided.effects:
            if isinstance(effect, RememberUser):
                user = self._users.remembered(user, effect.permanent_user_data)
        kill_point("after_commit")
        return True

    async def _read_again(self, mailbox: Mailbox) -> None:
        self._users.forget(mailbox.user_id)
        await self._mailboxes.reload(mailbox)

    async def _bury(self, mailbox: Mailbox, waiting: Waiting, why: str) -> Turn:
        log.error("dead_letter", conversation_id=mailbox.conversation_id, why=why)
        waiting = replace(waiting, performed=None)  # it may be what cannot be kept
        for _ in range(RETAKES):
            user = await self._users.by_id(mailbox.user_id)
            now = self._clock()
            decided = dead_letter(mailbox.state, waiting.happening, why, now=now)
            if await self._is_committed(mailbox, waiting, decided, user, now):
                return decided
            if (made := mailbox.made_all_the_same(waiting.happening)) is not None:
                return made
        raise _lost(mailbox)


def _timed(decided: Turn, happening: Happening, turn_s: float) -> Turn:
    called = happening.timings if isinstance(happening, CallReturned) else ()
    timings = (*decided.trace.timings, *called, Timing("turn", round(turn_s * 1000, 3)))
    return replace(decided, trace=replace(decided.trace, timings=timings))


def _lost(mailbox: Mailbox) -> Stale:
    return Stale(
        f"conversation {mailbox.conversation_id} is being written by somebody else; this turn is theirs",
        conversation_id=mailbox.conversation_id,
    )
