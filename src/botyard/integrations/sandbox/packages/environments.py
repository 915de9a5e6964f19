"""The packages of a bot's code: the set that it names, and its own requirements before them."""

import asyncio
import hashlib
import os
import sys
from pathlib import Path

from msgspec import Struct

from botyard.bot.model import CodeSettings
from botyard.integrations.sandbox.jail.launch import NoJail, find_python
from botyard.integrations.sandbox.packages.building import (
    Interpreter,
    Recipe,
    build,
    id_of,
    interpreter,
    is_built,
    mark_used,
)
from botyard.integrations.sandbox.packages.locking import explained, locked
from botyard.integrations.sandbox.packages.requirements import Requirement, requirements_in
from botyard.integrations.sandbox.packages.unusable import PackagesUnavailable, PackagesUnusable
from botyard.integrations.sandbox.packages.uv import UvFailed
from botyard.integrations.sandbox.sources import Progress

_APPROVED = Path(__file__).with_name("approved")
SETS = ("compat-2019", "current")


class Environment(Struct, frozen=True):
    """Packages, built. id: of all they are made of. folders: of this machine, first come first found.

    trusted: the operator approved all of them. lock: of the bot's own requirements, "" where it has none.
    """

    id: str
    folders: tuple[str, ...]
    trusted: bool = True
    lock: str = ""


async def environment_for(
    code: CodeSettings, requirements: str | None, *, progress: Progress, root: Path | None = None, lock: str = ""
) -> Environment:
    """Find, or build, what code imports. Raises PackagesUnusable.

    requirements: the text of the bot's requirements.txt. lock: what they came to when the version was trained; without
    it, and where this machine has not locked them before, the index is asked.
    """
    roots = (root,) if root else usual_roots()
    python = await python_of_jails()
    wanted = requirements_in(requirements or "")
    approved = await _approved(code.packages, python, roots, progress)
    if not wanted:
        return approved
    if not lock:
        await progress("locking requirements.txt")
        lock = await locked(wanted, python, roots[0])
    own = await _own(lock, wanted, python, roots, progress)
    both = hashlib.sha256(f"{own.name} {approved.id}".encode()).hexdigest()
    return Environment(both, (str(own), *approved.folders), trusted=False, lock=lock)


def usual_roots() -> tuple[Path, ...]:
    """Choose where environments are built, and name where they may be: an image's builder may write where we may not.

    With Botyard, where we may write and the runner's user may read.
    """
    ours = Path(sys.prefix) / "share" / "botyard" / "packages"
    if os.geteuid() == 0:  # the runner then is somebody else, who may be kept out of /root
        return (ours,) if _is_open_to_all(ours) else (Path("/var/cache/botyard/packages"), ours)
    nearest = next(folder for folder in (ours, *ours.parents) if folder.exists())
    if os.access(nearest, os.W_OK):
        return (ours,)
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "botyard" / "packages", ours, Path("/var/cache/botyard/packages")


def _is_open_to_all(folder: Path) -> bool:
    return all(parent.stat().st_mode & 0o001 for parent in folder.parents if parent.exists())


async def python_of_jails() -> Interpreter:
    """Find out which Python imports the packages. Raises PackagesUnavailable."""
    try:
        return await interpreter(find_python().executable)
    except NoJail as none:
        raise PackagesUnavailable(none.sentence) from none


async def _approved(name: str, python: Interpreter, roots: tuple[Path, ...], progress: Progress) -> Environment:
    if name not in SETS:
        raise PackagesUnusable(f"there is no set of packages {name}; there are {' and '.join(SETS)}")
    recipe = await asyncio.to_thread(recipe_of, name)
    folder = await asyncio.to_thread(_built, id_of(recipe, python), roots)
    if folder is None:
        await progress(f"building the packages of {name}, once")
        if name == "compat-2019" and not python.tag.startswith("(3, 11)"):
            await progress("compat-2019 is made for Python 3.11; on the one that is here some of it cannot be imported")
        try:
            folder = await build(recipe, python, roots[0])
        except UvFailed as failed:
            sentence = explained(failed.sentence, (), python).sentence
            raise PackagesUnavailable(f"the packages of {name} could not be built: {sentence}") from failed
    return Environment(folder.name, (str(folder),))


def recipe_of(name: str) -> Recipe:
    """Read what an approved set is made of."""
    return Recipe(
        lock=(_APPROVED / f"{name}.lock").read_text(),
        from_source=("unicodecsv",),
        builders=(_APPROVED / "build.lock").read_text(),
        modules={"MySQLdb.py": (_APPROVED / "mysqldb.py").read_text()},
    )


async def _own(
    lock: str, wanted: tuple[Requirement, ...], python: Interpreter, roots: tuple[Path, ...], progress: Progress
) -> Path:
    recipe = Recipe(lock=lock)
    folder = await asyncio.to_thread(_built, id_of(recipe, python), roots)
    if folder is None:
        await progress(f"building {lock.count('==')} packages of requirements.txt")
        try:
            folder = await build(recipe, python, roots[0])
        except UvFailed as failed:
            raise explained(failed.sentence, wanted, python) from failed
    return folder


def _built(name: str, roots: tuple[Path, ...]) -> Path | None:
    found = next((root / name for root in roots if is_built(root / name)), None)
    if found:
        mark_used(found)
    return found
