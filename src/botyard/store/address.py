"""Where a database is: what its URL says."""

import os
from pathlib import Path

from botyard.errors import BadRequest

_SCHEME = "sqlite:///"


def path_of(url: str) -> Path:
    """Read `sqlite:///relative/path` or `sqlite:////absolute/path`. Raises BadRequest for anything else.

    Links are followed: what stands beside the database (its lock, its key) stands beside the file itself, so that
    two who reach it by different names meet there.
    """
    if not url.startswith(_SCHEME) or len(url) == len(_SCHEME):
        scheme = url.split("://", 1)[0]
        raise BadRequest(
            f"database URL of kind {scheme!r} is not supported; write sqlite:///path or sqlite:////absolute/path"
        )
    return Path(os.path.realpath(url.removeprefix(_SCHEME)))
