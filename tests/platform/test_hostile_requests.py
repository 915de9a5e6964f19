"""Whatever a stranger or a broken client sends: an answer below 500, in JSON, that repeats nothing of it."""

import json
from collections.abc import Iterator

import pytest

from tests.platform.open_api import OpenApi, open_api

USER, LOG, SYNC = "/v1.0/user/", "/v1.0/log_message_from_user/", "/v1.0/sync_message_from_user/"
SEND = "/integration/external/v1.0/send_chat_to_agent/"
HISTORY = "/integration/external/v1.0/get_chat_history/"
CANARY = "canary-3c9d"


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenApi]:
    """One server for all attacks, and one user who is a customer there."""
    with open_api(tmp_path_factory.mktemp("hostile") / "api.db") as api:
        api.new_user()
        yield api


def _field(value: str) -> bytes:
    """A message with this written where its text should be; a canary beside it."""
    return (
        f'{{"note": "{CANARY}", "auth_id": {value}, "user": {{"auth_id": "asha"}}, "message_body": {value}}}'.encode()
    )


BODIES: dict[str, bytes] = {
    "nothing": b"",
    "blanks": b" \r\n\t ",
    "half an object": b'{"auth_id": "canary-3c9d"',
    "a list": b'["canary-3c9d"]',
    "a text": b'"canary-3c9d"',
    "null": b"null",
    "bad UTF-8": b'{"auth_id": "\xff\xfe canary-3c9d"}',
    "overlong UTF-8": b'{"auth_id": "\xc0\xaf"}',
    "UTF-8 of a surrogate": b'{"auth_id": "\xed\xa0\x80"}',
    "UTF-16": '{"auth_id": "canary-3c9d"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"auth_id": "canary-3c9d"}',
    "NaN": _field("NaN"),
    "Infinity": _field("-Infinity"),
    "1e999": _field("1e999"),
    "5,000 digits": _field("9" * 5000),
    "a real of 5,000 digits": _field("0." + "9" * 5000),
    "2 to the 64": _field(str(2**64)),
    "minus 2 to the 64": _field(str(-(2**64))),
    "lists 5,000 deep": b"[" * 5000,
    "objects 5,000 deep": b'{"a":' * 5000 + b"1" + b"}" * 5000,
    "a field 33 deep": _field("[" * 33 + "]" * 33),
    "duplicate keys": b'{"auth_id": "a", "auth_id": "canary-3c9d"}',
    "duplicate keys in disguise": b'{"auth_id": "a", "\\u0061uth_id": "canary-3c9d"}',
    "a lone surrogate": _field('"\\ud800 canary-3c9d"'),
    "a lone surrogate in a key": b'{"\\udfff": 1, "auth_id": "canary-3c9d"}',
    "swapped surrogates": _field('"\\udc00\\ud800"'),
    "NUL": _field('"a\\u0000canary-3c9d"'),
    "NUL, raw": b'{"auth_id": "a\x00b"}',
    "NUL in a key": b'{"\\u0000": 1}',
    "a control character, raw": b'{"auth_id": "a\x1b[31mb"}',
    "true": _field("true"),
    "a number": _field("7"),
    "an object": _field('{"canary-3c9d": "canary-3c9d"}'),
    "null inside": _field("null"),
    "a comment": b'{"auth_id": "a" /* canary-3c9d */}',
    "single quotes": b"{'auth_id': 'canary-3c9d'}",
    "a comma too many": b'{"auth_id": "canary-3c9d",}',
    "two documents": b'{"auth_id": "a"}{"auth_id": "canary-3c9d"}',
    "a form": b"auth_id=canary-3c9d&message_body=x",
    "a method name of Python": b'{"__class__": "canary-3c9d", "__proto__": {"auth_id": "x"}}',
    "SQL": _field('"\'; DROP TABLE end_user; -- canary-3c9d"'),
    "too long a text": _field('"' + "x" * 60_000 + '"'),
}


@pytest.mark.parametrize("path", [USER, LOG, SYNC, SEND])
@pytest.mark.parametrize("name", BODIES)
def test_no_body_makes_the_server_fail(api: OpenApi, path: str, name: str) -> None:
    """42 bodies at each of four addresses, with valid credentials."""
    answer = api.post(path, BODIES[name])
    assert 400 <= answer.status < 500 or (path == USER and name == "SQL"), answer
    if answer.status >= 400:
        assert answer.error
        assert CANARY.encode() not in answer.content


@pytest.mark.parametrize("path", [USER, LOG, SYNC, SEND, HISTORY])
def test_a_body_too_large_is_refused_however_it_comes(api: OpenApi, path: str) -> None:
    """Declared or in chunks."""
    assert api.post(path, b"x" * 100_000).status == 413
    assert api.post(path, (b"x" * 10_000 for _ in range(10))).status == 413


