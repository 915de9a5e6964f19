"""How many may be connected, over real sockets."""

import json
import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from ipaddress import ip_network
from subprocess import run
from sys import executable

import pytest
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from structlog.testing import capture_logs

from botyard.serving import connection
from botyard.serving import crowd as crowds
from botyard.serving.application import application
from botyard.serving.crowd import Crowd
from botyard.serving.neighbours import neighbourhood
from botyard.serving.operators import Ready, operators
from tests.serving.served import Served, serving

ASKS = b"GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n"
UPGRADES = (
    b"GET /socket HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


async def _ready() -> Ready:
    return Ready(ready=True)


async def _socket(wire: WebSocket) -> None:
    await wire.accept()
    await wire.receive()


async def _large(_request: object) -> Response:
    return Response(b"x" * 30_000_000)


@contextmanager
def crowded(crowd: Crowd) -> Iterator[Served]:
    """Serve with these bounds."""
    routes = [WebSocketRoute("/socket", _socket), Route("/large", _large)]
    with serving(application(operators(_ready), routes=routes), crowd=crowd) as served:
        yield served


def heard(wire: socket.socket, sent: bytes) -> bytes:
    """Send, and read what comes back first; nothing where the connection was dropped."""
    try:
        wire.sendall(sent)
        return wire.recv(65536)
    except (BrokenPipeError, ConnectionResetError):
        return b""


def wait_until_inside(crowd: Crowd, count: int) -> None:
    """Wait for the server to notice who came and went."""
    until = time.monotonic() + 15
    while len(crowd._inside) != count and time.monotonic() < until:
        time.sleep(0.02)
    assert len(crowd._inside) == count


def connected(stack: ExitStack, server: Served) -> socket.socket:
    """Connect until the test ends."""
    return stack.enter_context(closing(socket.create_connection(("127.0.0.1", server.port), timeout=5)))


@pytest.mark.parametrize(
    ("in_all", "per_address", "why"), [(5, 99, "too many connections are open;"), (99, 5, "this address")]
)
@pytest.mark.parametrize("held", [b"", b"GET /", UPGRADES, ASKS], ids=["silent", "in a head", "socket", "kept"])
def test_one_too_many_is_told_so_and_the_others_go_on(in_all: int, per_address: int, why: str, held: bytes) -> None:
    """503, Retry-After, the sentence, and the end; also for a socket's handshake. Whoever leaves makes room."""
    crowd = Crowd(in_all, per_address)
    with crowded(crowd) as server, ExitStack() as stack:
        inside = [connected(stack, server) for _ in range(5)]
        for wire in inside:
            wire.sendall(held)
        wait_until_inside(crowd, 5)
        for asks in (ASKS, UPGRADES):
            wire = connected(stack, server)
            head, _, body = heard(wire, asks).partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 503 ")
            assert b"retry-after: 1" in head.lower()
            assert b"connection: close" in head.lower()
            assert why in json.loads(body)["error_message"]
            assert wire.recv(1) == b""
        wait_until_inside(crowd, 5)
        inside[0].close()
        wait_until_inside(crowd, 4)
        assert heard(connected(stack, server), ASKS).startswith(b"HTTP/1.1 200 ")


def test_a_trusted_proxy_brings_as_many_as_there_is_room_for() -> None:
    """Behind it are many clients."""
    with crowded(Crowd(20, 3, [ip_network("127.0.0.0/8")])) as server, ExitStack() as stack:
        wires = [connected(stack, server) for _ in range(20)]
        assert all(heard(wire, ASKS).startswith(b"HTTP/1.1 200 ") for wire in wires)
        assert heard(connected(stack, server), ASKS).startswith(b"HTTP/1.1 503 ")


def test_a_flood_of_connections_keeps_few_of_the_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only so many hear why; the rest are dropped, and none of them is kept."""
    monkeypatch.setattr(crowds, "LINGERING", 10)
    monkeypatch.setattr(connection, "LINGERS_S", 4.0)
    crowd = Crowd(5, 99)
    with capture_logs() as lines, crowded(crowd) as server, ExitStack() as stack:
        wires = [connected(stack, server) for _ in range(100)]
        wait_until_inside(crowd, 15)
        assert sum(heard(wire, ASKS).startswith(b"HTTP/1.1 503 ") for wire in wires[5:]) == 10
        wait_until_inside(crowd, 5)
    assert not crowd._inside
    assert not crowd._from
    assert [line["event"] for line in lines] == ["connections_refused"]


def test_who_reads_nothing_is_shown_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that is never taken is not kept for ever; one that is taken slowly is."""
    monkeypatch.setattr(crowds, "LOOKS_EVERY_S", 0.1)
    monkeypatch.setattr(crowds, "READS_WITHIN_S", 1.5)
    crowd = Crowd()
    with crowded(crowd) as server, ExitStack() as stack:
        stuck, slow = (connected(stack, server) for _ in range(2))
        for wire in (stuck, slow):
            wire.sendall(b"GET /large HTTP/1.1\r\nHost: here\r\n\r\n")
        got, until = 0, time.monotonic() + 10.0
        while len(crowd._inside) != 1 and time.monotonic() < until:
            got += len(slow.recv(100_000))
            time.sleep(0.05)
        assert len(crowd._inside) == 1
        while got < 30_000_000:
            chunk = slow.recv(1_000_000)
            assert chunk
            got += len(chunk)


def test_of_ipv6_a_whole_network_is_one_caller() -> None:
    """A customer has 2^64 addresses; an IPv4 address is itself, however it is written."""
    assert neighbourhood("2001:4860:1:2:3:4:5:6") == neighbourhood("2001:4860:1:2::") == "2001:4860:1:2::/64"
    assert neighbourhood("2001:4860:1:3::") != neighbourhood("2001:4860:1:2::")
    assert neighbourhood("::ffff:1.2.3.4") == neighbourhood("1.2.3.4") == "1.2.3.4"
    assert neighbourhood("") == ""


ROOM = "from botyard.app.server import room_for; import resource; print(room_for(2000), resource.getrlimit(7)[0])"


@pytest.mark.parametrize(
    ("soft", "hard", "expected"), [(256, 4096, "2000 3000"), (256, 1024, "512 1024"), (256, 2500, "1500 2500")]
)
def test_there_is_room_for_what_the_system_allows(soft: int, hard: int, expected: str) -> None:
    """The soft limit is raised as far as needed and allowed; where that is too little, fewer connections are taken."""

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    done = run([executable, "-c", ROOM], preexec_fn=limited, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == expected
