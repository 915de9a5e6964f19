"""A receiver on a real socket that writes whatever bytes a test wants, and keeps what it was sent."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import TypeAlias

from botyard.setting_values import PrivateReceiver

Answer: TypeAlias = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass
class RawServer:
    """Where it listens, and what came in. connections: how many, whether or not a request followed."""

    port: int = 0
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The root, in plain HTTP."""
        return f"http://127.0.0.1:{self.port}/"

    @property
    def allow(self) -> tuple[PrivateReceiver, ...]:
        """What an operator lists so that this server may be called."""
        return (PrivateReceiver(ip_network("127.0.0.1/32"), self.port),)

    def headers(self) -> list[tuple[str, str]]:
        """The headers of the last request, in order, as they were written."""
        lines = self.requests[-1].partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
        return [(name, value) for name, _, value in (line.partition(": ") for line in lines)]

    def body(self) -> bytes:
        """The body of the last request."""
        return self.requests[-1].partition(b"\r\n\r\n")[2]


def http(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    """Write an ordinary HTTP answer."""
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def says(answer: bytes) -> Answer:
    """Write these bytes, all at once."""

    async def write(writer: asyncio.StreamWriter) -> None:
        writer.write(answer)

    return write


@asynccontextmanager
async def raw_server(
    answer: Answer, *, keep_alive: bool = False, tls: ssl.SSLContext | None = None
) -> AsyncIterator[RawServer]:
    """Listen on a free port of 127.0.0.1; after each answer the connection is closed, unless it is kept alive."""
    server = RawServer()
    serving: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.connections += 1
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                server.requests.append(await _request(reader))
                await answer(writer)
                await writer.drain()
                if not keep_alive:
                    break
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(serve(reader, writer))
        serving.add(task)
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        task.add_done_callback(lambda _: writer.close())

    listener = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)
        await asyncio.sleep(0)  # lets closed transports go


async def _request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    lengths = [int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")]
    return head + await reader.readexactly(lengths[0] if lengths else 0)
