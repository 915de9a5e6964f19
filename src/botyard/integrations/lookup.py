"""Names and their addresses: asked once at a time, remembered for a moment.

What is remembered decides nothing: every address is judged anew before each connection.
"""

import asyncio
import socket
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Protocol

# As long as a look-up is worth sparing to a busy receiver, and short enough for one that moves.
REMEMBERED_S = 10.0
_MOST = 1000  # names come from builders: their number has no bound


class Resolver(Protocol):
    """Whoever knows the addresses of names."""

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """Look a name up: addresses, best first. Raises OSError or UnicodeError."""
        ...


class SystemResolver:
    """Asks the system."""

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """Look a name up."""
        found = await asyncio.get_running_loop().getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG
        )
        inet = (socket.AF_INET, socket.AF_INET6)
        return tuple(dict.fromkeys(str(address[0]) for family, *_, address in found if family in inet))


class Lookup:
    """The addresses of hosts. Made inside a running loop."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._loop = asyncio.get_running_loop()
        self._known: dict[str, tuple[float, Sequence[str]]] = {}  # until when
        self._asked: dict[str, asyncio.Task[Sequence[str]]] = {}

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """Find them; of a number without asking. Raises OSError or UnicodeError."""
        if _is_number(host):
            return (host,)
        until, known = self._known.get(host, (0.0, ()))
        if self._loop.time() < until:
            return known
        asking = self._asked.get(host)
        if asking is None:
            asking = self._asked[host] = self._loop.create_task(self._ask(host, port))
            asking.add_done_callback(lambda done: done.cancelled() or done.exception())  # may have outlived its callers
        return await asyncio.shield(asking)

    def close(self) -> None:
        """Ask no further."""
        for asking in self._asked.values():
            asking.cancel()

    async def _ask(self, host: str, port: int) -> Sequence[str]:
        try:
            found = await self._resolver.addresses(host, port)
        finally:
            del self._asked[host]
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[host] = self._loop.time() + REMEMBERED_S, found
        return found


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
