"""What a builder may see of a call: everything but secrets and the user's auth_code."""

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

import msgspec

MASK = "•••"
# A shorter one would blot out half of an ordinary text, and is no secret to speak of.
_LEAST_CHARS = 6
_TELLING_CHARS = 4  # so much of a secret is worth hiding, too
_SEEN_CHARS = 4096
_SEEN_SIGNATURE_CHARS = 16


def request_seen(url: str, headers: Mapping[str, str], body: bytes, hidden: Collection[str]) -> dict[str, Any]:
    """Show a request. body: JSON, with the auth_code already masked."""
    headers_seen = dict(headers)
    for name in _signatures(tuple(headers)):
        headers_seen[name] = _shortened(headers[name])
    return {
        "method": "POST",
        "url": masked(url, hidden),
        "headers": headers_seen,
        "body": _body_seen(body, hidden),
    }


def response_seen(status: int, headers: Mapping[str, str], body: bytes, hidden: Collection[str]) -> dict[str, Any]:
    """Show an answer, the beginning of a long one."""
    return {
        "status": status,
        "content_type": masked(headers.get("Content-Type", ""), hidden),
        "bytes": len(body),
        "body": beginning(body.decode("utf-8", "replace"), hidden),
    }


def beginning(text: str, hidden: Collection[str]) -> str:
    """Show what a long text begins with. It is cut when it is masked: else half a secret might stand at its end."""
    return masked(text, hidden)[:_SEEN_CHARS].replace("\0", "\N{SYMBOL FOR NULL}")  # some databases keep no NUL


def masked(text: str, hidden: Collection[str]) -> str:
    """Blot out what must not be seen, wherever it stands."""
    for secret in hidden:
        if secret in text and len(secret) >= _LEAST_CHARS:
            return _blotted(text, hidden)
    return text  # of nearly all


def _blotted(text: str, hidden: Collection[str]) -> str:
    for secret in sorted(hidden, key=len, reverse=True):
        if len(secret) >= _LEAST_CHARS:
            text = text.replace(secret, MASK)
    return text


def masked_piece(text: str, hidden: Collection[str]) -> str:
    """Blot out what must not be seen in a text that was cut before, at either end: also what the cut left of it."""
    text = masked(text, hidden)
    for secret in (secret for secret in hidden if len(secret) >= _LEAST_CHARS):
        left = range(len(secret) - 1, _TELLING_CHARS - 1, -1)
        first = next((count for count in left if text.startswith(secret[-count:])), 0)
        last = next((count for count in left if text.endswith(secret[:count])), 0)
        text = MASK * bool(first) + text[first : len(text) - last] + MASK * bool(last)
    return text


def _body_seen(body: bytes, hidden: Collection[str]) -> Any:
    """Show a body. One in which nothing is to be hidden is kept as it stands: it is written as JSON once more."""
    text = body.decode()
    seen = masked(text, hidden)
    return msgspec.Raw(body) if seen is text else msgspec.json.decode(seen)


@lru_cache(maxsize=256)  # our own names, one list or two
def _signatures(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if "signature" in name.lower())


def _shortened(signature: str) -> str:
    """Show enough of a signature to compare it, too little to guess a weak secret by."""
    return f"{signature[:_SEEN_SIGNATURE_CHARS]}…"
