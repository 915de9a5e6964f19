"""Sentences that show where a value stands: "send it to [the office](office)".

A sentence without a mark shows where none does.
"""

import regex
from msgspec import Struct

from botyard.nlu.language import as_seen

_MARK = regex.compile(r"\[([^\[\]]+)\]\(([^()\[\]]+)\)")


class Tagged(Struct, frozen=True):
    """A sentence without its marks. spans: from, to, and the value that is meant there."""

    text: str
    spans: tuple[tuple[int, int, str], ...]


def tagged(pattern: str) -> Tagged:
    """Take the marks out of a pattern."""
    pattern = as_seen(pattern)  # as messages are
    text, spans, last = "", [], 0
    for mark in _MARK.finditer(pattern):
        text += pattern[last : mark.start()]
        spans.append((len(text), len(text) + len(mark[1]), mark[2].strip()))
        text += mark[1]
        last = mark.end()
    return Tagged(text + pattern[last:], tuple(spans))


def check_pattern(pattern: str) -> str | None:
    """Say in a builder's words why a pattern cannot be used, or None if it can."""
    left = _MARK.sub("", pattern)
    if any(sign in left for sign in "[]"):
        return "a mark must look like [what is said](value)"
    if any(not value for *_, value in tagged(pattern).spans):
        return "a mark has no value behind it"
    return None
