"""Writes units in groups on one connection: whatever has queued meanwhile is one transaction.

A group is sent without waiting for the answer to each statement: one round trip for the statements of all units, one
for COMMIT with its flush to disk. Where a unit is refused, the group is written again with a savepoint for each unit,
so that its neighbours do not notice. Units are committed in the order they were handed in. Other connections write,
too: `in_line.py` keeps two groups from waiting for each other.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

from msgspec import Struct
from psycopg.pq.abc import PGresult

from botyard.store.commit import Outcome, Row, Stale, StorageFailed, Write, tell
from botyard.store.faults import kill_point
from botyard.store.postgres.connecting import connect
from botyard.store.postgres.failures import connection_lost, is_locked, refusal
from botyard.store.postgres.in_line import taken_first
from botyard.store.postgres.line import Asked, Line, first_refusal, is_refused, must_be_done, question, rows, word
from botyard.store.postgres.lock import make_sure_it_is_held

GROUP = 128


class Unit(Struct):
    """What was handed in, and what came of it."""

    writes: Sequence[Write]
    asked: list[Asked]
    future: asyncio.Future[list[list[Row]]]
    then: Callable[[Outcome], None] | None
    outcome: Outcome = []  # of a unit without writes


class Writer:
    """One connection that writes, made when it is first needed; of one event loop.

    failed: is told why a group failed. silenced: told when the server is given up for its silence. rests: told whenever
    there is nothing left to write.
    """

    def __init__(
        self,
        url: str,
        *,
        failed: Callable[[BaseException], None],
        silenced: Callable[[], None],
        rests: Callable[[], None],
    ) -> None:
        self._url = url
        self._failed = failed
        self._silenced = silenced
        self._rests = rests
        self._waiting: deque[Unit] = deque()
        self._writing: asyncio.Task[None] | None = None  # group after group while there are any
        self._line: Line | None = None

    @property
    def is_at_work(self) -> bool:
        """Whether something is still to be written."""
        return self._writing is not None

    async def commit(self, unit: Sequence[Write], then: Callable[[Outcome], None] | None) -> list[list[Row]]:
        """Hand a unit in and wait for its outcome."""
        asked = [question(write.statement, write.parameters) for write in unit]
        future: asyncio.Future[list[list[Row]]] = asyncio.get_running_loop().create_future()
        self._waiting.append(Unit(unit, asked, future, then))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_groups())
        return await future

    def doubt(self) -> None:
        """Doubt the connection: another one to the same server was silent for too long."""
        if self._line is not None and self._line.is_open:
            self._line.doubt()

    def close(self) -> None:
        """End the connection; a new one is made where something is still to be written."""
        line, self._line = self._line, None
        if line is not None:
            line.close()

    async def _write_groups(self) -> None:
        """Write what waits, group after group. However it ends, whoever waits is told, and what is left is written."""
        try:
            while self._waiting:
                units = [self._waiting.popleft() for _ in range(min(GROUP, len(self._waiting)))]
                try:
                    await self._write(units)
                finally:
                    for unit in units:
                        settle(unit)
                await asyncio.sleep(0)  # those just woken add what they have now: it shares the next flush
        finally:
            self._writing = asyncio.create_task(self._write_groups()) if self._waiting else None
            if self._writing is None:
                self._rests()

    async def _write(self, units: list[Unit]) -> None:
        """Commit a group. Whatever goes wrong becomes the outcome of its units."""
        try:
            line = await self._line_for(units)
            if not await self._is_written(line, units):
                await self._write_one_by_one(line, units)
            kill_point("in_commit")
            answer = line.send([word("COMMIT")])
            kill_point("commit_sent")
            must_be_done(await answer)
            kill_point("committed")
        except BaseException as error:
            for unit in units:  # first of all: whatever it is, those who wait must hear of it
                unit.outcome = error if isinstance(error, Exception) else connection_lost()
            self._failed(error)
            self.close()  # nobody knows what the old session believes after a failed COMMIT
            if not isinstance(error, Exception):
                raise  # the event loop ends

    async def _line_for(self, units: list[Unit]) -> Line:
        """Have a line for a group. Where there is none, all that wait join the group: they would wait as long again."""
        try:
            return await self._line_that_writes()
        except Exception:
            units.extend(self._waiting)
            self._waiting.clear()
            raise

    async def _line_that_writes(self) -> Line:
        if self._line is None or not self._line.is_open:
            await asyncio.to_thread(make_sure_it_is_held, self._url)
            connection = await asyncio.to_thread(connect, self._url, name="botyard writes")
            self._line = Line(connection, silenced=self._silenced)
        return self._line

    async def _is_written(self, line: Line, units: list[Unit]) -> bool:
        """Write the statements of a group, hoping that no unit is refused. False: one was, and nothing is left."""
        begin = _begin(units)
        results = await line.ask([*begin, *[asked for unit in units for asked in unit.asked]])
        place, is_sound = len(begin), first_refusal(results[: len(begin)]) is None
        for unit in units:
            unit.outcome = _outcome(unit, results[place : place + len(unit.asked)])
            place += len(unit.asked)
            is_sound = is_sound and not isinstance(unit.outcome, BaseException)
        if not is_sound:
            must_be_done(await line.ask([word("ROLLBACK")]))
        return is_sound

    async def _write_one_by_one(self, line: Line, units: list[Unit]) -> None:
        """Write a group again, each unit behind a savepoint of its own."""
        must_be_done(await line.ask(_begin(units)))
        for unit in units:
            [savepoint, *results] = await line.ask([word("SAVEPOINT unit"), *unit.asked])
            must_be_done([savepoint])
            unit.outcome = _outcome(unit, results)
            if isinstance(unit.outcome, StorageFailed) and not is_locked(unit.outcome):
                raise unit.outcome  # the server or its disk, not this unit: the whole group fails
            undo = [word("ROLLBACK TO unit")] if isinstance(unit.outcome, BaseException) else []
            must_be_done(await line.ask([*undo, word("RELEASE unit")]))


def _begin(units: list[Unit]) -> list[Asked]:
    """Begin a group: what it is to change is its own before the first of its units is written."""
    taken = taken_first(write for unit in units for write in unit.writes)
    return [word("BEGIN"), *(question(statement, parameters) for statement, parameters in taken)]


def _outcome(unit: Unit, results: Sequence[PGresult]) -> Outcome:
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
            found.append(rows(asked, result))
        except Exception as error:  # noqa: BLE001 - whatever Python finds in a row, it is this unit's alone
            return error
    return found


def settle(unit: Unit) -> None:
    """Tell whoever waits for a unit."""
    tell(unit.then, unit.outcome)
    if unit.future.done():  # whoever waited was cancelled; the unit is written all the same
        return
    if isinstance(unit.outcome, BaseException):
        unit.future.set_exception(unit.outcome)
    else:
        unit.future.set_result(unit.outcome)
