"""What a WebSocket's connection may do, over real sockets, below what any page is asked about."""

import json
import logging
import os
import socket
import struct
from collections.abc import Iterator
from contextlib import closing

import pytest
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from botyard.serving.application import application
from botyard.serving.socket_connection import FRAMES, PARTS
from tests.serving.served import Served, serving

KEY = b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
ASK = b"Host: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
TEXT, CONT, PING, PONG, FIN = 1, 0, 9, 10, 0x80


async def _echo(page: WebSocket) -> None:
    await page.accept()
    try:
        while True:
            await page.send_text(await page.receive_text())
    except (WebSocketDisconnect, KeyError):
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with serving(application([], routes=[WebSocketRoute("/echo", _echo)])) as served:
        yield served


def _frame(opcode: int, content: bytes = b"") -> bytes:
    mask = os.urandom(4)
    size = bytes([0x80 | len(content)]) if len(content) < 126 else b"\xfe" + struct.pack("!H", len(content))
    return bytes([opcode]) + size + mask + bytes(one ^ mask[at % 4] for at, one in enumerate(content))


def _after_handshake(server: Served, frames: bytes) -> bytes:
    """Send frames; all that came back until the server closed or fell silent."""
    with closing(socket.create_connection(("127.0.0.1", server.port), timeout=2)) as wire:
        wire.sendall(b"GET /echo HTTP/1.1\r\n" + ASK + KEY + b"\r\n")
        assert wire.recv(4096).startswith(b"HTTP/1.1 101 ")
        got = b""
        try:
            wire.sendall(frames)
            while chunk := wire.recv(65536):
                got += chunk
        except OSError:
            pass
        return got


def _closed(code: int, why: str) -> bytes:
    """A close frame from the server."""
    return bytes([0x88, 2 + len(why)]) + struct.pack("!H", code) + why.encode()


@pytest.mark.parametrize("opcode", [FIN | PING, FIN | PONG, FIN | TEXT])
def test_a_flood_of_frames_ends_its_connection(server: Served, opcode: int, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever kind they are, and however little each holds; and it is no error of ours in the log."""
    got = _after_handshake(server, _frame(opcode) * (FRAMES + 1))
    assert got.endswith(_closed(1008, "too many frames"))
    assert caplog.records == []


def test_a_message_in_endless_parts_ends_its_connection(server: Served) -> None:
    """Empty parts never make a message too large, so they are counted."""
    got = _after_handshake(server, _frame(TEXT, b"a") + _frame(CONT) * PARTS)
    assert got == _closed(1009, "this message has too many parts")


def test_what_is_allowed_passes(server: Served) -> None:
    """A message in as many parts as are allowed, a few times, with pings between them."""
    message = _frame(TEXT, b"a") + _frame(FIN | PING) + _frame(CONT, b"b") * (PARTS - 2) + _frame(FIN | CONT, b"c")
    got = _after_handshake(server, message * 3)
    assert got.count(b"a" + b"b" * (PARTS - 2) + b"c") == 3


def test_text_that_is_no_text_ends_its_connection_and_is_no_error_of_ours(
    server: Served, caplog: pytest.LogCaptureFixture
) -> None:
    """Close code 1007, as the standard has it; nothing in the log, whoever repeats it."""
    with caplog.at_level(logging.WARNING):
        assert _after_handshake(server, _frame(FIN | TEXT, b"\xff")) == _closed(1007, "this is not UTF-8")
    assert caplog.records == []


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /echo HTTP/1.1\r\n" + ASK + b"\r\n", 400),
        (b"GET /echo HTTP/1.1\r\n" + ASK.replace(b"13", b"99") + KEY + b"\r\n", 400),
        (b"GET /echo?" + b"a" * 20_000 + b" HTTP/1.1\r\n" + ASK + KEY + b"\r\n", 414),
        (b"GET /echo HTTP/1.1\r\n" + ASK + KEY + b"X: 1\r\n" * 2_000 + b"\r\n", 431),
        (b"GET /echo HTTP/1.1\r\n" + ASK + KEY + b"X: " + b"a" * 20_000 + b"\r\n\r\n", 431),
        (b"GET /echo HTTP/1.1\r\n" + ASK + KEY + b"Content-Length: 3\r\n\r\nabc", 400),
        (b"POST /echo HTTP/1.1\r\n" + ASK + KEY + b"\r\n", 405),
        (b"GET /nothing HTTP/1.1\r\n" + ASK + KEY + b"\r\n", 403),
    ],
    ids=["no key", "version", "long path", "many headers", "long header", "body", "method", "no such address"],
)
def test_a_handshake_that_cannot_be_taken_is_refused_in_json(server: Served, sent: bytes, status: int) -> None:
    """Answered and closed, in the form of every refusal."""
    head, _, body = server.raw(sent).partition(b"\r\n\r\n")
    assert head.split()[1] == str(status).encode()
    assert b"content-type: application/json" in head.lower()
    [(name, sentence)] = json.loads(body).items()
    assert name == "error_message"
    assert len(sentence) > 10


def test_a_handshake_that_cannot_be_taken_is_closed(server: Served) -> None:
    """Nobody waits for what will not come."""
    with closing(socket.create_connection(("127.0.0.1", server.port), timeout=5)) as wire:
        wire.sendall(b"GET /echo HTTP/1.1\r\n" + ASK + KEY + b"Content-Length: 3\r\n\r\nabc")
        while wire.recv(4096):  # a time-out fails the test
            pass