HEADERS: dict[str, tuple[bytes, ...]] = {
    "a token in another alphabet": (b"client-id: {client}", "authorization: Bearer тoken".encode()),
    "bytes that are no text": (b"client-id: {client}", b"authorization: Bearer \xff\xfe\xfd"),
    "a client that is no text": (b"client-id: \xff\xfe", b"authorization: Bearer {token}"),
    "two clients": (b"client-id: {client}", b"client-id: canary-3c9d", b"authorization: Bearer {token}"),
    "two tokens": (b"client-id: {client}", b"authorization: Bearer {token}", b"authorization: Bearer canary-3c9d"),
    "a long client": (b"client-id: " + b"a" * 20_000, b"authorization: Bearer {token}"),
    "a long token": (b"client-id: {client}", b"authorization: Bearer " + b"a" * 20_000),
    "a token id out of range": (b"client-id: {client}", b"authorization: Bearer by_" + b"9" * 40 + b"_" + b"a" * 43),
    "a token id of Arabic digits": (b"client-id: {client}", "authorization: Bearer by_١_".encode() + b"a" * 43),
    "only a scheme": (b"client-id: {client}", b"authorization: Bearer"),
    "only spaces": (b"client-id:   ", b"authorization:    "),
    "a tab": (b"client-id: {client}", b"authorization: Bearer\t{token}\t{token}"),
    "SQL": (b"client-id: ' OR 1=1 --", b"authorization: Bearer {token}"),
    "another scheme": (b"client-id: {client}", b"authorization: Basic Y2FuYXJ5LTNjOWQ="),
}


@pytest.mark.parametrize("path", [USER, LOG, SEND])
@pytest.mark.parametrize("name", HEADERS)
def test_no_headers_make_the_server_fail_or_let_anybody_in(api: OpenApi, path: str, name: str) -> None:
    """14 sets of headers, byte for byte as sent: 401 in JSON, and nothing of them comes back."""
    names = {b"{client}": api.headers["client-id"].encode(), b"{token}": api.token.encode()}
    lines = [b"POST " + path.encode() + b" HTTP/1.1", b"host: x", b"content-length: 2", b"connection: close"]
    for line in HEADERS[name]:
        filled = line
        for placeholder, value in names.items():
            filled = filled.replace(placeholder, value)
        lines.append(filled)
    got = api.served.raw(b"\r\n".join(lines) + b"\r\n\r\n{}")
    assert got.startswith(b"HTTP/1.1 401 "), got[:200]
    assert api.token.encode() not in got
    assert CANARY.encode() not in got
    assert set(json.loads(got.partition(b"\r\n\r\n")[2])) == {"error_message"}


@pytest.mark.parametrize(
    "target",
    [
        "/canary-3c9d",
        "/v1.0/user/canary-3c9d",
        "/v1.0//user/",
        "/v1.0/user/%00",
        "/v1.0/user/%ff%fe",
        "/v1.0/user/..%2f..%2fetc%2fpasswd",
        "/%",
        "/" + "a" * 10_000,
        "//canary-3c9d.example/",
        HISTORY + "?user_name=%ff",
        HISTORY + "?user_name=%00",
        HISTORY + "?user_name=a&user_name=b",
        HISTORY + "?user_name=a&user%5fname=b",
        HISTORY + "?" + "&".join(f"a{n}=1" for n in range(2_000)),
        HISTORY + "?&&==&%",
        HISTORY + "?user_name=canary-3c9d&business_id=" + "9" * 5_000 + "&conversation_no=1",
    ],
)
def test_no_address_makes_the_server_fail(api: OpenApi, target: str) -> None:
    """Strange paths and queries are refused, and never repeated."""
    answer = api.served.ask("GET", target, headers=api.headers)
    assert 400 <= answer.status < 500
    assert CANARY.encode() not in answer.content


@pytest.mark.parametrize("method", ["GET", "DELETE", "OPTIONS", "TRACE", "HEAD", "PATCH", "QUERY"])
def test_another_method_is_told_which_ones_there_are(api: OpenApi, method: str) -> None:
    """405 with Allow."""
    lines = f"{method} {LOG} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
    got = api.served.raw(lines.encode())
    assert got.startswith((b"HTTP/1.1 405 ", b"HTTP/1.1 400 ")), got[:100]
    assert b"allow: POST" in got or got.startswith(b"HTTP/1.1 400 ")


def test_after_all_that_the_customer_is_still_served(api: OpenApi) -> None:
    """Nothing above broke anything for anybody."""
    assert api.chat("hello") == ["echo: hello"]
