"""Whatever a broken or hostile client sends to the public API of a real server: never a 5xx, never a secret back."""

import json
import random
from collections import Counter
from typing import Any

from tests.torture.bad_values import SECRET, VALUES, spoilt
from tests.torture.door import Gone
from tests.torture.place import Place

POSTS = (
    "/v1.0/user/", "/v1.0/log_message_from_user/", "/v1.0/sync_message_from_user/",
    "/integration/external/v1.0/send_chat_to_agent/", "/integration/external/v1.0/get_chat_history/",
)  # fmt: skip
METHODS = (*["POST"] * 20, "PUT", "GET", "DELETE", "PATCH", "OPTIONS", "TRACE", "post", "BREW")


async def requests(place: Place, count: int, chance: random.Random) -> tuple[Counter[str], Counter[str]]:
    """Send so many requests that chance spoils; what was counted, and what went wrong."""
    counts, wrong = Counter({"requests": count}), Counter[str]()
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
        body[chance.choice(list(body))] = chance.choice(VALUES)
    data = json.dumps(body).encode("utf-8", "surrogatepass")
    return spoilt(chance, data) if chance.random() < 0.5 else data


_HEADERS = (
    "", " ", "Bearer", f"Bearer {SECRET}", f"Basic {SECRET}", "Bearer a b", "\xff\xfe", "a" * 5000, "text/plain",
    "application/json; charset=utf-16", "100-continue", "\x01", "0", "-1", "null", f"{SECRET}", "gzip", "é",
    "'", "%s%n",
)  # fmt: skip
