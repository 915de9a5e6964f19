"""A request that is sent twice is done once: the client names it with the header `idempotency-key`."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from hashlib import sha256
from typing import Protocol, TypeVar

import msgspec

from botyard.errors import BadRequest, BotyardError

C = TypeVar("C", contravariant=True)  # noqa: PLC0105 - named for what it is everywhere here: the caller

KEY_CHARS = 255


class Once(Protocol[C]):
    """Who remembers what was answered."""

    async def __call__(
        self, caller: C, key: str, route: str, whom: bytes, do: Callable[[str], Awaitable[bytes]]
    ) -> bytes:
        """Do it and remember the answer; where this caller's key was used on this route before, answer as then.

        whom: its `hash_of_whom`. Raises KeyUsed where the key was used for somebody else.
        do: gets a name for this request that is the same whenever it is tried again, and never another's.
        """
        ...


class KeyUsed(BotyardError):
    """The key names another user's request. Answered as that one, this user's would be lost, and its client not know.

    The status is the one of the IETF's draft on this header (draft-ietf-httpapi-idempotency-key-header, 2.7).
    """

    code = "key_used"
    http_status = 422

    def __init__(self) -> None:
        super().__init__("this idempotency-key was used for another user")


def hash_of_whom(path: Mapping[str, str], body: bytes) -> bytes:
    """Tell apart whom requests of one route are about. body: usable JSON, or nothing."""
    value = msgspec.json.decode(body) if body else {}
    user = value.get("user", value)
    auth_id = user.get("auth_id") if isinstance(user, dict) else user
    return sha256(msgspec.json.encode((dict(path), auth_id), order="deterministic")).digest()


def key_of(headers: Sequence[str]) -> str | None:
    """Read the header, as often as it was sent; blank is absent. Raises BadRequest."""
    keys = {header.strip() for header in headers} - {""}
    if not keys:
        return None
    key = keys.pop()
    if keys or len(key) > KEY_CHARS or not key.isascii() or not key.isprintable():
        raise BadRequest(f"idempotency-key must be one text of at most {KEY_CHARS} printable ASCII characters")
    return key
