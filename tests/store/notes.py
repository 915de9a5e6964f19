"""A small table to try a store with."""

import sqlite3
from pathlib import Path

import psycopg
import sqlalchemy as sa

from botyard.store.commit import OpenStore, Store
from botyard.store.opening import open_store
from botyard.store.statements import DIALECT
from tests.stores import url_for

POSTGRESQL = sa.make_url("postgresql+psycopg://").get_dialect()()
tables = sa.MetaData()
note = sa.Table(
    "note",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, unique=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("about", sa.JSON),
    sa.Column("at", sa.DateTime(timezone=True)),
    sa.Column("is_new", sa.Boolean),
)
ADD = sa.insert(note).values(name=sa.bindparam("name"), version=0)
ADD_RETURNING = ADD.returning(note.c.id)
MOVE = (
    sa.update(note)
    .where(note.c.name == sa.bindparam("name_"), note.c.version == sa.bindparam("version_"))
    .values(version=note.c.version + 1)
)
ALL = sa.select(note).order_by(note.c.id)
NAMES = sa.select(note.c.name).order_by(note.c.id)


async def names(store: Store) -> list[str]:
    """Read the names of all notes, in the order they were added."""
    return [row["name"] for row in await store.all(NAMES, {})]


def opened(path: Path) -> OpenStore:
    """Open a store of the kind this test runs on, with the table in it."""
    url = url_for(path)
    if url.startswith("sqlite"):
        with sqlite3.connect(path) as embedded:
            embedded.execute(str(sa.schema.CreateTable(note, if_not_exists=True).compile(dialect=DIALECT)))
        embedded.close()
    else:
        with psycopg.connect(url) as server:
            table = sa.schema.CreateTable(note, if_not_exists=True)
            server.execute(str(table.compile(dialect=POSTGRESQL)).encode())
    return open_store(url)
