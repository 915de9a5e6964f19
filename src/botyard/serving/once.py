"""A request that is sent twice is done once: the client names it with the header `idempotency-key`."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

from botyard.errors import BadRequest

C = TypeVar("C", contravariant=True)  # noqa: PLC0105 - named for what it is everywhere here: the caller

KEY_CHARS = 255


class Once(Protocol[C]):
    """Who remembers what was answered."""

    async def __call__(self, caller: C, key: str, route: str, do: Callable[[str], Awaitable[bytes]]) -> bytes:
        """Do it and remember the answer; where this caller's key was used on this route before, answer as then.

        do: gets a name for this request that is the same whenever it is tried again, and never another's.
        """
        ...


def key_of(headers: Sequence[str]) -> str | None:
    """Read the header, as often as it was sent; blank is absent. Raises BadRequest."""
    keys = {header.strip() for header in headers} - {""}
    if not keys:
        return None
    key = keys.pop()
    if keys or len(key) > KEY_CHARS or not key.isascii() or not key.isprintable():
        raise BadRequest(f"idempotency-key must be one text of at most {KEY_CHARS} printable ASCII characters")
    return key
