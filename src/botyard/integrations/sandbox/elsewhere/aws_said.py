"""What AWS Lambda says of a call, in our words: the same reasons as a jail's."""

import re
from base64 import b64decode
from typing import Any

import msgspec
from msgspec import Struct

from botyard.errors import BotyardError
from botyard.integrations.sandbox.said import CodeAnswer, CodeError, Reason, returned

# Documented for Invoke (AWS Lambda API reference): none of these calls has begun.
_BUSY = frozenset({"TooManyRequestsException", "ThrottlingException", "Throttling", "EC2ThrottledException"})
_TOO_LARGE = frozenset({"RequestTooLargeException", "RequestEntityTooLargeException"})
_TIMED_OUT = re.compile(r"Task timed out after ([0-9.]+) seconds")
_REPORT = re.compile(r"^REPORT .*?Duration: ([0-9.]+) ms.*?(?:Max Memory Used: ([0-9]+) MB|$)", re.MULTILINE)
_ITS_OWN = re.compile(r"^(?:START|END|REPORT|INIT_START|INIT_REPORT|XRAY) .*\n?", re.MULTILINE)
# What its runtime calls an author's mistakes, and what a jail does.
_OURS = {
    "Runtime.UserCodeSyntaxError": "SyntaxError",
    "Runtime.HandlerNotFound": "NoMain",
    "Runtime.MarshalError": "BadReturn",
    "Function.ResponseSizeTooLarge": "ResultTooLarge",
}
_CRASHES = frozenset({"Runtime.ExitError", "Runtime.Unknown"})


class Invoked(Struct, frozen=True):
    """What Invoke gave. payload: of `main`, or the error where is_error. log: the tail, in base64."""

    payload: bytes
    is_error: bool = False
    log: str = ""


class Raised(Struct, frozen=True):
    """An error as its runtime writes it."""

    message: str = msgspec.field(name="errorMessage", default="")
    type: str = msgspec.field(name="errorType", default="Error")
    trace: tuple[str, ...] = msgspec.field(name="stackTrace", default=())


def answer_of(invoked: Invoked, most_bytes: int) -> CodeAnswer:
    """Read what a call came to. most_bytes: of a result, as for jails."""
    log = b64decode(invoked.log).decode("utf-8", "replace")
    report = _REPORT.search(log)
    answer = CodeAnswer(
        stdout=_ITS_OWN.sub("", log),
        duration_ms=float(report[1]) if report else 0.0,
        max_rss_mb=float(report[2] or 0) if report else 0.0,
    )
    found = _error(invoked.payload) if invoked.is_error else _returned(invoked.payload, most_bytes)
    if isinstance(found, CodeError):
        return msgspec.structs.replace(answer, error=found)
    return msgspec.structs.replace(answer, status_code=found.status_code, body=found.body)


def failure_of(error: Exception) -> CodeAnswer:
    """Say why there was no call: by AWS's word, or by that of the way to it."""
    code = _code(error)
    if code in _BUSY:
        return _failed("Busy", "all that AWS Lambda reserves for this code is in use", "busy")
    if code in _TOO_LARGE:
        return _failed("EventTooLarge", "AWS Lambda takes no event as large as this", "bad_event")
    told = error.sentence if isinstance(error, BotyardError) else f"{type(error).__name__}{code and f' ({code})'}"
    return _failed("NoLambda", f"AWS Lambda did not run the code: {told}", "no_sandbox")


def _code(error: Exception) -> str:
    """Find AWS's own name for what a ClientError is. Its sentences may hold account numbers: they are not passed on."""
    response: Any = getattr(error, "response", None)
    return str(response.get("Error", {}).get("Code", "")) if isinstance(response, dict) else ""


def _returned(payload: bytes, most_bytes: int) -> Any:
    if len(payload) > most_bytes:
        return CodeError("ResultTooLarge", f"main returned {len(payload)} bytes; {most_bytes} are taken")
    return returned(msgspec.Raw(payload))


def _error(payload: bytes) -> CodeError:
    try:
        raised = msgspec.json.decode(payload, type=Raised)
    except msgspec.DecodeError:  # ValidationError is one
        return CodeError("Crashed", "AWS Lambda's runtime failed, and did not say why", reason="crashed")
    late = _TIMED_OUT.search(raised.message)
    if late or raised.type == "Sandbox.Timedout":
        after = f"longer than {float(late[1]):g} s" if late else "too long"
        return CodeError("Timeout", f"the call took {after}", reason="timeout")
    if raised.type in _CRASHES:
        return CodeError("Crashed", f"the code's process died: {raised.message}", reason="crashed")
    if raised.type == "Runtime.ImportModuleError":
        return CodeError("ModuleNotFoundError", raised.message, "".join(raised.trace))
    return CodeError(_OURS.get(raised.type, raised.type), raised.message, "".join(raised.trace))


def _failed(kind: str, message: str, reason: Reason) -> CodeAnswer:
    return CodeAnswer(error=CodeError(kind, message, reason=reason))
