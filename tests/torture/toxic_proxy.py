"""A TCP proxy that does to connections what networks do: delays, slices, resets, holes, half-closes.

Bytes are neither changed nor put in another order: that, TCP promises to everybody.
"""

import asyncio
import random
import socket
import struct
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Self, TypeAlias

from msgspec import Struct

_CHUNK = 65_536
_ENDS_WITHIN = 1_500  # bytes: a question of ours with its answer, or less
_AT_ONCE_RESET = struct.pack("ii", 1, 0)  # SO_LINGER of no time: close() sends RST

_Stream: TypeAlias = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Way: TypeAlias = Callable[[], Awaitable[_Stream]]


class Weather(Struct, frozen=True):
    """What every byte meets. delay_s: of each piece, from and to. slice_bytes: the longest piece; 0: as it comes.

    bytes_per_s: how much passes, on each connection and in each direction; 0: whatever comes.
    """

    delay_s: tuple[float, float] = (0.0, 0.0)
    slice_bytes: int = 0
    bytes_per_s: int = 0


FAIR = Weather()


class ToxicProxy:
    """Listens on 127.0.0.1 for a server. way: makes a connection to it. met: what connections met, counted.

    Who connects to the proxy asks; the server answers.
    """

    port = 0

    def __init__(self, way: Way, chance: random.Random) -> None:
        self._way = way
        self._chance = chance
        self._links: set[_Link] = set()
        self.weather = FAIR
        self._is_swallowing = self._is_mute = False
        self.flows = asyncio.Event()
        self.flows.set()
        self.met: Counter[str] = Counter()

    async def __aenter__(self) -> Self:
        await self.take_in()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for link in self._links:
            link.abort()
        while self._links:  # noqa: ASYNC110 - each goes when its tasks have seen the end of both sides
            await asyncio.sleep(0.01)

    @property
    def is_in_use(self) -> bool:
        """Whether anything that is said would arrive."""
        return any(not link.is_dead for link in self._links)

    @property
    def is_ending_some(self) -> bool:
        """Whether a connection is to be reset or cut and has not said so much yet."""
        return any(link.ends_after is not None and not link.is_dead for link in self._links)

    async def take_in(self) -> None:
        """Listen, on the port that it had before if it had one."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def turn_away(self) -> None:
        """Reset each open connection, and have new ones refused, as where nobody listens."""
        self._server.close()
        for link in self._links:
            link.reset()
            self.met["turned away"] += 1

    def reset_soon(self) -> None:
        """Reset each open connection after some more bytes, wherever in a frame that is."""
        for link in self._links:
            link.ends_after, link.ends_by = self._chance.randint(1, _ENDS_WITHIN), link.reset

    def cut_soon(self) -> None:
        """End each open connection after some more bytes, in both directions and as politely as a whole one."""
        for link in self._links:
            link.ends_after, link.ends_by = self._chance.randint(1, _ENDS_WITHIN), link.close

    def half_close(self) -> None:
        """End what the server answers on each open connection; what is asked still arrives."""
        for link in self._links:
            link.half_close()
            self.met["half-closed"] += 1

    def fall_silent(self, *, is_heard: bool = False) -> None:
        """Swallow everything, acknowledged and never passed on, on open connections and on new ones.

        is_heard: what is asked arrives all the same, and only the answers are swallowed.
        """
        self._is_swallowing, self._is_mute = not is_heard, True
        for link in self._links:
            self._silence(link)

    def speak_again(self) -> None:
        """Pass on what new connections say. Those that were swallowed stay so, and the server has noticed by now."""
        self._is_swallowing = self._is_mute = False
        for link in self._links:
            if link.is_mute:
                link.forget_the_server()

    def _silence(self, link: "_Link") -> None:
        link.swallows, link.is_mute = link.swallows or self._is_swallowing, link.is_mute or self._is_mute
        self.met["swallowed"] += self._is_swallowing
        self.met["unanswered"] += self._is_mute and not self._is_swallowing

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            server = await self._way()
        except OSError:
            writer.transport.abort()
            return
        link = _Link(self, self._chance, (reader, writer), server)
        self._silence(link)
        self._links.add(link)
        try:
            await link.carry()
        finally:
            self._links.discard(link)
            link.abort()

    async def delay(self, piece: bytes) -> None:
        """Hold a piece back for as long as the weather says."""
        if self.weather.delay_s[1]:
            self.met["delayed"] += 1
            await asyncio.sleep(self._chance.uniform(*self.weather.delay_s))
        if self.weather.bytes_per_s:
            self.met["narrowed"] += 1
            await asyncio.sleep(len(piece) / self.weather.bytes_per_s)
        self.met["held back"] += not self.flows.is_set()
        await self.flows.wait()


class _Link:
    """One connection and its other half. swallows: what is asked; is_mute: what is answered is not passed on, either.

    ends_after: so many bytes from now, in either direction; then ends_by is done.
    """

    def __init__(self, proxy: ToxicProxy, chance: random.Random, client: _Stream, server: _Stream) -> None:
        self._proxy, self._chance = proxy, chance
        self._client, self._server = client, server
        self.swallows = self.is_mute = False
        self.ends_after: int | None = None
        self.ends_by: Callable[[], None] = self.abort
        self._is_half = False

    @property
    def is_dead(self) -> bool:
        """Whether it stays silent for good."""
        return self.is_mute or self._is_half or self._client[1].is_closing()

    async def carry(self) -> None:
        """Pass on what both sides say, until who asks has closed, or the server where that could be told."""
        to_server = asyncio.create_task(self._pass_on(self._client[0], self._server[1], is_answer=False))
        to_client = asyncio.create_task(self._pass_on(self._server[0], self._client[1], is_answer=True))
        await asyncio.wait({to_server, to_client}, return_when=asyncio.FIRST_COMPLETED)
        if (self.is_mute or self._is_half) and not self._client[1].is_closing():
            await asyncio.wait({to_server})
        to_server.cancel()
        to_client.cancel()
        await asyncio.wait({to_server, to_client})

    def half_close(self) -> None:
        """Tell who asks that nothing more comes, and go on with what it says."""
        self._is_half = True
        with suppress(OSError):
            self._client[1].write_eof()

    def forget_the_server(self) -> None:
        """End the server's side, as it does itself when it has heard nothing for long."""
        self._server[1].transport.abort()

    def reset(self) -> None:
        """End both sides with what may be under way."""
        for _, writer in (self._client, self._server):
            held: socket.socket | None = writer.get_extra_info("socket")
            if held is not None and held.family != socket.AF_UNIX and held.fileno() >= 0:
                held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE_RESET)
        self.abort()

    def close(self) -> None:
        """End both sides when what was said has arrived."""
        for _, writer in (self._client, self._server):
            writer.close()

    def abort(self) -> None:
        """End both sides."""
        for _, writer in (self._client, self._server):
            writer.transport.abort()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_answer: bool) -> None:
        with suppress(OSError):
            while data := await reader.read(_CHUNK):
                for piece in self._pieces(data):
                    await self._proxy.delay(piece)
                    if self._ends_in(piece, writer):
                        return
                    if not ((self.is_mute or self._is_half) if is_answer else self.swallows):
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

    def _ends_in(self, piece: bytes, writer: asyncio.StreamWriter) -> bool:
        """Pass the part before the end on, and end."""
        if self.ends_after is None:
            return False
        self.ends_after -= len(piece)
        if self.ends_after > 0:
            return False
        writer.write(piece[: len(piece) + self.ends_after])
        what = "reset" if self.ends_by == self.reset else "cut"
        self._proxy.met[what] += 1
        self._proxy.met[f"{what} in the middle of what was sent"] += self.ends_after < 0
        self.ends_by()
        return True
