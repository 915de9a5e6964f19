"""Brings a PostgreSQL database to the schema this version of Botyard works with: see `store.up_to_date`."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from botyard.errors import BotyardError
from botyard.store.migrations import REVISIONS
from botyard.store.postgres.connecting import connect, conninfo
from botyard.store.postgres.failures import failure_of
from botyard.store.postgres.lock import asked
from botyard.store.schema import metadata
from botyard.store.up_to_date import NewerSchema, load_all_tables, take_the_missing_steps

# Another number than the writer's lock has: two that come at once bring a database up to date one after the other.
_ONE_AT_A_TIME = sa.text("SELECT pg_advisory_xact_lock(1651471481, 2)")
_MARK = "alembic_version"
_ANY_STAND = sa.text("SELECT to_regclass('alembic_version') IS NOT NULL")
_STAND = sa.text("SELECT version_num FROM alembic_version")


class NotOurs(BotyardError):
    """The database is another program's."""

    code = "not_ours"

    def __init__(self) -> None:
        super().__init__(
            "the database holds tables of another program under names that Botyard needs: give Botyard a database "
            "of its own (CREATE DATABASE botyard), or a schema of its own (ALTER ROLE … SET search_path)"
        )


def bring_up_to_date(url: str) -> None:
    """Make the tables, or take them through the missing steps. Raises NewerSchema, NotOurs, StorageFailed."""
    if _is_up_to_date(url):
        return
    with schema_connection(url) as connection:
        connection.execute(_ONE_AT_A_TIME)
        found = _revision(connection)
        if found is None:
            _make_all(connection)
        elif found not in REVISIONS:
            raise NewerSchema(found)
        elif found != REVISIONS[-1]:
            take_the_missing_steps(connection)


def _is_up_to_date(url: str) -> bool:
    """Ask in two words, as nearly every start has nothing to do: making SQLAlchemy's engine takes longer than the rest.

    Needs no lock: no step is ever taken back, and a step under way is not seen before it is done.
    """
    connection = connect(url, name="botyard migrates")
    try:
        is_marked = asked(connection, f"SELECT to_regclass('{_MARK}')::text") is not None
        return is_marked and asked(connection, f"SELECT version_num FROM {_MARK}") == REVISIONS[-1]  # noqa: S608 - ours
    finally:
        connection.finish()


@contextmanager
def schema_connection(url: str) -> Iterator[sa.Connection]:
    """Open a connection for work on the schema; what goes wrong on it is told as the store tells it."""
    connect(url, name="botyard migrates").finish()  # its failures have sentences
    whole = conninfo(url, "botyard migrates").decode()
    engine = sa.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(whole), poolclass=sa.NullPool)
    try:
        with engine.connect() as connection:
            yield connection
    except DBAPIError as error:
        if isinstance(error.orig, psycopg.errors.DuplicateTable):
            raise NotOurs from None
        raise failure_of(error.orig) if isinstance(error.orig, psycopg.Error) else error from None


def _revision(connection: sa.Connection) -> str | None:
    if not connection.execute(_ANY_STAND).scalar_one():
        return None
    found = connection.execute(_STAND).scalar_one_or_none()
    return None if found is None else str(found)


def _make_all(connection: sa.Connection) -> None:
    """Make every table in one transaction, so that a process killed meanwhile leaves an empty database."""
    load_all_tables()
    metadata.create_all(connection, checkfirst=False)
    connection.execute(sa.text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    connection.execute(sa.text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": REVISIONS[-1]})
    connection.commit()
