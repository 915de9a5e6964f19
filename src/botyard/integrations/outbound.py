"""The only way to an address somebody typed.

Where the request may go is judged on the very address that will be connected (`connections.py`, by the list of
`addresses.py`). One deadline holds from the first look-up to the last byte; the answer is counted while it streams in
(`http1.py`); nothing is followed, unpacked or taken from the environment.

Before any of it stand the breaker (`breakers.py`: an endpoint that answered nobody is left alone for a while) and the
places (`places.py`: so many calls are out at once).

A request is sent at most once. Only when nothing of it was written (look-up, connection, TLS) is it tried once more.
"""

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

from botyard.integrations.addresses import refusal
from botyard.integrations.breakers import Breakers
from botyard.integrations.connections import Connections
from botyard.integrations.http1 import request
from botyard.integrations.lookup import Lookup, Resolver, SystemResolver
from botyard.integrations.places import NOBODY, Busy, Places
from botyard.integrations.received import NotSent, Received
from botyard.integrations.target import Target, target_of
from botyard.integrations.trust import Trust, strict
from botyard.setting_values import PrivateReceiver

__all__ = ["REUSED_WITHIN_S", "NotSent", "Outbound", "Received"]

# A connection that lay idle longer may be closed by the other side just while we write: was it received or not?
# The contract says 2 s; servers that close after 2 s themselves (gunicorn) count from earlier than we do.
REUSED_WITHIN_S = 1.5


class Outbound:
    """Connections to the outside. Made inside a running loop, closed with `close` or by leaving its block.

    allow: private receivers that the operator listed. tls: None trusts what the system trusts.
    """

    def __init__(
        self,
        allow: Sequence[PrivateReceiver] = (),
        *,
        places: Places | None = None,
        breakers: Breakers | None = None,
        tls: ssl.SSLContext | None = None,
        resolver: Resolver | None = None,
    ) -> None:
        self._places = places or Places()
        self._breakers = breakers or Breakers()
        self._connections = Connections(
            lambda address, port, is_plain: refusal(address, port, allow, is_plain=is_plain),
            Trust(None if tls is None else strict(tls)),
            Lookup(resolver or SystemResolver()),
            reused_within_s=REUSED_WITHIN_S,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close every connection."""
        await self._connections.close()

    async def post(
        self,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        *,
        timeout_s: float,
        max_bytes: int,
        partner_id: int = NOBODY,
    ) -> Received:
        """Post bytes, at most once. timeout_s: from the start of the connection to the last byte. Raises NotSent.

        partner_id: for whom; each has places and breakers of its own.
        """
        target = target_of(url)
        written = request(target, body, headers)
        try:
            with self._breakers.watch(partner_id, target.endpoint):
                async with self._places.one(target.endpoint, partner_id):
                    return await self._within(timeout_s, target, written, max_bytes, partner_id)
        except Busy as busy:
            raise NotSent("busy", busy.sentence) from busy

    async def _within(
        self, timeout_s: float, target: Target, written: bytes, max_bytes: int, partner_id: int
    ) -> Received:
        ends_at = asyncio.get_running_loop().time() + timeout_s
        try:
            try:
                return await self._once(target, written, max_bytes, ends_at, partner_id)
            except NotSent as failed:
                if not failed.may_try_again:
                    raise
            return await self._once(target, written, max_bytes, ends_at, partner_id)
        except TimeoutError:
            raise NotSent("timeout", f"no whole answer within {timeout_s:g} s") from None

    async def _once(self, target: Target, written: bytes, max_bytes: int, ends_at: float, partner_id: int) -> Received:
        connection = self._connections.idle(target)
        if connection is None:
            async with asyncio.timeout_at(ends_at):
                connection = await self._connections.make(target, partner_id)
        received = await connection.ask(written, max_bytes, ends_at)
        self._connections.give_back(target, connection)
        return received
