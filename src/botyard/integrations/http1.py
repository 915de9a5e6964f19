"""HTTP/1.1 as a caller speaks it, on one connection: a request is written, its answer read, then perhaps the next.

httptools reads heads, chunks and lengths, strictly: bare line feeds, folded headers, two lengths, a length beside
chunks are refused. Here stands what it leaves open: how much is taken, what ends an answer, and whether the
connection is fit for another call. It is so only after an answer of status 200 that ended by itself with nothing
behind it; whatever else happens closes it.

What counts in time: an answer with another status than 200 is only glanced at, for the builder's eyes.
"""

import asyncio
import math
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, cast

from httptools import HttpParserCallbackError, HttpParserError, HttpParserUpgrade, HttpResponseParser

from botyard.integrations.received import NotSent, Received
from botyard.integrations.target import Target

MAX_HEAD_BYTES = 64 * 1024
GLANCE_BYTES, GLANCE_S = 4096, 1.0
OK, SWITCHING, NO_CONTENT, NOT_MODIFIED = 200, 101, 204, 304
# How much longer than its content a body may be on the wire: chunks of one byte are, six times; comments in chunks,
# or headers behind the last, are without end. The rest is what one reading may bring at once.
_WRAPPING, _ONE_READING_BYTES = 8, 256 * 1024

# The headers of an answer that say something to us, in small letters; of the others only the length counts.
_TYPE, _LENGTH, _ENCODING = b"content-type", b"content-length", b"transfer-encoding"

_CUT = ("interrupted", "the receiver closed the connection before its answer was whole")
_NO_HTTP = ("not_http", "what the receiver sent is no HTTP answer")

# Ours, whatever a caller hands in: the framing, and that an answer comes unpacked and so cannot be a bomb.
_OURS = frozenset(
    (
        "accept-encoding",
        "connection",
        "content-length",
        "expect",
        "host",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    )
)
_TOKENS = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")


def request(target: Target, body: bytes, headers: Mapping[str, str]) -> bytes:
    """Write a POST. Raises NotSent if a header would be more than one."""
    values = "".join(headers.values())
    theirs = _names_of_theirs(tuple(headers))
    # isprintable is quick and says no to a few harmless characters too.
    if theirs is None or (not values.isprintable() and _CONTROL.search(values)):
        raise NotSent("bad_header", "a header of the call holds a line break or another control character")
    if len(theirs) < len(headers):
        headers = {name: headers[name] for name in theirs}
    lines = "\r\n".join(
        [
            f"POST {target.path} HTTP/1.1\r\nHost: {target.authority}",
            *map(": ".join, headers.items()),
            f"Accept-Encoding: identity\r\nContent-Length: {len(body)}\r\n\r\n",
        ]
    )
    return lines.encode() + body


@lru_cache(maxsize=256)  # a caller's calls have the same names again and again
def _names_of_theirs(names: tuple[str, ...]) -> tuple[str, ...] | None:
    """Leave out the names that are ours; None where one of them is no name at all."""
    if "" in names or (names and not _TOKENS.fullmatch("".join(names))):
        return None
    return tuple(name for name in names if name.lower() not in _OURS)


