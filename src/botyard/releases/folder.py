"""A bot folder on disk: read whole within limits, and replaced whole or not at all."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct

from botyard.bot.layout import is_hidden, is_known, unknown
from botyard.bot.problems import Problem, in_order
from botyard.errors import BadRequest, NotFound
from botyard.store.disk import to_disk

MAX_FILES = 5_000
MAX_FILE_BYTES = 8 * 1024 * 1024
MAX_BYTES = 64 * 1024 * 1024


class Folder(Struct, frozen=True):
    """What lies in a folder: its files, by path with / between, and what is wrong with the others."""

    files: dict[str, bytes]
    problems: tuple[Problem, ...]


def read_folder(folder: Path) -> Folder:
    """Read a bot's files. Files that are part of no bot are named in the problems, and never opened.

    Raises:
        NotFound: there is no such folder.
        BadRequest: it holds more than a bot may.
    """
    if not folder.is_dir():
        raise NotFound(f"there is no folder {str(folder)!r}", folder=str(folder))
    root = folder.resolve()
    files: dict[str, bytes] = {}
    problems: list[Problem] = []
    size = 0
    for path in paths_in(folder):
        name = path.relative_to(folder).as_posix()
        if is_hidden(name):
            continue
        if trouble := _trouble(root, path, name):
            problems.append(trouble)
        else:
            files[name] = path.read_bytes()
            size += len(files[name])
        if len(files) > MAX_FILES or size > MAX_BYTES:
            raise BadRequest(
                f"the folder {str(folder)!r} is larger than a bot may be: "
                f"{MAX_FILES} files and {MAX_BYTES // 1024 // 1024} MB together",
                folder=str(folder),
            )
    return Folder(files, in_order(problems))


def write_folder(folder: Path, files: Mapping[str, bytes], *, beside: Mapping[str, bytes] | None = None) -> None:
    """Replace a folder by these files: it is the old one whole, or the new one whole, after a crash too.

    beside: hidden files that lie with them and are part of no bot.

    Raises:
        BadRequest: a path is none of a bot's, or the target is not a folder.
    """
    strangers = [path for path in files if not is_known(path)]
    if strangers:
        raise BadRequest(f"{strangers[0]!r} is not a file of a bot", path=strangers[0])
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise BadRequest(f"{str(folder)!r} is not a folder that can be replaced", folder=str(folder))
    parent = folder.absolute().parent
    parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".new", dir=parent))
    try:
        new.chmod(0o755)  # mkdtemp makes a private one; a bot's folder is read by colleagues
        _fill(new, {**files, **(beside or {})})
        _swap(new, folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    to_disk(parent)


def write_new_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files where there is nothing yet: a folder that is new, or empty and perhaps somebody's current one."""
    if folder.exists():
        _fill(folder, files)
    else:
        write_folder(folder, files)


def stranger_in(folder: Path, *, but: str) -> str | None:
    """Find something in a folder that is no file of a bot, hidden or not: replacing the folder would lose it."""
    names = (path.relative_to(folder).as_posix() for path in paths_in(folder))
    return next((name for name in names if name != but and not is_known(name)), None)


def paths_in(folder: Path) -> Iterator[Path]:
    """List files in order; links to folders are listed, not followed."""
    for here, folders, names in os.walk(folder):
        folders.sort()
        links = [name for name in folders if (Path(here) / name).is_symlink()]
        for name in sorted([*names, *links]):
            yield Path(here) / name


def _trouble(root: Path, path: Path, name: str) -> Problem | None:
    """Say why a file is not read."""
    if path.is_symlink() and path.is_dir():
        return Problem(name, 1, "this is a link to a folder; put the folder itself here")
    if not is_known(name):
        return unknown(name)
    if not Path(os.path.realpath(path)).is_relative_to(root):  # unlike resolve(), it bears links in a ring
        return Problem(name, 1, "this is a link that leads out of the bot's folder; put the file itself here")
    if not path.is_file() or not os.access(path, os.R_OK):
        return Problem(name, 1, "this is no file that may be read; check what it is and who owns it")
    if path.stat().st_size > MAX_FILE_BYTES:
        return Problem(name, 1, f"this file is larger than {MAX_FILE_BYTES // 1024 // 1024} MB")
    return None


def _fill(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, source in sorted(files.items()):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        with path.open("wb") as file:
            file.write(source)
            file.flush()
            os.fsync(file.fileno())
    for inner in (*sorted(path for path in folder.iterdir() if path.is_dir()), folder):
        to_disk(inner)


def _swap(new: Path, folder: Path) -> None:
    """Put the new folder in place. Where the old one cannot be exchanged in one step, it is put back on failure."""
    if not folder.exists():
        new.rename(folder)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".old", dir=new.parent))
    folder.rename(old)  # over an empty folder: one step
    try:
        new.rename(folder)
    except OSError:
        old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)
