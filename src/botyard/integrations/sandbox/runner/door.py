"""A runner's door to other machines: HTTPS, open to whoever shows a certificate of the operator's authority.

Every request is a POST of one message of talk.py, and is answered 200 with one, or with nothing where there is nothing
to say. Whoever has come in was given a key by the operator; httptools reads strictly all the same.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias, cast

from httptools import HttpParserError, HttpRequestParser
from msgspec import Struct

MOST_BYTES = 64 << 20  # code comes with all its files
HANDSHAKE_S = 5.0

Answer: TypeAlias = Callable[[bytes], Awaitable[bytes]]


class Tls(Struct, frozen=True):
    """Where to listen and who we are. cert, key, ca: paths of PEM files; ca: whose certificates come in."""

    host: str
    port: int
    cert: str
    key: str
    ca: str


def context_of(tls: Tls) -> ssl.SSLContext:
    """Read the files, while we still may. A client without a certificate that `ca` signed is refused."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(tls.cert, tls.key)
    context.load_verify_locations(tls.ca)
    return context


def socket_of(tls: Tls) -> socket.socket:
    """Listen; who comes while the doctor is at work waits."""
    family = socket.AF_INET6 if ":" in tls.host else socket.AF_INET
    return socket.create_server((tls.host, tls.port), family=family, backlog=128)


async def open_door(context: ssl.SSLContext, listener: socket.socket, answer: Answer) -> asyncio.Server:
    """Answer whoever comes, one request of a connection after the other. answer: raises nothing but cancellation."""
    return await asyncio.get_running_loop().create_server(
        lambda: _Caller(answer), sock=listener, ssl=context, ssl_handshake_timeout=HANDSHAKE_S
    )


class _Caller(asyncio.Protocol):
    """One connection. A call is not stopped when its caller goes: it has begun, as with a runner next door."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._loop = asyncio.get_running_loop()
        self._parser: Any = HttpRequestParser(self)  # it has no types
        self._transport: asyncio.Transport | None = None
        self._body = bytearray()
        self._answering: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way out."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Read on; whoever sends no HTTP is none of ours."""
        try:
            self._parser.feed_data(data)
        except HttpParserError:
            self._hang_up()

    def connection_lost(self, _exc: Exception | None) -> None:
        """Forget it."""
        self._transport = None
        self._parser = None  # it holds us, and we held it

    def on_body(self, part: bytes) -> None:
        """Keep a part, as far as anything is taken."""
        self._body += part
        if len(self._body) > MOST_BYTES:
            self._hang_up()

    def on_message_complete(self) -> None:
        """Answer it. Ours wait for an answer before they ask again, and never say that they will not."""
        body, self._body = bytes(self._body), bytearray()
        if self._answering is not None or self._parser.get_method() != b"POST" or not self._parser.should_keep_alive():
            self._hang_up()
            return
        self._answering = self._loop.create_task(self._told(body))

    async def _told(self, body: bytes) -> None:
        answer = await self._answer(body)
        self._answering = None
        if self._transport is not None:
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(answer)}\r\n\r\n"
            self._transport.write(head.encode() + answer)

    def _hang_up(self) -> None:
        if self._transport is not None:
            self._transport.abort()
