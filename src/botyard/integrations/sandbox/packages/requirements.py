"""A bot's requirements.txt: names and versions of packages on the index, and nothing else that pip would take.

A file may not name files of the server, addresses, or another index: whoever writes a bot does not decide what the
server reads and whom it asks.
"""

import re
from collections.abc import Iterator

from msgspec import Struct

from botyard.bot import layout
from botyard.integrations.sandbox.packages.unusable import PackagesUnusable

_MOST_LINES = 100
_MOST_CHARS = 20_000
_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_VERSION = r"(?:===|==|~=|!=|<=|>=|<|>)\s*[A-Za-z0-9.*+!_-]+"
_ARCHIVE = r"\.(?:whl|zip|tar|tgz|gz|bz2|xz|txt|toml)\b"
_REQUIREMENT = re.compile(
    rf"(?!\S*{_ARCHIVE})(?P<name>{_NAME})\s*(?:\[\s*{_NAME}(?:\s*,\s*{_NAME})*\s*\]\s*)?"
    rf"(?:{_VERSION}(?:\s*,\s*{_VERSION})*)?\s*(?:;[\w\s.,'\"<>=!~()+-]+)?",
    re.ASCII,
)
_COMMENT = re.compile(r"(?:^|\s)#.*")


class Requirement(Struct, frozen=True):
    """One package that is asked for. name: as on the index, in small letters with dashes. line: from 1."""

    name: str
    text: str
    line: int


def requirements_in(text: str) -> tuple[Requirement, ...]:
    """Read a requirements.txt. Raises PackagesUnusable for the first line that is no name with versions."""
    for line, trouble in not_packages(text):
        raise PackagesUnusable(f"{at(line)}: {trouble}" if line else f"{layout.REQUIREMENTS} {trouble}", line=line)
    read = ((line, written, _REQUIREMENT.fullmatch(written)) for line, written in _lines(text))
    return tuple(Requirement(normal(found["name"]), written, line) for line, written, found in read if found)


def not_packages(text: str) -> Iterator[tuple[int | None, str]]:
    """Say of every line that is no name with versions what is wrong with it; of the file as a whole: no line."""
    if len(text) > _MOST_CHARS:
        yield None, f"has over {_MOST_CHARS} characters"
        return
    count = 0
    for count, (line, written) in enumerate(_lines(text), 1):  # noqa: B007 - counted for what follows
        if not _REQUIREMENT.fullmatch(written):
            yield line, f"`{_shown(written)}` {_trouble(written)}"
    if count > _MOST_LINES:
        yield None, f"asks for over {_MOST_LINES} packages"


def normal(name: str) -> str:
    """Spell a package's name as the index does."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield what is not a comment; a line that ends in a backslash goes on in the next."""
    begun, began = "", 0
    for number, raw in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        line = _COMMENT.sub("", raw).strip()
        begun, began = begun + line.removesuffix("\\"), began or number
        if line.endswith("\\"):
            continue
        if begun.strip():
            yield began, begun.strip()
        begun, began = "", 0
    if begun.strip():
        yield began, begun.strip()


# The rest of an address, and what stands before an @ with a colon in it: there passwords are.
_PRIVATE = re.compile(r"(?<=://)\S+|[^\s@]*:[^\s@]*(?=@)")


def _shown(written: str) -> str:
    """Repeat a line for a sentence that goes into logs, without the passwords that its address may hold."""
    return _PRIVATE.sub("…", written)[:80]


def at(line: int) -> str:
    """Say where."""
    return f"line {line} of {layout.REQUIREMENTS}"


# What pip would take and we do not, by how it looks; the first that fits is told.
_REFUSED = (
    (r"-(r|c)\b|--(requirement|constraint)\b", "names another file; write its packages here"),
    (r"-e\b|--editable\b", "is to be installed from its source; only wheels of the package index are taken"),
    (r"--hash\b|.*\s--hash\b", "has a hash; leave it out, Botyard locks every file by its own"),
    (r"--?[A-Za-z]", "is an option; only packages are taken, from the index that the operator chose"),
    (r".*(\w+\+)?\w+://|.*@", "is an address; only packages of the package index are taken"),
    (rf"[./~\\]|.*[/\\]|.*{_ARCHIVE}", "is a path; only packages of the package index are taken"),
)


def _trouble(written: str) -> str:
    for pattern, trouble in _REFUSED:
        if re.match(pattern, written):
            return trouble
    return "is no package; write its name and the version, as in `requests==2.32.3`"
