"""A request that a client repeats under the same `idempotency-key` is done once: promised for 24 hours.

That it began is committed before it is done, with an id. Whoever does it again, after a crash or in another process,
does it under that id, and what it asks of conversations is then the same message. Only successes are remembered:
a refusal changed nothing, and the client may have mended the cause, be it in the request itself.

Whom the key was used for is kept as a hash: a key that comes for another user is refused, or the message of one
would be thought to be another's that was answered already.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from http.client import INTERNAL_SERVER_ERROR

from botyard.auth.caller import Caller
from botyard.errors import BotyardError
from botyard.platform import records
from botyard.serving.once import KeyUsed
from botyard.store.commit import Stale, Store
from botyard.store.faults import kill_point

REMEMBERED = timedelta(hours=24)


class Repeats:
    """What was answered to whom. Serves `serving.once.Once`. clock: aware, UTC."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._running: dict[tuple[int, str, str], asyncio.Lock] = {}

    async def __call__(
        self, caller: Caller, key: str, route: str, whom: bytes, do: Callable[[str], Awaitable[bytes]]
    ) -> bytes:
        """Do it, or answer as the first time. Two at the same moment: the second waits for the first."""
        where = (caller.partner_id, key, route)
        lock = self._running.setdefault(where, asyncio.Lock())
        try:
            async with lock:
                claim_id, answered = await self._claimed(where, whom)
                return await self._done(claim_id, whom, do) if answered is None else answered
        finally:
            if not lock.locked():
                self._running.pop(where, None)

    async def _claimed(self, where: tuple[int, str, str], whom: bytes) -> tuple[int, bytes | None]:
        """Find out under which id this request is done, and what was answered if it was. Raises KeyUsed, Stale."""
        now = self._clock()
        expired = now - REMEMBERED
        row = await records.claimed(self._store, *where, expired=expired) or await records.claim(
            self._store, *where, whom, now=now, expired=expired
        )
        if row is not None and row["whom_hash"] is None and row["response"] is None:
            await records.name(self._store, row["id"], whom)
            row = await records.claimed(self._store, *where, expired=expired)
        if row is None:
            raise Stale("the same request was forgotten at this moment; send it again")
        # An answer without a hash is one of the release before, which did not ask whose it was.
        if row["whom_hash"] is not None and bytes(row["whom_hash"]) != whom:
            raise KeyUsed
        return row["id"], None if row["response"] is None else bytes(row["response"])

    async def _done(self, claim_id: int, whom: bytes, do: Callable[[str], Awaitable[bytes]]) -> bytes:
        kill_point("key_claimed")
        try:
            done = await do(f"api:{claim_id}")
        except BotyardError as refused:
            if refused.http_status < INTERNAL_SERVER_ERROR:
                await records.release(self._store, claim_id, whom)
            raise
        kill_point("before_key_answer")
        answer = await records.answer(self._store, claim_id, whom, done)
        kill_point("after_key_answer")
        return answer
