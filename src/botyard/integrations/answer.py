"""The table of answers (docs/reference/wire.md §1), pure: shared by webhooks, code, functions and dialogues.

`status` decides success or failure, `response` what is said; whatever a turn cannot use ends as `Unusable` with a
stable reason and a sentence for the builder. Sentences name keys of the answer; its texts they do not repeat.
"""

import re
from typing import Any

from botyard.engine.happenings import Answered, Unusable
from botyard.errors import BotyardError
from botyard.hsl.elements import Element, Text
from botyard.hsl.wire import NotHsl, read_element
from botyard.strict_json import NotAnObject, NotJson, TooDeep, parse_object

MAX_ANSWER_BYTES = 256 * 1024
MAX_MESSAGES = 20
_OK = 200

_MESSAGE = (str, dict)
_EMPTY_OBJECT = re.compile(r"\s*\{\s*\}\s*")


class WrongTypes(BotyardError):
    """A key of the answer holds what it must not. Never seen outside: it becomes `Unusable`."""

    code = "wrong_types"


def judge(status: int, body: bytes) -> Answered | Unusable:
    """Decide what an HTTP answer means for the turn."""
    if status != _OK:
        return Unusable("status_not_200", f"the answer has status {status}; only 200 counts{_hint_on_status(status)}")
    if len(body) > MAX_ANSWER_BYTES:
        return Unusable("too_large", f"the answer has over {MAX_ANSWER_BYTES // 1024} KiB, more than is taken")
    try:
        return judge_object(parse_object(body, max_bytes=MAX_ANSWER_BYTES, any_integer=True))
    except NotAnObject as refused:
        return Unusable("not_an_object", f"the answer must be a JSON object: {refused.what}")
    except TooDeep as refused:
        return Unusable("too_deep", f"the answer is {refused.sentence}")
    except NotJson as refused:
        return Unusable("not_json", f"the answer is {refused.sentence}{_hint_on_body(body)}")


def judge_object(answer: dict[str, Any]) -> Answered | Unusable:
    """Decide what an answer that is a JSON object means for the turn."""
    warnings: list[str] = []
    try:
        said = _response(answer.get("response"), warnings)
        conversation_data = _store(answer, "conversation_data", "conversation_details")
        permanent_user_data = _store(answer, "permanent_user_data", "user_details")
    except WrongTypes as wrong:
        return Unusable("wrong_types", wrong.sentence)
    spoken = [(place, item) for place, item in enumerate(said) if not _is_nothing(item)]
    if len(spoken) > MAX_MESSAGES:
        return Unusable("too_many_messages", f"response has {len(spoken)} messages; {MAX_MESSAGES} are allowed")
    messages: list[Element] = []
    for place, item in spoken:
        element = _element(item, place, warnings)
        if element is not None:
            messages.append(element)
    return Answered(
        messages=tuple(messages),
        status=_status(answer, warnings),
        silent=not spoken and len(said) == 1 and _is_silence(said[0]),
        conversation_data=conversation_data,
        permanent_user_data=permanent_user_data,
        body=answer,
        warnings=tuple(warnings),
    )


def _response(response: Any, warnings: list[str]) -> list[Any]:
    if response is None:
        return []
    if isinstance(response, _MESSAGE):
        warnings.append("response is one message and should be a list of messages; it was read as a list of one")
        response = [response]
    if not isinstance(response, list):
        raise WrongTypes(f"response must be a list of messages, not {_kind(response)}")
    for place, item in enumerate(response):
        if not (isinstance(item, _MESSAGE) or item is None):
            raise WrongTypes(f"response[{place}] must be a text or an object, not {_kind(item)}")
    return response


def _store(answer: dict[str, Any], name: str, later_name: str) -> dict[str, Any] | None:
    """Find what to merge into one store, under the seed's name or, where that is absent, the later one."""
    if answer.get(name) is None:
        name = later_name
    patch = answer.get(name)
    if patch is not None and not isinstance(patch, dict):
        raise WrongTypes(f"{name} must be an object, not {_kind(patch)}")
    return patch or None


def _status(answer: dict[str, Any], warnings: list[str]) -> bool:
    status = answer.get("status")
    if isinstance(status, bool):
        return status
    what = f"is {_kind(status)}" if "status" in answer else "is missing"
    warnings.append(f"status {what} and should be true or false; it was read as false")
    return False


# ── one message ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _is_silence(item: Any) -> bool:
    """Whether this is the empty object, as it is or as the text of one; alone it says nothing on purpose."""
    return item == {} or (isinstance(item, str) and _EMPTY_OBJECT.fullmatch(item) is not None)


def _is_nothing(item: Any) -> bool:
    """Whether nothing is there to be said: null, a blank text, or an empty object."""
    if isinstance(item, str):
        return not item.strip() or ("{" in item and _is_silence(item))
    return item is None or _is_silence(item)


def _element(item: str | dict[str, Any], place: int, warnings: list[str]) -> Element | None:
    found = item if isinstance(item, dict) else _object_in(item)
    if found is None:
        return Text(str(item))
    try:
        return read_element(found, f"$.response[{place}]")
    except NotHsl as refused:
        text = found.get("text")
        is_speaking = isinstance(text, str) and text.strip() != ""
        instead = "its text was sent instead" if is_speaking else "it was dropped"
        warnings.append(f"{refused.sentence}; {instead}")
        return Text(str(text)) if is_speaking else None


def _object_in(text: str) -> dict[str, Any] | None:
    """Read a text that is an element's JSON, as the seed sends them; None where it is just a text."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        found = parse_object(text.encode(), max_bytes=MAX_ANSWER_BYTES, any_integer=True)
    except NotJson:
        return None
    return found if "type" in found else None


# ── words for builders ──────────────────────────────────────────────────────────────────────────────────────────────

_PYTHON = re.compile(rb"\s*\{\s*(['}]|u')|:\s*(True|False|None)\b")
_GZIP = b"\x1f\x8b"


def _hint_on_body(body: bytes) -> str:
    start = body.lstrip()[:1]
    if body.startswith(_GZIP):
        return ". It is compressed: send it as it is, we ask for `Accept-Encoding: identity`"
    if start == b"<":
        return ". It looks like a web page: is this the address of your webhook?"
    if start == b"{" and _PYTHON.search(body):
        return ". It looks like a Python dict that was printed: send json.dumps(answer), not str(answer)"
    return ""


def _hint_on_status(status: int) -> str:
    if status in (301, 302, 303, 307, 308):
        return ", and redirects are never followed: write the final address into the node"
    if status in (401, 403):
        return ": does the receiver check signatures with this node's secret?"
    if status in (201, 202, 204):
        return ", even where the receiver means success"
    return ""


def _kind(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "a list"
        case _:
            return "an object"
