"""The tables that the code declares are the tables that the migrations make, on a database that is really there."""

import os
import signal
import sqlite3
from multiprocessing import get_context
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.ddl.sqlite import SQLiteImpl
from alembic.migration import MigrationContext
from alembic.operations import Operations

import botyard.store
from botyard.store import up_to_date
from botyard.store.commit import StorageFailed
from botyard.store.database import connect, open_database
from botyard.store.migrations import REVISIONS
from botyard.store.schema import metadata
from botyard.store.up_to_date import (
    NewerSchema,
    NotOurs,
    bring_up_to_date,
    load_all_tables,
    schema_connection,
    take_the_missing_steps,
)


def tables(path: Path) -> dict[str, str]:
    """Read the words of each table's SQL; two writers of SQL differ in spaces, quotes and the order of constraints."""
    with sqlite3.connect(path) as connection:
        found = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    connection.close()
    words = {name: sorted(sql.replace('"', "").replace(",", " ").split()) for name, sql in found}
    return {name: " ".join(those) for name, those in words.items() if name != "alembic_version"}


def take_every_step(path: Path) -> None:
    with schema_connection(path) as connection:
        take_the_missing_steps(connection)


def test_schema_equals_migrations(tmp_path: Path) -> None:
    """A fresh database and one taken through every step have the same tables; Alembic finds nothing to add."""
    stepped, fresh = tmp_path / "stepped.db", tmp_path / "fresh.db"
    take_every_step(stepped)
    bring_up_to_date(f"sqlite:///{fresh}")
    assert tables(stepped) == tables(fresh)
    engine = sa.create_engine(f"sqlite:///{stepped}", poolclass=sa.NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_every_records_file_declares_tables_that_are_made() -> None:
    """No domain can forget to be loaded: the tables of every records.py are there."""
    load_all_tables()
    assert {"partner", "business", "bot_version", "live", "end_user", "conversation", "message", "blob"} <= set(
        metadata.tables
    )


def test_an_older_database_is_taken_through_the_missing_steps(tmp_path: Path) -> None:
    """A database that stands before the first step is brought to the last; a second time there is nothing to do."""
    path = tmp_path / "b.db"
    take_every_step(path)
    before = tables(path)
    bring_up_to_date(f"sqlite:///{path}")
    bring_up_to_date(f"sqlite:///{path}")
    assert tables(path) == before


def stand_at(path: Path, revision: str) -> None:
    """Make a database that stands at an older step."""
    with schema_connection(path) as connection:
        load_all_tables()
        config = Config()
        config.set_main_option("script_location", str(Path(botyard.store.__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.commit()


def revision(path: Path) -> str:
    """Read where a database stands."""
    with sqlite3.connect(path) as connection:
        [[found]] = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    connection.close()
    return str(found)


def test_who_is_killed_between_two_steps_finds_the_old_schema_whole(tmp_path: Path) -> None:
    """Whatever of the missing steps had been taken is gone with the process; the next start takes them all."""
    path = tmp_path / "b.db"
    stand_at(path, "0001")
    before = tables(path)

    def dies() -> None:
        SQLiteImpl.create_table = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[method-assign]  # in a process of its own
        bring_up_to_date(f"sqlite:///{path}")

    killed = get_context("fork").Process(target=dies)
    killed.start()
    killed.join(30)
    assert killed.exitcode == -signal.SIGKILL
    assert (tables(path), revision(path)) == (before, "0001")
    bring_up_to_date(f"sqlite:///{path}")
    assert revision(path) == REVISIONS[-1]


def test_a_disk_that_is_full_between_two_steps_leaves_the_old_schema_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told in words; with room again the steps are taken."""
    path = tmp_path / "b.db"
    stand_at(path, "0001")
    before = tables(path)

    def connect_to_a_full_disk(path: Path) -> sqlite3.Connection:
        connection = connect(path)
        [pages] = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count={pages}")
        return connection

    with monkeypatch.context() as full:
        full.setattr(up_to_date, "connect", connect_to_a_full_disk)
        with pytest.raises(StorageFailed, match="disk is full"):
            bring_up_to_date(f"sqlite:///{path}")
    assert (tables(path), revision(path)) == (before, "0001")
    bring_up_to_date(f"sqlite:///{path}")
    assert revision(path) == REVISIONS[-1]


@pytest.mark.parametrize("is_kept", [True, False])
def test_a_table_made_anew_keeps_its_rows_and_what_points_to_them(tmp_path: Path, *, is_kept: bool) -> None:
    """Alembic copies a table that SQLite cannot alter and drops the old one: no row that points there may notice."""
    path = tmp_path / "b.db"
    bring_up_to_date(f"sqlite:///{path}")
    with sqlite3.connect(path) as other:
        other.execute("INSERT INTO partner VALUES (1, 'c', 'n', '2026-01-01T00:00:00.000000+00:00')")
        other.execute("INSERT INTO team VALUES (1, 1, 'care', 1)")
    other.close()
    before = tables(path)
    with schema_connection(path) as connection:
        with Operations(MigrationContext.configure(connection)).batch_alter_table(
            "partner", recreate="always"
        ) as batch:
            batch.alter_column("name", nullable=True)
        if is_kept:
            connection.commit()
    assert (tables(path) == before) != is_kept
    with sqlite3.connect(path) as other:
        assert other.execute("SELECT team.name FROM team JOIN partner ON partner.id = partner_id").fetchall() == [
            ("care",)
        ]
        assert other.execute("PRAGMA foreign_key_check").fetchall() == []
    other.close()


def test_a_newer_database_is_refused_untouched(tmp_path: Path) -> None:
    """An old program does not run over what a newer one wrote."""
    path = tmp_path / "b.db"
    bring_up_to_date(f"sqlite:///{path}")
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(NewerSchema, match="9999"):
        bring_up_to_date(f"sqlite:///{path}")


def test_the_last_revision_is_the_last_step() -> None:
    """REVISIONS, which is read without Alembic, names what Alembic finds, oldest first."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - only here

    config = Config()
    config.set_main_option("script_location", str(Path(botyard.store.__file__).parent / "migrations"))
    steps = [step.revision for step in ScriptDirectory.from_config(config).walk_revisions()]
    assert tuple(reversed(steps)) == REVISIONS


def test_a_fresh_database_opens_at_once(tmp_path: Path) -> None:
    """`bring_up_to_date` makes the folder too, and what it makes can be opened."""
    url = f"sqlite:///{tmp_path}/new/folder/b.db"
    bring_up_to_date(url)
    open_database(url).close()


@pytest.mark.parametrize(
    ("made", "refusal"),
    [
        ("CREATE TABLE partner (a)", NotOurs),
        ("CREATE TABLE zoo (a)", NotOurs),
        ("CREATE TABLE alembic_version (version_num)", NotOurs),
        ("CREATE TABLE alembic_version (a)", StorageFailed),
        ("CREATE VIEW partner AS SELECT 1", StorageFailed),
    ],
)
def test_another_programs_database_is_refused_and_left_alone(
    tmp_path: Path, made: str, refusal: type[Exception]
) -> None:
    """With a sentence, whatever it calls its tables; none of ours is made beside them."""
    with sqlite3.connect(tmp_path / "other.db") as connection:
        connection.execute(made)
    connection.close()
    before = tables(tmp_path / "other.db")
    with pytest.raises(refusal, match=r"other\.db"):
        bring_up_to_date(f"sqlite:///{tmp_path}/other.db")
    assert tables(tmp_path / "other.db") == before
