"""YAML as people review it: a value in, text out that reads back as the same value, always in the same form.

No line is ever wrapped; text stands unquoted wherever the reader would take it for the same text.
"""

import re
from typing import Any

from botyard.bot.yaml_core import is_text

# What may not stand as it is: control characters, line breaks of all kinds, and marks that turn the direction of
# writing (a reviewer would see other text than the bot says). Joiners stay: Hindi and emoji need them.
_ESCAPED = re.compile(
    '["\\\\\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff\ufffe\uffff]'
)
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}

# A parser looks no further than 1024 characters for the colon behind a key.
_LONG_KEY = 1000


def dump(value: dict[str, Any] | list[Any]) -> bytes:
    """Write one file."""
    return ("\n".join(_block(value, 0)) + "\n").encode()


def _block(value: dict[str, Any] | list[Any], indent: int) -> list[str]:
    """Write something with parts as lines, each with its indentation."""
    if isinstance(value, dict):
        return [line for key, inner in value.items() for line in _entry(key, inner, indent)] or [" " * indent + "{}"]
    return [line for inner in value for line in _item(inner, indent)] or [" " * indent + "[]"]


def _entry(key: str, value: Any, indent: int) -> list[str]:
    pad = " " * indent
    written = key if _stands_plain(key) else _quoted(key)
    head = [f"{pad}{written}:"] if len(written) <= _LONG_KEY else [f"{pad}? {written}", f"{pad}:"]
    if isinstance(value, dict | list) and value:
        return [*head, *_block(value, indent + 2)]
    first, *rest = _scalar(value)
    return [*head[:-1], f"{head[-1]} {first}", *_indented(rest, indent + 2)]


def _item(value: Any, indent: int) -> list[str]:
    if isinstance(value, dict | list):
        first, *rest = _block(value, indent + 2)
    else:
        first, *rest = _scalar(value)
        rest = _indented(rest, indent + 2)
    return [" " * indent + "- " + first.lstrip(" "), *rest]


def _indented(lines: list[str], indent: int) -> list[str]:
    return [" " * indent + line if line else "" for line in lines]


def _scalar(value: Any) -> list[str]:
    """Write what has no parts; several lines only for text with line breaks."""
    match value:
        case None:
            return ["null"]
        case bool():
            return ["true" if value else "false"]
        case int() | float():
            return [repr(value)]
        case str():
            return _text(value)
        case _:
            return ["{}" if isinstance(value, dict) else "[]"]


def _text(text: str) -> list[str]:
    if _stands_plain(text):
        return [text]
    if _stands_as_lines(text):
        return ["|" if text.endswith("\n") else "|-", *text.removesuffix("\n").split("\n")]
    return [_quoted(text)]


def _stands_plain(text: str) -> bool:
    return (
        text[:1].isalnum()
        and text == text.strip()
        and not text.endswith(":")
        and ": " not in text
        and " #" not in text
        and not _ESCAPED.search(text.replace('"', "").replace("\\", ""))
        and is_text(text)
    )


def _stands_as_lines(text: str) -> bool:
    """Whether text with line breaks can be shown line by line: nothing at an edge that a reader could not see."""
    lines = text.removesuffix("\n").split("\n")
    return (
        "\n" in text
        and lines[0] == lines[0].strip() != ""
        and lines[-1] != ""
        and all(line == line.rstrip() for line in lines)
        and not any(_ESCAPED.search(line.replace('"', "").replace("\\", "")) for line in lines)
    )


def _quoted(text: str) -> str:
    return '"' + _ESCAPED.sub(lambda found: _escape(found.group()), text) + '"'


def _escape(character: str) -> str:
    return _SHORT.get(character) or f"\\u{ord(character):04x}"
