"""What the chat page and the server say to each other: JSON objects of one key, which names the frame.

The page sends hello first, then say, language and start_over. The server sends welcome, messages, typing, standing,
accepted, refused, here, and to builders trace and trouble.
"""

from typing import Annotated, Any, TypeAlias

import msgspec
from msgspec import Meta, Struct

from botyard.conversations.history import CallMade, TurnTaken
from botyard.conversations.inbound import Accepted, Spoken
from botyard.errors import BadRequest, BotyardError, TooMuch
from botyard.strict_json import parse_object

FRAME_BYTES = 16 * 1024
# Promised to visitors (the page counts down to it) and to bots: docs/reference/limits.md.
TEXT_CHARS = 4_000

# What no database can count up to is no cursor.
_Seq: TypeAlias = Annotated[int, Meta(ge=0, le=2**53)]
_Short: TypeAlias = Annotated[str, Meta(max_length=16)]
_Key: TypeAlias = Annotated[str, Meta(min_length=1, max_length=64)]
_Token: TypeAlias = Annotated[str, Meta(min_length=1, max_length=200)]


class Hello(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is there, what they have read already, and which key of a builder they hold."""

    visitor: _Token | None = None
    after: _Seq = 0
    language: _Short = ""
    builder: _Token | None = None


class Say(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A message. key: the page's own name for it; sent again under the same key it is the same message."""

    key: _Key
    text: str


class Speak(Struct, frozen=True):
    """The visitor chose a language."""

    language: str


class StartOver(Struct, frozen=True):
    """The visitor wants to be somebody new."""


FromPage: TypeAlias = Hello | Say | Speak | StartOver


class BadFrame(BadRequest):
    """A frame cannot be read. Its sender is told why and stays connected."""

    code = "bad_frame"


def read_frame(data: bytes) -> FromPage:
    """Read one frame of the page, strictly. Raises BadFrame, NotJson."""
    frame = parse_object(data, max_bytes=FRAME_BYTES)
    match list(frame.items()):
        case [("hello", body)]:
            hello: Hello = _read("hello", body, Hello)
            return hello
        case [("say", body)]:
            said: Say = _read("say", body, Say)
            return said
        case [("language", language)]:
            return Speak(_read("language", language, _Short))
        case [("start_over", True)]:
            return StartOver()
        case _:
            raise BadFrame("a frame has one key: hello, say, language or start_over (which is true)")


def welcome(**facts: object) -> dict[str, Any]:
    """Greet: what the page needs to know before anything else.

    begins_anew: forget every line that you have; they all come again, those that there are.
    """
    return {"welcome": facts}


def messages(lines: tuple[Spoken, ...]) -> dict[str, Any]:
    """Show lines of the transcript."""
    return {"messages": lines}


def typing(*, is_on: bool) -> dict[str, Any]:
    """Show or hide that an answer is being prepared."""
    return {"typing": is_on}


def here() -> dict[str, Any]:
    """Say nothing but that the socket is alive."""
    return {"here": True}


def standing(who: str) -> dict[str, Any]:
    """Say who answers from now on: "bot", or "pending", "active", "waiting" for people, or "complete"."""
    return {"standing": who}


def accepted(key: str, taken: Accepted) -> dict[str, Any]:
    """Say that a message is stored and will be answered."""
    return {"accepted": {"key": key, "message_id": taken.message_id, "seq": taken.seq}}


def trouble(sentence: str) -> dict[str, Any]:
    """Show a builder why the newest bot, or its code, does not do what it might; "" takes it away."""
    return {"trouble": sentence}


def trace(turns: tuple[TurnTaken, ...], calls: tuple[CallMade, ...]) -> dict[str, Any]:
    """Show a builder why. A call that came back since is sent again."""
    return {"trace": {"turns": turns, "calls": calls}}


def refused(error: BotyardError, key: str | None = None) -> dict[str, Any]:
    """Say that something was not done, and why. key: the message it was, if it was one."""
    retry_after_s = error.retry_after_s if isinstance(error, TooMuch) else None
    return {"refused": {"key": key, "why": error.sentence, "retry_after_s": retry_after_s}}


def _read(name: str, body: object, kind: Any) -> Any:
    try:
        return msgspec.convert(body, kind)
    except msgspec.ValidationError as error:
        raise BadFrame(f"the frame {name!r} cannot be read: {error}", frame=name) from None
