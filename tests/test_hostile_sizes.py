"""Fifty megabytes at each door: what is too large is not read to its end, whichever way it is framed."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import closing

import pytest
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from botyard.bot.exchange import read
from botyard.integrations.answer import MAX_ANSWER_BYTES
from botyard.integrations.outbound import NotSent, Outbound
from botyard.serving.application import application
from tests.integrations.raw_server import raw_server
from tests.platform.open_api import OpenApi, open_api
from tests.serving.served import Served, serving

HUGE = 50 * 1024 * 1024
PIECE = b'{"a": "' + b"x" * 65_529
# What may be on its way when somebody stops reading: the buffers of two sockets.
ON_THE_WAY = 16 * 1024 * 1024


def pushed(port: int, head: bytes, piece: bytes) -> tuple[int, bytes]:
    """Write a head and then pieces, up to 50 MB; how much was taken, and what was answered."""
    sent, answer = 0, b""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=5)) as wire:
        try:
            wire.sendall(head)
            while sent < HUGE:
                wire.sendall(piece)
                sent += len(piece)
        except OSError:
            pass
        try:
            while chunk := wire.recv(65_536):
                answer += chunk
        except OSError:
            pass
    return sent, answer


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenApi]:
    """A served API."""
    with open_api(tmp_path_factory.mktemp("hostile-sizes") / "api.db") as api:
        api.new_user()
        yield api


@pytest.mark.parametrize(
    ("framing", "piece"),
    [
        (f"Content-Length: {HUGE}", PIECE),
        ("Transfer-Encoding: chunked", f"{len(PIECE):x}\r\n".encode() + PIECE + b"\r\n"),
        ("Transfer-Encoding: chunked", b"1\r\nx\r\n" * 10_000),
        (f"Content-Encoding: gzip\r\nContent-Length: {HUGE}", PIECE),
    ],
    ids=["a length", "chunks", "chunks of one byte", "compressed"],
)
def test_a_request_is_not_read_to_its_end(api: OpenApi, framing: str, piece: bytes) -> None:
    """The server hangs up after a megabyte; others are served meanwhile."""
    who = "".join(f"{name}: {value}\r\n" for name, value in api.headers.items())
    head = f"POST /v1.0/log_message_from_user/ HTTP/1.1\r\nHost: here\r\n{who}{framing}\r\n\r\n".encode()
    sent, answer = pushed(api.served.port, head, piece)
    assert sent < ON_THE_WAY
    assert answer == b"" or answer.startswith(b"HTTP/1.1 413 ")
    assert api.chat("hello")


async def _reads(wire: WebSocket) -> None:
    await wire.accept()
    await wire.receive()


@pytest.fixture(scope="module")
def socket_server() -> Iterator[Served]:
    """A server with a socket that takes anything."""
    with serving(application([], routes=[WebSocketRoute("/socket", _reads)])) as served:
        yield served


UPGRADE = (
    b"GET /socket HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


@pytest.mark.parametrize(
    ("first", "piece"),
    [
        (b"\x81\xff" + HUGE.to_bytes(8, "big") + bytes(4), PIECE),
        (b"\x01\xfe\xff\xff" + bytes(4) + bytes(65_535), b"\x00\xfe\xff\xff" + bytes(4) + bytes(65_535)),
    ],
    ids=["one frame", "many frames"],
)
def test_a_message_of_a_socket_is_not_read_to_its_end(socket_server: Served, first: bytes, piece: bytes) -> None:
    """Code 1009, long before the 50 MB are in."""
    sent, answer = pushed(socket_server.port, UPGRADE + first, piece)
    assert sent < ON_THE_WAY
    assert answer == b"" or b"\x88" in answer


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (f"HTTP/1.1 200 OK\r\nContent-Length: {HUGE}\r\n\r\n", PIECE),
        ("HTTP/1.1 200 OK\r\n\r\n", PIECE),
        ("HTTP/1.0 200 OK\r\nContent-Encoding: gzip\r\n\r\n", PIECE),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", f"{len(PIECE):x}\r\n".encode() + PIECE + b"\r\n"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n" * 10_000),
        ("HTTP/1.1 200 OK\r\n", b"X-More: 1234567890\r\n" * 3_000),
        ("HTTP/1.1 500 Oops\r\n\r\n", PIECE),
    ],
    ids=["a length", "no length", "compressed", "chunks", "chunks of one byte", "headers", "a failure"],
)
def test_an_answer_is_not_read_to_its_end(head: str, piece: bytes) -> None:
    """The call ends with a reason as soon as there is more than is taken; the receiver is hung up on."""
    written = 0

    async def pours(writer: asyncio.StreamWriter) -> None:
        nonlocal written
        writer.write(head.encode())
        while written < HUGE:
            writer.write(piece)
            await writer.drain()
            written += len(piece)

    async def run() -> str:
        async with raw_server(pours) as server, Outbound(server.allow) as outbound:
            try:
                got = await outbound.post(server.url, b"{}", {}, timeout_s=20.0, max_bytes=MAX_ANSWER_BYTES)
            except NotSent as failed:
                return failed.reason
            return str(got.status)

    assert asyncio.run(run()) in {"too_large", "500", "not_http"}
    assert written < ON_THE_WAY


@pytest.mark.parametrize("path", ["bot.yaml", "nodes/a.yaml", "entities/e.csv"])
def test_a_file_of_fifty_megabytes_is_a_problem_and_no_failure(path: str) -> None:
    """An import says that it is too large, whatever is in it."""
    assert read({path: b"a: " * (HUGE // 3)}).problems
