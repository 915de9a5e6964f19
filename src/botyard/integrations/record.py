"""What a builder may see of a call: everything but secrets and the user's auth_code."""

from collections.abc import Collection, Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from botyard.engine.effects import Call, Collected
from botyard.integrations.escaped import escaped_in
from botyard.integrations.signature import SIGNATURES
from botyard.nlu.understanding import EntityName

MASK = "•••"
# A shorter one would blot out half of an ordinary text, and is no secret to speak of.
_LEAST_CHARS = 6
_TELLING_CHARS = 4  # so much of a secret is worth hiding, too
_SEEN_CHARS = 4096
_SEEN_SIGNATURE_CHARS = 16


def call_seen(call: Call, personal: frozenset[EntityName]) -> Call:
    """Show a call: what its builder called personal is told to the receiver only."""
    if not personal or personal.isdisjoint(call.entities):
        return call
    entities = {
        name: tuple([Collected(one.detection, MASK, MASK) for one in values]) if name in personal else values
        for name, values in call.entities.items()
    }
    return replace(call, entities=entities)


def request_seen(url: str, headers: Mapping[str, str], body: bytes, hidden: Collection[str]) -> dict[str, Any]:
    """Show a request. body: JSON, with the auth_code and what is personal already masked."""
    headers_seen = dict(headers)
    for name in SIGNATURES:
        if name in headers:
            # Enough of it to compare it, too little to guess a weak secret by.
            headers_seen[name] = f"{headers[name][:_SEEN_SIGNATURE_CHARS]}…"
    return {
        "method": "POST",
        "url": masked(url, hidden),
        "headers": headers_seen,
        "body": json_seen(body, hidden),
    }


def response_seen(status: int, content_type: str, body: bytes, hidden: Collection[str]) -> dict[str, Any]:
    """Show an answer, the beginning of a long one."""
    return {
        "status": status,
        "content_type": masked(content_type, hidden),
        "bytes": len(body),
        "body": beginning(body.decode("utf-8", "replace"), hidden),
    }


def beginning(text: str, hidden: Collection[str]) -> str:
    """Show what a long text begins with. It is cut when it is masked: else half a secret might stand at its end."""
    return masked(text, hidden)[:_SEEN_CHARS].replace("\0", "\N{SYMBOL FOR NULL}")  # some databases keep no NUL


def json_seen(body: bytes, hidden: Collection[str]) -> Any:
    """Show JSON of ours. One in which nothing is to be hidden is kept as it stands: it is written as JSON once more.

    Else it is read before it is masked: with a number or a bracket blotted out, it could not be read.
    """
    text = body.decode()
    return msgspec.Raw(body) if masked(text, hidden) is text else _value_seen(msgspec.json.decode(body), hidden)


def masked(text: str, hidden: Collection[str]) -> str:
    """Blot out what must not be seen, wherever it stands, also as JSON writes it."""
    may_be_escaped = "\\" in text
    for secret in hidden:
        if len(secret) >= _LEAST_CHARS and (secret in text or (may_be_escaped and escaped_in(text, secret))):
            return _blotted(text, hidden)
    return text  # of nearly all


def _blotted(text: str, hidden: Collection[str]) -> str:
    for secret in sorted(hidden, key=len, reverse=True):
        if len(secret) >= _LEAST_CHARS:
            for form in (*escaped_in(text, secret), secret):
                text = text.replace(form, MASK)
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


def _value_seen(value: Any, hidden: Collection[str]) -> Any:
    match value:
        case str():
            return masked(value, hidden)
        case dict():
            return {masked(key, hidden): _value_seen(item, hidden) for key, item in value.items()}
        case list():
            return [_value_seen(item, hidden) for item in value]
        case _:  # a number; true, false and null are too short to hide anything
            text = str(value)
            seen = masked(text, hidden)
            return value if seen is text else seen
