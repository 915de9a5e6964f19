"""The embedded database: SQLite with commits in groups, and reads on a connection of their own.

SQLite lets one transaction write at a time and pays an fsync for each. So units of writes queue up; whatever has
queued is written as one group and committed together: 32 conversations share one fsync. Where a unit is refused, the
group is written again with a savepoint for each unit, so that its neighbours do not notice.
A unit is answered only after COMMIT returned with `synchronous=FULL`, so what was answered survives a power cut.

The statements of a group run on the event loop's thread and only COMMIT, with its fsync, on a thread of its own:
a statement takes microseconds, and each one run beside the loop would fight it twice for the interpreter lock (writing
on the other thread cost three times the CPU). Heavy units, a locked file and failures go to the thread altogether.
Reads go to a second connection, on the caller's thread: an indexed look-up takes less time than handing it over.
"""

import asyncio
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from msgspec import Struct
from sqlalchemy.sql import Executable

from botyard.store.address import path_of
from botyard.store.commit import Conflict, NoRoom, Outcome, Row, Stale, StorageFailed, Write, tell
from botyard.store.faults import kill_point
from botyard.store.statements import prepare

# So long may the loop be kept by one group: some milliseconds. stack.md §4a measured no gain beyond 32.
GROUP = 128
BUSY_TIMEOUT_S = 5.0
_BUSY_PAUSE_S = 0.01


def open_database(url: str) -> "Database":
    """Open what `sqlite:///relative` or `sqlite:////absolute` names. `bring_up_to_date` made its tables."""
    return Database(path_of(url))


class _Unit(Struct):
    writes: Sequence[Write]
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[list[list[Row]]]
    then: Callable[[Outcome], None] | None
    outcome: Outcome = []  # of a unit without writes


class _Group(Struct):
    """Units that are committed together. is_written: all that is left to do is COMMIT."""

    units: list[_Unit]
    is_written: bool


