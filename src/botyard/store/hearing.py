"""Which Redis each process of a database hears, as all of them say now and then through PostgreSQL, which all hear.

Some may hear none, or another: they were started with other settings, or before there was one. While such a process is
among them, what goes through Redis goes through PostgreSQL, too.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from secrets import token_hex
from time import monotonic

import structlog

from botyard.store.announce import Announcements

log = structlog.get_logger()

SAID_EVERY_S = 5.0
# Who has said nothing for so long is gone.
REMEMBERED_S = 2.5 * SAID_EVERY_S
TOPIC = "hearing"
# Looked at twice: for a moment they differ whenever Redis was emptied, and one after the other finds out.
_NO_CHANCE = 2
ADVICE = (
    "some processes that share this database hear nothing through this Redis, so everything is said through PostgreSQL,"
    " too; give all of them the same BOTYARD_REDIS_URL"
)


class Hearing:
    """What this process hears, and whether all others hear the same.

    tell: through PostgreSQL. asks_s: so long after the start others may not have said yet what they hear.
    """

    def __init__(
        self,
        announcements: Announcements,
        *,
        tell: Callable[[str, str], None],
        asks_s: float,
        seconds: Callable[[], float] = monotonic,
    ) -> None:
        self._tell = tell
        self._seconds = seconds
        self._asks_until = seconds() + asks_s
        self._me = token_hex(8)
        self._here = ""
        self._others: dict[str, tuple[str, float]] = {}  # by process: what it hears, and until when that is remembered
        announcements.follow(self._heard)

    def hears(self, what: str) -> None:
        """Note which Redis this process hears from now on; "" for none."""
        if what != self._here:
            self._here = what
            self._say()

    def is_the_same_for_all(self) -> bool:
        """Tell whether all hear the same, for certain."""
        return self._seconds() >= self._asks_until and not self._differs()

    def state(self) -> str:
        """Say "ok", or what to mend."""
        return ADVICE if self._differs() else "ok"

    @asynccontextmanager
    async def said(self) -> AsyncIterator[None]:
        """Say it again and again for as long as the block runs."""
        saying = asyncio.create_task(self._say_for_ever())
        try:
            yield
        finally:
            saying.cancel()
            await asyncio.gather(saying, return_exceptions=True)

    async def _say_for_ever(self) -> None:
        differed = 0
        while True:
            self._say()
            await asyncio.sleep(SAID_EVERY_S)
            differed = differed + 1 if self._here and self._differs() else 0
            if differed == _NO_CHANCE:
                log.warning("redis_not_heard_by_all", advice=ADVICE)

    def _say(self) -> None:
        self._tell(TOPIC, f"{self._me}/{self._here}")

    def _heard(self, topic: str, what: str) -> None:
        if topic == TOPIC:
            who, _, heard = what.partition("/")
            self._others[who] = heard, self._seconds() + REMEMBERED_S

    def _differs(self) -> bool:
        now = self._seconds()
        self._others = {who: other for who, other in self._others.items() if other[1] > now}
        return any(heard != self._here for heard, _ in self._others.values())
