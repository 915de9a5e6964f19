"""What is taken and answered at once is what messages would have made of it, to the byte."""

import json
import re
from collections.abc import Iterator

import pytest
from msgspec import Struct

from botyard.serving import connection
from botyard.serving.application import application
from botyard.serving.asking import MAX_BODY_BYTES, STILL_READ_BYTES
from botyard.serving.endpoint import Asked, Endpoint, anybody
from botyard.serving.operators import Ready, operators
from tests.serving.served import Served, serving


class Note(Struct, frozen=True):
    """Something to write down."""

    text: str


class Noted(Struct, frozen=True):
    """How long it was."""

    characters: int


async def _note(asked: Asked[None, Note]) -> Noted:
    """Write something down."""
    return Noted(len(asked.body.text))


async def _ready() -> Ready:
    return Ready(ready=True)


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    note = Endpoint(path="/note/", methods=("POST",), identify=anybody, body=Note, answer=Noted, handle=_note)
    with serving(application((note, *operators(_ready)))) as served:
        yield served


def _post(text: str, head: bytes = b"", version: bytes = b"1.1") -> bytes:
    body = json.dumps({"text": text}).encode()
    return b"POST /note/ HTTP/%s\r\nHost: here\r\nContent-Length: %d\r\n%s\r\n%s" % (version, len(body), head, body)


CLOSE = b"Connection: close\r\n"
CHUNKED = b"POST /note/ HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
ASKED = {
    "one that ends": _post("a", CLOSE),
    "one after the other": _post("a") + _post("bb") + _post("ccc", CLOSE),
    "HTTP/1.0": _post("a", version=b"1.0"),
    "HTTP/1.0, kept": _post("a", b"Connection: keep-alive\r\n", version=b"1.0") + _post("b", version=b"1.0"),
    "HEAD": b"HEAD /healthz HTTP/1.1\r\nHost: here\r\n\r\nGET /healthz HTTP/1.1\r\nHost: here\r\n" + CLOSE + b"\r\n",
    "GET with a body": b"GET /healthz HTTP/1.1\r\nHost: here\r\nContent-Length: 3\r\n" + CLOSE + b"\r\nabc",
    "chunks": CHUNKED + b'7\r\n{"text"\r\n5\r\n:"a"}\r\n0\r\n\r\n',
    "told to go on": _post("a", CLOSE + b"Expect: 100-continue\r\n"),
    "a large body": _post("a" * (MAX_BODY_BYTES - 100), CLOSE),
    "too large a body": _post("a" * MAX_BODY_BYTES, CLOSE),
    "far too large a body": _post("a" * (MAX_BODY_BYTES + STILL_READ_BYTES + 1)) + _post("not heard"),
    "no JSON": b"POST /note/ HTTP/1.1\r\nHost: here\r\nContent-Length: 3\r\n" + CLOSE + b"\r\n{a}",
    "another method": b"PUT /note/ HTTP/1.1\r\nHost: here\r\n" + CLOSE + b"\r\n",
    "nothing there": b"GET /nowhere HTTP/1.1\r\nHost: here\r\n" + CLOSE + b"\r\n",
    "a name of its own": _post("a", CLOSE + b"X-Request-Id: mine-7\r\n"),
}


def _same(answer: bytes) -> bytes:
    """Leave out what differs from one request to the next."""
    answer = re.sub(rb"(?m)^date: .*\r\n", b"", answer)
    return re.sub(rb"x-request-id: [0-9a-f]{12}-[0-9a-f]+", b"x-request-id: ours", answer)


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
def test_an_answer_at_once_is_the_one_that_messages_make(
    asked: bytes, server: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Status, headers, their order, the body, and whether the connection goes on."""
    at_once = _same(server.raw(asked))
    offered: list[object] = []
    monkeypatch.setattr(connection, "offer", offered.append)
    by_messages = _same(server.raw(asked))
    assert offered
    assert by_messages.startswith(b"HTTP/1.1 ")
    assert at_once == by_messages