class Database:
    """One open database. Made by `open_database`; `close` waits for what was handed in."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.no_room: NoRoom | None = None
        self._is_closed = False
        self._writing = connect(path)
        self._reading = connect(path)
        self._reading.execute("PRAGMA query_only=1")
        self._waiting: deque[_Unit] = deque()
        self._is_busy = False  # a group is on its way; it fetches the next one itself
        self._asked: asyncio.AbstractEventLoop | None = None  # the loop that was asked to write the next group
        self._lock = threading.Lock()
        self._groups: SimpleQueue[_Group | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._commit_groups, name="database commits", daemon=True)
        self._thread.start()

    async def commit(self, unit: Sequence[Write], *, then: Callable[[Outcome], None] | None = None) -> list[list[Row]]:
        """Commit one unit: see `store.commit.Store`."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[list[list[Row]]] = loop.create_future()
        with self._lock:
            if self._is_closed:
                raise StorageFailed(f"the database {self._path} is closed", path=str(self._path))
            self._waiting.append(_Unit(unit, loop, future, then))
            is_first = not self._is_busy or (self._asked is not None and self._asked.is_closed())
            if is_first:
                self._is_busy, self._asked = True, loop
        if is_first:
            loop.call_soon(self._write_next_group)  # after every task that is ready now has added its own
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
        with self._lock:
            is_first, self._is_closed = not self._is_closed, True
        if is_first:
            self._groups.put(None)
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
            if _is_damaged_text(error):
                self._reading.text_factory = _with_marks  # from now on: a file has seldom one damaged text only
                return self._read(statement, parameters, at_most)
            raise failure(error, self._path) from error
        return prepared.rows(description or (), fetched)

    # ── on the event loop ─────────────────────────────────────────────────────────────────────────────

    def _write_next_group(self) -> None:
        """Write the statements of whatever waits, and hand it to the thread for COMMIT."""
        units = self._next_units()
        if not units:
            return
        is_light = not any(write.is_heavy for unit in units for write in unit.writes)
        self._groups.put(_Group(units, is_written=is_light and self._is_written(units)))

    def _next_units(self) -> list[_Unit]:
        with self._lock:
            units = [self._waiting.popleft() for _ in range(min(GROUP, len(self._waiting)))]
            self._is_busy, self._asked = bool(units), None
        return units

    def _is_written(self, units: list[_Unit]) -> bool:
        """Write the statements of a group, hoping that no unit is refused: then nobody needs a savepoint.

        False: one was refused, or the file was locked, or the disk failed; nothing is left, the thread does it again.
        """
        try:
            cursor = self._writing.cursor()  # one for all: `Connection.execute` makes one each time
            cursor.execute("BEGIN IMMEDIATE")
            for unit in units:
                unit.outcome = [_run(cursor, write) for write in unit.writes]
        except Exception:  # noqa: BLE001 - whatever it is, the thread meets it again and tells whose fault it is
            with suppress(sqlite3.Error):
                self._writing.rollback()
            return False
        return True

    # ── on the thread ─────────────────────────────────────────────────────────────────────────────────

    def _commit_groups(self) -> None:
        while (group := self._groups.get()) is not None:
            self._finish(group)
            self._answer(group.units)
        while units := self._next_units():  # handed in just before `close`
            self._finish(_Group(units, is_written=False))
            self._answer(units)
        self._writing.close()

    def _finish(self, group: _Group) -> None:
        """Commit a group. Whatever goes wrong becomes the outcome of its units."""
        try:
            if not group.is_written:
                self._write_one_by_one(group.units)
            kill_point("in_commit")
            self._writing.execute("COMMIT")
            kill_point("committed")
        except Exception as error:  # noqa: BLE001 - whatever it is, those who wait must hear of it, and the thread live
            if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_FULL:
                self.no_room = NoRoom(time.monotonic(), failure(error, self._path).sentence)
            for unit in group.units:
                unit.outcome = failure(error, self._path)
            self._start_afresh()

    def _write_one_by_one(self, units: list[_Unit]) -> None:
        """Write a group, each unit behind a savepoint of its own. Damaged texts, which may be why, are read."""
        self._wait_for_the_lock()
        self._writing.text_factory = _with_marks
        for unit in units:
            self._write_unit(unit)
        self._writing.text_factory = str

    def _wait_for_the_lock(self) -> None:
        """Begin, waiting for another process that writes (a backup, somebody's shell). Raises OperationalError."""
        deadline = time.monotonic() + BUSY_TIMEOUT_S
        while True:
            try:
                self._writing.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(_BUSY_PAUSE_S)
            else:
                return

    def _answer(self, units: list[_Unit]) -> None:
        """Tell each waiting task, with one wake-up per event loop, and have the next group written after them."""
        by_loop: dict[asyncio.AbstractEventLoop, list[_Unit]] = {}
        for unit in units:
            by_loop.setdefault(unit.loop, []).append(unit)
        is_next_asked_for = False
        for loop, theirs in by_loop.items():
            then = None if is_next_asked_for else self._write_next_group
            with suppress(RuntimeError):  # that loop is closed: nobody waits there any more
                self._asked = loop if then else self._asked
                loop.call_soon_threadsafe(_settle, theirs, loop, then)
                is_next_asked_for = True
        if not is_next_asked_for:
            self._write_next_group_here()

    def _write_next_group_here(self) -> None:
        """Go on without an event loop; whoever still waits has another one."""
        units = self._next_units()
        if units:
            self._groups.put(_Group(units, is_written=False))

    def _write_unit(self, unit: _Unit) -> None:
        cursor = self._writing.cursor()
        cursor.execute("SAVEPOINT unit")
        try:
            unit.outcome = [_run(cursor, write) for write in unit.writes]
        except sqlite3.IntegrityError as error:
            unit.outcome = Conflict(f"the database refused a row: {error}", constraint=str(error))
        except Exception as error:
            if _is_storage(error):
                raise  # the disk or the file, not this unit: the whole group fails
            unit.outcome = error
        else:
            cursor.execute("RELEASE unit")
            return
        cursor.execute("ROLLBACK TO unit")
        cursor.execute("RELEASE unit")

    def _start_afresh(self) -> None:
        """Open the writing connection again: after a failed COMMIT or fsync nobody knows what the old one believes."""
        try:
            fresh = connect(self._path)
        except Exception:  # noqa: BLE001 - the thread must live; if the old connection does not do, the next group fails
            with suppress(sqlite3.Error):
                self._writing.rollback()
            return
        with suppress(sqlite3.Error):
            self._writing.close()
        self._writing = fresh


