"""Wakes conversations later. The alarm is a column of the thread, set in the same commit as the turn that wants it.

So no alarm is lost with a process, and none outlives its reason. A turn that only wants to be woken later than the
alarm rings leaves it: what rings too early is put off. This looks for what is due once a second, and sooner while there
is more than one look takes up: follow-ups and completions are promised to the second, not to the millisecond.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog

from botyard.conversations import records
from botyard.conversations.failure import failure_of
from botyard.conversations.mailbox import Mailbox, Waiting
from botyard.conversations.mailboxes import Mailboxes
from botyard.engine.happenings import TimerFired
from botyard.store.commit import Store

log = structlog.get_logger()

LOOKS_EVERY_S = 1.0
# Taken up at one look; after a long stop there may be many, and users who are writing come first.
AT_ONCE = 200
# How soon the next look comes where more is due.
NEXT_S = 0.05


class Timers:
    """Looks at the clock for as long as it runs. overtake: takes a happening to its mailbox, before users' messages."""

    def __init__(
        self,
        store: Store,
        mailboxes: Mailboxes,
        *,
        clock: Callable[[], datetime],
        overtake: Callable[[Mailbox, Waiting], None],
    ) -> None:
        self._store = store
        self._mailboxes = mailboxes
        self._clock = clock
        self._overtake = overtake

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        pause_s = LOOKS_EVERY_S
        while True:
            await asyncio.sleep(pause_s)
            pause_s = LOOKS_EVERY_S
            try:
                if await self.look():
                    pause_s = NEXT_S
            except Exception as error:  # noqa: BLE001 - a look that fails is made again; it must not be the last
                log.error("timers_failed", error=failure_of(error))  # noqa: TRY400 - its text may hold a user's words

    async def look(self) -> bool:
        """Wake whatever is due; a thread whose call is out, or that is being woken, is left for the next look.

        True: more is due, and not only because what was found could not be woken.
        """
        due = await records.threads_due(self._store, self._clock(), AT_ONCE)
        rung = await asyncio.gather(*map(self._ring, due))
        return len(due) == AT_ONCE and any(rung)

    async def _ring(self, thread: int) -> bool:
        """Let one alarm go off, and tell whether it did; what fails fails for its own thread."""
        try:
            return await ring(self._store, await self._mailboxes.by_id(thread), self._clock(), self._overtake)
        except Exception as error:  # noqa: BLE001 - it is tried again at the next look; nobody else waits for it
            log.error("alarm_failed", conversation_id=thread, error=failure_of(error))  # noqa: TRY400 - its text may hold a user's words
            return False


async def ring(store: Store, mailbox: Mailbox, now: datetime, overtake: Callable[[Mailbox, Waiting], None]) -> bool:
    """Let an alarm go off, or put it off; False: a call is out or the thread is being woken, the next look is to."""
    if mailbox.is_calling or mailbox.overtaking or mailbox.task is not None:
        return False
    wanted, version = mailbox.state.wake_at, mailbox.version
    if wanted is None or wanted <= now:
        overtake(mailbox, Waiting(happening=TimerFired()))
        return True
    await store.commit([records.puts_off(mailbox.conversation_id, version=version, wake_at=wanted)])
    if mailbox.version == version:
        mailbox.alarm = wanted
    return True
