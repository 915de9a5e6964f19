"""Rows that cannot be read: damaged, or written by a newer version, whose words this one does not know.

They may hold what a user wrote, so nothing of them goes into a log or an error.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from msgspec import Struct

WHY = "it cannot be read: it is damaged, or was written by a newer version"

T = TypeVar("T")


class Unreadable(Struct, frozen=True, tag="unreadable"):
    """Something waited and nobody can tell what. It has its turn, which tells the user that there is no answer."""


def read(decode: Callable[[bytes], T], content: bytes) -> T | None:
    """Read what is kept in a row; None: nobody can. What cannot be UTF-8 is a ValueError of its own to msgspec."""
    try:
        return decode(content)
    except (ValueError, RecursionError):
        return None


def in_words(content: dict[str, Any] | None) -> dict[str, Any]:
    """Show what could not be read as that, to whoever looks at it."""
    return {"error": WHY} if content is None else content
