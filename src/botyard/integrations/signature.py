"""Sign what goes out, verify what comes in: `X-Hub-Signature` (sha1, sha256) and Standard Webhooks (v1).

Everywhere the key is the secret's UTF-8 bytes as they stand; libraries that ask for `whsec_…` are given
`whsec(secret)`.
"""

import hashlib
import hmac
import re
from base64 import b64encode
from collections.abc import Iterable
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from hashlib import _Hash as Hash

Method: TypeAlias = Literal["sha1", "sha256"]

# The headers that stand for the knowledge of a secret.
SIGNATURES = ("X-Hub-Signature", "X-Hub-Signature-256", "webhook-signature")
# What the libraries of Standard Webhooks allow between the clocks of two machines.
TOLERANCE = timedelta(minutes=5)
_SECONDS = re.compile(r"[0-9]{1,12}")


def sign(body: bytes, secret: str, method: Method = "sha1") -> str:
    """Make the value of an X-Hub-Signature header: `sha1=` and lower-case hex."""
    return f"{method}={_mac(secret, body, method).hex()}"


def sign_standard(message_id: str, timestamp: int, body: bytes, secrets: Iterable[str]) -> str:
    """Make the value of `webhook-signature`, one signature per live secret, the primary first.

    message_id: without dots. timestamp: seconds since 1970.
    """
    return " ".join([f"v1,{_standard(message_id, timestamp, body, secret)}" for secret in secrets])


def is_signed(header: str | bytes, body: bytes, secrets: Iterable[str]) -> bool:
    """Whether an X-Hub-Signature is this body's, under any live secret. A bad one takes as long as a good one."""
    given = _bytes(header)
    method: Method = "sha256" if given.startswith(b"sha256=") else "sha1"
    # Every secret is tried: stopping at the first match would tell which one it was.
    return sum([hmac.compare_digest(sign(body, secret, method).encode(), given) for secret in secrets]) > 0


def is_signed_standard(
    header: str | bytes, body: bytes, secrets: Iterable[str], *, message_id: str, timestamp: str, now: int
) -> bool:
    """Whether a `webhook-signature` holds one of this message's, and the message is fresh. timestamp: as it came."""
    if not _SECONDS.fullmatch(timestamp) or abs(int(timestamp) - now) > TOLERANCE.total_seconds():
        return False
    given = [token.removeprefix(b"v1,") for token in _bytes(header).split(b" ") if token.startswith(b"v1,")]
    ours = [_standard(message_id, int(timestamp), body, secret).encode() for secret in secrets]
    return sum([hmac.compare_digest(mine, theirs) for mine in ours for theirs in given]) > 0


def whsec(secret: str) -> str:
    """Write a secret as libraries of Standard Webhooks want it."""
    return "whsec_" + b64encode(secret.encode()).decode()


def forget_secrets() -> None:
    """Keep none of the secrets that were signed with."""
    _keyed.cache_clear()


def _standard(message_id: str, timestamp: int, body: bytes, secret: str) -> str:
    signed = f"{message_id}.{timestamp}.".encode() + body
    return b64encode(_mac(secret, signed, "sha256")).decode()


def _mac(secret: str, message: bytes, method: Method) -> bytes:
    """Make an HMAC (RFC 2104): the hash of the key and of what the key and the message hash to."""
    begun_inside, begun_outside = _keyed(secret, method)
    inside, outside = begun_inside.copy(), begun_outside.copy()
    inside.update(message)
    outside.update(inside.digest())
    return outside.digest()


@lru_cache(maxsize=256)  # those of the bots that are called just now
def _keyed(secret: str, method: Method) -> "tuple[Hash, Hash]":
    """Begin both hashes of an HMAC with its key: that is most of the time that a short message's takes.

    So it does not take the library's HMAC: to copy one costs as much as these two take to the end.
    """
    block_size, key = hashlib.new(method).block_size, secret.encode()
    if len(key) > block_size:
        key = hashlib.new(method, key).digest()
    key = key.ljust(block_size, b"\0")
    inside, outside = bytes([byte ^ 0x36 for byte in key]), bytes([byte ^ 0x5C for byte in key])
    return hashlib.new(method, inside), hashlib.new(method, outside)


def _bytes(header: str | bytes) -> bytes:
    """Turn a header into bytes: comparing texts raises where they are not ASCII."""
    return header if isinstance(header, bytes) else header.encode("utf-8", "surrogateescape")
