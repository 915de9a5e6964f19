"""What processes publish, taken to the others by one stream of Redis. A wake-up only: whoever misses one reads it up.

Redis may die, hang, be emptied or give way to an old copy at any moment. So nothing is asked of it but words: while it
does not take them they go the other way (PostgreSQL's NOTIFY), and while a process cannot listen, it reads everything
up once a second. Nothing is ever decided from what Redis holds.
"""

import asyncio
from collections.abc import Callable
from secrets import token_hex

import structlog

from botyard.store.announce import Announcements
from botyard.store.hearing import Hearing
from botyard.store.redis.connecting import BROKEN, Client
from botyard.store.redis.failures import advice_on
from botyard.store.words import Word, take_in, write

log = structlog.get_logger()

# Enough for a process that lags by seconds; what lags further reads up what the sweep finds.
KEPT = 10_000
AT_ONCE = 100
# How long a read waits for words; the mark is looked at as often. Shorter than what the socket allows.
WAITS_MS = 1_000
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 1.0


class RedisNews:
    """Joins the announcements of this process to those of all others that use the same stream.

    name: of the database, the same in all its processes. otherwise: how to tell the others without Redis.
    hearing: is told which Redis this is, and tells whether all others hear it.
    """

    def __init__(
        self,
        url: str,
        announcements: Announcements,
        *,
        name: str,
        otherwise: Callable[[str, str], None],
        hearing: Hearing,
    ) -> None:
        self._client = Client(url)
        self._announcements = announcements
        self._otherwise = otherwise
        self._hearing = hearing
        self._stream, self._mark_key = f"botyard:{name}:news", f"botyard:{name}:mark"
        self._me = token_hex(8).encode()
        self._trouble = ""
        self._is_ending = False
        self._mark: bytes | None = None
        self._looked_at = 0.0
        self._heard_to: bytes = b"0-0"
        self._untold: dict[Word, None] = {}
        self._telling: asyncio.Task[None] | None = None
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen, and tell from now on. A Redis that cannot be used stops nobody: `state` says what to mend."""
        try:
            await self._begin()
        except BROKEN as error:
            self._lost(error)
        self._announcements.tell_others = self.tell
        self._running = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Say the last and end; whatever is published after this goes the other way."""
        self._announcements.tell_others = self._otherwise
        self._is_ending = True  # redis-py loses a cancellation that meets it connecting
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
        if self._telling is not None:
            await asyncio.gather(self._telling, return_exceptions=True)
        await self._client.close()

    def state(self) -> str:
        """Say "ok", or what keeps this process from using Redis and how to mend it."""
        return self._trouble or "ok"

    def tell(self, topic: str, what: str) -> None:
        """Tell the others; what is told in one go of the event loop travels together."""
        if self._trouble or not self._hearing.is_the_same_for_all():
            self._otherwise(topic, what)
        if self._trouble:
            return
        self._untold.pop((topic, what), None)  # said twice is heard once, the later time
        self._untold[topic, what] = None
        if self._telling is None:
            self._telling = asyncio.create_task(self._tell())

    async def _tell(self) -> None:
        try:
            while self._untold:
                some = list(self._untold)[:AT_ONCE]
                for one in some:
                    del self._untold[one]
                await self._add(some)
        finally:
            self._telling = None

    async def _add(self, some: list[Word]) -> None:
        if not self._trouble:
            try:
                await self._client.ask(
                    "XADD", self._stream, "MAXLEN", "~", KEPT, "*", "from", self._me, "told", write(some)
                )
            except BROKEN as error:
                self._lost(error)
            else:
                return
        for topic, what in some:
            self._otherwise(topic, what)

    async def _run(self) -> None:
        """Hear, and begin again whenever Redis was lost, emptied or exchanged."""
        pause = FIRST_PAUSE_S
        while not self._is_ending:
            try:
                if self._trouble or not await self._is_the_same():
                    await self._begin()
                    self._announcements.missed_some()
                await self._hear()
                pause = FIRST_PAUSE_S
            except BROKEN as error:
                self._lost(error)
                # The others may reach Redis while we do not, and we would not hear of it.
                self._announcements.missed_some()
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE_S)

    async def _begin(self) -> None:
        """Stand at the end of the stream. Asking for the mark writes, so a server that takes no writes is found out."""
        self._mark = await self._mark_there()
        self._hearing.hears((self._mark or b"").decode())
        newest = await self._client.ask("XREVRANGE", self._stream, "+", "-", "COUNT", 1)
        self._heard_to = newest[0][0] if newest else b"0-0"
        if self._trouble:
            log.info("redis_back")
        self._trouble = ""

    async def _is_the_same(self) -> bool:
        """Tell whether the mark still is what it was: one that is gone or new says that Redis was emptied."""
        now = asyncio.get_running_loop().time()
        if now - self._looked_at < WAITS_MS / 1000:
            return True
        self._looked_at = now
        mark: bytes | None = await self._client.ask("GET", self._mark_key)
        return mark == self._mark

    async def _mark_there(self) -> bytes | None:
        await self._client.ask("SET", self._mark_key, token_hex(8), "NX")
        mark: bytes | None = await self._client.ask("GET", self._mark_key)
        return mark

    async def _hear(self) -> None:
        answer = await self._client.ask(
            "XREAD", "COUNT", AT_ONCE, "BLOCK", WAITS_MS, "STREAMS", self._stream, self._heard_to
        )
        for _, entries in answer or ():
            for place, fields in entries:
                self._heard_to = place
                if fields.get(b"from") != self._me:
                    take_in(fields.get(b"told", b""), self._announcements)

    def _lost(self, error: Exception) -> None:
        trouble = advice_on(error, "until then processes wake each other through PostgreSQL")
        if trouble != self._trouble:
            log.warning("redis_lost", advice=trouble)
        self._trouble = trouble
