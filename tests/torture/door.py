"""One connection of a client's system to the public API: small, and it notices at once when the server dies."""

import asyncio
import json
from collections import deque
from collections.abc import Sequence
from typing import Any, Self
from urllib.parse import urlencode

ANSWERS_WITHIN_S = 20.0


class Gone(Exception):
    """The server did not answer: whether it did what it was asked is not known."""


class Door:
    """A kept-open connection, made again when it broke: at the next of its ports, where there are several."""

    def __init__(self, ports: Sequence[int], credentials: dict[str, str]) -> None:
        self._ports = deque(ports)
        self.answers_within_s = ANSWERS_WITHIN_S
        self._head = "".join(f"{name}: {value}\r\n" for name, value in credentials.items())
        self._open: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, body: dict[str, Any], key: str = "") -> tuple[int, Any]:
        """Post JSON; the status and what came back. Raises Gone."""
        data = json.dumps(body).encode()
        named = f"idempotency-key: {key}\r\n" if key else ""
        return await self._ask(f"POST {path}", f"Content-Type: application/json\r\n{named}", data)

    async def get(self, path: str, **query: object) -> tuple[int, Any]:
        """Get JSON. Raises Gone."""
        return await self._ask(f"GET {path}?{urlencode(query)}", "", b"")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        if self._open is not None:
            self._open[1].close()
            self._open = None

    async def _ask(self, what: str, more: str, data: bytes) -> tuple[int, Any]:
        head = f"{what} HTTP/1.1\r\nHost: 127.0.0.1\r\n{self._head}{more}Content-Length: {len(data)}\r\n\r\n"
        status, body = await self.raw(head.encode() + data)
        return status, json.loads(body)

    async def raw(self, request: bytes) -> tuple[int, bytes]:
        """Send bytes as they are; the status and the bytes that came back. Raises Gone."""
        try:
            async with asyncio.timeout(self.answers_within_s):
                if self._open is None:
                    self._open = await asyncio.open_connection("127.0.0.1", self._ports[0])
                reader, writer = self._open
                writer.write(request)
                return await self._answer(reader)
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            self.close()
            self._ports.rotate(-1)
            raise Gone from error

    async def _answer(self, reader: asyncio.StreamReader) -> tuple[int, bytes]:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.split("content-length:", 1)[1].split("\r\n", 1)[0]) if "content-length:" in head else 0
        body = await reader.readexactly(length)
        if "connection: close" in head:
            self.close()
        return int(head.split(" ", 2)[1]), body
