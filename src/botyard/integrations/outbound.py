"""The only way to an address somebody typed.

Where the request may go is checked where its socket is made, on the very address that will be connected to: names,
redirects, odd spellings and DNS answers that change all end there (`addresses.py` decides). One deadline holds from
the first look-up to the last byte; the answer is counted while it streams in; nothing is followed, unpacked,
remembered or taken from the environment.

A request is sent at most once. Only when nothing of it was written (look-up, connection, TLS) is it tried once more.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from types import TracebackType
from typing import Any, Self

import aiohttp
from aiohttp.abc import AbstractResolver
from msgspec import Struct
from yarl import URL

from botyard.errors import BotyardError
from botyard.integrations.addresses import refusal
from botyard.integrations.places import Busy, Places
from botyard.settings import PrivateReceiver

# A connection that lay idle longer may be closed by the other side just while we write: was it received or not?
# The contract says 2 s; servers that close after 2 s themselves (gunicorn) count from earlier than we do.
REUSED_WITHIN_S = 1.5
CONNECT_S = 10.0  # connection and TLS, of one try
_TRIES = 2
# Of an answer with another status than 200, so much is kept for the builder's eyes, and so long is waited for it.
_GLANCE_BYTES, _GLANCE_S = 4096, 1.0
_OK = 200
# Added to every request, and not to be overruled: an answer that is not packed cannot be a bomb.
_ALWAYS = {"Accept-Encoding": "identity"}

# Why sockets of the request under way were refused; set around each try, filled where the socket is made.
_refused: ContextVar[list[str]] = ContextVar("refused")


class Received(Struct, frozen=True):
    """An HTTP answer. body: whole if status is 200, else its beginning. headers: of one name, the first."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class NotSent(BotyardError):
    """A call got no whole answer. reason: a stable word.

    may_try_again: nothing was written, and it may go better the next time. Else the receiver may have seen the call.
    """

    code = "call_failed"
    http_status = 502

    def __init__(self, reason: str, why: str, *, may_try_again: bool = False) -> None:
        super().__init__(why, reason=reason)
        self.reason = reason
        self.may_try_again = may_try_again


