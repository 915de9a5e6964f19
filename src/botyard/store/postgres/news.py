"""What processes publish, taken to the others by NOTIFY. A wake-up only: whoever misses one finds it in the tables.

Sent after the commit it speaks of, on a connection of its own: a NOTIFY inside the commit would make all commits of the
database wait for each other (PostgreSQL keeps a lock from NOTIFY until the end of COMMIT, flush and all).
"""

import asyncio

import sqlalchemy as sa
import structlog
from psycopg.pq.abc import PGconn

from botyard.errors import BotyardError
from botyard.store.announce import MISSED_SOME, Announcements
from botyard.store.postgres.connecting import connect
from botyard.store.postgres.line import Line, first_refusal, question, word
from botyard.store.postgres.lock import asked
from botyard.store.words import Word, first_of, take_in, write

log = structlog.get_logger()

# PostgreSQL takes less than 8,000 bytes at once.
_AT_ONCE, _BYTES_AT_ONCE = 100, 7_900
# So many words wait for a line that is down; beyond that the others are told to read everything up.
KEPT = 10_000
_PAUSE_S = 0.2

_CHANNEL = "SELECT 'botyard_' || 'process'::regclass::oid"
# The same for all who use this database, whatever they call it, and no other database's on any server.
_DATABASE = """
SELECT (SELECT system_identifier FROM pg_control_system()) || '-' || oid || '-' || 'process'::regclass::oid
FROM pg_database WHERE datname = current_database()
"""
_NOTIFY = sa.select(sa.func.pg_notify(sa.bindparam("channel", type_=sa.Text), sa.bindparam("payload", type_=sa.Text)))


class PostgresNews:
    """Joins the announcements of this process to those of all others on the same database."""

    def __init__(self, url: str, announcements: Announcements) -> None:
        self._url = url
        self._announcements = announcements
        self._line: Line | None = None
        self._channel = ""
        self._untold: dict[Word, None] = {}
        self._telling: asyncio.Task[None] | None = None
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen, and tell from now on. Raises StorageFailed."""
        await self._connect()
        self._announcements.tell_others = self.tell
        self._running = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Say the last and end."""
        self._announcements.tell_others = None
        if self._running is not None:
            self._running.cancel()
        if self._telling is not None:
            await asyncio.gather(self._telling, return_exceptions=True)
        if self._line is not None:
            self._line.close()

    async def database(self) -> str:
        """Name the database; the same in every process that uses it. Raises StorageFailed."""
        return await asyncio.to_thread(self._asked_for_the_database)

    def _asked_for_the_database(self) -> str:
        connection = connect(self._url, name="botyard news")
        try:
            return asked(connection, _DATABASE) or ""
        finally:
            connection.finish()

    def tell(self, topic: str, what: str) -> None:
        """Tell the others; what is told in one go of the event loop travels together."""
        self._untold.pop((topic, what), None)  # said twice is heard once, the later time
        if len(self._untold) >= KEPT:
            self._untold = {MISSED_SOME: None}
        self._untold[topic, what] = None
        self._tell_on()

    def _tell_on(self) -> None:
        if self._telling is None and self._untold:
            self._telling = asyncio.create_task(self._tell())

    async def _tell(self) -> None:
        """Tell for as long as there is a line; what is told as it breaks is told again, on the next."""
        try:
            while self._untold and self._line is not None and self._line.is_open:
                some = first_of(self._untold, at_most=_AT_ONCE, bytes_at_most=_BYTES_AT_ONCE)
                for one in some:
                    del self._untold[one]
                try:
                    await self._notify(self._line, some)
                except BotyardError:
                    self._untold = dict.fromkeys(some) | self._untold
        finally:
            self._telling = None

    async def _notify(self, line: Line, some: list[Word]) -> None:
        asking = question(_NOTIFY, {"channel": self._channel, "payload": write(some).decode()})
        if (refused := first_refusal(await line.ask([asking]))) is not None:
            log.warning("news_not_told", words=len(some), error=type(refused).__name__)

    async def _run(self) -> None:
        """Connect again whenever the connection was lost."""
        while True:
            await asyncio.sleep(_PAUSE_S)
            if self._line is None or not self._line.is_open:
                try:
                    await self._connect()
                except BotyardError:
                    continue  # the database is down; whoever needs it says so
                self._announcements.missed_some()
                self._tell_on()

    async def _connect(self) -> None:
        connection, self._channel = await asyncio.to_thread(self._connected)
        self._line = Line(connection, notified=lambda told: take_in(told, self._announcements))
        # No wake-up is worth a flush to disk: it speaks of what is on it already.
        results = await self._line.ask([word("SET synchronous_commit = off"), word(f"LISTEN {self._channel}")])
        if (refused := first_refusal(results)) is not None:
            raise refused

    def _connected(self) -> tuple[PGconn, str]:
        connection = connect(self._url, name="botyard news")
        return connection, asked(connection, _CHANNEL) or ""
