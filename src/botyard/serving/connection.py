"""One connection of HTTP/1.1. A head is bounded in size and in time, and what cannot be read is refused in our words.

uvicorn and httptools bound neither: a line without end fills the memory, a head that never ends holds its connection.
The size is counted twice. `_unread` counts bytes as they come, so that nothing piles up in the parser; it may be late
by one reading. The whole head is measured once more when it is there, so that the same head always has the same fate.
"""

import asyncio
from itertools import chain
from typing import Any

from httptools import HttpParserError, HttpParserUpgrade
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from botyard.errors import BadRequest, BotyardError
from botyard.observe import count_request
from botyard.serving.answers import refusal
from botyard.serving.at_once import offer
from botyard.serving.crowd import Crowd

MAX_HEAD_BYTES = 32 * 1024
HEAD_WITHIN_S = 20.0
# A client that is still writing hears our answer only if we go on reading for a moment.
LINGERS_S, LINGERS_BYTES = 1.0, 512 * 1024


class HeadTooLarge(BotyardError):
    """Request line and headers have more bytes than are taken."""

    code = "head_too_large"
    http_status = 431

    def __init__(self) -> None:
        super().__init__(f"request line and headers are too large: {MAX_HEAD_BYTES} bytes are allowed")


class HeadTooSlow(BotyardError):
    """Request line and headers did not arrive in time."""

    code = "head_too_slow"
    http_status = 408

    def __init__(self) -> None:
        super().__init__(f"the request's head did not arrive within {HEAD_WITHIN_S:.0f} s")


class Connection(HttpToolsProtocol):
    """uvicorn's, with bounds."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        crowd: Crowd,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._crowd = crowd
        self._unread = 0  # bytes since the parser last found something whole
        self._is_in_head = False
        self._is_refused = False
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """The first head is awaited from here on, if there is room for one more."""
        super().connection_made(transport)
        crowded = self._crowd.enter(transport)
        if crowded is None:
            self._await_head()
        elif crowded.is_heard:
            self._refuse(crowded)
        else:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is awaited any more."""
        self._stop_awaiting()
        self._crowd.left(self.transport)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on."""
        if self._is_refused:
            self._linger(len(data))
            return
        self._unset_keepalive_if_required()
        self._unread += len(data)
        try:
            self.parser.feed_data(data)
        except HttpParserUpgrade:
            if self._should_upgrade():
                self.handle_websocket_upgrade()
                return
        except HttpParserError as error:
            ours = error.__context__
            self._refuse(ours if isinstance(ours, BotyardError) else BadRequest("this is no HTTP/1.1 request"))
            return
        if self._unread > MAX_HEAD_BYTES:
            self._refuse(HeadTooLarge())
        elif self._deadline is None and self._is_idle:
            self._await_head()

    @property
    def _last(self) -> RequestResponseCycle | None:
        """The last request whose head was whole; uvicorn's types do not say that there may be none."""
        return self.cycle

    @property
    def _is_idle(self) -> bool:
        last = self._last
        return last is None or last.response_complete

    # ── what the parser finds ─────────────────────────────────────────────────────────────────────────

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        self._unread = 0
        self._is_in_head = True

    def on_headers_complete(self) -> None:
        """A head is whole."""
        # Two bytes stand between a name and its value, two behind it: about what was sent.
        size = len(self.url) + sum(map(len, chain.from_iterable(self.headers))) + 4 * len(self.headers)
        if size > MAX_HEAD_BYTES:
            raise HeadTooLarge  # comes out of feed_data
        self._unread = 0
        self._is_in_head = False
        self._stop_awaiting()
        before = self._last
        super().on_headers_complete()
        if self._last is not None and self._last is not before:  # else it asks for a socket
            offer(self._last)

    def on_body(self, body: bytes) -> None:
        """What is body is bounded by whoever reads it."""
        self._unread = 0
        super().on_body(body)

    # ── time, and the end ─────────────────────────────────────────────────────────────────────────────

    def _await_head(self) -> None:
        self._deadline = self.loop.call_later(HEAD_WITHIN_S, self._too_slow)

    def _stop_awaiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        self._deadline = None
        if self._is_in_head:
            self._refuse(HeadTooSlow())
        else:
            self.transport.close()  # nobody asked for anything

    def _refuse(self, error: BotyardError) -> None:
        """Answer and close. A request that was under way is told that its client has gone."""
        self._is_refused = True
        self._unread = 0
        self._stop_awaiting()
        self._unset_keepalive_if_required()
        last = self._last
        is_owed = self._is_in_head or last is None or not last.response_started
        if last is not None and not last.response_complete:
            last.disconnected = True
            last.message_event.set()
        if not is_owed or self.transport.is_closing():
            self.transport.close()
            return
        count_request("(none)", error.http_status)
        self.transport.write(refused(error, self.server_state.default_headers))
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.transport.resume_reading()  # a pipelined request may have paused it
        self.loop.call_later(LINGERS_S, self.transport.close)

    def _linger(self, length: int) -> None:
        self._unread += length
        if self._unread > LINGERS_BYTES:
            self.transport.close()


def refused(error: BotyardError, headers: list[tuple[bytes, bytes]]) -> bytes:
    """Write a whole answer that refuses, and that ends the connection. headers: the server's own."""
    answer = refusal(error)
    servers = [b"%s: %s\r\n" % header for header in headers]
    return b"".join(
        [STATUS_LINE[answer.status_code], *servers, answer.lines, b"connection: close\r\n\r\n", answer.body]
    )
