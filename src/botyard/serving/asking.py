"""What comes in over HTTP: a body that is counted while it is read, a query that says everything once, headers."""

import asyncio
from urllib.parse import unquote_to_bytes

from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope

from botyard.errors import BadRequest
from botyard.serving.answers import BodyTooLarge, BodyTooSlow
from botyard.serving.at_once import at_once

MAX_BODY_BYTES = 64 * 1024
# A body that is only a little too large is read to its end: a client that still writes cannot hear our answer.
STILL_READ_BYTES = 1024 * 1024
BODY_WITHIN_S = 30.0


async def body_of(scope: Scope, receive: Receive, max_bytes: int = MAX_BODY_BYTES) -> bytes:
    """Read a body, chunked or not. Raises BodyTooLarge, BodyTooSlow, ClientDisconnect."""
    whole = at_once(scope)
    if whole is not None and (body := whole.whole_body()) is not None:
        if len(body) > max_bytes:
            raise BodyTooLarge(max_bytes, is_read=True)
        return body
    try:
        async with asyncio.timeout(BODY_WITHIN_S):
            return await _read(receive, max_bytes)
    except TimeoutError:
        raise BodyTooSlow(f"the body did not arrive within {BODY_WITHIN_S:.0f} s") from None


async def _read(receive: Receive, max_bytes: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    is_more = True
    while is_more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunk = message.get("body", b"")
        size += len(chunk)
        if size <= max_bytes:
            chunks.append(chunk)
        elif size > max_bytes + STILL_READ_BYTES:
            raise BodyTooLarge(max_bytes, is_read=False)
        is_more = message.get("more_body", False)
    if size > max_bytes:
        raise BodyTooLarge(max_bytes, is_read=True)
    return b"".join(chunks)


def headers_of(scope: Scope, name: bytes) -> list[str]:
    """Read one header, as often as it was sent. name: in lower case."""
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


def query_of(query: bytes) -> dict[str, str]:
    """Read a query string. Raises BadRequest for a name said twice: programs disagree on which of the two counts."""
    found: dict[str, str] = {}
    for part in filter(None, query.split(b"&")):
        name, _, value = part.partition(b"=")
        said = _plain(name)
        if said in found:
            raise BadRequest("a query parameter is given twice")
        found[said] = _plain(value)
    return found


def _plain(text: bytes) -> str:
    try:
        plain = unquote_to_bytes(text.replace(b"+", b" ")).decode()
    except UnicodeDecodeError:
        raise BadRequest("the query is not UTF-8") from None
    if "\0" in plain:
        raise BadRequest("the query holds the character NUL")
    return plain
