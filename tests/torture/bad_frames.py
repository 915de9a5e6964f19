"""Whatever a hostile page sends through the widget's socket: it is refused in words, or shown out by a code."""

import asyncio
import json
import os
import random
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Any

from tests.hostile_json import hostile_json
from tests.torture.bad_values import SECRET, VALUES, spoilt
from tests.torture.place import Place

FRAMES_OF_ONE = 12
ANSWERED_WITHIN_S = 20.0
# Of RFC 6455: 1011 is the server's own fault. 1005 stands for no code, which is answered with none.
CODES = {1000, 1002, 1003, 1005, 1007, 1008, 1009}
TEXT, BINARY, CLOSE, PING = 1, 2, 8, 9


class HungUp(Exception):
    """The socket ended; code: None where nothing was said."""

    def __init__(self, code: int | None) -> None:
        self.code = code


async def frames(place: Place, count: int, chance: random.Random) -> tuple[Counter[str], Counter[str]]:
    """Send so many frames or a few more, a dozen a socket unless one ends it; what was counted, and what went wrong."""
    counts, wrong = Counter[str](), Counter[str]()
    hostile = _hostile(chance)
    while counts["socket frames"] < count:
        counts["sockets"] += 1
        page = await Page.opened(place)
        try:
            for bad in islice(hostile, FRAMES_OF_ONE):
                counts["socket frames"] += 1
                await page.is_answered_after(bad, counts["socket frames"])
            await page.says("please note n1", "in order")
        except HungUp as ended:
            counts["sockets closed by a code"] += 1
            if ended.code not in CODES:
                wrong[f"a socket was closed with {ended.code}"] += 1
        except TimeoutError:
            wrong["a socket fell silent"] += 1
        if SECRET.encode() in page.heard:
            wrong["a secret came back through a socket"] += 1
        page.close()
    return counts, wrong


class Page:
    """A page of our own, down to the bytes. heard: all that it was sent."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.heard = b""

    @classmethod
    async def opened(cls, place: Place) -> "Page":
        """Shake hands and say hello."""
        page = cls(*await asyncio.open_connection("127.0.0.1", place.server.port))
        key = b64encode(os.urandom(16)).decode()
        page._writer.write(
            f"GET /chat/{place.business_id}/socket HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        head = await page._reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101 "), head
        page._writer.write(frame(TEXT, json.dumps({"hello": {"builder": SECRET}}).encode()))
        return page

    async def is_answered_after(self, bad: bytes, number: int) -> None:
        """Send it, and behind it an empty message, whose refusal names its key. Raises HungUp, TimeoutError."""
        await self.says("", f"sync{number}", behind=bad)

    async def says(self, text: str, key: str, *, behind: bytes = b"") -> None:
        """Say something, and wait until it is accepted or refused. Raises HungUp, TimeoutError.

        behind: what goes before it, in one piece with it: what arrives after the server has hung up makes the system
        throw away what it said last.
        """
        with suppress(OSError):
            self._writer.write(behind + frame(TEXT, json.dumps({"say": {"key": key, "text": text}}).encode()))
        async with asyncio.timeout(ANSWERED_WITHIN_S):
            while True:
                told = await self._next()
                if key in (told.get(what, {}).get("key") for what in ("accepted", "refused") if told.get(what)):
                    return

    def close(self) -> None:
        """Go."""
        self._writer.close()

    async def _next(self) -> dict[str, Any]:
        """Read on to the next frame of JSON. Raises HungUp."""
        while True:
            try:
                first, length = await self._reader.readexactly(2)
                if length >= 126:
                    length = int.from_bytes(await self._reader.readexactly(2 if length == 126 else 8), "big")
                payload = await self._reader.readexactly(length)
            except (OSError, asyncio.IncompleteReadError):
                raise HungUp(None) from None
            self.heard += payload
            if first & 15 == CLOSE:
                raise HungUp(int.from_bytes(payload[:2], "big") if payload else 1005)
            if first & 15 == TEXT:
                told: dict[str, Any] = json.loads(payload)
                return told


def frame(kind: int, payload: bytes, *, bits: int = 0x80, is_masked: bool = True, says: int | None = None) -> bytes:
    """Write a frame. bits: FIN, and those that are reserved. says: how long it claims to be."""
    length = len(payload) if says is None else says
    mask = os.urandom(4) if is_masked else b""
    if length < 126:
        size = bytes([length])
    else:
        size = b"\x7e" + length.to_bytes(2, "big") if length < 2**16 else b"\x7f" + length.to_bytes(8, "big")
    size = bytes([size[0] | (0x80 if is_masked else 0)]) + size[1:]
    body = bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload)) if is_masked else payload
    return bytes([bits | kind]) + size + mask + body


def _hostile(chance: random.Random) -> Iterator[bytes]:
    """Make frames without end: four in five are no JSON that we take, or not what it should say; others no frames."""
    bad_json = hostile_json(chance.randrange(10**6), {"say": {"key": "k", "text": "hello"}, "is": SECRET})
    while True:
        match chance.randrange(10):
            case 0 | 1 | 2:
                yield frame(TEXT, next(bad_json).body)
            case 3 | 4 | 5:
                yield frame(TEXT, spoilt(chance, json.dumps(chance.choice(_SAID) | {"is": SECRET}).encode()))
            case 6 | 7:
                name, about = chance.choice(_FIELDS)
                said = {name: chance.choice(VALUES) if about is None else {about: chance.choice(VALUES), "is": SECRET}}
                yield frame(TEXT, json.dumps(said).encode("utf-8", "surrogatepass"))
            case 8:
                yield frame(BINARY, chance.randbytes(chance.randrange(2_000)))
            case _:
                yield chance.choice(_NO_FRAMES)(chance)


_SAID: tuple[dict[str, Any], ...] = (
    {"say": {"key": "k", "text": "hello"}}, {"hello": {"after": 3, "language": "en"}}, {"language": "en"},
    {"start_over": True},
)  # fmt: skip
_FIELDS = (
    ("say", None), ("say", "key"), ("say", "text"), ("hello", None), ("hello", "visitor"), ("hello", "after"),
    ("language", None), ("start_over", None), ("no such frame", None),
)  # fmt: skip
_NO_FRAMES = (
    lambda chance: frame(chance.choice((3, 4, 7, 11, 15)), b"x"),  # kinds that there are not
    lambda chance: frame(TEXT, b"{}", bits=0x80 | chance.choice((0x10, 0x20, 0x40, 0x70))),
    lambda _: frame(TEXT, b"{}", is_masked=False),
    lambda _: frame(TEXT, b'{"say', bits=0),  # a first part, and then another first part
    lambda _: frame(0, b"behind nothing"),
    lambda _: frame(PING, b"x" * 126),
    lambda _: frame(PING, b"x", bits=0),
    lambda chance: frame(TEXT, b"", says=chance.choice((2**17, 2**31, 2**62, 2**64 - 1))),
    lambda _: frame(TEXT, b'"' + b"x" * 17_000 + b'"'),
    lambda _: frame(TEXT, b"\xff\xfe\xed\xa0\x80"),
    lambda chance: frame(CLOSE, chance.choice((b"", b"\x03", b"\x03\xe8", b"\x00\x00", b"\x03\xe8\xff", b"\xff\xff"))),
    lambda _: b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    lambda chance: frame(PING, b"") * chance.choice((2, 50, 1_001)),
    lambda _: frame(TEXT, b"{", bits=0) + frame(0, b"", bits=0) * 200,
)
