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


class Reply(Struct, frozen=True):
    """A worker's frame. result: what `main` returned, not yet looked at."""

    id: str
    ok: bool
    error: CodeError | None = None
    result: msgspec.Raw = msgspec.Raw(b"null")
    rss_kb: int = 0
    threads: int = 1


class Returned(Struct, frozen=True):
    """What `main` must return; more keys than these are nobody's business."""

    status_code: int = field(name="statusCode")
    body: str
    headers: dict[str, Any] | None = None


class Told(Struct, frozen=True):
    """A zygote's datagram. status: of wait; -1 where no process could be made."""

    type: Literal["ready", "gone"]
    worker: int = 0
    status: int = 0
    max_rss_kb: int = 0
    why: str = ""


def returned(reply: Reply) -> Returned | CodeError:
    """Judge the shape of a result; the answer inside it is judged by the table of answers."""
    try:
        return _RETURNED.decode(reply.result)
    except (msgspec.ValidationError, msgspec.DecodeError, RecursionError) as wrong:
        return CodeError("BadReturn", f"{_SHAPE}: {_in_words(wrong)}", reason="bad_return")


read_reply = msgspec.json.Decoder(Reply).decode
read_told = msgspec.json.Decoder(Told).decode
_RETURNED = msgspec.json.Decoder(Returned)
_SHAPE = 'main must return {"statusCode": 200, "body": json.dumps(answer)}'


def _in_words(wrong: Exception) -> str:
    return str(wrong) if isinstance(wrong, msgspec.ValidationError) else "it is nested too deep, or no text in UTF-8"
