"""Who may write: one process at a time holds the lock file beside the database.

The lock is the kernel's (flock), so it goes with its process however that dies; the text in the file only tells
others whom to ask.
"""

import fcntl
import os
import stat
import time
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from botyard.errors import BotyardError
from botyard.store.address import path_of

_READ_ATTEMPTS = 20


def hold(url: str, *, control_socket: str = "") -> "Lock":
    """Become the process that writes. control_socket: where others can ask it to act.

    Raises HeldByAnother, NoDatabaseFile.
    """
    database = path_of(url)
    _must_be_one_file(database)
    path = database.with_name(database.name + ".lock")
    descriptor = _opened(path, database)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = _holder(descriptor)
        os.close(descriptor)
        raise HeldByAnother(database, holder) from None
    lock = Lock(descriptor)
    lock.tell(control_socket)
    return lock


def _opened(path: Path, database: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise NoDatabaseFile(
            database,
            f"beside it {path} cannot be written ({error.strerror}); let this user write in that folder and the files "
            "in it, or name another folder in BOTYARD_DATABASE_URL",
        ) from error


class Holder(msgspec.Struct, frozen=True):
    """Who holds the lock. pid 0: it has not said so yet."""

    pid: int = 0
    control_socket: str = ""


class HeldByAnother(BotyardError):
    """Another process writes this database. holder: who, and where it can be asked."""

    code = "held_by_another"
    http_status = 409

    def __init__(self, database: Path | str, holder: Holder, why: str = "only one process may write it") -> None:
        super().__init__(
            f"database {database} is in use by process {holder.pid or 'of another machine'}; {why}",
            database=str(database),
            pid=holder.pid,
            control_socket=holder.control_socket,
        )
        self.holder = holder


class NoDatabaseFile(BotyardError):
    """What the URL names cannot be a database that one process writes."""

    code = "no_database_file"

    def __init__(self, database: Path, why: str) -> None:
        super().__init__(f"{database} cannot be the database: {why}", database=str(database))


class Held(ABC):
    """The right to write, for as long as a block runs."""

    @abstractmethod
    def release(self) -> None:
        """Let another process write."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


class Lock(Held):
    """Held until `release`, or until the process ends. The file stays: removing it would let two processes in."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def tell(self, control_socket: str) -> None:
        """Write down who holds the lock and where it can be asked."""
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, msgspec.json.encode(Holder(os.getpid(), control_socket)), 0)

    def release(self) -> None:
        """Let another process write."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def _must_be_one_file(database: Path) -> None:
    """A hard link is a second name that no lock beside the first would guard; a device keeps nothing."""
    try:
        status = database.stat()
    except OSError:
        return  # it will be made, or its lock file says why not
    if not stat.S_ISREG(status.st_mode):
        raise NoDatabaseFile(database, "it is no plain file; BOTYARD_DATABASE_URL must name one, or one yet to be made")
    if status.st_nlink > 1:
        raise NoDatabaseFile(
            database,
            "the file has a second name (a hard link), under which another process could write it; "
            "remove the other name, or copy the file",
        )


def _holder(descriptor: int) -> Holder:
    for _ in range(_READ_ATTEMPTS):
        try:
            return msgspec.json.decode(os.pread(descriptor, 4096, 0), type=Holder)
        except msgspec.DecodeError:
            time.sleep(0.005)  # it has just got the lock and is about to write its name
    return Holder()
