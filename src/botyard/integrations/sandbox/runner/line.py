"""A connection between platform and runner: frames of four bytes of length and JSON, each told as soon as it is there.

A call waits for nothing but its frame: no task that reads, no stream between the loop and us.
"""

import asyncio
from collections.abc import Callable
from typing import Any, TypeAlias, cast

import msgspec

_HEAD = 4
_MOST = 64 << 20

Heard: TypeAlias = Callable[["Line", bytes], None]


class Line(asyncio.Protocol):
    """One end. heard: takes the body of each frame, in order; what it raises is the end of the line.

    welcome: whether whoever came may stay. `gone` is done when the other side is no longer there.
    """

    def __init__(self, heard: Heard, welcome: Callable[[asyncio.BaseTransport], bool] | None = None) -> None:
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._heard = heard
        self._welcome = welcome
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()

    @property
    def is_open(self) -> bool:
        """Whether something said now may be heard."""
        return self._transport is not None and not self._transport.is_closing()

    def say(self, message: Any) -> None:
        """Send a message; nothing where nobody is there any more."""
        if self._transport is not None and not self._transport.is_closing():
            body = msgspec.json.encode(message)
            self._transport.write(len(body).to_bytes(_HEAD, "big") + body)

    def hang_up(self) -> None:
        """End it, when what was said is sent."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way out."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass of it
        if self._welcome is not None and not self._welcome(transport):
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Take what came, as many frames as are whole."""
        self._buffer += data
        while len(self._buffer) >= _HEAD and self.is_open:
            end = _HEAD + int.from_bytes(self._buffer[:_HEAD], "big")
            if end > _MOST:
                self.hang_up()
            if len(self._buffer) < end:
                break
            body = bytes(self._buffer[_HEAD:end])
            del self._buffer[:end]
            self._heard(self, body)

    def connection_lost(self, _exc: Exception | None) -> None:
        """Tell who waits for it."""
        self._transport = None
        if not self.gone.done():
            self.gone.set_result(None)