class Outbound:
    """Connections to the outside. Made inside a running loop, closed with `close` or by leaving its block.

    allow: private receivers that the operator listed. tls: None trusts what the system trusts.
    """

    def __init__(
        self,
        allow: Sequence[PrivateReceiver] = (),
        *,
        places: Places | None = None,
        tls: ssl.SSLContext | None = None,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._places = places or Places()
        context = tls or ssl.create_default_context()
        context.minimum_version = max(context.minimum_version, ssl.TLSVersion.TLSv1_2)
        # One pool for each scheme: the socket's maker is told the address and the port, not whether TLS will follow.
        self._sessions = {
            "https": _session(_guard(allow, is_plain=False), context, resolver),
            "http": _session(_guard(allow, is_plain=True), context, resolver),
        }

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close every connection."""
        for session in self._sessions.values():
            await session.close()

    async def post(
        self, url: str, body: bytes, headers: Mapping[str, str], *, timeout_s: float, max_bytes: int
    ) -> Received:
        """Post bytes, at most once. timeout_s: from the start of the connection to the last byte. Raises NotSent."""
        target = _target(url)
        try:
            async with self._places.one((target.scheme, str(target.host), int(target.port or 0))):
                return await self._within(timeout_s, target, body, headers, max_bytes)
        except Busy as busy:
            raise NotSent("busy", busy.sentence) from busy

    async def _within(
        self, timeout_s: float, target: URL, body: bytes, headers: Mapping[str, str], max_bytes: int
    ) -> Received:
        try:
            # Not aiohttp's own timeout: that one rounds up to whole seconds.
            async with asyncio.timeout(timeout_s):
                for tries_left in reversed(range(_TRIES)):
                    try:
                        return await self._once(target, body, headers, max_bytes)
                    except NotSent as failed:
                        if not (failed.may_try_again and tries_left):
                            raise
                raise AssertionError("the last try returns or raises")
        except TimeoutError:
            raise NotSent("timeout", f"no whole answer within {timeout_s:g} s") from None

    async def _once(self, target: URL, body: bytes, headers: Mapping[str, str], max_bytes: int) -> Received:
        refused: list[str] = []
        token = _refused.set(refused)
        session = self._sessions[target.scheme]
        try:
            with _in_our_words(refused):
                async with session.post(
                    target, data=body, headers={**headers, **_ALWAYS}, allow_redirects=False
                ) as response:
                    read = await _read(response, max_bytes)
                    return Received(response.status, dict(response.headers), read)
        finally:
            _refused.reset(token)


def _target(url: str) -> URL:
    """Read a URL that may be called. Raises NotSent."""
    try:
        target = URL(url)
        host, port = target.host, target.port
    except ValueError:
        raise NotSent("bad_url", "the URL of the webhook cannot be read") from None
    if target.scheme not in ("http", "https") or not host or not port:
        raise NotSent("bad_url", "the URL of a webhook begins with https:// and a host")
    if target.raw_user is not None or target.raw_password is not None:
        raise NotSent("bad_url", "the URL of a webhook must hold no user name or password")
    return target


# ── the guard ───────────────────────────────────────────────────────────────────────────────────────────────────────


class AddressRefused(OSError):
    """This socket is not made. An OSError, so that the next address of the same name is looked at."""


def _guard(allow: Sequence[PrivateReceiver], *, is_plain: bool) -> Callable[[Any], socket.socket]:
    """Make the maker of sockets: the last moment before a connection, with the address it will go to."""

    def make(info: tuple[Any, ...]) -> socket.socket:
        family, kind, protocol, _, (host, port, *_) = info
        if why := refusal(host, port, allow, is_plain=is_plain):
            _refused.get([]).append(why)
            raise AddressRefused(why)
        return socket.socket(family, kind, protocol)

    return make


def _session(
    guard: Callable[[Any], socket.socket], tls: ssl.SSLContext, resolver: AbstractResolver | None
) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(
        socket_factory=guard, ssl=tls, resolver=resolver, keepalive_timeout=REUSED_WITHIN_S, limit=0
    )
    return aiohttp.ClientSession(
        connector=connector,
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
        skip_auto_headers=("User-Agent", "Accept"),
    )


# ── the answer ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def _read(response: aiohttp.ClientResponse, max_bytes: int) -> bytes:
    if response.status != _OK:
        return await _glance(response)
    read = bytearray()
    async for chunk in response.content.iter_any():
        read += chunk
        if len(read) > max_bytes:
            response.close()
            raise NotSent("too_large", f"the answer has over {max_bytes // 1024} KiB, more than is taken")
    return bytes(read)


async def _glance(response: aiohttp.ClientResponse) -> bytes:
    """Read a little of an answer that is refused anyway; its connection is not used again."""
    read = b""
    try:
        async with asyncio.timeout(_GLANCE_S):
            while len(read) < _GLANCE_BYTES and (chunk := await response.content.readany()):
                read += chunk
    except (TimeoutError, aiohttp.ClientError):
        pass  # what came so far is enough to look at
    response.close()
    return read[:_GLANCE_BYTES]


# ── what went wrong, in our words ───────────────────────────────────────────────────────────────────────────────────

_CUT = ("interrupted", "the receiver closed the connection before its answer was whole")
_ODD = ("bad_url", "the URL of the webhook cannot be called")

# The first that fits; True: nothing was written, and another try may go better.
_FAILURES: tuple[tuple[type[Exception], tuple[str, str], bool], ...] = (
    (aiohttp.ClientConnectorCertificateError, ("tls", "the receiver's certificate is not trusted"), False),
    (aiohttp.ClientConnectorSSLError, ("tls", "no encrypted connection could be agreed on with the receiver"), True),
    (aiohttp.ClientConnectorDNSError, ("no_connection", "the host's name could not be looked up"), True),
    (aiohttp.ClientConnectorError, ("no_connection", "nothing answers at this address"), True),
    (aiohttp.ConnectionTimeoutError, ("no_connection", "the connection took too long to come about"), True),
    (aiohttp.ClientPayloadError, _CUT, False),
    (aiohttp.ClientResponseError, ("not_http", "what the receiver sent is no HTTP answer"), False),
    (aiohttp.InvalidURL, _ODD, False),
    (aiohttp.ClientConnectionError, _CUT, False),
    (OSError, _CUT, False),
    (ValueError, _ODD, False),  # aiohttp's and yarl's way with some of the odder hosts, as is the next
    (AssertionError, _ODD, False),
)


@contextmanager
def _in_our_words(refused: list[str]) -> Iterator[None]:
    try:
        yield
    except tuple(kind for kind, _, _ in _FAILURES) as error:
        raise _not_sent(error, refused) from error


def _not_sent(error: Exception, refused: list[str]) -> NotSent:
    if refused and isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return NotSent("address_refused", f"this address is not called: {refused[0]}")
    (reason, why), may_try_again = next((said, again) for kind, said, again in _FAILURES if isinstance(error, kind))
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        # The system's sentence is about hosts and dates, nothing of the user's.
        detail = getattr(error.certificate_error, "verify_message", "")
        why = f"{why}: {detail}" if detail else why
    return NotSent(reason, why, may_try_again=may_try_again)
