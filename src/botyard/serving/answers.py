"""What goes back over HTTP: JSON, and refusals as `{"error_message": …}`."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from botyard.errors import BotyardError, Stopping
from botyard.serving.at_once import at_once

_encode = msgspec.json.Encoder().encode
_HEADERS = (
    (b"content-type", b"application/json"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
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


def json_answer(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Answer with a value as JSON."""
    return json_bytes(_encode(value), status, headers)


def json_bytes(content: bytes, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Answer with JSON that is encoded already."""
    return _Json(content, status, headers)


class _Json(Response):
    """Starlette's, but what stands above every answer is not put together anew for each."""

    def init_headers(self, headers: Mapping[str, str] | None = None) -> None:
        """Put all headers in a row. headers: those of this answer alone."""
        of_this = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in (headers or {}).items()]
        if any(not part.isprintable() for header in (headers or {}).items() for part in header):
            raise ValueError("a header of an answer holds a line break or another control character")
        self.raw_headers = [*_HEADERS, (b"content-length", b"%d" % len(self.body)), *of_this]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, in one piece where that can be."""
        whole = at_once(scope)
        if whole is None or not whole.answers(self.status_code, self.raw_headers, bytes(self.body)):
            await super().__call__(scope, receive, send)


def refusal(error: BotyardError) -> Response:
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
