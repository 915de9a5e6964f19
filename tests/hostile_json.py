"""Bytes that come where JSON is expected, and must be refused; made by rule from a seed, as many as are wanted.

Each is a plain object with one thing wrong with it, somewhere: so a door that lets it in had a reason to. A canary
stands in each, where there is room: no answer may repeat it.
"""

import json
import random
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from typing import Any

from msgspec import Struct

CANARY = "canary-81f7"


class Hostile(Struct, frozen=True):
    """rule: which one made it."""

    rule: str
    body: bytes


def hostile_json(seed: int = 0, whole: Mapping[str, Any] | None = None) -> Iterator[Hostile]:
    """Make bodies without end, one of each rule in turn. whole: what the door takes; the fault is put beside it."""
    dice = random.Random(seed)  # noqa: S311 - a test's
    for _ in count():
        for rule, spoil in RULES.items():
            yield Hostile(rule, spoil(_object(dice, whole or {}), dice))


def _object(dice: random.Random, whole: Mapping[str, Any]) -> str:
    """Write an object that is in order, with one more value somewhere: `SPOT`."""
    inner: Any = "SPOT"
    for depth in range(dice.randrange(5)):
        inner = (
            [1, inner, {}] if dice.random() < 1 / 2 else {f"d{depth}": inner, "note": dice.choice(("a:b", "é🎉", ""))}
        )
    members = [*whole.items(), ("extra", inner), ("canary", CANARY)]
    dice.shuffle(members)
    return json.dumps(dict(members), ensure_ascii=dice.random() < 1 / 2)


def _value(*ways: str) -> "Callable[[str, random.Random], bytes]":
    """Put one of these where a value stands."""
    return lambda text, dice: text.replace('"SPOT"', dice.choice(ways)).encode()


def _twice(text: str, dice: random.Random) -> bytes:
    """Name a key twice: at once or far apart, plain or escaped, anywhere."""
    key = dice.choice(("k", "extra2", "a:b", "ключ", "", "k\\n"))
    again = "".join(f"\\u{ord(mark):04x}" for mark in key) if dice.random() < 1 / 3 and "\\" not in key else key
    between = [f'"b{n}": {n}' for n in range(dice.choice((0, 1, 50)))]
    # As many escaped colons as there are keys too many, for whoever only counts.
    colon = dice.choice(("\\u003a", "\\u003A", ":", ""))
    behind = [f'"e": "{colon}"'] if colon else []
    members = [f'"{key}": 1', *between, f'"{again}": {dice.choice(("1", "2", "{}"))}', *behind]
    return text.replace('"SPOT"', f"{{{', '.join(members)}}}").encode()


def _deep(text: str, dice: random.Random) -> bytes:
    """Nest deeper than is taken: by one, by many, closed or not."""
    levels = dice.choice((33, 34, 64, 500, 2_000, 9_000))
    opening, closing = dice.choice((("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")))
    end = closing * levels if dice.random() < 2 / 3 else ""
    return text.replace('"SPOT"', f"{opening * levels}1{end}").encode()


def _cut(text: str, dice: random.Random) -> bytes:
    """Stop somewhere."""
    whole = text.encode()
    return whole[: dice.randrange(len(whole))]


def _bytes_in_text(text: str, dice: random.Random) -> bytes:
    """Put bytes into a text that are no UTF-8."""
    bad = (b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x80", b"\xe2\x82", b"\xf0\x82\x82\xac")
    return text.replace("SPOT", "!!").encode().replace(b"!!", dice.choice(bad), 1)


def _encoded(text: str, dice: random.Random) -> bytes:
    """Write it in another encoding than UTF-8."""
    name = dice.choice(("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig", "cp037"))
    return text.encode(name, "replace")


def _behind(text: str, dice: random.Random) -> bytes:
    """Put something behind the end."""
    return text.encode() + dice.choice((b"}", b"{}", b"x", b"\0", b",", b" null", b"\n[1]", b"// x", b"\x1a", b"\xff"))


def _before(text: str, dice: random.Random) -> bytes:
    """Put something before the beginning."""
    return (
        dice.choice((b")]}',\n", b"\xef\xbb\xbf", b"\0", b"x", b"// x\n", b"\xc2\xa0", b"\x0b", b"=")) + text.encode()
    )


def _raw_control(text: str, dice: random.Random) -> bytes:
    """Put a control character into a text as it is."""
    return text.replace("SPOT", chr(dice.randrange(32))).encode()


def _not_an_object(_text: str, dice: random.Random) -> bytes:
    """Send something else than an object."""
    return dice.choice(
        (b"[]", b'"x"', b"1", b"true", b"null", b"", b" \n", b"a=b&c=d", b"<a/>", b"---\na: 1\n", b"[{}]")
    )


RULES: "Mapping[str, Callable[[str, random.Random], bytes]]" = {
    "twice": _twice,
    "deep": _deep,
    "no number": _value(
        "NaN", "Infinity", "-Infinity", "nan", "-NaN", "+1", "01", "1.", ".5", "0x10", "1_000", "1e", "--1"
    ),
    "too large": _value("1e999", "-1e400", "9" * 5_000, "1" + "0" * 400 + ".0"),
    "surrogate": _value(
        '"\\ud800"', '"\\udfff"', '"\\ude00\\ud83d"', '"\\ud83d\\u0041"', '{"\\ud800": 1}', '"\\ud83"', '"\\uZZZZ"'
    ),
    "NUL": _value('"a\\u0000b"', '{"\\u0000": 1}', '"\\\\\\u0000"'),
    "control": _raw_control,
    "bytes": _bytes_in_text,
    "encoding": _encoded,
    "behind": _behind,
    "before": _before,
    "cut": _cut,
    "quotes": lambda text, _: text.replace('"', "'").encode(),
    "words": _value(
        "True", "None", "undefined", "TRUE", "nil", "()", "SPOT", "`a`", "1 2", "[1,]", "[,1]", '{"a" 1}', "{1: 2}"
    ),
    "comment": _value("1 /* c */", "// c\n1", "# c\n1"),
    "escape": _value('"\\x41"', '"\\a"', '"\\', '"\\u12"', '"\n"'),
    "no object": _not_an_object,
}  # fmt: skip
