"""Who may write: one process at a time holds an advisory lock of the database, on a session of its own.

The lock is the server's: it goes with the session, and the session goes with its process however that dies. The
session's name (`application_name`) tells others whom to ask.
"""

import os
import socket
import threading
import time
from hashlib import sha256

from psycopg import OperationalError, pq
from psycopg.pq.abc import PGconn

from botyard.store.commit import StorageFailed
from botyard.store.lock import Held, HeldByAnother, Holder
from botyard.store.postgres.connecting import connect
from botyard.store.postgres.failures import connection_lost, refusal

# Two numbers that no other program is likely to have chosen. Advisory locks are one database's own.
_KEY = "1651471481, 1"
_TAKE = f"SELECT pg_try_advisory_lock({_KEY})"
_WHO = """
SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE locktype = 'advisory' AND granted AND classid = 1651471481 AND objid = 1
AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
# A session whose process was killed is noticed by the server in milliseconds, and by us before that.
_DEAD_WITHIN_S = 5.0
_PAUSE_S = 0.02
_LONGEST_NAME = 63

_held: dict[str, "ServerLock"] = {}


def hold(url: str, *, control_socket: str = "") -> "ServerLock":
    """Become the process that writes. control_socket: where others can ask it to act. Raises HeldByAnother."""
    lock = ServerLock(url, control_socket)
    lock.take()
    _held[url] = lock
    return lock


def make_sure_it_is_held(url: str) -> None:
    """Before a session that writes begins: if this process was the one that writes, it must be so still.

    Raises StorageFailed where the lock was lost with its session and another process has it now.
    """
    lock = _held.get(url)
    if lock is not None:
        lock.make_sure()


class ServerLock(Held):
    """Held until `release`, or until the process ends."""

    def __init__(self, url: str, control_socket: str) -> None:
        self._url = url
        self._name = _name(control_socket)
        self._connection: PGconn | None = None
        self._lock = threading.Lock()

    def take(self) -> None:
        """Take the lock, or say who has it; wait for a holder that is dying. Raises HeldByAnother."""
        connection = connect(self._url, name=self._name)
        try:
            _wait_for_the_dying(connection)
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
                _asked(self._connection, "SELECT 1")
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
                _held.pop(self._url, None)


def _wait_for_the_dying(connection: PGconn) -> None:
    give_up = time.monotonic() + _DEAD_WITHIN_S
    while _asked(connection, _TAKE) != "t":
        holder = _holder(_asked(connection, _WHO))
        is_alive = holder is not None and not _is_gone(holder)
        if is_alive or time.monotonic() > give_up:
            raise HeldByAnother("on PostgreSQL", holder or Holder())
        time.sleep(_PAUSE_S)


def _asked(connection: PGconn, sql: str) -> str | None:
    """Ask for one text; None: there is no row."""
    try:
        result = connection.exec_(sql.encode())
    except OperationalError:
        raise connection_lost() from None
    if connection.status == pq.ConnStatus.BAD:
        raise connection_lost()
    if result.status != pq.ExecStatus.TUPLES_OK:
        raise refusal(result)
    value = result.get_value(0, 0) if result.ntuples else None
    return None if value is None else value.decode(errors="replace")


def _name(control_socket: str) -> str:
    """Say who we are, in what a session's name may hold: this host (as a hash), the process, the socket if it fits."""
    name = f"botyard {_host()} {os.getpid()} {control_socket or '-'}"
    return name if len(name) <= _LONGEST_NAME else f"botyard {_host()} {os.getpid()} -"


def _host() -> str:
    return sha256(socket.gethostname().encode()).hexdigest()[:6]


def _holder(name: str | None) -> Holder | None:
    """Read a session's name. pid 0: it is a process of another machine."""
    if name is None:
        return None
    words = name.split(maxsplit=3)
    if len(words) < 4 or words[1] != _host() or not words[2].isdigit():  # noqa: PLR2004 - as `_name` writes it
        return Holder()
    return Holder(int(words[2]), "" if words[3] == "-" else words[3])


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
