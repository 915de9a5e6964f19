"""Environments: folders of installed packages, named for all that they are made of, whole or not there.

Built beside their place and moved there at once. Whoever builds the same at the same time finds it taken and throws the
own one away: the two are the same.
"""

import asyncio
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from botyard.integrations.sandbox.packages.unusable import PackagesUnavailable, PackagesUnusable, not_kept
from botyard.integrations.sandbox.packages.uv import run_uv

# What else an environment is made of: how it is built. Changed with anything in this file that changes what comes out.
_BUILDER = "1"
_MOST_MB = 500
_WHOLE = ".whole"
UNFINISHED, _LEFT_S = ".unfinished-", 86400.0  # what is being built, or going away


class Interpreter(Struct, frozen=True):
    """The Python that will import the packages. tag: its version, its binary interface and the kind of machine."""

    executable: str
    tag: str


class Recipe(Struct, frozen=True):
    """What an environment is made of. lock: requirements with the hash of every file.

    from_source: packages that the operator approved although they have no wheel. builders: the lock of what builds
    them. modules: ours beside the packages, by file name.
    """

    lock: str
    from_source: tuple[str, ...] = ()
    builders: str = ""
    modules: Mapping[str, str] = {}


async def interpreter(executable: str) -> Interpreter:
    """Ask an interpreter what it is; the same Python gives the same tag on every machine of its kind."""
    asking = await asyncio.create_subprocess_exec(
        executable, "-ISc", _ASKED, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await asking.communicate()
    if asking.returncode:
        raise PackagesUnavailable(f"{executable} does not work: it ended with {asking.returncode}")
    return Interpreter(executable, said.decode().strip())


_ASKED = (
    "import sys, sysconfig; print(sys.version_info[:2], sysconfig.get_config_var('SOABI'), sysconfig.get_platform())"
)


def id_of(recipe: Recipe, python: Interpreter) -> str:
    """Name what comes of a recipe and a Python."""
    parts = (_BUILDER, python.tag, recipe.lock, recipe.builders, *recipe.from_source)
    modules = (text for item in sorted(recipe.modules.items()) for text in item)
    return hashlib.sha256("\0".join((*parts, *modules)).encode()).hexdigest()


def is_built(folder: Path) -> bool:
    """Whether an environment is there, with every file as long as it was when it was built."""
    with suppress(OSError):
        return (folder / _WHOLE).read_text() == _measured(folder)
    return False


def mark_used(folder: Path) -> None:
    """Note that somebody has just found an environment and will use it; where we may."""
    with suppress(OSError):
        os.utime(folder / _WHOLE)


def last_used(folder: Path) -> float:
    """Tell when an environment was marked last, as a time stamp; now where it is just coming or going."""
    try:
        return (folder / _WHOLE).stat().st_mtime
    except OSError:
        return time.time()


async def build(recipe: Recipe, python: Interpreter, root: Path) -> Path:
    """Build an environment; the folder it is in. Raises UvFailed, PackagesUnusable."""
    target = root / id_of(recipe, python)
    try:
        unfinished = await asyncio.to_thread(_unfinished, root)
        try:
            await _install(recipe, python, unfinished, root / "cache")
            await asyncio.to_thread(_put, unfinished / "packages", target)
        finally:
            await asyncio.to_thread(shutil.rmtree, unfinished, ignore_errors=True)
    except OSError as error:
        raise not_kept(root, error) from error
    return target


def _unfinished(root: Path) -> Path:
    """Make a folder to build in; what somebody who died left behind goes away."""
    if not root.is_dir():
        root.mkdir(parents=True)
        root.chmod(0o755)  # the runner is another user
    (root / "cache").mkdir(exist_ok=True)
    for left in root.glob(f"{UNFINISHED}*"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _LEFT_S:
                shutil.rmtree(left, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=root))


async def _install(recipe: Recipe, python: Interpreter, unfinished: Path, cache: Path) -> None:
    """Install what the lock names: the very files, wheels but for what was approved, compiled to bytecode."""
    packages, lock, builders = (unfinished / name for name in ("packages", "lock.txt", "builders.txt"))
    packages.mkdir()
    for name, module in recipe.modules.items():
        (packages / name).write_text(module)
        (packages / name).chmod(0o644)
    lock.write_text(recipe.lock)
    builders.write_text(recipe.builders)
    from_source: list[str | Path] = [word for name in recipe.from_source for word in ("--no-binary", name)]
    await run_uv(
        *("install", "--python", python.executable, "--target", packages, "--no-deps"),
        *("--require-hashes", "--only-binary", ":all:", *from_source, "--compile-bytecode", "--requirements", lock),
        *("--build-constraints", builders, "--require-build-hashes"),
        cache=cache,
    )


def _put(built: Path, target: Path) -> None:
    """Move an environment to its place, unless somebody was first; one that is there and not whole makes room."""
    shutil.rmtree(built / "bin", ignore_errors=True)  # programs, which no jail can start
    size_mb = sum(file.stat().st_size for file in built.rglob("*") if file.is_file()) >> 20
    if size_mb > _MOST_MB:
        raise PackagesUnusable(f"the packages take {size_mb} MB; {_MOST_MB} MB is the most")
    (built / _WHOLE).write_text(_measured(built))
    built.chmod(0o755)
    if target.exists() and not is_built(target):
        shutil.rmtree(target, ignore_errors=True)
    try:
        built.rename(target)
    except OSError:
        if not is_built(target):
            raise


def _measured(folder: Path) -> str:
    """List every file with its length: after a power cut some may be empty."""
    files = sorted(file for file in folder.rglob("*") if file.is_file() and file.name != _WHOLE)
    return "".join(f"{file.stat().st_size} {file.relative_to(folder)}\n" for file in files)
