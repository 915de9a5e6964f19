"""Who may work on a database: advisory locks of its server, each on a session of its own.

Every server process shares one; what must have the database to itself (`botyard migrate`) has it alone, and so had
the servers of old versions, which took every turn themselves. Orders of the command line go one after the other by a
second. A lock goes with its session, and the session goes with its process however that dies. The session's name
(`application_name`) tells others whom to ask.
"""

import os
import socket
import threading
import time
from hashlib import sha256

from psycopg import OperationalError, pq
from psycopg.pq.abc import PGconn, PGresult

from botyard.store.commit import StorageFailed
from botyard.store.lock import Held, HeldByAnother, Holder
from botyard.store.postgres.connecting import ANSWERS_WITHIN_S, can_read, connect
from botyard.store.postgres.failures import connection_lost, refusal

# A number that no other program is likely to have chosen. Advisory locks are one database's own.
_OURS = 1651471481
_WORKING, _ORDERING = 1, 3  # 2 is `up_to_date`'s
_WHO = """
SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE locktype = 'advisory' AND granted AND classid = {} AND objid = {} AND pg_locks.pid <> pg_backend_pid()
AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
# A session whose process was killed is noticed by the server in milliseconds, and by us before that.
_DEAD_WITHIN_S = 5.0
# A writer that is connected anew has waited for a silent server already; the lock's session is soon made anew, too.
SURE_WITHIN_S = 2.0
_PAUSE_S = 0.02

_held: dict[str, "ServerLock"] = {}


def hold(url: str) -> "ServerLock":
    """Have the database to oneself. Raises HeldByAnother."""
    return _taken(url, ServerLock(url, _WORKING))


def join(url: str) -> "ServerLock":
    """Become one of the processes that work on it. Raises HeldByAnother while one has it to itself."""
    return _taken(url, ServerLock(url, _WORKING, is_shared=True))


def hold_for_an_order(url: str) -> "ServerLock":
    """Carry out an order of the command line, beside whatever runs. Raises HeldByAnother while another is at it."""
    lock = ServerLock(url, _ORDERING)
    lock.take()
    return lock


def _taken(url: str, lock: "ServerLock") -> "ServerLock":
    lock.take()
    _held[url] = lock
    return lock


def make_sure_it_is_held(url: str) -> None:
    """Before a session that writes begins: a process that had a right to the database must have it still.

    Raises StorageFailed where the lock was lost with its session and another process has the database to itself now.
    """
    lock = _held.get(url)
    if lock is not None:
        lock.make_sure()


class ServerLock(Held):
    """Held until `release`, or until the process ends."""

    def __init__(self, url: str, number: int, *, is_shared: bool = False) -> None:
        self._url = url
        self._number = number
        self._is_shared = is_shared
        self._connection: PGconn | None = None
        self._lock = threading.Lock()

    def take(self) -> None:
        """Take the lock, or say who has it; wait for a holder that is dying. Raises HeldByAnother."""
        connection = connect(self._url, name=name_of_this_process())
        try:
            self._wait_for_the_dying(connection)
        except BaseException:
            connection.finish()
            raise
        self._connection = connection

    def make_sure(self) -> None:
        """Take the lock again where its session was lost."""
        with self._lock:
            if self._connection is None:
                return
            try:
                asked(self._connection, "SELECT 1", SURE_WITHIN_S)
            except StorageFailed:
                self._connection.finish()
                try:
                    self.take()
                except HeldByAnother as error:
                    raise StorageFailed(f"{error.sentence}; this one lost it and may not write any more") from error

    def release(self) -> None:
        """Let another process write."""
        with self._lock:
            if self._connection is not None:
                self._connection.finish()
                self._connection = None
                if _held.get(self._url) is self:
                    del _held[self._url]

    def _wait_for_the_dying(self, connection: PGconn) -> None:
        shared = "_shared" if self._is_shared else ""
        take = f"SELECT pg_try_advisory_lock{shared}({_OURS}, {self._number})"
        give_up = time.monotonic() + _DEAD_WITHIN_S
        while asked(connection, take) != "t":
            holder = _holder(asked(connection, _WHO.format(_OURS, self._number)))
            is_alive = holder is not None and not _is_gone(holder)
            if is_alive or time.monotonic() > give_up:
                raise HeldByAnother("on PostgreSQL", holder or Holder(), "this has to be alone")
            time.sleep(_PAUSE_S)


def asked(connection: PGconn, sql: str, within_s: float | None = None) -> str | None:
    """Ask for one text; None: there is no row. Raises StorageFailed, also where nothing is heard for too long."""
    try:
        connection.send_query(sql.encode())
        result = _answer(connection, time.monotonic() + (within_s or ANSWERS_WITHIN_S))
    except OperationalError:
        raise connection_lost() from None
    if result is None or connection.status == pq.ConnStatus.BAD:
        raise connection_lost()
    if result.status != pq.ExecStatus.TUPLES_OK:
        raise refusal(result)
    value = result.get_value(0, 0) if result.ntuples else None
    return None if value is None else value.decode(errors="replace")


def _answer(connection: PGconn, deadline: float) -> PGresult | None:
    """Wait for the answer to one statement; libpq's own waiting has no end. None: there was none."""
    last = None
    while True:
        while connection.is_busy():
            if not can_read(connection.socket, deadline - time.monotonic()):
                return None
            connection.consume_input()
        result = connection.get_result()
        if result is None:
            return last
        last = result


def name_of_this_process() -> str:
    """Say who we are, in what a session's name may hold: this host (as a hash) and the process."""
    return f"botyard {_host()} {os.getpid()}"


def _host() -> str:
    return sha256(socket.gethostname().encode()).hexdigest()[:6]


def _holder(name: str | None) -> Holder | None:
    """Read a session's name. pid 0: it is a process of another machine."""
    if name is None:
        return None
    words = name.split()
    if len(words) < 3 or words[1] != _host() or not words[2].isdigit():  # noqa: PLR2004 - as it was written above
        return Holder()
    return Holder(int(words[2]))


def _is_gone(holder: Holder) -> bool:
    if not holder.pid:
        return False
    try:
        os.kill(holder.pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass  # somebody else's, and alive
    return False
