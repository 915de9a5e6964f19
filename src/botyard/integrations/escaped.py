"""How a text stands in JSON that others wrote: what is to be hidden must be hidden in every writing."""

import json
import re
from collections.abc import Iterator
from typing import NamedTuple


class _Writer(NamedTuple):
    """What is escaped beyond what JSON demands. as_hex: written as a backslash, u and four digits."""

    as_hex: str = ""
    slash: bool = False
    ascii_only: bool = False
    upper: bool = False


_WRITERS = (
    _Writer(),  # JavaScript, and most others
    _Writer(ascii_only=True),  # Python
    _Writer(ascii_only=True, slash=True),  # PHP
    _Writer(slash=True),  # PHP, told to leave letters alone
    _Writer(as_hex="<>&"),  # Go, Ruby on Rails
    _Writer(as_hex="<>&='"),  # Gson
    _Writer(as_hex="<>&+'`\"", ascii_only=True, upper=True),  # .NET
)
_NEVER_ESCAPED = re.compile("[0-9A-Za-z]+")


def escaped_in(text: str, secret: str) -> tuple[str, ...]:
    """Find how a secret is written in a text where it is not written as it is; the longest form first.

    Nearly always it is in no text at all, which is found out cheaply.
    """
    for run in _NEVER_ESCAPED.finditer(secret):
        if run[0] not in text:
            return ()
    return tuple(sorted({form for form in _forms(secret) if form != secret and form in text}, key=len, reverse=True))


def _forms(secret: str) -> Iterator[str]:
    """Write it in all ways; also in JSON that is a string in JSON."""
    for writer in _WRITERS:
        once = _written(secret, writer)
        yield once
        yield _written(once, writer)


def _written(text: str, writer: _Writer) -> str:
    return "".join(_character(one, writer) for one in text)


def _character(one: str, writer: _Writer) -> str:
    if one in writer.as_hex or (writer.ascii_only and not one.isascii()):
        units = one.encode("utf-16-be").hex("u", 2)
        return "".join("\\u" + (unit.upper() if writer.upper else unit) for unit in units.split("u"))
    if one == "/":
        return "\\/" if writer.slash else one
    return json.dumps(one, ensure_ascii=False)[1:-1]
