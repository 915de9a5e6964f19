"""One connection to PostgreSQL that does not wait for an answer before it sends the next question (pipeline mode).

What belongs together is sent as one batch, closed by a sync; the answers come back in order. psycopg's own cursors
would wait for each statement's answer, and a turn has five; here a batch costs one round trip. Documented by libpq
(34.5 Pipeline Mode) and psycopg (`psycopg.pq`). A connection belongs to one event loop.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import structlog
from msgspec import Struct
from psycopg import OperationalError, pq
from psycopg.pq.abc import PGconn, PGresult
from sqlalchemy.sql import Executable

from botyard.store.commit import Row
from botyard.store.postgres.connecting import ANSWERS_WITHIN_S, can_read
from botyard.store.postgres.failures import connection_lost, refusal
from botyard.store.postgres.wire import PreparedHere, Values, prepare

log = structlog.get_logger()

# How long an answer may still take when another connection has waited in vain for as long as anybody does.
DOUBTED_FOR_S = 2.0
# Looked at for every answer: numbers, as a member of an enumeration is looked up anew each time.
_SYNC, _REFUSED = int(pq.ExecStatus.PIPELINE_SYNC), int(pq.ExecStatus.FATAL_ERROR)


class Asked(Struct, frozen=True):
    """One statement of a batch. prepared: None for a bare word such as BEGIN."""

    prepared: PreparedHere | None
    sql: bytes
    values: Values


def word(sql: str) -> Asked:
    """Ask for something without parameters or rows."""
    return Asked(None, sql.encode(), ([], []))


def question(statement: Executable, parameters: Mapping[str, Any]) -> Asked:
    """Ask with a statement of ours."""
    prepared = prepare(statement, parameters)
    if prepared.is_expanding:
        return Asked(prepared, *prepared.expanded(parameters))
    return Asked(prepared, prepared.sql, prepared.bind(parameters))


class _Batch(Struct):
    """What was asked together. steps: for each answer to come, what it prepares; None: it is a statement's result."""

    future: asyncio.Future[list[PGresult]]
    steps: deque[PreparedHere | None]
    results: list[PGresult]
    unprepared: PGresult | None = None


