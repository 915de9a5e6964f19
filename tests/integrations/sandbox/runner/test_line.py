"""The line between platform and runner: whole frames in order, however they arrive, and an end to what is none."""

import asyncio
import socket
from collections.abc import Awaitable, Callable

from botyard.integrations.sandbox.runner.line import Line

Talk = Callable[[socket.socket, Line], Awaitable[None]]


def heard_of(talk: Talk) -> list[bytes]:
    """Let somebody talk into a line; what was heard at its other end."""

    async def listen() -> list[bytes]:
        ours, theirs = socket.socketpair()
        theirs.settimeout(0)
        heard: list[bytes] = []
        loop = asyncio.get_running_loop()

        def hear(line: Line, body: bytes) -> None:
            heard.append(body)
            if body.startswith(b"x"):
                line.say("heard")

        _, line = await loop.create_connection(lambda: Line(hear), sock=ours)
        with theirs:
            await talk(theirs, line)
        await asyncio.wait_for(line.gone, 5)
        assert not line.is_open
        line.say({"to": "nobody"})
        return heard

    return asyncio.run(listen())


def framed(body: bytes) -> bytes:
    """Write a frame."""
    return len(body).to_bytes(4, "big") + body


def test_frames_are_whole_however_they_come() -> None:
    """Byte by byte, several at once, one and a half: the same bodies in the same order."""

    async def talk(there: socket.socket, _line: Line) -> None:
        loop = asyncio.get_running_loop()
        for byte in framed(b"slowly") + framed(b""):
            await loop.sock_sendall(there, bytes([byte]))
            await asyncio.sleep(0)
        await loop.sock_sendall(there, framed(b"at") + framed(b"once") + framed(b"half")[:6])
        await loop.sock_sendall(there, framed(b"half")[6:] + framed(b"x" * 300_000))
        assert await loop.sock_recv(there, 100) == framed(b'"heard"')

    assert heard_of(talk) == [b"slowly", b"", b"at", b"once", b"half", b"x" * 300_000]


def test_a_frame_that_is_too_long_is_the_end() -> None:
    """Nobody keeps gigabytes for a length that somebody named."""

    async def talk(there: socket.socket, line: Line) -> None:
        await asyncio.get_running_loop().sock_sendall(there, framed(b"first") + b"\xff\xff\xff\xff{")
        await asyncio.wait_for(line.gone, 5)

    assert heard_of(talk) == [b"first"]


def test_what_was_not_sent_whole_is_not_heard() -> None:
    """Whoever goes away in the middle has said nothing."""

    async def talk(there: socket.socket, _line: Line) -> None:
        await asyncio.get_running_loop().sock_sendall(there, framed(b"whole") + framed(b"cut short")[:-1])

    assert heard_of(talk) == [b"whole"]
