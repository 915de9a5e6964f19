"""The embedded database: SQLite with one writer thread that commits in groups, and reads on a connection of their own.

SQLite lets one transaction write at a time and pays an fsync for each. So every unit of writes goes to one thread,
which takes whatever has queued up, gives each unit a savepoint, and commits them together: 32 conversations share one
fsync. A unit is answered only after COMMIT returned with `synchronous=FULL`, so what was answered survives a power cut.
Reads go to a second connection on the caller's own thread: an indexed
look-up takes some 20 µs, less than handing it over.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from msgspec import Struct
from sqlalchemy.sql import Executable

from botyard.store.address import path_of
from botyard.store.commit import Conflict, Row, Stale, StorageFailed, Write
from botyard.store.faults import kill_point
from botyard.store.statements import prepare

# More than this in one group only makes the first of them wait; stack.md §4a measured no gain beyond 32.
GROUP = 512
BUSY_TIMEOUT_MS = 5_000


def open_database(url: str) -> "Database":
    """Open what `sqlite:///relative` or `sqlite:////absolute` names. `bring_up_to_date` made its tables."""
    return Database(path_of(url))


class _Unit(Struct):
    writes: Sequence[Write]
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[list[list[Row]]]
    outcome: list[list[Row]] | BaseException | None = None


class Database:
    """One open database. Made by `open_database`; `close` waits for what was handed in."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._queue: SimpleQueue[_Unit | None] = SimpleQueue()
        self._is_closed = False
        self._writing = connect(path)
        self._reading = connect(path)
        self._reading.execute("PRAGMA query_only=1")
        self._thread = threading.Thread(target=self._write_for_ever, name="database writer", daemon=True)
        self._thread.start()

    async def commit(self, unit: Sequence[Write]) -> list[list[Row]]:
        """Commit one unit: see `store.commit.Store`."""
        if self._is_closed:
            raise StorageFailed(f"the database {self._path} is closed", path=str(self._path))
        loop = asyncio.get_running_loop()
        future: asyncio.Future[list[list[Row]]] = loop.create_future()
        self._queue.put(_Unit(unit, loop, future))
        return await future

    async def all(self, statement: Executable, parameters: Mapping[str, Any]) -> list[Row]:
        """Read rows."""
        return self._read(statement, parameters, at_most=-1)

    async def first(self, statement: Executable, parameters: Mapping[str, Any]) -> Row | None:
        """Read the first row, or None."""
        found = self._read(statement, parameters, at_most=1)
        return found[0] if found else None

    def close(self) -> None:
        """Write what was handed in, then close."""
        if self._is_closed:
            return
        self._is_closed = True
        self._queue.put(None)
        self._thread.join()
        self._reading.close()

    def _read(self, statement: Executable, parameters: Mapping[str, Any], at_most: int) -> list[Row]:
        prepared = prepare(statement, parameters)
        sql, values = prepared.bind(parameters)
        try:
            cursor = self._reading.execute(sql, values)
            fetched = cursor.fetchall() if at_most < 0 else cursor.fetchmany(at_most)
            description = cursor.description
            cursor.close()  # an open cursor would keep its snapshot, and the write-ahead log could not be emptied
        except sqlite3.DatabaseError as error:
            raise _failure(error, self._path) from error
        return prepared.rows(description or (), fetched)

    def _write_for_ever(self) -> None:
        is_open = True
        while is_open:
            group, is_open = self._next_group()
            if group:
                self._write(group)
                _answer(group)
        self._writing.close()

    def _next_group(self) -> tuple[list[_Unit], bool]:
        first = self._queue.get()
        if first is None:
            return [], False
        group = [first]
        try:
            while len(group) < GROUP:
                unit = self._queue.get_nowait()
                if unit is None:
                    return group, False
                group.append(unit)
        except Empty:
            pass
        return group, True

    def _write(self, group: list[_Unit]) -> None:
        """Commit a group. Whatever goes wrong becomes the outcome of the units it went wrong for."""
        try:
            self._writing.execute("BEGIN IMMEDIATE")
            for unit in group:
                self._write_unit(unit)
            kill_point("in_commit")
            self._writing.execute("COMMIT")
        except (sqlite3.Error, MemoryError) as error:
            self._start_afresh()
            for unit in group:
                unit.outcome = _failure(error, self._path)

    def _write_unit(self, unit: _Unit) -> None:
        connection = self._writing
        connection.execute("SAVEPOINT unit")
        try:
            unit.outcome = [_run(connection, write) for write in unit.writes]
        except sqlite3.IntegrityError as error:
            unit.outcome = Conflict(f"the database refused a row: {error}", constraint=str(error))
        except Exception as error:
            if _is_storage(error):
                raise  # the disk or the file, not this unit: the whole group fails
            unit.outcome = error
        else:
            connection.execute("RELEASE unit")
            return
        connection.execute("ROLLBACK TO unit")
        connection.execute("RELEASE unit")

    def _start_afresh(self) -> None:
        """Open the writing connection again: after a failed COMMIT or fsync nobody knows what the old one believes."""
        try:
            fresh = connect(self._path)
        except StorageFailed:
            with suppress(sqlite3.Error):
                self._writing.rollback()
            return
        with suppress(sqlite3.Error):
            self._writing.close()
        self._writing = fresh


