"""Bytes -> JSON, refusing what JSON parsers let through.

Two ways. msgspec reads the bytes, and a few counts prove most bodies harmless in a microsecond or two. Where they leave
a doubt, `_first_fault` walks the text itself, token by token, and is exact.

The proof that no object names a key twice is a count: in a text without an escaped colon, every `:` either follows
a key or stands in a string. A key that was named twice has vanished from the value, its colon has not, and so the
text holds more colons than the value written out again.
"""

import re
from typing import Any

import msgspec

from botyard.errors import BadRequest

MAX_DEPTH = 32
# What fits 64 bits, signed or not: beyond it databases and other people's languages round or refuse.
_LEAST, _MOST = -(2**63), 2**64 - 1
_DIGITS = len(str(_MOST))  # and so many characters, minus included, has the least

_TOKEN = re.compile(
    rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"(?P<colon>[ \t\r\n]*:)?|[\[\]{}]|(?<![\d.eE+-])-?\d{19,}+(?P<real>[.eE\d+-]*+)'
)
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*(\\u0000)")
_SPOILS = re.compile(rb"\\u00(?:00|3[aA])")  # NUL, and a colon that spoils the count
_OUTLINE = bytes.maketrans(b"123456789[", b"000000000{")  # every digit is 0, every list begins as an object does
_LONG = b"0" * 19  # may be too large
_AT_BYTE = re.compile(r"\(byte (\d+)\)")


class NotJson(BadRequest):
    """These bytes are no JSON we take. The sentence says what is wrong and where, and never repeats the bytes."""

    code = "not_json"

    def __init__(self, what: str, at_byte: int | None = None) -> None:
        where = "" if at_byte is None else f", at byte {at_byte}"
        super().__init__(f"not usable as JSON: {what}{where}", what=what, at_byte=at_byte)
        self.what = what
        self.at_byte = at_byte


class TooDeep(NotJson):
    """Lists and objects stand too deep inside each other. To programs it is no JSON, as the others are."""

    def __init__(self, max_depth: int, at_byte: int | None = None) -> None:
        super().__init__(f"it is nested deeper than {max_depth}", at_byte)


class NotAnObject(NotJson):
    """This is JSON, but no object."""

    code = "not_an_object"


def parse(data: bytes, *, max_bytes: int, max_depth: int = MAX_DEPTH, any_integer: bool = False) -> Any:
    """Read JSON: UTF-8 without BOM, every number finite and every integer exact, every key once. Raises NotJson.

    max_depth: how many lists and objects may stand inside each other; `[]` is one deep.
    any_integer: take those too that need more than 64 bits, exactly, up to the 4,300 digits that Python reads.
    """
    if len(data) > max_bytes:
        raise NotJson(f"it has {len(data)} bytes, {max_bytes} are allowed")
    try:
        value = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _unreadable(data, error, max_depth) from None  # the parser's own error may quote the text
    is_plain = _is_plain(data, value, max_depth, any_integer=any_integer)
    if not is_plain and (fault := _first_fault(data, max_depth, any_integer=any_integer)):
        raise fault
    return value


def parse_object(
    data: bytes, *, max_bytes: int, max_depth: int = MAX_DEPTH, any_integer: bool = False
) -> dict[str, Any]:
    """Read JSON that must be an object. Raises NotJson, NotAnObject."""
    value = parse(data, max_bytes=max_bytes, max_depth=max_depth, any_integer=any_integer)
    if not isinstance(value, dict):
        raise NotAnObject(f"it is {_KINDS[type(value)]}, and must be an object, {{…}}")
    return value


_KINDS = {list: "a list", str: "a text", bool: "true or false", int: "a number", float: "a number", type(None): "null"}


def _is_plain(data: bytes, value: Any, max_depth: int, *, any_integer: bool) -> bool:
    """Prove that the text holds nothing to refuse. False is a doubt, not a verdict."""
    outline = data.translate(_OUTLINE)
    if _SPOILS.search(data) or (_LONG in outline and not any_integer):
        return False
    if outline.count(b"{") > max_depth and _is_deeper(value, max_depth):
        return False
    return data.count(b":") == msgspec.json.encode(value).count(b":")


def _is_deeper(value: Any, max_depth: int) -> bool:
    level = [value]
    for _ in range(max_depth):
        level = [
            below
            for member in level
            if type(member) in (dict, list)
            for below in (member.values() if type(member) is dict else member)
        ]
    return any(type(member) in (dict, list) for member in level)


def _first_fault(data: bytes, max_depth: int, *, any_integer: bool) -> NotJson | None:
    """Find the first thing to refuse in a text that is JSON otherwise."""
    seen: list[set[str]] = []
    for token in _TOKEN.finditer(data):
        text = token[0]
        if b"\\u0000" in text and (nul := _NUL.search(text)):
            return NotJson("a text holds the character NUL", token.start() + nul.start(1))
        if token["colon"]:
            if (key := _text_of(text.removesuffix(token["colon"]))) in seen[-1]:
                return NotJson("an object names one of its keys twice", token.start())
            seen[-1].add(key)
        elif text in b"[{":
            seen.append(set())
            if len(seen) > max_depth:
                return TooDeep(max_depth, token.start())
        elif text in b"]}":
            seen.pop()
        elif not (any_integer or text.startswith(b'"') or token["real"]) and _is_too_large(text):
            return NotJson("an integer needs more than 64 bits", token.start())
    return None


def _text_of(literal: bytes) -> str:
    return msgspec.json.decode(literal, type=str) if b"\\" in literal else literal[1:-1].decode()


def _is_too_large(digits: bytes) -> bool:
    return len(digits) > _DIGITS or not _LEAST <= int(digits) <= _MOST


def _unreadable(data: bytes, error: Exception, max_depth: int) -> NotJson:
    """Say in our own words why the parser gave up."""
    if isinstance(error, RecursionError):
        return _deepest(data, max_depth)
    if isinstance(error, msgspec.ValidationError):
        return NotJson("a number is too large")
    if not data.strip():
        return NotJson("it is empty")
    if data.startswith(b"\xef\xbb\xbf"):
        return NotJson("it begins with a byte order mark", 0)
    return _not_utf8(data) or _broken_escape(data) or _malformed(data, str(error))


def _not_utf8(data: bytes) -> NotJson | None:
    try:
        data.decode()
    except UnicodeDecodeError as broken:
        return NotJson("it is not UTF-8", broken.start)
    return None


def _broken_escape(data: bytes) -> NotJson | None:
    for token in _TOKEN.finditer(data):
        if b"\\u" in token[0] and not _can_be_read(token[0].removesuffix(token["colon"] or b"")):
            return NotJson("a text holds a broken \\u escape, such as half of a surrogate pair", token.start())
    return None


def _malformed(data: bytes, said: str) -> NotJson:
    at = _AT_BYTE.search(said)
    return NotJson("it is malformed", int(at[1]) if at else len(data))


def _can_be_read(text: bytes) -> bool:
    try:
        msgspec.json.decode(text)
    except msgspec.DecodeError:
        return False
    return True


def _deepest(data: bytes, max_depth: int) -> NotJson:
    """Find where the nesting went too deep, in a text of which nothing else is known."""
    depth = 0
    for token in _TOKEN.finditer(data):
        depth += (token[0] in (b"[", b"{")) - (token[0] in (b"]", b"}"))
        if depth > max_depth:
            return TooDeep(max_depth, token.start())
    return TooDeep(max_depth)
