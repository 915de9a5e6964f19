"""What a connection may do before a request is whole, over real sockets."""

import asyncio
import json
import socket
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from botyard.serving import connection
from botyard.serving.application import application
from botyard.serving.connection import MAX_HEAD_BYTES
from botyard.serving.operators import Ready, operators
from tests.serving.served import Served, serving

WHOLE = b"GET /healthz HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"


async def _ready() -> Ready:
    return Ready(ready=True)


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with serving(application(operators(_ready))) as served:
        yield served


MOST_TAKEN = 8 * 1024 * 1024


def _taken(server: Served, first: bytes, more: bytes) -> int:
    """Send without end; how many bytes went out before the server closed."""
    sent = 0
    with closing(socket.create_connection(("127.0.0.1", server.port), timeout=5)) as wire:
        wire.sendall(first)
        try:
            while sent < MOST_TAKEN:
                sent += wire.send(more)
        except OSError:
            pass
    return sent


def _sentence(answer: bytes) -> str:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"content-type: application/json" in head.lower()
    assert b"connection: close" in head.lower()
    said = json.loads(body)
    assert set(said) == {"error_message"}
    return str(said["error_message"])


@pytest.mark.parametrize(
    ("first", "more"),
    [
        (b"GET /healthz HTTP/1.1\r\nHost: here\r\n", b"X-More: 1234567890\r\n" * 500),
        (b"GET /healthz HTTP/1.1\r\nHost: here\r\nX-Long: ", b"a" * 10_000),
        (b"GET /healthz HTTP/1.1\r\nHost: here\r\nX-", b"a" * 10_000),
        (b"GET /", b"a" * 10_000),
        (b"GET /healthz HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Trailer: ", b"a" * 10_000),
    ],
    ids=["headers", "one value", "one name", "address", "trailer"],
)
def test_a_head_without_end_is_refused(server: Served, first: bytes, more: bytes) -> None:
    """Whatever part of it grows, the connection ends long before it is a burden."""
    assert _taken(server, first, more) < MOST_TAKEN
    answer = server.raw(first + more * (10 * MAX_HEAD_BYTES // len(more)))
    assert answer.startswith(b"HTTP/1.1 431 ")
    assert "too large" in _sentence(answer)


@pytest.mark.parametrize("more_than_allowed", [-200, 1])
def test_a_heads_size_decides_and_not_how_it_is_sent(server: Served, more_than_allowed: int) -> None:
    """At once or in pieces: just under the limit is taken, just over it refused."""
    start = b"GET /healthz HTTP/1.1\r\nConnection: close\r\nX-Long: "
    whole = start + b"a" * (MAX_HEAD_BYTES + more_than_allowed) + b"\r\n\r\n"
    expected = b"HTTP/1.1 431 " if more_than_allowed > 0 else b"HTTP/1.1 200 "
    assert server.raw(whole).startswith(expected)
    with closing(socket.create_connection(("127.0.0.1", server.port), timeout=5)) as wire:
        for at in range(0, len(whole), 5_000):
            wire.sendall(whole[at : at + 5_000])
            time.sleep(0.002)
        assert wire.recv(100).startswith(expected)


def test_many_requests_on_one_connection_are_no_large_head(server: Served) -> None:
    """The count begins anew with every request, however many arrive at once."""
    one = b"GET /healthz HTTP/1.1\r\nHost: here\r\nX-Some: " + b"a" * 1_000 + b"\r\n\r\n"
    answer = server.raw(one * 99 + WHOLE)
    assert answer.count(b"HTTP/1.1 200 OK") == 100


def test_a_large_body_is_no_large_head(server: Served) -> None:
    """Bodies have a limit of their own."""
    answer = server.ask("GET", "/healthz", b"a" * 60_000)
    assert answer.status == 200


@pytest.mark.parametrize(
    "sent",
    [
        b"nonsense\r\n\r\n",
        b"GET /healthz HTTP/9.9\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03",
        b"CONNECT here:443 HTTP/1.1\r\nHost: here\r\n\r\n",
    ],
)
def test_what_is_no_http_is_told_so_in_json(server: Served, sent: bytes) -> None:
    """Every refusal has the same form, also before there is a request."""
    answer = server.raw(sent)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert _sentence(answer) == "this is no HTTP/1.1 request"


def test_what_is_no_address_is_told_so_on_a_kept_connection_too(server: Served) -> None:
    """An answer that was given before does not stand for the one that is owed."""
    with closing(socket.create_connection(("127.0.0.1", server.port), timeout=5)) as wire:
        wire.sendall(b"GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n")
        assert wire.recv(65536).startswith(b"HTTP/1.1 200 ")
        wire.sendall(b"CONNECT here:443 HTTP/1.1\r\nHost: here\r\n\r\n")
        assert wire.recv(65536).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    ("begun", "expected"),
    [
        (b"GET /healthz HTTP/1.1\r\nHost: h\r\nX-Slow: ", b"HTTP/1.1 408 "),
        (b"GET /", b"HTTP/1.1 408 "),
        (b"GET /chat/1/socket HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n", b"HTTP/1.1 408 "),
        (b"\r\n\r\n", b""),
        (b"", b""),
        (b"GET /healthz HTTP/1.1\r\nHost: h\r\n\r\nGET", b""),
        (b"GET /nothing HTTP/1.1\r\nHost: h\r\nContent-Length: 999\r\n\r\na", b""),
    ],
    ids=["header", "address", "handshake", "empty lines", "nothing", "second head", "body after the answer"],
)
def test_a_head_has_a_deadline(server: Served, begun: bytes, expected: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever feeds a head byte by byte, or nothing at all, does not keep the connection."""
    monkeypatch.setattr(connection, "HEAD_WITHIN_S", 0.5)
    with closing(socket.create_connection(("127.0.0.1", server.port), timeout=0.1)) as wire:
        wire.sendall(begun)
        got, is_open = b"", True
        until = time.monotonic() + 10
        while is_open and time.monotonic() < until:
            try:
                if begun:
                    wire.sendall(b"\r\n" if not begun.strip() else b"x")
                chunk = wire.recv(65536)
                got, is_open = got + chunk, bool(chunk)
            except TimeoutError:
                continue
            except OSError:
                is_open = False
    assert not is_open
    assert got.startswith(expected)
    if expected:
        assert "did not arrive" in _sentence(got)


def test_a_kept_connection_outlives_the_deadline(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """The deadline is a head's, not a connection's."""
    monkeypatch.setattr(connection, "HEAD_WITHIN_S", 0.3)
    with closing(socket.create_connection(("127.0.0.1", server.port), timeout=5)) as wire:
        for _ in range(6):
            wire.sendall(b"GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n")
            assert wire.recv(65536).startswith(b"HTTP/1.1 200 ")
            time.sleep(0.15)


def test_a_connection_that_rests_is_closed_and_one_that_goes_on_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rest is measured from the last answer, however many there were before; a request under way is none."""

    async def slow() -> Ready:
        await asyncio.sleep(0.6)
        return Ready(ready=True)

    monkeypatch.setattr(connection, "RESTS_S", 0.4)
    with (
        serving(application(operators(slow))) as served,
        closing(socket.create_connection(("127.0.0.1", served.port), timeout=5)) as wire,
    ):
        for path in (b"/healthz", b"/healthz", b"/readyz", b"/healthz"):
            time.sleep(0.25)
            wire.sendall(b"GET %s HTTP/1.1\r\nHost: here\r\n\r\n" % path)
            assert wire.recv(65536).startswith(b"HTTP/1.1 200 ")
        answered = time.monotonic()
        assert wire.recv(1) == b""
        assert 0.35 < time.monotonic() - answered < 2