def connect(path: Path) -> sqlite3.Connection:
    """Open one connection with the settings that durability rests on. Raises StorageFailed."""
    try:
        connection = sqlite3.connect(
            path,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=512,
            timeout=BUSY_TIMEOUT_MS / 1000,
        )
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-32000"):
            connection.execute(f"PRAGMA {pragma}")
    except sqlite3.DatabaseError as error:
        raise _failure(error, path) from error
    return connection


def _run(connection: sqlite3.Connection, write: Write) -> list[Row]:
    prepared = prepare(write.statement, write.parameters)
    sql, values = prepared.bind(write.parameters)
    cursor = connection.execute(sql, values)
    if cursor.description is None:
        if write.must_change and cursor.rowcount < 1:
            raise _stale()
        return []
    fetched = cursor.fetchall()
    if write.must_change and not fetched:
        raise _stale()
    return prepared.rows(cursor.description, fetched)


def _stale() -> Stale:
    return Stale("what this was decided on has changed meanwhile; load it again and decide again")


def _answer(group: list[_Unit]) -> None:
    """Tell each waiting task, with one wake-up per event loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Unit]] = {}
    for unit in group:
        by_loop.setdefault(unit.loop, []).append(unit)
    for loop, units in by_loop.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_settle, units)


def _settle(units: list[_Unit]) -> None:
    for unit in units:
        if unit.future.done():  # whoever waited was cancelled; the unit is written all the same
            continue
        if isinstance(unit.outcome, BaseException):
            unit.future.set_exception(unit.outcome)
        else:
            unit.future.set_result(unit.outcome or [])


_WHAT_TO_DO = {
    "SQLITE_FULL": "the disk is full: free some space; nothing that was confirmed is lost",
    "SQLITE_BUSY": "another process keeps the database locked: only the running server may write",
    "SQLITE_LOCKED": "another connection keeps the database locked: only the running server may write",
    "SQLITE_READONLY": "the file or its folder may not be written by this user",
    "SQLITE_CANTOPEN": "the file cannot be opened: does its folder exist, and may this user write there?",
    "SQLITE_CORRUPT": "the file is damaged: stop the server and restore a backup",
    "SQLITE_NOTADB": "the file is no SQLite database",
    "SQLITE_IOERR": "the disk reported an error: check it before going on",
}


def _is_storage(error: Exception) -> bool:
    """Tell a failing disk or file from a unit that could not be bound or asks for what is not there."""
    if isinstance(error, sqlite3.ProgrammingError | sqlite3.DataError | sqlite3.InterfaceError):
        return False
    return isinstance(error, sqlite3.Error) and error.sqlite_errorcode != sqlite3.SQLITE_ERROR


def _failure(error: Exception, path: Path) -> StorageFailed:
    name = getattr(error, "sqlite_errorname", "") or "SQLITE_ERROR"
    known = next((advice for prefix, advice in _WHAT_TO_DO.items() if name.startswith(prefix)), str(error))
    return StorageFailed(f"database {path}: {known} ({name})", path=str(path), sqlite=name)
