"""A TCP proxy before PostgreSQL that does to connections what networks do: delays, slices, resets, holes, half-closes.

Bytes are neither changed nor put in another order: that, TCP promises to everybody.
"""

import asyncio
import random
import socket
import struct
from collections import Counter
from contextlib import suppress
from typing import Self

from msgspec import Struct
from psycopg.conninfo import conninfo_to_dict

_CHUNK = 65_536
_AT_ONCE_RESET = struct.pack("ii", 1, 0)  # SO_LINGER of no time: close() sends RST


class Weather(Struct, frozen=True):
    """What every byte meets. delay_s: of each piece, from and to. slice_bytes: the longest piece; 0: as it comes."""

    delay_s: tuple[float, float] = (0.0, 0.0)
    slice_bytes: int = 0


FAIR = Weather()


class ToxicProxy:
    """Listens on 127.0.0.1 for the server that `url` names. met: what connections met, counted."""

    port: int

    def __init__(self, url: str, chance: random.Random) -> None:
        self._url = url
        self._chance = chance
        self._links: set[_Link] = set()
        self.weather = FAIR
        self.is_hole = False
        self.flows = asyncio.Event()
        self.flows.set()
        self.met: Counter[str] = Counter()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for link in list(self._links):
            link.abort()

    def url(self, url: str) -> str:
        """Say how to get to the database `url` through here: of what is said twice the later counts."""
        return f"{url}{'&' if '?' in url else '?'}host=127.0.0.1&port={self.port}"

    def reset_soon(self) -> None:
        """Reset each open connection after some more bytes, wherever in a frame that is."""
        for link in self._links:
            link.reset_after = self._chance.randint(1, 400)

    def half_close(self) -> None:
        """End what comes from PostgreSQL on each open connection; what goes to it still arrives."""
        for link in self._links:
            link.half_close()
            self.met["half-closed"] += 1

    def fall_silent(self) -> None:
        """Swallow everything, acknowledged and never passed on, on open connections and on new ones."""
        self.is_hole = True
        for link in self._links:
            link.is_silent = True
            self.met["swallowed"] += 1

    def speak_again(self) -> None:
        """Pass on what new connections say. Those that were swallowed stay so, and PostgreSQL has noticed by now."""
        self.is_hole = False
        for link in self._links:
            if link.is_silent:
                link.forget_the_server()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        named = conninfo_to_dict(self._url)
        host, port = str(named["host"]), int(named.get("port") or 5432)
        try:
            to = asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}") if host.startswith("/") else None
            server = await (to or asyncio.open_connection(host, port))
        except OSError:
            writer.transport.abort()
            return
        link = _Link(self, self._chance, (reader, writer), server)
        link.is_silent = self.is_hole
        self._links.add(link)
        try:
            await link.carry()
        finally:
            self._links.discard(link)
            link.abort()

    async def delay(self) -> None:
        """Hold a piece back for as long as the weather says."""
        if self.weather.delay_s[1]:
            self.met["delayed"] += 1
            await asyncio.sleep(self._chance.uniform(*self.weather.delay_s))
        self.met["held back"] += not self.flows.is_set()
        await self.flows.wait()


_Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class _Link:
    """One connection and its other half. reset_after: so many bytes from now, in either direction."""

    def __init__(self, proxy: ToxicProxy, chance: random.Random, client: _Stream, server: _Stream) -> None:
        self._proxy, self._chance = proxy, chance
        self._client, self._server = client, server
        self.is_silent = False
        self.reset_after: int | None = None
        self._is_half = False

    async def carry(self) -> None:
        """Pass on what both sides say, until Botyard's is closed, or PostgreSQL's where that could be told."""
        to_server = asyncio.create_task(self._pass_on(self._client[0], self._server[1], is_answer=False))
        to_client = asyncio.create_task(self._pass_on(self._server[0], self._client[1], is_answer=True))
        await asyncio.wait({to_server, to_client}, return_when=asyncio.FIRST_COMPLETED)
        if self.is_silent or self._is_half:
            await to_server
        to_server.cancel()
        to_client.cancel()
        await asyncio.wait({to_server, to_client})

    def half_close(self) -> None:
        """Tell Botyard that nothing more comes, and go on with what it says."""
        self._is_half = True
        with suppress(OSError):
            self._client[1].write_eof()

    def forget_the_server(self) -> None:
        """End PostgreSQL's side, as it does itself when it has heard nothing for long."""
        self._server[1].transport.abort()

    def abort(self) -> None:
        """End both sides."""
        for _, writer in (self._client, self._server):
            writer.transport.abort()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_answer: bool) -> None:
        with suppress(OSError):
            while data := await reader.read(_CHUNK):
                for piece in self._pieces(data):
                    await self._proxy.delay()
                    if self._is_reset_in(piece, writer):
                        return
                    if not self.is_silent and not (is_answer and self._is_half):
                        writer.write(piece)
                        await writer.drain()

    def _pieces(self, data: bytes) -> list[bytes]:
        longest = self._proxy.weather.slice_bytes
        if not longest:
            return [data]
        self._proxy.met["sliced"] += 1
        at, pieces = 0, []
        while at < len(data):
            size = self._chance.randint(1, longest)
            pieces.append(data[at : at + size])
            at += size
        return pieces

    def _is_reset_in(self, piece: bytes, writer: asyncio.StreamWriter) -> bool:
        """Pass the part before the cut on, and reset."""
        if self.reset_after is None:
            return False
        self.reset_after -= len(piece)
        if self.reset_after > 0:
            return False
        writer.write(piece[: len(piece) + self.reset_after])
        self._proxy.met["reset"] += 1
        self._proxy.met["reset in the middle of what was sent"] += self.reset_after < 0
        held: socket.socket = self._client[1].get_extra_info("socket")
        held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE_RESET)
        self.abort()
        return True
