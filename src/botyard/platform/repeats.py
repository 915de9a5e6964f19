"""A request that a client repeats under the same `idempotency-key` is done once: promised for 24 hours.

That it began is committed before it is done, with an id. Whoever does it again, after a crash or in another process,
does it under that id, and what it asks of conversations is then the same message. Only successes are remembered:
a refusal changed nothing, and the client may have mended the cause.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from botyard.auth.caller import Caller
from botyard.platform import records
from botyard.store.commit import Stale, Store
from botyard.store.faults import kill_point

REMEMBERED = timedelta(hours=24)


class Repeats:
    """What was answered to whom. Serves `serving.once.Once`. clock: aware, UTC."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._running: dict[tuple[int, str, str], asyncio.Lock] = {}

    async def __call__(self, caller: Caller, key: str, route: str, do: Callable[[str], Awaitable[bytes]]) -> bytes:
        """Do it, or answer as the first time. Two at the same moment: the second waits for the first."""
        where = (caller.partner_id, key, route)
        lock = self._running.setdefault(where, asyncio.Lock())
        try:
            async with lock:
                return await self._once(where, do)
        finally:
            if not lock.locked():
                self._running.pop(where, None)

    async def _once(self, where: tuple[int, str, str], do: Callable[[str], Awaitable[bytes]]) -> bytes:
        now = self._clock()
        expired = now - REMEMBERED
        row = await records.claimed(self._store, *where, expired=expired) or await records.claim(
            self._store, *where, now=now, expired=expired
        )
        if row is None:
            raise Stale("the same request was forgotten at this moment; send it again")
        if row["response"] is not None:
            return bytes(row["response"])
        kill_point("key_claimed")
        done = await do(f"api:{row['id']}")
        kill_point("before_key_answer")
        answer = await records.answer(self._store, row["id"], done)
        kill_point("after_key_answer")
        return answer
