"""A connection made from a URL, without a word of what the URL holds in any error."""

import re
import select
import time
from collections.abc import Mapping

from psycopg import OperationalError, pq
from psycopg.pq.abc import PGconn

from botyard.errors import BadRequest
from botyard.store.postgres.failures import not_connected

CONNECT_WITHIN_S = 5.0
# Whoever is asked and says nothing for so long is given up. TCP cannot tell: what stands between (a proxy, a firewall
# that forgot the connection) may acknowledge and pass nothing on. Less than a lease has left between two beats, so that
# a process connects again before others take it for dead.
ANSWERS_WITHIN_S = 10.0
_LAST_PORT = 65535


def connect(url: str, *, name: str) -> PGconn:
    """Connect, waiting; not for the event loop's thread. name: what administrators see. Raises StorageFailed."""
    connection = pq.PGconn.connect_start(conninfo(url, name))
    try:
        _wait_until_connected(connection, time.monotonic() + CONNECT_WITHIN_S)
    except BaseException:
        connection.finish()
        raise
    return connection


def _wait_until_connected(connection: PGconn, deadline: float) -> None:
    while connection.status != pq.ConnStatus.BAD:
        state = connection.connect_poll()
        if state == pq.PollingStatus.OK:
            return
        if state == pq.PollingStatus.FAILED:
            break
        wants = select.POLLIN if state == pq.PollingStatus.READING else select.POLLOUT
        if not _is_ready(connection.socket, wants, deadline - time.monotonic()):
            raise not_connected("timeout expired")
    raise not_connected(connection.get_error_message())


def can_read(socket: int, within_s: float) -> bool:
    """Wait until something has come, be it the end of the connection."""
    return _is_ready(socket, select.POLLIN, within_s)


def _is_ready(socket: int, wants: int, within_s: float) -> bool:
    poll = select.poll()  # select() takes no number above 1,023, and a server has thousands of sockets
    poll.register(socket, wants)
    return bool(poll.poll(max(0.0, within_s) * 1000))


def conninfo(url: str, name: str) -> bytes:
    """Say to libpq where to connect and how to be called there. Raises BadRequest for what it cannot read."""
    try:
        plain = re.sub(r"^postgresql\+\w+", "postgresql", url)
        given = {part.keyword: part.val for part in pq.Conninfo.parse(plain.encode()) if part.val is not None}
    except OperationalError:
        given = {}
    if not _is_well_formed(given):
        # libpq's own words would quote the part of a password that it took for a port.
        raise BadRequest(
            "the database URL cannot be read; write postgresql://user:password@host:5432/database, with %40 for @, %2F "
            "for /, %3A for : and %25 for % in the password"
        )
    options = given.get(b"options", b"") + b" " + _OPTIONS
    whole = (
        _KEEPALIVES
        | given
        | {b"application_name": name.encode()[:63], b"client_encoding": b"UTF8", b"options": options}
    )
    return b" ".join(key + b"='" + _quoted(value) + b"'" for key, value in whole.items())


# Durable when it is confirmed, whatever the server's default is. A lock that is held for longer becomes a sentence; a
# process that hangs in the middle of a transaction lets go before others tire of waiting for its rows. A machine
# that is gone is noticed in half a minute, so that its locks go: keepalives see to sessions that are idle, the user
# timeout to those with something on its way, which the kernel would send again for a quarter of an hour.
_OPTIONS = (
    b"-c synchronous_commit=on -c lock_timeout=5s -c idle_in_transaction_session_timeout=3s -c timezone=UTC "
    b"-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3 -c tcp_user_timeout=25000"
)
_KEEPALIVES = {
    b"keepalives_idle": b"10",
    b"keepalives_interval": b"5",
    b"keepalives_count": b"3",
    b"tcp_user_timeout": b"25000",
}


def _quoted(value: bytes) -> bytes:
    return value.replace(b"\\", b"\\\\").replace(b"'", b"\\'")


def _is_well_formed(given: Mapping[bytes, bytes]) -> bool:
    ports = given.get(b"port", b"").split(b",")
    return bool(given) and all(not port or (port.isdigit() and int(port) <= _LAST_PORT) for port in ports)