class Line:
    """A connection on the running event loop. notified: takes what other sessions NOTIFY, where this one listens.

    silenced: told when the server is given up for its silence.
    """

    def __init__(
        self,
        connection: PGconn,
        *,
        notified: Callable[[bytes], None] | None = None,
        silenced: Callable[[], None] | None = None,
    ) -> None:
        self.is_open = True
        self._notified = notified
        self._silenced = silenced
        self._connection = connection
        self._socket = connection.socket  # the connection does not tell any more once it is lost
        self._loop = asyncio.get_running_loop()
        self._batches: deque[_Batch] = deque()
        self._names: dict[PreparedHere, bytes] = {}
        self._count = 0
        self._is_writing = False
        self._heard_at = 0.0  # or asked at, where nothing had been asked
        self._patience: asyncio.TimerHandle | None = None
        connection.nonblocking = 1
        connection.enter_pipeline_mode()
        self._loop.add_reader(self._socket, self._read)

    async def ask(self, batch: Sequence[Asked]) -> list[PGresult]:
        """Send a batch and wait: one result for each statement; what follows one that fails is skipped by the server.

        Raises StorageFailed where the connection is lost, or nothing is heard for ANSWERS_WITHIN_S.
        """
        return await self.send(batch)

    def send(self, batch: Sequence[Asked]) -> asyncio.Future[list[PGresult]]:
        """Send a batch; what comes of it is what `ask` returns and raises."""
        future: asyncio.Future[list[PGresult]] = self._loop.create_future()
        if not self.is_open:
            future.set_exception(connection_lost())
            return future
        try:
            steps: deque[PreparedHere | None] = deque()
            for asked in batch:
                self._send(asked, steps)
            self._connection.pipeline_sync()
            if not self._batches:
                self._heard_at = self._loop.time()
            self._batches.append(_Batch(future, steps, []))
            if self._patience is None:
                self._patience = self._loop.call_later(ANSWERS_WITHIN_S, self._wait_no_longer)
            self._flush()
        except OperationalError:
            self.close()
            if not future.done():
                future.set_exception(connection_lost())
        return future

    def close(self) -> None:
        """End the connection at once; whoever waits is told."""
        if not self.is_open:
            return
        self.is_open = False
        if self._patience is not None:
            self._patience.cancel()
        if not self._loop.is_closed():
            self._loop.remove_reader(self._socket)
            if self._is_writing:
                self._loop.remove_writer(self._socket)
        self._connection.finish()
        while self._batches:
            future = self._batches.popleft().future
            if not future.done() and not self._loop.is_closed():
                future.set_exception(connection_lost())

    def doubt(self) -> None:
        """Take it for dead unless it proves otherwise: another connection to the same server was silent for too long.

        Where nothing is awaited it ends at once, as a new one costs milliseconds; where something is, soon.
        """
        if not self._batches:
            self.close()
            return
        self._heard_at = min(self._heard_at, self._loop.time() - ANSWERS_WITHIN_S + DOUBTED_FOR_S)
        if self._patience is not None:
            self._patience.cancel()
        self._wait_no_longer()

    def _send(self, asked: Asked, steps: deque[PreparedHere | None]) -> None:
        """Send one statement, prepared first where this connection does not know it; note what answers to expect."""
        prepared, connection, (values, formats) = asked.prepared, self._connection, asked.values
        if prepared is None or prepared.is_expanding:
            connection.send_query_params(asked.sql, values, None, formats, 1)
        else:
            name = self._names.get(prepared)
            if name is None:
                self._count += 1
                name = self._names[prepared] = b"s%d" % self._count
                connection.send_prepare(name, asked.sql, prepared.declared)
                steps.append(prepared)
            connection.send_query_prepared(name, values, formats, 1)
        steps.append(None)

    def _flush(self) -> None:
        is_left = bool(self._connection.flush())
        if is_left and not self._is_writing:
            self._loop.add_writer(self._socket, self._write)
        elif self._is_writing and not is_left:
            self._loop.remove_writer(self._socket)
        self._is_writing = is_left

    def _write(self) -> None:
        try:
            self._flush()
        except OperationalError:
            self.close()

    def _wait_no_longer(self) -> None:
        """Give the server up where it was asked and is silent; otherwise look again when it could have been."""
        self._patience = None
        if not self._batches:
            return
        left_s = self._heard_at + ANSWERS_WITHIN_S - self._loop.time()
        if left_s > 0:
            self._patience = self._loop.call_later(left_s, self._wait_no_longer)
        else:
            log.warning("database_silent", waited_s=ANSWERS_WITHIN_S)
            self.close()
            if self._silenced is not None:
                self._silenced()

    def _read(self) -> None:
        self._heard_at = self._loop.time()
        try:
            self._hear()
            # A server that dies with a question unread says a last word, which hides that it hung up; and of a socket
            # that has an error, as this one then has, uvloop tells only once.
            while self._batches and can_read(self._socket, 0.0):
                self._hear()
        except OperationalError:
            self.close()
        else:
            if self._connection.status == pq.ConnStatus.BAD:
                self.close()

    def _hear(self) -> None:
        """Take in what has come. Raises OperationalError where the connection has ended."""
        self._connection.consume_input()
        while self._batches and not self._connection.is_busy():
            result = self._connection.get_result()
            if result is not None:
                self._take(result)
        while self._notified is not None and (note := self._connection.notifies()) is not None:
            if note.be_pid != self._connection.backend_pid:
                self._notified(note.extra)

    def _take(self, result: PGresult) -> None:
        batch = self._batches[0]
        status = result.status
        if status == _SYNC:
            self._batches.popleft()
            if not batch.future.done():
                batch.future.set_result(batch.results)
        elif not batch.steps:
            self.close()  # more answers than questions: nothing that follows can be believed
        elif (prepared := batch.steps.popleft()) is None:
            batch.results.append(batch.unprepared or result)
            batch.unprepared = None
        elif status != pq.ExecStatus.COMMAND_OK:
            batch.unprepared = result
            self._names.pop(prepared, None)


def is_refused(result: PGresult) -> bool:
    """Whether the server refused a statement."""
    return result.status == _REFUSED


def first_refusal(results: Sequence[PGresult]) -> Exception | None:
    """Find what the server refused in a batch; whatever stood behind it was skipped."""
    for result in results:
        if is_refused(result):
            return refusal(result)
    return None


def must_be_done(results: Sequence[PGresult]) -> None:
    """Raise what the server refused, if anything."""
    refused = first_refusal(results)
    if refused is not None:
        raise refused


def rows(asked: Asked, result: PGresult) -> list[Row]:
    """Read the rows that a statement returned."""
    return asked.prepared.rows(result) if asked.prepared is not None and result.nfields else []
