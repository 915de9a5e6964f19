"""Looks around for a process that shares its database: who lives, and what nobody came for.

A word to a conversation's owner may get lost, and an owner may die. So each process looks at the others all the time,
and sweeps, now and then and whenever one has died, what lies in the database and is its own or free.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import datetime
from time import monotonic
from typing import Any

import structlog

from botyard.conversations.elsewhere import Elsewhere
from botyard.conversations.failure import failure_of
from botyard.conversations.leases import records
from botyard.store.announce import Announcements
from botyard.store.commit import Store
from botyard.store.peers import Peers

log = structlog.get_logger()

# A process that was killed is missed so soon; sooner, for some looks, by whoever has just told it of a message: the
# database needs some 20 ms to give up a dead process's lock.
LOOKS_EVERY_S = 0.1
LOOKS_SOON_S = 0.02
_LOOKS_SOON = 3
# Behind every word that was lost, and for alarms.
SWEEPS_EVERY_S = 1.0
_AT_ONCE = 500
_SIDE_BY_SIDE = 32


class Lookout:
    """The looks of this process.

    may_take: whether it takes conversations up. attend, ring: come for a conversation in which something is unfinished,
    or whose alarm goes off. buried: lets go of everything, as the others took this process for dead.
    """

    def __init__(
        self,
        store: Store,
        peers: Peers,
        announce: Announcements,
        elsewhere: Elsewhere,
        *,
        clock: Callable[[], datetime],
        may_take: Callable[[], bool],
        attend: Callable[[int], Coroutine[Any, Any, None]],
        ring: Callable[[int], Coroutine[Any, Any, None]],
        buried: Callable[[], None],
    ) -> None:
        self._store = store
        self._peers = peers
        self._announce = announce
        self._elsewhere = elsewhere
        self._clock = clock
        self._may_take = may_take
        self._attend = attend
        self._ring = ring
        self._buried = buried
        self._looking: asyncio.Task[None] | None = None
        self._is_wanted = asyncio.Event()
        self._looks_soon = 0
        self._sweeps: set[asyncio.Task[None]] = set()
        self._swept_at = float("-inf")
        self._sweep_failed = ""

    async def begin(self) -> None:
        """Become one of the processes, and look from now on. Raises OtherCluster, StorageFailed."""
        await self._join()
        self._looking = asyncio.create_task(self._look_for_ever())

    async def end(self) -> None:
        """Look no more."""
        if self._looking is not None:
            self._looking.cancel()
        for sweep in self._sweeps:
            sweep.cancel()
        await asyncio.gather(*self._sweeps, return_exceptions=True)

    def look_soon(self) -> None:
        """Look at once, and soon again: another process was told of something, and may be dead."""
        self._looks_soon = _LOOKS_SOON
        self._is_wanted.set()

    def sweep_next(self) -> None:
        """Sweep with the next look: words were missed."""
        self._swept_at = float("-inf")

    async def _join(self) -> None:
        await self._peers.join()
        self._announce.note_others(is_alone=self._peers.is_alone)

    # ── looks ─────────────────────────────────────────────────────────────────────────────────────────

    async def _look_for_ever(self) -> None:
        """Look until cancelled. What goes on failing is told of once."""
        told = ""
        while True:
            failure = ""
            try:
                await self._look()
            except Exception as error:  # noqa: BLE001 - a look that fails is made again; it must not be the last
                failure = failure_of(error)
            failure = failure or self._sweep_failed
            if failure and failure != told:
                log.warning("look_failed", error=failure)
            told = failure
            await self._until_the_next_look()

    async def _until_the_next_look(self) -> None:
        """Wait, for less long while somebody waits for an owner who may have died."""
        self._is_wanted.clear()
        if not self._looks_soon:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOKS_EVERY_S):
                    await self._is_wanted.wait()
        if self._looks_soon:
            self._looks_soon -= 1
            await asyncio.sleep(LOOKS_SOON_S)

    async def _look(self) -> None:
        """Look once, and have swept what may be left lying. The next look does not wait for that.

        A sweep may wait long, for a bot that must be trained anew, and this process must say meanwhile that it lives.
        """
        seen = await self._peers.look()
        self._announce.note_others(is_alone=self._peers.is_alone)
        if seen.was_buried:
            log.warning("taken_for_dead", process=self._peers.id)
            self._buried()
            await self._join()
        is_due = not self._sweeps and monotonic() - self._swept_at >= SWEEPS_EVERY_S
        if seen.was_buried or seen.somebody_died or is_due:
            self._swept_at = monotonic()
            sweep = asyncio.create_task(self._swept())
            self._sweeps.add(sweep)
            sweep.add_done_callback(self._sweeps.discard)

    # ── sweeps ────────────────────────────────────────────────────────────────────────────────────────

    async def _swept(self) -> None:
        try:
            await self._sweep()
            self._sweep_failed = ""
        except Exception as error:  # noqa: BLE001 - the next look tells of it
            self._sweep_failed = failure_of(error)

    async def _sweep(self) -> None:
        """Come for what nobody came for."""
        await self._elsewhere.look_at_all()
        if not self._may_take():
            return
        await _each(await records.to_do(self._store, self._peers.id, _AT_ONCE), self._attend)
        await _each(await records.threads_due(self._store, self._peers.id, self._clock(), _AT_ONCE), self._ring)


async def _each(conversation_ids: list[int], come: Callable[[int], Coroutine[Any, Any, None]]) -> None:
    """Come for many, a few side by side; one that fails stops no other."""
    for start in range(0, len(conversation_ids), _SIDE_BY_SIDE):
        some = conversation_ids[start : start + _SIDE_BY_SIDE]
        outcomes = await asyncio.gather(*(come(one) for one in some), return_exceptions=True)
        for conversation_id, outcome in zip(some, outcomes, strict=True):
            if isinstance(outcome, Exception):
                log.error("take_over_failed", conversation_id=conversation_id, error=failure_of(outcome))
