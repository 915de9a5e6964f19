"""Where a database is: what its URL says."""

from pathlib import Path

from botyard.errors import BadRequest

_SCHEME = "sqlite:///"


def path_of(url: str) -> Path:
    """Read `sqlite:///relative/path` or `sqlite:////absolute/path`. Raises BadRequest for anything else."""
    if not url.startswith(_SCHEME) or len(url) == len(_SCHEME):
        scheme = url.split("://", 1)[0]
        raise BadRequest(
            f"database URL of kind {scheme!r} is not supported; write sqlite:///path or sqlite:////absolute/path"
        )
    return Path(url.removeprefix(_SCHEME))
