"""A copy of the embedded database, taken while a server writes, and brought back where there is none.

SQLite's own copying reads one snapshot: everything that was committed, and so acknowledged, before it began is in it,
and the server goes on writing meanwhile. The copy becomes visible under its name when it is whole, checked and on the
disk; until then it is called NAME.part. PostgreSQL brings tools of its own for this, and we do not stand in their way.
"""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from botyard.errors import BotyardError
from botyard.store.address import is_on_a_server, path_of
from botyard.store.database import failure
from botyard.store.disk import to_disk
from botyard.store.lock import HeldByAnother, hold
from botyard.store.migrations import REVISIONS
from botyard.store.up_to_date import NewerSchema

# What SQLite keeps beside a database: with a leftover of another one it would mix the two.
_BESIDE = ("-wal", "-journal")


def back_up(url: str, file: Path) -> None:
    """Copy the database to `file`, which must not exist; a server may run. The key for secrets is not in it.

    Raises BackedUpElsewhere, CannotBackUp, StorageFailed.
    """
    database = _embedded(url)
    if not database.exists():
        raise CannotBackUp(database, "there is no database yet, so there is nothing to back up", database)
    _must_be_free(file)
    with _made_whole(file) as part:
        _copy(database, part, mode="rw")
        _must_be_sound(part, "the database is damaged, and so is every copy: restore an earlier backup", database)
        _stand(part, database, "has no tables of ours, so there is nothing to back up")


def restore(url: str, file: Path) -> str:
    """Bring a backup back as the database, which must not exist; the schema that it stands at.

    Raises BackedUpElsewhere, CannotBackUp, InUse, NewerSchema, StorageFailed.
    """
    database = _embedded(url)
    try:
        with hold(url):
            _must_be_free(database)
            with _made_whole(database) as part:
                _copy(file, part, mode="ro")
                _must_be_sound(part, "it is damaged: take another backup", file)
                stand = _stand(part, file, "is a database, but no backup of Botyard")
                if stand not in REVISIONS:
                    raise NewerSchema(stand)
    except HeldByAnother as error:
        raise InUse(f"{error.sentence}. Stop that one, then restore") from error
    return stand


class CannotBackUp(BotyardError):
    """There is nothing to copy, or no place to copy it to, or what should be a backup is none."""

    code = "cannot_back_up"

    def __init__(self, path: Path, why: str, about: Path) -> None:
        super().__init__(f"{about}: {why}", path=str(path))


class BackedUpElsewhere(BotyardError):
    """The database has tools of its own for this."""

    code = "backed_up_elsewhere"


class InUse(BotyardError):
    """The database cannot be replaced while another process works on it."""

    code = "in_use"
    http_status = 409


def _embedded(url: str) -> Path:
    if is_on_a_server(url):
        raise BackedUpElsewhere(
            "this database is on PostgreSQL: back it up with pg_dump --format=custom and bring it back with "
            "pg_restore, as the guide `Back up and restore` says, step by step"
        )
    return path_of(url)


def _must_be_free(path: Path) -> None:
    """Nothing is ever overwritten: whoever means it moves the old file away first."""
    for taken in (path, *(path.with_name(path.name + ending) for ending in _BESIDE)):
        if taken.exists() or taken.is_symlink():
            raise CannotBackUp(path, "exists, and nothing is overwritten: move it away, or name another file", taken)
    if not path.parent.is_dir():
        raise CannotBackUp(path, "there is no such folder: make it, or name another file", path.parent)


@contextmanager
def _made_whole(path: Path) -> Iterator[Path]:
    """Make a file that appears under its name only when it is whole and on the disk; only its owner may read it."""
    part = path.with_name(path.name + ".part")
    descriptor = _only_ours(part, path)
    try:
        yield part
        to_disk(part)
        _named(part, path)
        to_disk(path.parent)
    finally:
        part.unlink(missing_ok=True)
        os.close(descriptor)


def _only_ours(part: Path, path: Path) -> int:
    """Open the half-made file, empty, for this run alone; what one that was killed left there is gone."""
    while True:
        descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_still_there(part, descriptor):
                os.ftruncate(descriptor, 0)
                return descriptor
        except BlockingIOError:
            os.close(descriptor)
            raise CannotBackUp(path, "is being made by another run: wait for it, or name another file", path) from None
        os.close(descriptor)  # another run has just ended, and its file went with it


def _is_still_there(part: Path, descriptor: int) -> bool:
    """Tell whether a file that was opened is what its name leads to now."""
    try:
        return os.path.samestat(os.fstat(descriptor), part.stat())
    except FileNotFoundError:
        return False


def _named(part: Path, path: Path) -> None:
    """Give it its name, unless somebody else was faster: a link, unlike a move, replaces nothing."""
    try:
        os.link(part, path)
    except FileExistsError:
        raise CannotBackUp(path, "was made by somebody else meanwhile: name another file", path) from None
    except OSError:  # a file system without links; that nothing is there was looked at before
        part.rename(path)


def _copy(source: Path, to: Path, *, mode: str) -> None:
    """Copy one snapshot, in one step: in several it would start again with every commit of the server."""
    try:
        with closing(_opened(source, mode)) as reading:
            reading.execute("SELECT count(*) FROM sqlite_master").fetchone()  # a file that is none is named here
            with closing(sqlite3.connect(to)) as writing:
                _copy_pages(reading, writing, to)
    except sqlite3.DatabaseError as error:
        raise failure(error, source) from error


def _copy_pages(reading: sqlite3.Connection, writing: sqlite3.Connection, to: Path) -> None:
    try:
        reading.backup(writing)
        writing.execute("PRAGMA journal_mode=DELETE")  # one file, that can be read from a read-only disk
    except sqlite3.DatabaseError as error:
        raise failure(error, to) from error


def _opened(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode={mode}", uri=True)


def _must_be_sound(copy: Path, otherwise: str, about: Path) -> None:
    """Read every page once. about: what to name where it is damaged."""
    with closing(sqlite3.connect(copy)) as reading:
        try:
            found = [text for (text,) in reading.execute("PRAGMA integrity_check(1)")]
        except sqlite3.DatabaseError as error:
            raise CannotBackUp(about, otherwise, about) from error
    if found != ["ok"]:
        raise CannotBackUp(about, otherwise, about)


def _stand(copy: Path, about: Path, otherwise: str) -> str:
    """Read which schema a copy has. about: what to name where it has none. Raises CannotBackUp."""
    with closing(sqlite3.connect(copy)) as reading:
        try:
            row = reading.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.DatabaseError:
            row = None
    if row is None:
        raise CannotBackUp(about, otherwise, about)
    return str(row[0])
