"""What goes back over HTTP: JSON, and refusals as `{"error_message": …}`."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import msgspec
from msgspec import Struct
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from botyard.errors import BotyardError, Stopping
from botyard.serving.at_once import at_once

_encode = msgspec.json.Encoder().encode
_LINES = (
    b"content-type: application/json\r\ncache-control: no-store\r\nx-content-type-options: nosniff\r\n"
    b"content-length: %d\r\n"
)


class Refusal(Struct, frozen=True):
    """Every answer that is no success."""

    error_message: str


class MethodNotAllowed(BotyardError):
    """The address exists, for other methods."""

    code = "method_not_allowed"
    http_status = 405

    def __init__(self, allowed: str) -> None:
        super().__init__(f"this address takes {allowed}", allowed=allowed)
        self.allowed = allowed


class BodyTooLarge(BotyardError):
    """The body has more bytes than this address takes."""

    code = "body_too_large"
    http_status = 413

    def __init__(self, max_bytes: int, *, is_read: bool) -> None:
        super().__init__(f"the body is too large: {max_bytes} bytes are allowed", max_bytes=max_bytes)
        self.is_read = is_read  # whether the next request on this connection can be found


class BodyTooSlow(BotyardError):
    """The body did not arrive in time."""

    code = "body_too_slow"
    http_status = 408


class Crowded(BotyardError):
    """The connection is one too many. is_heard: whether there is room to say so."""

    code = "crowded"
    http_status = 503

    def __init__(self, why: str, *, is_heard: bool) -> None:
        super().__init__(why)
        self.is_heard = is_heard


class JsonAnswer:
    """An answer of JSON that is encoded already. headers: those of this answer alone.

    lines: all its headers, as they stand on the wire. ends: they say that the connection ends.
    """

    __slots__ = ("body", "ends", "lines", "status_code")

    def __init__(self, body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        self.body = body
        self.status_code = status
        self.lines = _LINES % len(body)
        self.ends = False
        if headers:
            self.lines += _written(headers)
            self.ends = headers.get("connection") == "close"

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer, in one piece where that can be."""
        whole = at_once(scope)
        if whole is None or not whole.answers(self.status_code, self.lines, self.body, ends=self.ends):
            headers = [line.split(b": ", 1) for line in self.lines.splitlines()]
            await send({"type": "http.response.start", "status": self.status_code, "headers": headers})
            await send({"type": "http.response.body", "body": self.body})


def _written(headers: Mapping[str, str]) -> bytes:
    if any(not part.isprintable() for header in headers.items() for part in header):
        raise ValueError("a header of an answer holds a line break or another control character")
    return "".join([f"{name}: {value}\r\n" for name, value in headers.items()]).encode("latin-1")


# Either answers a request. What is no JSON is Starlette's.
Answer: TypeAlias = JsonAnswer | Response


def json_answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> JsonAnswer:
    """Answer with a value as JSON."""
    return JsonAnswer(_encode(value), status, headers)


def refusal(error: BotyardError) -> JsonAnswer:
    """Answer with an error: its sentence, its status and the headers that HTTP asks for with that status.

    Sentences about our own failures name files and hosts: they go to the log, the caller hears less.
    """
    status = error.http_status
    if status == _UNAVAILABLE:
        return json_answer(Refusal(error.sentence if isinstance(error, Stopping | Crowded) else BUSY), status, _RETRY)
    if status >= _OURS:
        return json_answer(Refusal(BROKEN), status)
    return json_answer(Refusal(error.sentence), status, _headers_with(error))


BROKEN = "something went wrong on our side; the log knows more under this answer's x-request-id"
BUSY = "the server cannot do this right now; ask again in a moment"
_RETRY = {"retry-after": "1"}
_UNAVAILABLE, _OURS, _UNKNOWN_CALLER = 503, 500, 401


def _headers_with(error: BotyardError) -> dict[str, str]:
    match error:
        case MethodNotAllowed(allowed=allowed):
            return {"allow": allowed}
        case BodyTooLarge(is_read=False) | BodyTooSlow():
            return {"connection": "close"}
        case BotyardError(http_status=status) if status == _UNKNOWN_CALLER:
            return {"www-authenticate": "Bearer"}
        case _:
            seconds = error.facts.get("retry_after_s")
            return {} if seconds is None else {"retry-after": str(seconds)}