class Http1(asyncio.Protocol):
    """One connection. lost: told once, when it is gone."""

    def __init__(self, lost: Callable[["Http1"], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._lost = lost
        self._transport: asyncio.Transport | None = None
        self._parser: Any = HttpResponseParser(self)  # it has no types
        self._answer: asyncio.Future[Received] | None = None
        self._glance: asyncio.TimerHandle | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self._ends_at = self._rings_at = math.inf
        self._status = 0
        self._is_clean = False
        self._spoke_first = False
        self.idle_since = 0.0

    async def ask(self, request: bytes, max_bytes: int, ends_at: float = math.inf) -> Received:
        """Send a request and read its answer. If this fails or is cancelled, the connection closes.

        ends_at: when an answer must be whole, on the loop's clock. Raises NotSent, TimeoutError.
        """
        if self._spoke_first:
            raise NotSent(*_NO_HTTP)
        transport = self._transport
        if transport is None or transport.is_closing():
            raise NotSent(*_CUT, may_try_again=True)  # nothing was written yet
        answer = self._begin(max_bytes)
        transport.write(request)
        self._ends_at = ends_at
        # The alarm of the call before rings earlier, as a rule, and is put off only then. So most calls set no timer:
        # making and ending one is a tenth of a call, and asyncio.timeout several times that.
        if ends_at < self._rings_at:
            self._set_alarm(ends_at)
        try:
            received = await answer
        except BaseException:
            self.abort()
            answer.cancelled() or answer.exception()  # seen, if the caller was cancelled just then
            raise
        finally:
            self._ends_at = math.inf
        if not self._is_clean or transport.get_write_buffer_size():
            self.abort()
        return received

    @property
    def is_fit(self) -> bool:
        """Whether another request may be written."""
        return self._is_clean and self._transport is not None and not self._transport.is_closing()

    def abort(self) -> None:
        """Close at once; an answer under way is interrupted."""
        self._is_clean = False
        if self._transport is not None:
            self._transport.abort()

    def _begin(self, max_bytes: int) -> asyncio.Future[Received]:
        self._answer = answer = self._loop.create_future()
        self._max_bytes = max_bytes
        self._first = b""  # of the status line
        self._begins = False  # in what was read last
        self._wire_bytes = 0  # as they came, of a head, then of a body
        self._status = 0  # not 0 once the head is whole
        self._ends_with_connection = False
        self._body = bytearray()
        self._is_clean = False
        return answer

    # ── when it must be whole ───────────────────────────────────────────────────────────────────────────────────────

    def _set_alarm(self, rings_at: float) -> None:
        self._stop_alarm()
        self._rings_at = rings_at
        self._alarm = self._loop.call_at(rings_at, self._ring)

    def _stop_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm, self._rings_at = None, math.inf

    def _ring(self) -> None:
        is_late = self._ends_at <= self._rings_at
        self._stop_alarm()
        if is_late:
            self._ends_without(TimeoutError())
        elif self._ends_at < math.inf:
            self._set_alarm(self._ends_at)

    # ── what the loop tells ─────────────────────────────────────────────────────────────────────────────────────────

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way out."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass of it

    def data_received(self, data: bytes) -> None:
        """Read on."""
        if self._answer is None or self._answer.done():
            self._spoke_first = True  # nobody asked for this
            self.abort()
            return
        if len(self._first) < len(b"HTTP/"):
            self._first = (self._first + data.lstrip(b"\r\n"))[: len(b"HTTP/")]
        try:
            self._parser.feed_data(data)
        except HttpParserCallbackError:
            raise  # a mistake of ours
        except (HttpParserError, HttpParserUpgrade):  # the second is none of the first: the answer is whole then
            self._broken()
        self._count(len(data))

    def eof_received(self) -> None:
        """Nothing more will come: the end of some answers, too early for the others."""
        self._ended()

    def connection_lost(self, exc: Exception | None) -> None:
        """Say so to whoever still waits."""
        self._ended(is_orderly=exc is None)
        self._is_clean = False
        self._transport = None
        self._parser = None  # it holds us, and we held it
        self._stop_alarm()
        self._lost(self)

    # ── what the parser finds ───────────────────────────────────────────────────────────────────────────────────────

    def on_message_begin(self) -> None:
        """An answer begins: after a 1xx, or one that nobody asked for."""
        if self._status:
            self._is_clean = False
        else:
            self._headers: dict[bytes, str] = {}  # the first of each name
            self._encodings = 0  # headers of that name
        self._begins = True
        self._headers_bytes = 0  # of whole headers

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header that we read; behind the body they only count."""
        self._headers_bytes += len(name) + len(value) + len(b": \r\n")
        if self._headers_bytes > MAX_HEAD_BYTES:
            self._fail(*_NO_HTTP)
        elif not self._status and (name := name.lower()) in (_TYPE, _LENGTH, _ENCODING):
            self._headers.setdefault(name, value.decode("latin-1"))
            self._encodings += name == _ENCODING

    def on_headers_complete(self) -> None:
        """Find out what ends the body; pass over 1xx."""
        status: int = self._parser.get_status_code()
        self._version = self._parser.get_http_version()
        if status < 100 or self._first != b"HTTP/" or self._version not in ("1.0", "1.1"):  # noqa: PLR2004 - the first status there is
            self._fail(*_NO_HTTP)
        elif status >= OK or status == SWITCHING:
            self._status = status
            self._frame(_LENGTH in self._headers, self._headers.get(_ENCODING))
            if status != OK:
                self._glance = self._loop.call_later(GLANCE_S, self._whole)

    def on_body(self, part: bytes) -> None:
        """Keep a part of the body, as far as it is wanted."""
        self._body += part
        if self._status != OK:
            if len(self._body) >= GLANCE_BYTES:
                self._whole()
        elif len(self._body) > self._max_bytes:
            self._fail("too_large", f"the answer has over {self._max_bytes // 1024} KiB, more than is taken")

    def on_message_complete(self) -> None:
        """An answer ended by itself; a 1xx does as well."""
        if not self._status or self._answer is None or self._answer.done():
            return
        self._is_clean = self._status == OK and self._version == "1.1" and bool(self._parser.should_keep_alive())
        self._whole()

    # ── what becomes of it ──────────────────────────────────────────────────────────────────────────────────────────

    def _frame(self, has_length: bool, encoding: str | None) -> None:  # noqa: FBT001 - of one answer
        has_no_body = self._status in (SWITCHING, NO_CONTENT, NOT_MODIFIED)
        if encoding and (self._encodings > 1 or encoding.strip().lower() != "chunked"):
            self._fail(*_NO_HTTP)  # nobody said that we could read another
        elif self._status == NO_CONTENT and (encoding or self._headers.get(_LENGTH, "0").strip() != "0"):
            self._fail(*_NO_HTTP)  # no content, and some
        self._ends_with_connection = not (has_length or encoding or has_no_body)

    def _count(self, length: int) -> None:
        """Bound what is on its way to becoming a header or a chunk."""
        if self._begins:
            self._begins, self._wire_bytes = False, 0
            return
        self._wire_bytes += length
        if not self._status and self._wire_bytes > MAX_HEAD_BYTES:
            self._fail(*_NO_HTTP)
        elif self._wire_bytes > _WRAPPING * self._max_bytes + _ONE_READING_BYTES:
            self._fail("too_large", "the answer is far longer than its content")

    def _ended(self, *, is_orderly: bool = True) -> None:
        if self._status and (self._status != OK or (self._ends_with_connection and is_orderly)):
            self._whole()
        else:
            self._fail(*_CUT)

    def _broken(self) -> None:
        if self._status and self._status != OK:
            self._whole()
        else:
            self._fail(*_NO_HTTP)

    def _whole(self) -> None:
        if self._glance is not None:
            self._stop_glancing()
        if self._answer is not None and not self._answer.done():
            body = bytes(self._body if self._status == OK else self._body[:GLANCE_BYTES])
            self._answer.set_result(Received(self._status, self._headers.get(_TYPE, ""), body))

    def _fail(self, reason: str, why: str) -> None:
        self._ends_without(NotSent(reason, why))

    def _ends_without(self, error: Exception) -> None:
        self._stop_glancing()
        self._is_clean = False
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)

    def _stop_glancing(self) -> None:
        if self._glance is not None:
            self._glance.cancel()
            self._glance = None
