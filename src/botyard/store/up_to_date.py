"""Brings a database to the schema this version of Botyard works with.

A fresh database gets all tables at once and is marked as up to date, without loading Alembic. An older one is taken
through the missing steps. A newer one is refused: an old program would misread what it finds.
"""

import importlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.schema import CreateIndex, CreateTable

import botyard
from botyard.errors import BotyardError
from botyard.store.address import path_of
from botyard.store.database import BUSY_TIMEOUT_S, connect, failure
from botyard.store.migrations import REVISIONS
from botyard.store.schema import metadata
from botyard.store.statements import DIALECT


def bring_up_to_date(url: str) -> None:
    """Make the tables, or take them through the missing steps. The caller holds the lock.

    Raises NewerSchema, NotOurs, StorageFailed.
    """
    path = path_of(url)
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = connect(path)
    try:
        found = _revision(connection, path)
        if found is None:
            _make_all(connection)
    except sqlite3.DatabaseError as error:
        raise failure(error, path) from error
    finally:
        connection.close()
    if found is None or found == REVISIONS[-1]:
        return
    if found not in REVISIONS:
        raise NewerSchema(found)
    with schema_connection(path) as schema:
        take_the_missing_steps(schema)


class NewerSchema(BotyardError):
    """The database was written by a newer Botyard. Run that version, or restore a backup from before the update."""

    code = "newer_schema"

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"the database stands at schema {revision}, this version of Botyard knows {REVISIONS[-1]}: "
            "it was brought up to date by a newer version; run that one, or restore a backup",
            revision=revision,
            newest_known=REVISIONS[-1],
        )


class NotOurs(BotyardError):
    """The file is a database, but another program's."""

    code = "not_ours"

    def __init__(self, path: Path, table: str) -> None:
        super().__init__(
            f"database {path} holds a table {table!r} that Botyard did not make, so it is another program's; "
            "name another file in BOTYARD_DATABASE_URL",
            path=str(path),
        )


def load_all_tables() -> None:
    """Import every `records.py`: all tables are declared in one, so none can be forgotten when tables are made."""
    root = Path(botyard.__file__).parent
    importlib.import_module("botyard.store.blobs")
    for file in sorted(root.rglob("records.py")):
        importlib.import_module(".".join(("botyard", *file.relative_to(root).with_suffix("").parts)))


def _revision(connection: sqlite3.Connection, path: Path) -> str | None:
    """Read where the database stands; None where it is empty. Raises NotOurs."""
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    tables = sorted(name for (name,) in names)
    if not tables:
        return None
    is_marked = "alembic_version" in tables
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone() if is_marked else None
    if row is None:
        raise NotOurs(path, tables[0])
    return str(row[0])


def _make_all(connection: sqlite3.Connection) -> None:
    """Make every table in one transaction, so that a process killed meanwhile leaves an empty database."""
    load_all_tables()
    connection.execute("BEGIN IMMEDIATE")
    for table in metadata.sorted_tables:
        connection.execute(str(CreateTable(table).compile(dialect=DIALECT)))
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            connection.execute(str(CreateIndex(index).compile(dialect=DIALECT)))
    connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
    connection.execute("INSERT INTO alembic_version VALUES (?)", (REVISIONS[-1],))
    connection.execute("COMMIT")


@contextmanager
def schema_connection(path: Path) -> Iterator[sa.Connection]:
    """Open a connection for work on the schema, in one transaction; what is not committed in the end is undone.

    Raises StorageFailed, also for what goes wrong in the block.
    """
    engine = sa.create_engine("sqlite://", creator=lambda: _connect_for_the_schema(path), poolclass=sa.NullPool)
    # Python's driver, left to itself, begins nothing before CREATE and ALTER: each would stand by itself, and who dies
    # between two of them would leave a schema that is neither. SQLAlchemy documents this way ("Serializable isolation /
    # Savepoints / Transactional DDL").
    sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        with engine.connect() as connection:
            connection.begin()  # where none is under way, Alembic makes one for each step only
            yield connection
    except sa.exc.DBAPIError as error:
        raise failure(error.orig, path) if isinstance(error.orig, sqlite3.Error) else error from None


def _connect_for_the_schema(path: Path) -> sqlite3.Connection:
    connection = connect(path)
    # To alter a table is often to copy and to drop it, which rows that point there must not prevent. Not to be changed
    # in a transaction.
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_S * 1000:.0f}")
    return connection


def take_the_missing_steps(connection: sa.Connection) -> None:
    """Take a database, of any kind, from where it stands to the last step, and commit."""
    from alembic import command  # noqa: PLC0415 - costs start-up time, and most starts have nothing to do here
    from alembic.config import Config  # noqa: PLC0415 - as above

    load_all_tables()
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    connection.commit()
