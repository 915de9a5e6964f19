"""The database on a server: PostgreSQL with commits in groups on one connection, and reads on others.

Units of writes queue up, and whatever has queued is sent as one transaction without waiting for the answer to each
statement: one round trip for the statements of all units, one for COMMIT with its flush to disk. Where a unit is
refused, the group is written again with a savepoint for each unit, so that its neighbours do not notice. Units are
committed in the order they were handed in, as on SQLite; docs/decisions/0011-postgresql.md says what was measured.
Other processes write, too: `in_line.py` keeps two groups from waiting for each other.

Connections belong to an event loop: each loop that uses this database has its own, made when it first asks.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from typing import Any

from msgspec import Struct
from psycopg.pq.abc import PGresult
from sqlalchemy.sql import Executable

from botyard.errors import BotyardError
from botyard.store.commit import NoRoom, Outcome, Row, Stale, StorageFailed, Write, tell
from botyard.store.faults import kill_point
from botyard.store.postgres.connecting import connect
from botyard.store.postgres.failures import connection_lost, is_locked, is_without_room, refusal
from botyard.store.postgres.in_line import taken_first
from botyard.store.postgres.line import Asked, Line, first_refusal, is_refused, question, word
from botyard.store.postgres.lock import make_sure_it_is_held

GROUP = 128


class _Unit(Struct):
    writes: Sequence[Write]
    asked: list[Asked]
    future: asyncio.Future[list[list[Row]]]
    then: Callable[[Outcome], None] | None
    outcome: Outcome = []  # of a unit without writes


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
    """What one event loop has of the database: a line that writes, one that reads, and what waits to be written.

    note: is told why a group failed.
    """

    def __init__(self, url: str, note: Callable[[BaseException], None]) -> None:
        self._url = url
        self._note = note
        self._waiting: deque[_Unit] = deque()
        self._writer: asyncio.Task[None] | None = None  # writes group after group while there are any
        self._writing: Line | None = None
        self._reading: Line | None = None
        self._connecting: asyncio.Task[Line] | None = None  # whoever reads meanwhile waits for it
        self._is_closing = False

    async def commit(self, unit: Sequence[Write], then: Callable[[Outcome], None] | None) -> list[list[Row]]:
        """Hand a unit in and wait for its outcome."""
        asked = [question(write.statement, write.parameters) for write in unit]
        future: asyncio.Future[list[list[Row]]] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Unit(unit, asked, future, then))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write_groups())
        return await future

    async def read(self, statement: Executable, parameters: Mapping[str, Any]) -> list[Row]:
        """Ask on the line that reads: whoever asks first has the answer first, as on SQLite."""
        asked = question(statement, parameters)
        line = await self._line_that_reads()
        [result] = results = await line.ask([asked])
        refused = first_refusal(results)
        if refused is not None:
            raise refused if isinstance(refused, BotyardError) else StorageFailed(f"the database refused: {refused}")
        return _rows(asked, result)

    def close(self) -> None:
        """End every connection at once."""
        self._start_afresh()
        if self._reading is not None:
            self._reading.close()

    def close_when_done(self) -> None:
        """End every connection, that which writes when it has written what was handed in."""
        self._is_closing = True
        if self._writer is None:
            self.close()

    def _doubt(self) -> None:
        """Doubt every connection when one was silent: found dead one after the other, each would be waited for."""
        for line in (self._reading, self._writing):
            if line is not None and line.is_open:
                line.doubt()

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
        # Nothing goes past the line that writes.
        _must_be_done(await line.ask([word("SET default_transaction_read_only = on")]))
        self._reading = line
        return line

    def _is_connected(self, connecting: asyncio.Task[Line]) -> None:
        self._connecting = None
        if connecting.cancelled() or connecting.exception() is not None:
            return  # it was taken note of, also where nobody waits any more
        if self._is_closing:
            connecting.result().close()

    # ── writing ───────────────────────────────────────────────────────────────────────────────────────

    async def _write_groups(self) -> None:
        """Write what waits, group after group. However it ends, whoever waits is told, and what is left is written."""
        try:
            while self._waiting:
                units = [self._waiting.popleft() for _ in range(min(GROUP, len(self._waiting)))]
                try:
                    await self._write(units)
                finally:
                    for unit in units:
                        _settle(unit)
                await asyncio.sleep(0)  # those just woken add what they have now: it shares the next flush
        finally:
            self._writer = asyncio.create_task(self._write_groups()) if self._waiting else None
            if self._is_closing and self._writer is None:
                self.close()

    async def _write(self, units: list[_Unit]) -> None:
        """Commit a group. Whatever goes wrong becomes the outcome of its units."""
        try:
            line = await self._line_for(units)
            if not await self._is_written(line, units):
                await self._write_one_by_one(line, units)
            kill_point("in_commit")
            answer = line.send([word("COMMIT")])
            kill_point("commit_sent")
            _must_be_done(await answer)
            kill_point("committed")
        except BaseException as error:
            for unit in units:  # first of all: whatever it is, those who wait must hear of it
                unit.outcome = error if isinstance(error, Exception) else connection_lost()
            self._note(error)
            self._start_afresh()
            if not isinstance(error, Exception):
                raise  # the event loop ends

    async def _line_for(self, units: list[_Unit]) -> Line:
        """Have a line for a group. Where there is none, all that wait join the group: they would wait as long again."""
        try:
            return await self._line_that_writes()
        except Exception:
            units.extend(self._waiting)
            self._waiting.clear()
            raise

    async def _line_that_writes(self) -> Line:
        if self._writing is None or not self._writing.is_open:
            await asyncio.to_thread(make_sure_it_is_held, self._url)
            connection = await asyncio.to_thread(connect, self._url, name="botyard writes")
            self._writing = Line(connection, silenced=self._doubt)
        return self._writing

    async def _is_written(self, line: Line, units: list[_Unit]) -> bool:
        """Write the statements of a group, hoping that no unit is refused. False: one was, and nothing is left."""
        begin = _begin(units)
        results = await line.ask([*begin, *[asked for unit in units for asked in unit.asked]])
        place, is_sound = len(begin), first_refusal(results[: len(begin)]) is None
        for unit in units:
            unit.outcome = _outcome(unit, results[place : place + len(unit.asked)])
            place += len(unit.asked)
            is_sound = is_sound and not isinstance(unit.outcome, BaseException)
        if not is_sound:
            _must_be_done(await line.ask([word("ROLLBACK")]))
        return is_sound

    async def _write_one_by_one(self, line: Line, units: list[_Unit]) -> None:
        """Write a group again, each unit behind a savepoint of its own."""
        _must_be_done(await line.ask(_begin(units)))
        for unit in units:
            [savepoint, *results] = await line.ask([word("SAVEPOINT unit"), *unit.asked])
            _must_be_done([savepoint])
            unit.outcome = _outcome(unit, results)
            if isinstance(unit.outcome, StorageFailed) and not is_locked(unit.outcome):
                raise unit.outcome  # the server or its disk, not this unit: the whole group fails
            undo = [word("ROLLBACK TO unit")] if isinstance(unit.outcome, BaseException) else []
            _must_be_done(await line.ask([*undo, word("RELEASE unit")]))

    def _start_afresh(self) -> None:
        """Connect again for the next group: after a failed COMMIT nobody knows what the old session believes."""
        line, self._writing = self._writing, None
        if line is not None:
            line.close()


def _begin(units: list[_Unit]) -> list[Asked]:
    """Begin a group: what it is to change is its own before the first of its units is written."""
    taken = taken_first(write for unit in units for write in unit.writes)
    return [word("BEGIN"), *(question(statement, parameters) for statement, parameters in taken)]


def _must_be_done(results: list[PGresult]) -> None:
    refused = first_refusal(results)
    if refused is not None:
        raise refused


def _outcome(unit: _Unit, results: Sequence[PGresult]) -> Outcome:
    """Tell what a unit's statements returned, or the first thing that is wrong with it.

    All of them were sent before the first answer came: what one refuses behind a guard that changed nothing is no news.
    """
    found = []
    for write, asked, result in zip(unit.writes, unit.asked, results, strict=True):
        if is_refused(result):
            return refusal(result)
        if write.must_change and not (result.ntuples if result.nfields else result.command_tuples):
            return Stale("what this was decided on has changed meanwhile; load it again and decide again")
        try:
            found.append(_rows(asked, result))
        except Exception as error:  # noqa: BLE001 - whatever Python finds in a row, it is this unit's alone
            return error
    return found


def _rows(asked: Asked, result: PGresult) -> list[Row]:
    return asked.prepared.rows(result) if asked.prepared is not None and result.nfields else []


def _settle(unit: _Unit) -> None:
    tell(unit.then, unit.outcome)
    if unit.future.done():  # whoever waited was cancelled; the unit is written all the same
        return
    if isinstance(unit.outcome, BaseException):
        unit.future.set_exception(unit.outcome)
    else:
        unit.future.set_result(unit.outcome)
