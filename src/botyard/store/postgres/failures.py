"""What PostgreSQL refuses, told as the store tells it: a sentence that names the cure.

PostgreSQL's own messages are not passed on: they quote values, and what libpq says of a URL may quote its password.
"""

from psycopg import Error, errors
from psycopg.pq import DiagnosticField
from psycopg.pq.abc import PGresult

from botyard.store.commit import Conflict, StorageFailed

_DISK_FULL = "53100"
_FULL = "its disk is full: free some space; nothing that was confirmed is lost"
_RIGHTS = (
    "its user may not do what is needed there: make it the owner of the database (ALTER DATABASE … OWNER TO …), "
    "or GRANT it CREATE and USAGE on schema public"
)
_READ_ONLY = (
    "it is read-only: BOTYARD_DATABASE_URL must name the primary, not a standby, and default_transaction_read_only "
    "must be off"
)
_LOCKED = "another session keeps its rows or tables locked: end that session (pg_stat_activity shows it)"
_GONE = "the connection was lost: is the server running? Botyard connects again by itself"
_CROWDED = "it takes no more connections: raise max_connections, or close other clients"

# The beginning of an SQLSTATE, the longest that fits decides.
_BY_STATE = {
    "08": _GONE,
    "25006": _READ_ONLY,
    "25P03": _GONE,  # this process hung in the middle of a transaction, and the server ended it
    "28": "it refuses this user: check user and password in BOTYARD_DATABASE_URL, and pg_hba.conf",
    "3D": "there is no such database: create it (CREATE DATABASE … OWNER …), or correct BOTYARD_DATABASE_URL",
    "40": _LOCKED,
    "42501": _RIGHTS,
    _DISK_FULL: _FULL,
    "53200": "it is out of memory",
    "53300": _CROWDED,
    "53": "it is out of resources",
    "54": "a limit of its program was passed",
    "55P03": _LOCKED,
    "57014": _LOCKED,
    "57": "it is shutting down or starting; Botyard connects again by itself",
    "58": "its disk reported an error: check it before going on",
    "XX": "its files are damaged: stop it and restore a backup",
}

# libpq has no codes for a connection that fails; these are parts of its sentences and of the server's.
_BY_WORDS = {
    "password authentication failed": _BY_STATE["28"],
    "no password supplied": "it asks for a password: write it into BOTYARD_DATABASE_URL",
    "no pg_hba.conf entry": _BY_STATE["28"],
    "authentication failed": _BY_STATE["28"],
    "role ": "there is no such user: create it (CREATE ROLE … LOGIN), or correct BOTYARD_DATABASE_URL",
    "does not exist": _BY_STATE["3D"],
    "permission denied for database": _RIGHTS,
    "too many": _CROWDED,
    "connection slots": _CROWDED,
    "starting up": _BY_STATE["57"],
    "shutting down": _BY_STATE["57"],
    "could not translate host name": "no such host is known: check the host in BOTYARD_DATABASE_URL",
    "Connection refused": (
        "nobody listens there: is the server running, and are host and port in BOTYARD_DATABASE_URL right?"
    ),
    "No such file or directory": (
        "nobody listens at that socket: is the server running, and is its folder in BOTYARD_DATABASE_URL right?"
    ),
    "timeout expired": "it did not answer in time: check host and port in BOTYARD_DATABASE_URL, and the firewall",
    "SSL": "the encrypted connection failed: check sslmode and the certificates",
}


def not_connected(said: str) -> StorageFailed:
    """Tell why there is no connection. said: libpq's words."""
    found = next((advice for words, advice in _BY_WORDS.items() if words in said), None)
    return _failed(found or "it cannot be reached: check BOTYARD_DATABASE_URL", "")


def connection_lost() -> StorageFailed:
    """Tell of a connection that ended on the way."""
    return _failed(_GONE, "08006")


def refusal(result: PGresult) -> Exception:
    """Tell what a result with an error means: Conflict, StorageFailed, or a statement that is wrong in itself."""
    state = (result.error_field(DiagnosticField.SQLSTATE) or b"XX000").decode()
    if state.startswith("23"):
        return _conflict(result)
    failed = _by_state(state)
    if failed is not None:
        return failed
    # Class 42 speaks of our SQL, the others of values, which may be a user's words.
    said = (result.error_field(DiagnosticField.MESSAGE_PRIMARY) or b"").decode(errors="replace")
    return _error_of(state)(said if state.startswith("42") else f"PostgreSQL refused a statement ({state})")


def failure_of(error: Error) -> Exception:
    """Tell what psycopg's own connection met."""
    state = error.sqlstate
    return not_connected(str(error)) if state is None else _by_state(state) or error


def is_locked(error: StorageFailed) -> bool:
    """Tell whether it was only that another session had a row, or that two waited for each other in a ring."""
    return str(error.facts.get("sqlstate", "")).startswith(("40", "55P03"))


def is_without_room(error: BaseException) -> bool:
    """Tell whether its disk was full."""
    return isinstance(error, StorageFailed) and error.facts.get("sqlstate") == _DISK_FULL


def _by_state(state: str) -> StorageFailed | None:
    advice = next((_BY_STATE[state[:end]] for end in (5, 2) if state[:end] in _BY_STATE), None)
    return None if advice is None else _failed(advice, state)


def _conflict(result: PGresult) -> Conflict:
    name = result.error_field(DiagnosticField.CONSTRAINT_NAME) or result.error_field(DiagnosticField.COLUMN_NAME) or b""
    return Conflict(f"the database refused a row: {name.decode()}", constraint=name.decode())


def _failed(advice: str, state: str) -> StorageFailed:
    mark = f" ({state})" if state else ""
    return StorageFailed(f"PostgreSQL: {advice}{mark}", sqlstate=state)


def _error_of(state: str) -> type[Exception]:
    try:
        return errors.lookup(state)
    except KeyError:
        return errors.DatabaseError
