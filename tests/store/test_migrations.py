"""The tables that the code declares are the tables that the migrations make, on a database that is really there."""

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

import botyard.store
from botyard.store.commit import StorageFailed
from botyard.store.database import open_database
from botyard.store.migrations import REVISIONS
from botyard.store.schema import metadata
from botyard.store.up_to_date import NewerSchema, NotOurs, _take_the_missing_steps, bring_up_to_date, load_all_tables


def tables(path: Path) -> dict[str, str]:
    """Read the words of each table's SQL; two writers of SQL differ in spaces, quotes and the order of constraints."""
    with sqlite3.connect(path) as connection:
        found = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    connection.close()
    words = {name: sorted(sql.replace('"', "").replace(",", " ").split()) for name, sql in found}
    return {name: " ".join(those) for name, those in words.items() if name != "alembic_version"}


def take_every_step(path: Path) -> None:
    _take_the_missing_steps(path)


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