# 16 MB of log before it is carried into the file: after SQLite's own 4 MB the same pages are carried again and again.
_WAL_PAGES = 4_000
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "cache_size=-32000",
    f"wal_autocheckpoint={_WAL_PAGES}",
)


def connect(path: Path) -> sqlite3.Connection:
    """Open one connection with the settings that durability rests on. Raises StorageFailed."""
    try:
        connection = sqlite3.connect(
            path,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=512,
            timeout=0,  # nothing waits for a lock on the event loop; the thread does
        )
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
    except sqlite3.DatabaseError as error:
        raise failure(error, path) from error
    return connection


def _with_marks(text: bytes) -> str:
    """Read a text, with a mark for each byte that is damaged. Twice as slow as sqlite3's own way, which refuses it."""
    return text.decode(errors="replace")


def _run(cursor: sqlite3.Cursor, write: Write) -> list[Row]:
    prepared = prepare(write.statement, write.parameters)
    cursor.execute(*prepared.bind(write.parameters))
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


def _settle(units: list[_Unit], loop: asyncio.AbstractEventLoop, next_group: Callable[[], None] | None) -> None:
    for unit in units:
        tell(unit.then, unit.outcome)
        if unit.future.done():  # whoever waited was cancelled; the unit is written all the same
            continue
        if isinstance(unit.outcome, BaseException):
            unit.future.set_exception(unit.outcome)
        else:
            unit.future.set_result(unit.outcome)
    if next_group is not None:
        loop.call_soon(next_group)  # behind the tasks just woken: what they add now shares the next fsync


_WHAT_TO_DO = {
    "SQLITE_FULL": "the disk is full: free some space; nothing that was confirmed is lost",
    "SQLITE_BUSY": "another process keeps the database locked: only the running server may write",
    "SQLITE_LOCKED": "another connection keeps the database locked: only the running server may write",
    "SQLITE_READONLY": "the file or its folder may not be written by this user",
    "SQLITE_CANTOPEN": "the file cannot be opened: does its folder exist, and may this user write there?",
    "SQLITE_CORRUPT": "the file is damaged: stop the server and restore a backup",
    "SQLITE_NOTADB": "the file is no SQLite database: correct BOTYARD_DATABASE_URL, or move the file away",
    "SQLITE_IOERR": "the disk reported an error: check it before going on",
}


def _is_storage(error: Exception) -> bool:
    """Tell a failing disk or file from a unit that could not be bound or asks for what is not there."""
    if isinstance(error, sqlite3.ProgrammingError | sqlite3.DataError | sqlite3.InterfaceError):
        return False
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)  # errors of Python's own have none
    return isinstance(error, sqlite3.Error) and code != sqlite3.SQLITE_ERROR


def _is_damaged_text(error: Exception) -> bool:
    """Tell whether Python, which says so in no other way, found a text that is not UTF-8."""
    return isinstance(error, sqlite3.OperationalError) and str(error).startswith("Could not decode to UTF-8")


def failure(error: Exception, path: Path) -> StorageFailed:
    """Say in an operator's words what SQLite reports. What Python itself reports may hold a user's words: its kind."""
    name = getattr(error, "sqlite_errorname", "")
    if not name:
        kind = type(error).__name__
        return StorageFailed(f"database {path}: it failed for a reason of this program ({kind})", path=str(path))
    known = next((advice for prefix, advice in _WHAT_TO_DO.items() if name.startswith(prefix)), str(error))
    return StorageFailed(f"database {path}: {known} ({name})", path=str(path), sqlite=name)
