"""What is put where it does not belong: values of every kind, and bytes; and a secret that must never come back."""

import random
from typing import Any

SECRET = "canary-7d1e52"


def spoilt(chance: random.Random, good: bytes) -> bytes:
    """Spoil some bytes in up to four places."""
    data = bytearray(good)
    for _ in range(chance.randint(1, 4)):
        _spoil(chance, data)
    return bytes(data)


def _spoil(chance: random.Random, data: bytearray) -> None:
    at = chance.randrange(len(data)) if data else 0
    match chance.randrange(4):
        case 0:
            del data[at:]
        case 1:
            data[at:at] = chance.choice(BYTES)
        case 2 if data:
            data[at] = chance.randrange(256)
        case _:
            data[at:at] = data[at : at + chance.randint(1, 60)]


BYTES = (
    b"\x00", b"\xff\xfe", b"\xc0\xaf", b"\xed\xa0\x80", b"\\ud800", b"\\u0000", b"[" * 3000, b'{"a":' * 500, b'"', b"}",
    b",", b"NaN", b"1e999", b"9" * 6000, b"\xef\xbb\xbf", b"/*", b"\\", b"\r\n", b'"auth_id":"x",',
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 2**63, 2**64, -(2**63) - 1, 1e308, -0.0, "", " ", "\u0000", "\ud800", "\u202e",
    "a" * 5000, "\u0660\u0661", "1", "1.0", "1e3", "0x1", [], {}, [[]], [None], {"a": {}}, {"auth_id": None},
    {"auth_id": [1]}, {"": ""}, {"__proto__": {"x": 1}}, "'; DROP TABLE end_user; --", "${secret:KEY}",
    "%entitytag_note_no", "{{7*7}}", "\r\nSet-Cookie: a=b", "<script>alert(1)</script>", "\U0001f600" * 300,
    "e\u0301" * 200, "\x1b[31m", "../../etc/passwd", {"a": "b" * 9000}, {str(n): n for n in range(400)}, [0] * 2000,
)  # fmt: skip
