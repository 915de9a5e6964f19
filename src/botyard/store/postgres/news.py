"""What processes publish, taken to the others by NOTIFY. A wake-up only: whoever misses one finds it in the tables.

Sent after the commit it speaks of, on a connection of its own: a NOTIFY inside the commit would make all commits of the
database wait for each other (PostgreSQL keeps a lock from NOTIFY until the end of COMMIT, flush and all).
"""

import asyncio

import msgspec
import sqlalchemy as sa
import structlog
from psycopg.pq.abc import PGconn

from botyard.errors import BotyardError
from botyard.store.announce import Announcements
from botyard.store.postgres.connecting import connect
from botyard.store.postgres.line import Line, first_refusal, question, word
from botyard.store.postgres.lock import asked

log = structlog.get_logger()

# PostgreSQL takes 8,000 bytes; topics are short and of ASCII.
_AT_ONCE = 100
_PAUSE_S = 0.2

_CHANNEL = "SELECT 'botyard_' || 'process'::regclass::oid"
# The same for all who use this database, whatever they call it, and no other database's on any server.
_DATABASE = """
SELECT (SELECT system_identifier FROM pg_control_system()) || '-' || oid || '-' || 'process'::regclass::oid
FROM pg_database WHERE datname = current_database()
"""
_NOTIFY = sa.select(sa.func.pg_notify(sa.bindparam("channel", type_=sa.Text), sa.bindparam("payload", type_=sa.Text)))
_encode = msgspec.json.Encoder().encode
_decoder = msgspec.json.Decoder(list[tuple[str, str]])


class PostgresNews:
    """Joins the announcements of this process to those of all others on the same database."""

    def __init__(self, url: str, announcements: Announcements) -> None:
        self._url = url
        self._announcements = announcements
        self._line: Line | None = None
        self._channel = ""
        self._untold: dict[tuple[str, str], None] = {}
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
        self._untold[topic, what] = None
        if self._telling is None:
            self._telling = asyncio.create_task(self._tell())

    async def _tell(self) -> None:
        try:
            while self._untold:
                some = list(self._untold)[:_AT_ONCE]
                for one in some:
                    del self._untold[one]
                if self._line is not None and self._line.is_open:
                    payload = _encode(some).decode()
                    await self._line.ask([question(_NOTIFY, {"channel": self._channel, "payload": payload})])
        except BotyardError:
            pass  # the connection is gone: the others read everything up when they hear that theirs was, or sweep
        finally:
            self._telling = None

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

    async def _connect(self) -> None:
        connection, self._channel = await asyncio.to_thread(self._connected)
        self._line = Line(connection, notified=self._heard)
        # No wake-up is worth a flush to disk: it speaks of what is on it already.
        results = await self._line.ask([word("SET synchronous_commit = off"), word(f"LISTEN {self._channel}")])
        if (refused := first_refusal(results)) is not None:
            raise refused

    def _connected(self) -> tuple[PGconn, str]:
        connection = connect(self._url, name="botyard news")
        return connection, asked(connection, _CHANNEL) or ""

    def _heard(self, payload: bytes) -> None:
        try:
            told = _decoder.decode(payload)
        except msgspec.DecodeError:
            log.warning("news_unreadable")
            return
        for topic, what in told:
            self._announcements.heard(topic, what)
