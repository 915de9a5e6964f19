"""What crosses between runner and jail, and what the runner says of a call. Whatever comes out of a jail is hostile."""

from typing import Any, Literal, TypeAlias

import msgspec
from msgspec import Struct, field

Reason: TypeAlias = Literal[
    "exception", "bad_return", "bad_event", "timeout", "crashed", "output", "forged", "busy", "no_sandbox", "stopped"
]


class CodeError(Struct, frozen=True):
    """Why a call has no result. reason: who decided so; type, message, traceback: the author's, or ours in words."""

    type: str
    message: str
    traceback: str = ""
    reason: Reason = "exception"


class CodeAnswer(Struct, frozen=True):
    """One call, done. body: the text that `main` returned. max_rss_mb: the most its worker has used so far."""

    status_code: int | None = field(default=None, name="statusCode")
    body: str | None = None
    stdout: str = ""
    stderr: str = ""
    error: CodeError | None = None
    duration_ms: float = 0.0
    max_rss_mb: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether `main` returned something usable."""
        return self.error is None


# What reading JSON raises. Of bytes that are no text, where one is expected, msgspec lets Python's own error through.
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class Returned(Struct, frozen=True):
    """What `main` must return; more keys than these are nobody's business."""

    status_code: int = field(name="statusCode")
    body: str
    headers: dict[str, Any] | None = None


class Reply(Struct, frozen=True):
    """A worker's frame, judged. result: what `main` returned; error: why that is nothing usable. Neither: it loaded."""

    id: str
    ok: bool
    result: Returned | None = None
    error: CodeError | None = None
    rss_kb: int = 0
    threads: int = 1


class Told(Struct, frozen=True):
    """A zygote's datagram. status: of wait; -1 where no process could be made."""

    type: Literal["ready", "gone"]
    worker: int = 0
    status: int = 0
    max_rss_kb: int = 0
    why: str = ""


def read_reply(body: bytes) -> Reply:
    """Read a worker's frame. Raises one of UNREADABLE where it is none."""
    try:
        reply = _read_usual(body)
    except UNREADABLE:
        return _read_any(body)
    return reply if reply.result is not None and reply.ok and reply.error is None else _read_any(body)


def returned(result: msgspec.Raw) -> Returned | CodeError:
    """Judge the shape of a result; the answer inside it is judged by the table of answers."""
    try:
        return _read_returned(result)
    except UNREADABLE as wrong:
        return CodeError("BadReturn", f"{_SHAPE}: {_in_words(wrong)}", reason="bad_return")


class _Raised(Struct, frozen=True):
    """What an author's code raised. Whatever reason it writes beside, `busy` say, is not ours: callers believe that."""

    type: str
    message: str
    traceback: str = ""


class _Framed(Struct, frozen=True):
    """A worker's frame as it is written. result: what `main` returned, not yet looked at; empty: it was not called."""

    id: str
    ok: bool
    result: msgspec.Raw = msgspec.Raw()
    error: _Raised | None = None
    rss_kb: int = 0
    threads: int = 1


def _read_any(body: bytes) -> Reply:
    """Read a frame in two steps, so that a result of a wrong shape is told from a frame that is none."""
    framed = _read_framed(body)
    if framed.ok == (framed.error is not None):
        raise msgspec.ValidationError("it says both that all is well and that it is not, or neither")
    error: CodeError | None = None
    result: Returned | None = None
    if framed.error is not None:
        error = CodeError(framed.error.type, framed.error.message, framed.error.traceback)
    elif len(framed.result):
        judged = returned(framed.result)
        error, result = (judged, None) if isinstance(judged, CodeError) else (None, judged)
    return Reply(framed.id, framed.ok, result, error, framed.rss_kb, framed.threads)


_read_usual = msgspec.json.Decoder(Reply).decode  # one step, for what calls as a rule come to
_read_framed = msgspec.json.Decoder(_Framed).decode
_read_returned = msgspec.json.Decoder(Returned).decode
read_told = msgspec.json.Decoder(Told).decode
_SHAPE = 'main must return {"statusCode": 200, "body": json.dumps(answer)}'


def _in_words(wrong: Exception) -> str:
    return str(wrong) if isinstance(wrong, msgspec.ValidationError) else "it is nested too deep, or no text in UTF-8"
