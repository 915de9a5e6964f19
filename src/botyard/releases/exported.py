"""A folder that an export writes: it replaces what an earlier export wrote there, and nobody's own work.

Beside the bot's files lies a hidden one that names each of them with its SHA-256. As long as the folder holds exactly
those, nothing that a person wrote is lost when it is replaced.
"""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import msgspec
from msgspec import Struct

from botyard.errors import BadRequest
from botyard.releases.folder import paths_in, write_folder

NOTE = ".botyard-export"


class WouldBeLost(BadRequest):
    """Replacing the folder would lose something that is nowhere else."""

    code = "would_be_lost"


class Note(Struct, frozen=True):
    """What an export wrote: the SHA-256 of each file in hex, by path."""

    files: dict[str, str]


def write_export(folder: Path, files: Mapping[str, bytes], *, is_forced: bool = False) -> None:
    """Put an export into a folder. is_forced: also over what somebody changed there. Raises WouldBeLost, BadRequest."""
    written = {path: sha256(source).hexdigest() for path, source in sorted(files.items())}
    found = _found_in(folder)
    if not (is_forced or found in (written, _noted(folder), {})):
        raise WouldBeLost(
            f"{str(folder)!r} holds files that no export wrote, or that were changed since, and they would be lost; "
            "export into a new folder, or say --force to replace them",
            folder=str(folder),
        )
    write_folder(folder, files, beside={NOTE: msgspec.json.format(msgspec.json.encode(Note(written))) + b"\n"})


def _found_in(folder: Path) -> dict[str, str | None]:
    """Tell what each file in a folder holds; None for what is no plain file."""
    paths = {path.relative_to(folder).as_posix(): path for path in paths_in(folder)}
    paths.pop(NOTE, None)
    return {
        name: sha256(path.read_bytes()).hexdigest() if path.is_file() and not path.is_symlink() else None
        for name, path in paths.items()
    }


def _noted(folder: Path) -> dict[str, str] | None:
    try:
        return msgspec.json.decode((folder / NOTE).read_bytes(), type=Note).files
    except (OSError, msgspec.DecodeError):
        return None
