"""A database opened, held and brought up to date, of whichever kind its URL names.

PostgreSQL's side is imported only where it is asked for: a server on SQLite starts without it, and without its driver.
"""

# ruff: noqa: PLC0415 - see above

from botyard.store import lock, up_to_date
from botyard.store.address import is_on_a_server
from botyard.store.commit import OpenStore
from botyard.store.database import open_database


def open_store(url: str) -> OpenStore:
    """Open a database that is up to date. Raises BadRequest for a URL that names none."""
    if is_on_a_server(url):
        from botyard.store.postgres.database import PostgresDatabase

        return PostgresDatabase(url)
    return open_database(url)


def hold(url: str, *, control_socket: str = "") -> lock.Held:
    """Become the process that writes. control_socket: where others can ask it to act. Raises HeldByAnother."""
    if is_on_a_server(url):
        from botyard.store.postgres.lock import hold as hold_server

        return hold_server(url, control_socket=control_socket)
    return lock.hold(url, control_socket=control_socket)


def bring_up_to_date(url: str) -> None:
    """Make the tables, or take them through the missing steps. The caller holds the database. Raises NewerSchema."""
    if is_on_a_server(url):
        from botyard.store.postgres.up_to_date import bring_up_to_date as bring_server

        bring_server(url)
    else:
        up_to_date.bring_up_to_date(url)
