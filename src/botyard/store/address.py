"""Where a database is: what its URL says."""

import os
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from botyard.errors import BadRequest, BotyardError

_SCHEME = "sqlite:///"


class DriverMissing(BotyardError):
    """What speaks to the database is not installed. Whoever installed Botyard can add it."""

    code = "driver_missing"


def is_on_a_server(url: str) -> bool:
    """Tell whether a URL names a PostgreSQL database. Raises DriverMissing where nothing here could speak to it."""
    if not url.startswith(("postgresql://", "postgresql+")):
        return False
    if find_spec("psycopg") is None:
        raise DriverMissing(
            "BOTYARD_DATABASE_URL names PostgreSQL: install its driver, pip install 'botyard[postgres]'"
        )
    return True


def redis_driver_is_there() -> None:
    """Raise DriverMissing where nothing here could speak to Redis."""
    if find_spec("redis") is None:
        raise DriverMissing("BOTYARD_REDIS_URL is set: install what speaks to Redis, pip install 'botyard[redis]'")


def name_here(url: str) -> Path:
    """Name a database so that two processes of this machine which use it call it the same; it need not be a file."""
    if is_on_a_server(url):
        return Path("/postgresql", sha256(url.encode()).hexdigest())  # the URL holds a password
    return path_of(url)


def path_of(url: str) -> Path:
    """Read `sqlite:///relative/path` or `sqlite:////absolute/path`. Raises BadRequest for anything else.

    Links are followed: what stands beside the database (its lock, its key) stands beside the file itself, so that
    two who reach it by different names meet there.
    """
    if not url.startswith(_SCHEME) or len(url) == len(_SCHEME):
        scheme = url.split("://", 1)[0]
        raise BadRequest(
            f"database URL of kind {scheme!r} is not supported; write sqlite:///path, sqlite:////absolute/path or "
            "postgresql://user:password@host/database"
        )
    return Path(os.path.realpath(url.removeprefix(_SCHEME)))
