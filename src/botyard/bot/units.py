"""Lengths of time and amounts of memory, as files write them: 60s, 8m, 2h, 256MB."""

import re
from typing import Literal, TypeAlias

Unit: TypeAlias = Literal["seconds", "megabytes"]

EXAMPLES: dict[Unit, str] = {"seconds": "a time such as 30s, 8m or 2h", "megabytes": "an amount such as 256MB"}

_TIME = re.compile(r"(0|[1-9][0-9]{0,6})(s|m|h)")
_MEMORY = re.compile(r"(0|[1-9][0-9]{0,6})MB")
_SECONDS = {"h": 3600, "m": 60, "s": 1}


def read_amount(text: str, unit: Unit) -> int | None:
    """Read an amount; None where the text is none."""
    found = (_TIME if unit == "seconds" else _MEMORY).fullmatch(text)
    if found is None:
        return None
    return int(found[1]) * (_SECONDS[found[2]] if unit == "seconds" else 1)


def write_amount(amount: int, unit: Unit) -> str:
    """Write an amount in the largest unit that holds it whole."""
    if unit == "megabytes":
        return f"{amount}MB"
    letter = next(letter for letter, size in _SECONDS.items() if amount % size == 0 and (amount or size == 1))
    return f"{amount // _SECONDS[letter]}{letter}"
