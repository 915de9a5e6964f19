"""What an unquoted YAML word means: one table, for reading and for writing.

YAML 1.2 core, with two narrower rules (docs/reference/bot-format.md): numbers with leading zeros are text, and
numbers that JSON cannot carry are refused. `no`, `on`, `0012`, `12:30` and `1_000` are text.
"""

import re
from math import isinf
from typing import TypeAlias

Scalar: TypeAlias = str | int | float | bool | None

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NO_NUMBER = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")

# Whole numbers stay within what every JSON reader keeps exactly as 64 bits.
_MAX_DIGITS = 18


class NumberUnusable(ValueError):
    """A word is a number by YAML's rules, but none that JSON can carry."""


def resolve(word: str) -> Scalar:
    """Read an unquoted word.

    Raises:
        NumberUnusable: infinite, no number at all, or too long.
    """
    if word in _NULL:
        return None
    if word in _BOOL:
        return _BOOL[word]
    if _DECIMAL.fullmatch(word) or _BASED.fullmatch(word):
        return _whole(word)
    if _NO_NUMBER.fullmatch(word):
        raise NumberUnusable(word)
    if _FLOAT.fullmatch(word):
        return _finite(word)
    return word


def is_text(word: str) -> bool:
    """Whether a word may stand unquoted and still be read as this text."""
    try:
        return isinstance(resolve(word), str)
    except NumberUnusable:
        return False


def _whole(word: str) -> int:
    if len(word.lstrip("+-")) > _MAX_DIGITS:
        raise NumberUnusable(word)
    return int(word, 0)


def _finite(word: str) -> float:
    number = float(word)
    if isinf(number):
        raise NumberUnusable(word)
    return number
