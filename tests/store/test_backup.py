"""A backup is whole or not there; what cannot be one, and what would overwrite something, is refused with its name."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from botyard.errors import BotyardError
from botyard.store import backup
from botyard.store.backup import BackedUpElsewhere, CannotBackUp, InUse, back_up, restore
from botyard.store.commit import StorageFailed
from botyard.store.lock import hold
from botyard.store.up_to_date import NewerSchema, bring_up_to_date


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A database with something in it."""
    url = f"sqlite:///{tmp_path / 'botyard.db'}"
    bring_up_to_date(url)
    put(tmp_path / "botyard.db", "first")
    return url


def put(database: Path, name: str, content: bytes = b"kept") -> None:
    """Keep something, as a server would."""
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("INSERT INTO blob (sha256, content) VALUES (?, ?)", (name, content))


def kept(database: Path) -> list[str]:
    """Read what is kept."""
    with closing(sqlite3.connect(database)) as connection:
        return [name for (name,) in connection.execute("SELECT sha256 FROM blob ORDER BY 1")]


def files(folder: Path) -> list[str]:
    """List a folder, but for the lock beside the database."""
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".lock")


def test_what_was_committed_comes_back(url: str, tmp_path: Path) -> None:
    """Also what stands in the write-ahead log only, with the database held and written by another."""
    copy = tmp_path / "copy.db"
    with hold(url), closing(sqlite3.connect(tmp_path / "botyard.db", isolation_level=None)) as server:
        server.execute("PRAGMA wal_autocheckpoint=0")
        server.execute("INSERT INTO blob (sha256, content) VALUES ('in the log', 'x')")
        server.execute("BEGIN IMMEDIATE")
        server.execute("INSERT INTO blob (sha256, content) VALUES ('not committed', 'x')")
        back_up(url, copy)
        server.execute("COMMIT")
    assert kept(copy) == ["first", "in the log"]
    there = tmp_path / "there"
    there.mkdir()
    assert restore(f"sqlite:///{there}/botyard.db", copy) >= "0002"
    assert kept(there / "botyard.db") == ["first", "in the log"]
    assert files(there) == ["botyard.db"]


def test_a_backup_is_its_owners_alone(url: str, tmp_path: Path) -> None:
    """It holds the words of users: neither it nor what is restored from it may be read by others."""
    back_up(url, tmp_path / "copy.db")
    restore(f"sqlite:///{tmp_path}/again.db", tmp_path / "copy.db")
    assert [(tmp_path / name).stat().st_mode & 0o777 for name in ("copy.db", "again.db")] == [0o600, 0o600]


def test_nothing_is_overwritten(url: str, tmp_path: Path) -> None:
    """Not a file, not a link that leads nowhere, not the database; what is there stays as it is."""
    (tmp_path / "there.db").write_text("mine")
    (tmp_path / "link.db").symlink_to(tmp_path / "nowhere")
    for name in ("there.db", "link.db", "botyard.db"):
        with pytest.raises(CannotBackUp, match=name):
            back_up(url, tmp_path / name)
    back_up(url, tmp_path / "copy.db")
    put(tmp_path / "botyard.db", "second")
    with pytest.raises(CannotBackUp, match=r"botyard\.db: exists"):
        restore(url, tmp_path / "copy.db")
    assert (tmp_path / "there.db").read_text() == "mine"
    assert kept(tmp_path / "botyard.db") == ["first", "second"]


@pytest.mark.parametrize("ending", ["-wal", "-journal"])
def test_a_leftover_of_another_database_is_refused(ending: str, url: str, tmp_path: Path) -> None:
    """SQLite would take a log beside the restored database for its own, and mix the two."""
    back_up(url, tmp_path / "copy.db")
    (tmp_path / f"new.db{ending}").write_bytes(b"left behind")
    with pytest.raises(CannotBackUp, match=f"new.db{ending}"):
        restore(f"sqlite:///{tmp_path}/new.db", tmp_path / "copy.db")


def test_the_database_of_a_running_server_is_not_replaced(url: str, tmp_path: Path) -> None:
    """Even where its file was moved away under it: it still writes there."""
    back_up(url, tmp_path / "copy.db")
    with hold(url):
        (tmp_path / "botyard.db").rename(tmp_path / "old.db")
        with pytest.raises(InUse, match="Stop that one"):
            restore(url, tmp_path / "copy.db")


