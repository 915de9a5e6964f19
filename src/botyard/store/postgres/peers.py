"""This process among those that share a PostgreSQL database: its lock, its heart, and who else lives."""

import asyncio
import time
from collections.abc import Callable

import structlog
from psycopg.pq.abc import PGconn

from botyard.store.clock import Clock
from botyard.store.commit import Stale, StorageFailed, Store, Write
from botyard.store.faults import kill_point
from botyard.store.peers import OtherCluster, Seen
from botyard.store.postgres.connecting import connect
from botyard.store.postgres.lock import SURE_WITHIN_S, asked, name_of_this_process
from botyard.store.records import COMES_BACK_S, SILENT_S, beats, buries, enters, leaves, processes, retires

log = structlog.get_logger()

BEATS_EVERY_S = 2.0
# What is left of a lease when its owner begins nothing new any more.
_MARGIN_S = 2.0

_NUMBER = "SELECT nextval(pg_get_serial_sequence('process', 'id'))"
# Shared with oneself: a session that is lost may hold it until the server finds out.
_LOCK = "SELECT pg_try_advisory_lock_shared(('process'::regclass::oid::bigint << 32) | {})"


class PostgresPeers:
    """Serves `store.peers.Peers`. cluster: a fingerprint of what all processes of an installation have in common.

    clock: is told the database's time at every look.
    """

    def __init__(
        self,
        url: str,
        store: Store,
        *,
        cluster: str,
        takes_turns: bool = True,
        clock: Clock | None = None,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self.id = 0
        self.workers: tuple[int, ...] = ()
        self.is_alone = False
        self.takes_turns = takes_turns
        self._url = url
        self._store = store
        self._cluster = cluster
        self._clock = clock or Clock()
        self._seconds = seconds
        self._session: PGconn | None = None
        self._beat_at = float("-inf")
        self._forgives_until = float("-inf")

    async def join(self) -> None:
        """Become one of them: the lock first, so that nobody takes the new row for a dead one's."""
        self._end_session()
        self._session = await asyncio.to_thread(connect, self._url, name=name_of_this_process())
        self.id = int(await asyncio.to_thread(asked, self._session, _NUMBER) or 0)
        await self._lock(self._session)
        name = name_of_this_process()
        began = self._seconds()
        await self._store.commit([enters(self.id, name=name, cluster=self._cluster, takes_turns=self.takes_turns)])
        self._beat_at = began
        kill_point("process_joined")
        try:
            await self.make_sure_it_is_ours()
        except OtherCluster:
            await self.leave()
            raise
        await self.look()

    async def make_sure_it_is_ours(self) -> None:
        """Raise OtherCluster where processes of another installation run."""
        others = [row for row in await processes(self._store) if row["cluster"] != self._cluster]
        if any(not row["is_dead"] for row in others):
            raise OtherCluster

    async def look(self) -> Seen:
        """Let the heart beat when it is time, and see who is there; bury the dead."""
        began = self._seconds()
        if began - self._beat_at >= BEATS_EVERY_S:
            try:
                await self._store.commit([beats(self.id)])
            except Stale:
                return Seen(was_buried=True)
            self._beat_at = began
            await self._make_sure_of_the_session()
        asked_at = self._clock.seconds()
        found = await processes(self._store)
        if found:
            self._clock.hears(found[0]["now"], asked_at)
        mine = next((row for row in found if row["id"] == self.id), None)
        if mine is None:
            return Seen(was_buried=True)
        if not mine["is_held"]:
            await self._lock_again()
        is_forgiving = self._seconds() < self._forgives_until
        dead = [row["id"] for row in found if row["is_dead"] and row["id"] != self.id and not is_forgiving]
        for one in dead:
            log.warning("process_buried", process=one)
            await self._store.commit([buries(one)])
        alive = [row for row in found if row["id"] not in dead]
        self.workers = tuple(row["id"] for row in alive if row["takes_turns"])
        self.is_alone = len(alive) == 1
        return Seen(somebody_died=bool(dead))

    def is_sure(self) -> bool:
        """Tell whether no other process can have taken this one for dead yet, as far as its heart goes."""
        return self._seconds() - self._beat_at < SILENT_S - _MARGIN_S

    async def retire(self) -> None:
        """Tell the others that this process takes nothing up any more."""
        await self._say(retires(self.id))

    async def leave(self) -> None:
        """End: all that this process owned is free."""
        await self._say(leaves(self.id))
        self._end_session()

    async def _say(self, last: Write) -> None:
        if self._beat_at == float("-inf"):
            return  # it never came to be one of them
        try:
            await self._store.commit([last])
        except StorageFailed as error:
            log.warning("process_left_unsaid", error=error.sentence)  # the others find out by its lock

    async def _make_sure_of_the_session(self) -> None:
        """Have one that is alive before the server lets go of what a dead one held.

        Where something between forgot the connection, the server finds out by itself, and at another time for each.
        """
        session, self._session = self._session, None  # who leaves meanwhile must not end it under the thread that asks
        if session is not None:
            try:
                await asyncio.to_thread(asked, session, "SELECT 1", SURE_WITHIN_S)
            except StorageFailed:
                session.finish()
            else:
                self._session = session
                return
        await self._lock_again()

    async def _lock_again(self) -> None:
        """Take the lock again that went with its session.

        What cut ours may have cut everybody's: a proxy that was restarted, a standby that is the primary now. Who looks
        first must not bury those that come back at their next look.
        """
        self._forgives_until = self._seconds() + COMES_BACK_S
        self._end_session()
        self._session = await asyncio.to_thread(connect, self._url, name=name_of_this_process())
        await self._lock(self._session)

    async def _lock(self, session: PGconn) -> None:
        await asyncio.to_thread(asked, session, _LOCK.format(self.id))

    def _end_session(self) -> None:
        if self._session is not None:
            self._session.finish()
            self._session = None
