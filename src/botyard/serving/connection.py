"""One connection of HTTP/1.1. A head is bounded in size and in time, and what cannot be read is refused in our words.

uvicorn and httptools bound neither: a line without end fills the memory, a head that never ends holds its connection.
The size is counted twice. `_unread` counts bytes as they come, so that nothing piles up in the parser; it may be late
by one reading. The whole head is measured once more when it is there, so that the same head always has the same fate.

Requests are begun and ended here, in fewer steps than uvicorn takes for all that it can be told to do.
"""

import asyncio
from itertools import chain
from typing import Any
from urllib.parse import unquote

from httptools import HttpParserError, HttpParserUpgrade, parse_url
from uvicorn._types import HTTPScope
from uvicorn.config import Config
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.server import ServerState

from botyard.errors import BadRequest, BotyardError
from botyard.observe import count_request
from botyard.serving.answers import refusal
from botyard.serving.at_once import Request, offer
from botyard.serving.crowd import Crowd

MAX_HEAD_BYTES = 32 * 1024
HEAD_WITHIN_S = 20.0
# How long a connection is kept for the next request.
RESTS_S = 5.0
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

    # The last request whose head was whole.
    cycle: Request | None  # type: ignore[assignment]  # uvicorn's types do not say that there may be none

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
        self._asks_for_socket = False
        self._is_refused = False
        self._deadline: asyncio.TimerHandle | None = None
        self._rests_since: float | None = None
        self._rest_timer: asyncio.TimerHandle | None = None

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
        if self._rest_timer is not None:
            self._rest_timer.cancel()
        self._crowd.left(self.transport)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on."""
        if self._is_refused:
            self._linger(len(data))
            return
        self._rests_since = None
        self._unread += len(data)
        try:
            self.parser.feed_data(data)
        except HttpParserUpgrade:
            if self._asks_for_socket:
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
    def _is_idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    # ── what the parser finds ─────────────────────────────────────────────────────────────────────────

    def on_message_begin(self) -> None:
        """A head begins."""
        self.url = b""
        self.headers = []
        self.expect_100_continue = False
        self._unread = 0
        self._is_in_head = True

    def on_headers_complete(self) -> None:
        """A head is whole."""
        # Two bytes stand between a name and its value, two behind it: about what was sent.
        size = len(self.url) + sum(map(len, chain.from_iterable(self.headers))) + 4 * len(self.headers)
        if size > MAX_HEAD_BYTES:
            raise HeadTooLarge  # comes out of feed_data
        self._unread = 0
        self._stop_awaiting()
        method = self.parser.get_method().decode("ascii")
        self._asks_for_socket = self.parser.should_upgrade() and self._should_upgrade()
        if self._asks_for_socket:
            self.scope = {"method": method, "headers": self.headers}  # type: ignore[typeddict-item]  # all it needs
        else:
            self.scope = self._scope(method)  # whose address cannot be read is still owed an answer
            self._take(self._request())
        self._is_in_head = False

    def _scope(self, method: str) -> HTTPScope:
        """Say what is asked for, as ASGI has it."""
        address = parse_url(self.url)
        path = address.path.decode("ascii")
        return {
            "type": "http",
            "asgi": {"version": self.asgi_version, "spec_version": "2.3"},
            "http_version": self.parser.get_http_version(),
            "server": self.server,
            "client": self.client,
            "scheme": self.scheme or "http",
            "method": method,
            "root_path": "",
            "path": unquote(path) if "%" in path else path,
            "raw_path": address.path,
            "query_string": address.query or b"",
            "headers": self.headers,
            "state": self.app_state.copy(),
        }

    def _request(self) -> Request:
        return Request(
            scope=self.scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=False,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=self.expect_100_continue,
            keep_alive=self.scope["http_version"] != "1.0" and self.parser.should_keep_alive(),
            on_response=self.on_response_complete,
        )

    def _take(self, request: Request) -> None:
        """Begin with a request, or let it wait for those before it."""
        offer(request)
        is_next = self._is_idle
        self.cycle = request
        if is_next:
            self._start_asgi_task(request, self.app)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((request, self.app))

    def on_body(self, body: bytes) -> None:
        """What is body is bounded by whoever reads it."""
        self._unread = 0
        request = self.cycle
        if self._asks_for_socket or request is None or request.response_complete:
            return
        request.body += body
        if len(request.body) > HIGH_WATER_LIMIT:
            self.flow.pause_reading()
        request.message_event.set()

    def on_message_complete(self) -> None:
        """A request is whole."""
        request = self.cycle
        if self._asks_for_socket or request is None or request.response_complete:
            return
        request.more_body = False
        request.message_event.set()

    # ── a connection that is kept ─────────────────────────────────────────────────────────────────────

    def on_response_complete(self) -> None:
        """An answer is out: go on with the next request, or rest."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
            return
        self._rests_since = self.loop.time()
        if self._rest_timer is None:
            self._look_after(RESTS_S)

    def _look_after(self, seconds: float) -> None:
        # One timer serves many rests: to set and cancel one for each costs more than to read the clock.
        self._rest_timer = self.loop.call_later(seconds, self._look)

    def _look(self) -> None:
        """Close what has rested for long enough."""
        self._rest_timer = None
        if self._rests_since is None:
            return  # the next rest looks for itself
        left_s = self._rests_since + RESTS_S - self.loop.time()
        if left_s > 0:
            self._look_after(left_s)
        else:
            self.transport.close()

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
        last = self.cycle
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