def test_a_newer_backup_is_refused(url: str, tmp_path: Path) -> None:
    """This version would misread it; nothing is made."""
    with closing(sqlite3.connect(tmp_path / "botyard.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    back_up(url, tmp_path / "copy.db")
    with pytest.raises(NewerSchema, match="9999"):
        restore(f"sqlite:///{tmp_path}/new.db", tmp_path / "copy.db")
    assert not list(tmp_path.glob("new.db*[!k]"))


def spoilt(path: Path, kind: str) -> None:
    """Make of a backup something that is none."""
    content = bytearray(path.read_bytes())
    match kind:
        case "no database":
            content = bytearray(b"a letter" * 1000)
        case "cut off":
            content = content[: len(content) // 2]
        case "damaged":
            content[2 * 4096 : 12 * 4096] = b"\xff" * (10 * 4096)
        case _:
            content = bytearray()
    path.write_bytes(content)


@pytest.mark.parametrize("kind", ["no database", "cut off", "damaged", "empty"])
def test_what_is_no_sound_backup_is_refused_by_name(kind: str, url: str, tmp_path: Path) -> None:
    """A sentence that names the file, and no database made of it."""
    put(tmp_path / "botyard.db", "large", b"x" * 100_000)
    copy = tmp_path / "copy.db"
    back_up(url, copy)
    spoilt(copy, kind)
    with pytest.raises(BotyardError, match=r"copy\.db"):
        restore(f"sqlite:///{tmp_path}/new.db", copy)
    assert not list(tmp_path.glob("new.db*[!k]"))


def test_a_damaged_database_gives_no_backup(url: str, tmp_path: Path) -> None:
    """The operator hears of it now, not on the day when the backup is needed."""
    put(tmp_path / "botyard.db", "large", b"x" * 100_000)
    spoilt(tmp_path / "botyard.db", "damaged")
    with pytest.raises(BotyardError, match=r"botyard\.db.*damaged"):
        back_up(url, tmp_path / "copy.db")
    assert not list(tmp_path.glob("copy.db*"))


def test_another_programs_database_is_no_backup(url: str, tmp_path: Path) -> None:
    """It is sound, and yet not ours."""
    with closing(sqlite3.connect(tmp_path / "other.db")) as other, other:
        other.execute("CREATE TABLE invoices (id INTEGER)")
    with pytest.raises(CannotBackUp, match=r"other\.db: is a database, but no backup"):
        restore(f"{url}.new", tmp_path / "other.db")


def test_no_database_and_no_folder_are_named(url: str, tmp_path: Path) -> None:
    """Neither makes anything."""
    with pytest.raises(CannotBackUp, match="nothing to back up"):
        back_up(f"sqlite:///{tmp_path}/none.db", tmp_path / "copy.db")
    with pytest.raises(CannotBackUp, match="there is no such folder"):
        back_up(url, tmp_path / "none" / "copy.db")
    assert files(tmp_path) == ["botyard.db"]


def test_postgresql_is_sent_to_its_own_tools() -> None:
    """Before anything is connected to."""
    with pytest.raises(BackedUpElsewhere, match="pg_dump"):
        back_up("postgresql://asha:hush@nowhere/botyard", Path("copy.db"))


def test_a_full_disk_leaves_nothing_behind(url: str, tmp_path: Path) -> None:
    """Half a backup would be found on the day when it is needed. The limit on a file's size stands for the disk."""
    put(tmp_path / "botyard.db", "large", b"x" * 1_000_000)
    program = (
        "import resource, sys; from pathlib import Path; from botyard.store.backup import back_up; "
        "from botyard.store.commit import StorageFailed\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000))\n"
        "try: back_up(sys.argv[1], Path(sys.argv[2]))\n"
        "except StorageFailed as error: print(error.sentence)\n"
    )
    copy = tmp_path / "copy.db"
    done = subprocess.run(
        [sys.executable, "-c", program, url, copy], capture_output=True, text=True, check=True, timeout=60
    )
    assert "copy.db" in done.stdout
    assert not list(tmp_path.glob("copy.db*"))
    back_up(url, copy)  # with room again
    assert StorageFailed.code == "storage_failed"
    assert kept(copy) == ["first", "large"]


def test_a_backup_that_was_killed_is_made_again(url: str, tmp_path: Path) -> None:
    """What it left is called NAME.part and does not stand in the way."""
    (tmp_path / "copy.db.part").write_text("half")
    back_up(url, tmp_path / "copy.db")
    assert files(tmp_path) == ["botyard.db", "copy.db"]


def test_two_backups_to_one_file_do_not_spoil_each_other(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second is refused, the first is whole."""
    sound = backup._must_be_sound

    def another_comes(copy: Path, otherwise: str, about: Path) -> None:
        monkeypatch.setattr(backup, "_must_be_sound", sound)
        with pytest.raises(CannotBackUp, match="being made by another run"):
            back_up(url, tmp_path / "copy.db")
        sound(copy, otherwise, about)

    monkeypatch.setattr(backup, "_must_be_sound", another_comes)
    back_up(url, tmp_path / "copy.db")
    assert kept(tmp_path / "copy.db") == ["first"]
    assert files(tmp_path) == ["botyard.db", "copy.db"]


def test_a_database_without_tables_gives_no_backup(tmp_path: Path) -> None:
    """It is somebody's empty file, and a backup of it would be a false comfort."""
    sqlite3.connect(tmp_path / "botyard.db").close()
    (tmp_path / "botyard.db").touch()
    with pytest.raises(CannotBackUp, match="no tables of ours"):
        back_up(f"sqlite:///{tmp_path}/botyard.db", tmp_path / "copy.db")
