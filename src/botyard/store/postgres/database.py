"""The database on a server: PostgreSQL, with reads on one connection and commits on two others.

While PostgreSQL executes one group of units, the turns of the other are taken here: with one writer each waits for the
other. Units that change the same conversation, or the same user, have the same writer: they are committed in the order
they were handed in, as on SQLite. docs/decisions/0011-postgresql.md says what was measured.

Connections belong to an event loop: each loop that uses this database has its own, made when it first asks.
"""

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from typing import Any

from sqlalchemy.sql import Executable

from botyard.errors import BotyardError
from botyard.store.commit import NoRoom, Outcome, Row, StorageFailed, Write
from botyard.store.postgres.connecting import connect
from botyard.store.postgres.failures import is_without_room
from botyard.store.postgres.in_line import row_in_line
from botyard.store.postgres.line import Line, first_refusal, must_be_done, question, rows, word
from botyard.store.postgres.writing import Writer

WRITERS = 2


class PostgresDatabase:
    """One open database. Nothing is connected before it is needed."""

    def __init__(self, url: str) -> None:
        self.no_room: NoRoom | None = None
        self._url = url
        self._is_closed = False
        self._lock = threading.Lock()
        self._by_loop: dict[asyncio.AbstractEventLoop, _Connections] = {}

    async def commit(self, unit: Sequence[Write], *, then: Callable[[Outcome], None] | None = None) -> list[list[Row]]:
        """Commit one unit: see `store.commit.Store`."""
        return await self._here().commit(unit, then)

    async def all(self, statement: Executable, parameters: Mapping[str, Any]) -> list[Row]:
        """Read rows."""
        return await self._here().read(statement, parameters)

    async def first(self, statement: Executable, parameters: Mapping[str, Any]) -> Row | None:
        """Read the first row, or None."""
        found = await self._here().read(statement, parameters)
        return found[0] if found else None

    def close(self) -> None:
        """Take nothing more. What was handed in is still written, for as long as its event loop runs."""
        with self._lock:
            self._is_closed = True
            for loop, connections in self._by_loop.items():
                _end(loop, connections)

    def _here(self) -> "_Connections":
        loop = asyncio.get_running_loop()
        found = self._by_loop.get(loop)
        if (
            found is not None and not self._is_closed
        ):  # nearly always; nobody but this loop's own thread makes its entry
            return found
        with self._lock:
            if self._is_closed:
                raise StorageFailed("the database is closed")
            for ended in [other for other in self._by_loop if other.is_closed()]:
                self._by_loop.pop(ended).close()
            made = self._by_loop[loop] = _Connections(self._url, self._note)
            return made

    def _note(self, error: BaseException) -> None:
        """Remember a full disk: what needs no new page is written all the same, so that nobody else would tell."""
        if is_without_room(error):
            self.no_room = NoRoom(monotonic(), str(error))


def _end(loop: asyncio.AbstractEventLoop, connections: "_Connections") -> None:
    if not loop.is_running():
        connections.close()
    elif loop is asyncio._get_running_loop():  # noqa: SLF001 - documented; get_running_loop raises where there is none
        connections.close_when_done()
    else:
        loop.call_soon_threadsafe(connections.close_when_done)


class _Connections:
    """What one event loop has of the database: writers, and a line that reads. note: is told why a group failed."""

    def __init__(self, url: str, note: Callable[[BaseException], None]) -> None:
        self.writers = [
            Writer(url, failed=note, silenced=self._doubt, rests=self._end_if_closing) for _ in range(WRITERS)
        ]
        self._url = url
        self._reading: Line | None = None
        self._connecting: asyncio.Task[Line] | None = None  # whoever reads meanwhile waits for it
        self._is_closing = False

    async def commit(self, unit: Sequence[Write], then: Callable[[Outcome], None] | None) -> list[list[Row]]:
        """Hand a unit in and wait for its outcome."""
        return await self.writers[row_in_line(unit) % WRITERS].commit(unit, then)

    async def read(self, statement: Executable, parameters: Mapping[str, Any]) -> list[Row]:
        """Ask on the line that reads: whoever asks first has the answer first, as on SQLite."""
        asked = question(statement, parameters)
        line = await self._line_that_reads()
        [result] = results = await line.ask([asked])
        refused = first_refusal(results)
        if refused is not None:
            raise refused if isinstance(refused, BotyardError) else StorageFailed(f"the database refused: {refused}")
        return rows(asked, result)

    def close(self) -> None:
        """End every connection at once."""
        for writer in self.writers:
            writer.close()
        if self._reading is not None:
            self._reading.close()

    def close_when_done(self) -> None:
        """End every connection when what was handed in is written."""
        self._is_closing = True
        self._end_if_closing()

    def _end_if_closing(self) -> None:
        if self._is_closing and not any(writer.is_at_work for writer in self.writers):
            self.close()

    def _doubt(self) -> None:
        """Doubt every connection when one was silent: found dead one after the other, each would be waited for."""
        if self._reading is not None and self._reading.is_open:
            self._reading.doubt()
        for writer in self.writers:
            writer.doubt()

    async def _line_that_reads(self) -> Line:
        """Have a line, or wait for the one that is being made: its failure is that of all who wait.

        Each would wait as long for one of its own, one behind the other; and whoever tires of it takes it from nobody.
        """
        if self._reading is not None and self._reading.is_open:
            return self._reading
        if self._connecting is None:
            self._connecting = asyncio.create_task(self._new_line_that_reads())
            self._connecting.add_done_callback(self._is_connected)
        return await asyncio.shield(self._connecting)

    async def _new_line_that_reads(self) -> Line:
        line = Line(await asyncio.to_thread(connect, self._url, name="botyard reads"), silenced=self._doubt)
        # Nothing goes past those that write.
        must_be_done(await line.ask([word("SET default_transaction_read_only = on")]))
        self._reading = line
        return line

    def _is_connected(self, connecting: asyncio.Task[Line]) -> None:
        self._connecting = None
        if connecting.cancelled() or connecting.exception() is not None:
            return  # it was taken note of, also where nobody waits any more
        if self._is_closing:
            connecting.result().close()
