"""Connections to receivers: made to addresses that were judged, kept for a moment, used by one call at a time.

The judge sees the very address that is connected to: names, redirects, odd spellings and DNS answers that change all
end there. A certificate is checked against the name.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from ipaddress import ip_address
from typing import TypeAlias

from botyard.integrations.http1 import Http1
from botyard.integrations.lookup import Lookup
from botyard.integrations.places import NOBODY, Busy, Endpoint
from botyard.integrations.received import NotSent
from botyard.integrations.target import Target
from botyard.integrations.trust import Trust

CONNECT_S = 10.0  # connection and TLS, of one try
# A name has several addresses, and one may lead nowhere: the next is tried beside it after so long.
NEXT_ADDRESS_S = 0.25
_CLOSING_S = 1.0

Judge: TypeAlias = Callable[[str, int, bool], str | None]  # address, port, is it plain → why it is refused


class Connections:
    """All connections to the outside. Made inside a running loop.

    judge: says why an address may not be called. reused_within_s: how long one may lie idle and be used again.
    """

    def __init__(self, judge: Judge, trust: Trust, lookup: Lookup, *, reused_within_s: float) -> None:
        self._judge = judge
        self._trust = trust
        self._lookup = lookup
        self._reused_within_s = reused_within_s
        self._loop = asyncio.get_running_loop()
        self._idle: dict[Endpoint, list[Http1]] = {}  # the one used last, last
        self._open: set[Http1] = set()
        self._sweep: asyncio.TimerHandle | None = None
        self._is_closed = False
        self._last_one_left = asyncio.Event()  # after closing

    async def take(self, target: Target) -> Http1:
        """Find a connection that is free, or make one. Raises NotSent; nothing was written then."""
        return self.idle(target) or await self.make(target)

    def idle(self, target: Target) -> Http1 | None:
        """Find a connection that is free."""
        fresh_since = self._loop.time() - self._reused_within_s
        idle = self._idle.get(target.endpoint)
        while idle:
            connection = idle.pop()
            if connection.is_fit and connection.idle_since > fresh_since:
                return connection
            connection.abort()
        return None

    def give_back(self, target: Target, connection: Http1) -> None:
        """Keep a connection whose call ended, if it is fit for another."""
        if not connection.is_fit:
            return
        connection.idle_since = self._loop.time()
        self._idle.setdefault(target.endpoint, []).append(connection)
        if self._sweep is None:
            self._sweep = self._loop.call_later(self._reused_within_s, self._close_stale)

    async def close(self) -> None:
        """Close every connection; calls under way are interrupted."""
        self._is_closed = True
        if self._sweep is not None:
            self._sweep.cancel()
        for connection in tuple(self._open):
            connection.abort()
        if self._open:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._last_one_left.wait(), _CLOSING_S)

    def _left(self, connection: Http1) -> None:
        self._open.discard(connection)
        if self._is_closed and not self._open:
            self._last_one_left.set()

    def _close_stale(self) -> None:
        """Let go of what nobody used, and of endpoints nobody calls."""
        fresh_since = self._loop.time() - self._reused_within_s
        for endpoint, idle in tuple(self._idle.items()):
            fresh = [one for one in idle if one.is_fit and one.idle_since > fresh_since]
            for stale in set(idle).difference(fresh):
                stale.abort()
            if fresh:
                self._idle[endpoint] = fresh
            else:
                del self._idle[endpoint]
        self._sweep = self._loop.call_later(self._reused_within_s, self._close_stale) if self._idle else None

    # ── a new one ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def make(self, target: Target, partner_id: int = NOBODY) -> Http1:
        """Make a connection. partner_id: whose name is looked up. Raises NotSent."""
        refused: list[str] = []
        try:
            async with asyncio.timeout(CONNECT_S):
                addresses = await self._addresses(target, refused, partner_id)
                return await self._connected(target, await first_connected(addresses, target.port))
        except ssl.SSLCertVerificationError as error:
            # The system's sentence is about hosts and dates, nothing of the user's.
            raise NotSent("tls", f"the receiver's certificate is not trusted: {error.verify_message}") from error
        except ssl.SSLError as error:
            why = "no encrypted connection could be agreed on with the receiver"
            raise NotSent("tls", why, may_try_again=True) from error
        except ValueError as error:  # with some of the odder hosts
            raise NotSent("bad_url", "the URL of the webhook cannot be called") from error
        except OSError as error:  # TimeoutError is one
            if refused:
                raise NotSent("address_refused", f"this address is not called: {refused[0]}") from error
            late = isinstance(error, TimeoutError)
            why = "the connection took too long to come about" if late else "nothing answers at this address"
            raise NotSent("no_connection", why, may_try_again=True) from error

    async def _addresses(self, target: Target, refused: list[str], partner_id: int) -> Sequence[str]:
        """Look the host up and keep what may be called. refused: filled with why others may not."""
        try:
            found = await self._lookup.addresses(target.host, target.port, partner_id)
        except Busy as error:  # the host itself may be well: its breaker learns nothing from this
            raise NotSent("busy", "too many names are looked up at once: their nameservers do not answer") from error
        except OSError as error:
            raise NotSent("no_connection", "the host's name could not be looked up", may_try_again=True) from error
        allowed: list[str] = []
        for address in found:
            if why := self._judge(address, target.port, target.scheme == "http"):
                refused.append(why)
            else:
                allowed.append(address)
        return allowed

    async def _connected(self, target: Target, made: socket.socket) -> Http1:
        """Put HTTP, and TLS for https, on a socket."""
        connection = Http1(self._left)
        self._open.add(connection)
        is_made = False
        try:
            if target.scheme == "https":
                name = target.host.rstrip(".")
                tls = await self._trust.context()
                await self._loop.create_connection(lambda: connection, sock=made, ssl=tls, server_hostname=name)
            else:
                await self._loop.create_connection(lambda: connection, sock=made)
            is_made = not self._is_closed
        finally:
            if not is_made:
                connection.abort()
                self._left(connection)
        if self._is_closed:
            raise ConnectionAbortedError
        return connection


async def first_connected(addresses: Sequence[str], port: int) -> socket.socket:
    """Connect to the first address that answers; each is tried once the one before failed or takes long.

    Raises OSError if none does.
    """
    waiting = list(addresses)
    tries: set[asyncio.Task[socket.socket]] = set()
    failure = OSError("there is no address")
    try:
        while waiting or tries:
            if waiting:
                tries.add(asyncio.create_task(_socket_to(waiting.pop(0), port)))
            patience_s = NEXT_ADDRESS_S if waiting else None
            done, _ = await asyncio.wait(tries, timeout=patience_s, return_when=asyncio.FIRST_COMPLETED)
            for one in done:
                tries.discard(one)
                error = one.exception()
                if error is None:
                    return one.result()
                if not isinstance(error, OSError):
                    raise error
                failure = error
        raise failure
    finally:
        for one in tries:
            one.add_done_callback(_let_go)
            one.cancel()


async def _socket_to(address: str, port: int) -> socket.socket:
    family = socket.AF_INET if ip_address(address).version == 4 else socket.AF_INET6  # noqa: PLR2004 - IPv4
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setblocking(False)  # noqa: FBT003 - Python's own
        await asyncio.get_running_loop().sock_connect(made, (address, port))
    except BaseException:
        made.close()
        raise
    return made


def _let_go(done: asyncio.Task[socket.socket]) -> None:
    """Close a socket that came too late."""
    if not done.cancelled() and done.exception() is None:
        done.result().close()
