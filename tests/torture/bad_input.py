"""Whatever a broken or hostile client sends to the public API of a real server: never a 5xx, never a secret back."""

import json
import random
from collections import Counter
from math import inf
from pathlib import Path
from typing import Any

from tests.torture.door import Gone
from tests.torture.place import Place

SECRET = "canary-7d1e52"
GROWTH_MB = 50
POSTS = (
    "/v1.0/user/", "/v1.0/log_message_from_user/", "/v1.0/sync_message_from_user/",
    "/integration/external/v1.0/send_chat_to_agent/", "/integration/external/v1.0/get_chat_history/",
)  # fmt: skip
METHODS = (*["POST"] * 20, "PUT", "GET", "DELETE", "PATCH", "OPTIONS", "TRACE", "post", "BREW")


async def hurl(place: Place, count: int, seed: int, *, may_grow_mb: float = inf) -> tuple[Counter[str], Counter[str]]:
    """Send so many requests that chance spoils; what was counted, and what went wrong.

    may_grow_mb: for a server that has loaded all that it loads once.
    """
    chance = random.Random(seed)  # noqa: S311 - a seed that can be used again, no secret
    counts, wrong = Counter({"inputs": count}), Counter[str]()
    before_mb = _memory_mb(place.server.pid)
    with place.door() as door:
        for number in range(count):
            path = chance.choice(POSTS)
            try:
                status, body = await door.raw(_request(chance, place, path, number))
            except Gone:
                counts["hung up on"] += 1
                continue
            if status < 200:
                door.close()  # the real answer is still to come, and nobody waits for it
            counts[f"{status // 100}xx"] += 1
            if status >= 500:
                wrong[f"{status} from {path}"] += 1
            if SECRET.encode() in body:
                wrong[f"a secret came back from {path}"] += 1
    with place.door() as door:
        status, _ = await door.post("/v1.0/user/", {"auth_id": "still there?"})
    if status != 200:
        wrong["good requests refused afterwards"] += 1
    if _memory_mb(place.server.pid) - before_mb > may_grow_mb:
        wrong["memory"] += 1
    return counts, wrong


def _request(chance: random.Random, place: Place, path: str, number: int) -> bytes:
    method = chance.choice(METHODS)
    headers = dict(place.credentials)
    body = _body(chance, place, number)
    if chance.random() < 0.2:
        name = chance.choice([*headers, "idempotency-key", "content-type", "x-request-id", "expect", "cookie"])
        headers[name] = chance.choice(_HEADERS)
    if chance.random() < 0.1:
        path += chance.choice(["%00", "?" + "a=1&" * 200, "../" * 30, "%ff", "?business_id=%ED%A0%80", ";x", "//"])
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{lines}Content-Length: {len(body)}\r\n\r\n"
    return head.encode("latin-1", "replace") + body


def _body(chance: random.Random, place: Place, number: int) -> bytes:
    """Write a good body and spoil it: a field, its bytes, or both."""
    body: dict[str, Any] = {
        "auth_id": f"b{number % 50}", "auth_code": SECRET, "name": "N", "email": "e", "language_code": "en",
        "user": {"auth_id": f"b{number % 50}"}, "message_body": "please note n1", "message_type": 0,
        "business_id": place.business_id, "user_name": "u", "team_name": "Support", "conversation_no": 1,
        "custom_data": {"a": 1},
    }  # fmt: skip
    for _ in range(chance.randint(0, 3)):
        body[chance.choice(list(body))] = chance.choice(_VALUES)
    data = bytearray(json.dumps(body).encode("utf-8", "surrogatepass"))
    if chance.random() < 0.5:
        for _ in range(chance.randint(1, 4)):
            _spoil(chance, data)
    return bytes(data)


def _spoil(chance: random.Random, data: bytearray) -> None:
    at = chance.randrange(len(data)) if data else 0
    match chance.randrange(4):
        case 0:
            del data[at:]
        case 1:
            data[at:at] = chance.choice(_BYTES)
        case 2 if data:
            data[at] = chance.randrange(256)
        case _:
            data[at:at] = data[at : at + chance.randint(1, 60)]


def _memory_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:", 1)[1].split()[0]) / 1024


_BYTES = (
    b"\x00", b"\xff\xfe", b"\xc0\xaf", b"\xed\xa0\x80", b"\\ud800", b"\\u0000", b"[" * 3000, b'{"a":' * 500, b'"', b"}",
    b",", b"NaN", b"1e999", b"9" * 6000, b"\xef\xbb\xbf", b"/*", b"\\", b"\r\n", b'"auth_id":"x",',
)  # fmt: skip
_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 2**63, 2**64, -(2**63) - 1, 1e308, -0.0, "", " ", "\u0000", "\ud800", "\u202e",
    "a" * 5000, "\u0660\u0661", "1", "1.0", "1e3", "0x1", [], {}, [[]], [None], {"a": {}}, {"auth_id": None},
    {"auth_id": [1]}, {"": ""}, {"__proto__": {"x": 1}}, "'; DROP TABLE end_user; --", "${secret:KEY}",
    "%entitytag_note_no", "{{7*7}}", "\r\nSet-Cookie: a=b", "<script>alert(1)</script>", "\U0001f600" * 300,
    "e\u0301" * 200, "\x1b[31m", "../../etc/passwd", {"a": "b" * 9000}, {str(n): n for n in range(400)}, [0] * 2000,
)  # fmt: skip
_HEADERS = (
    "", " ", "Bearer", f"Bearer {SECRET}", f"Basic {SECRET}", "Bearer a b", "\xff\xfe", "a" * 5000, "text/plain",
    "application/json; charset=utf-16", "100-continue", "\x01", "0", "-1", "null", f"{SECRET}", "gzip", "é",
    "'", "%s%n",
)  # fmt: skip
