"""A bot's requirements become a lock: every package they lead to, with the hash of every file of it.

A lock is kept, so that the same requirements mean the same packages tomorrow; only their change asks the index again.
"""

import asyncio
import hashlib
import re
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from botyard.bot import layout
from botyard.integrations.sandbox.packages.building import Interpreter
from botyard.integrations.sandbox.packages.requirements import Requirement, at, normal
from botyard.integrations.sandbox.packages.unusable import PackagesUnavailable, PackagesUnusable, not_kept
from botyard.integrations.sandbox.packages.uv import UvFailed, run_uv

_MOST_CHARS = 600


async def locked(wanted: Sequence[Requirement], python: Interpreter, root: Path) -> str:
    """Find, or make, the lock of requirements. Raises PackagesUnusable."""
    text = "".join(f"{one.text}\n" for one in wanted)
    kept = root / "locks" / f"{hashlib.sha256((python.tag + chr(0) + text).encode()).hexdigest()}.txt"
    with suppress(OSError):
        return await asyncio.to_thread(kept.read_text)
    try:
        await asyncio.to_thread(_folders, root)
        lock = await _resolved(text, python, root / "cache")
        await asyncio.to_thread(_keep, kept, lock)
    except UvFailed as failed:
        raise explained(failed.sentence, wanted, python) from failed
    except OSError as error:
        raise not_kept(root, error) from error
    return lock


async def _resolved(text: str, python: Interpreter, cache: Path) -> str:
    how = ("--generate-hashes", "--only-binary", ":all:", "--no-header", "--no-annotate")
    return await run_uv("compile", "-", "--python", python.executable, *how, cache=cache, given=text)


def _folders(root: Path) -> None:
    for name in ("locks", "cache"):
        (root / name).mkdir(parents=True, exist_ok=True)


def _keep(kept: Path, lock: str) -> None:
    with tempfile.NamedTemporaryFile("w", dir=kept.parent, delete=False) as unfinished:
        unfinished.write(lock)
    Path(unfinished.name).replace(kept)


def explained(said: str, wanted: Sequence[Requirement], python: Interpreter) -> PackagesUnusable:
    """Turn what uv said into a sentence for the author, with the line that it is about where there is one."""
    said = re.sub(r"\s+", " ", said)
    if re.search(r"Failed to fetch|error sending request|Request failed|[Cc]onnect error|dns error", said):
        where = re.search(r"https?://[^/\s)`]+", said)
        return PackagesUnavailable(
            f"the package index{f' {where[0]}' if where else ''} cannot be reached; try again later"
        )
    for pattern, sentence in _ABOUT_ONE:
        if found := re.search(pattern, said):
            return _about(found["name"], sentence.format(**found.groupdict(), python=_plain(python)), wanted)
    required = re.findall(rf"you require {_PACKAGE}", said)
    return _about(required[-1] if required else "", f"no versions fit together: {_cause(said)}", wanted)


_PACKAGE = r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)"
# What uv says of one package; the first that fits is told.
_ABOUT_ONE = (
    (rf"{_PACKAGE} was not found in the package registry", "there is no package {name} on the package index"),
    (
        rf"(?:Because|and|that) {_PACKAGE}(?P<version>[=<>!~][^ ]*)? has no (?:usable )?wheels",
        "{name}{version} has no wheel for {python}, and packages are not built from their source here",
    ),
    (rf"there is no version of {_PACKAGE}(?P<version>[=<>!~][^ ]*)", "there is no version of {name} that is {version}"),
    (rf"only {_PACKAGE}(?P<version>[=<>!~][^ ]*) is available", "of {name} there is only {name}{version}"),
    (rf"Couldn't parse requirement.* {_PACKAGE}", "{name} is no requirement that can be read"),
)


def _about(name: str, sentence: str, wanted: Sequence[Requirement]) -> PackagesUnusable:
    line = next((one.line for one in wanted if one.name == normal(name)), None)
    place = at(line) if line else layout.REQUIREMENTS
    return PackagesUnusable(f"{place}: {sentence}", line=line)


def _cause(said: str) -> str:
    """Leave out what uv says before and after it."""
    cause = said.partition("cause: ")[2] or said
    return cause.partition(" hint: ")[0].removesuffix(", we can conclude that your requirements are unsatisfiable.")[
        :_MOST_CHARS
    ]


def _plain(python: Interpreter) -> str:
    """Name a Python as people do: `(3, 11) cpython-311-x86_64-linux-gnu linux-x86_64`."""
    version, machine = re.match(r"\((\d+), (\d+)\)", python.tag), python.tag.rpartition("-")[2]
    return f"Python {version[1]}.{version[2]} on {machine}" if version else "this Python"
