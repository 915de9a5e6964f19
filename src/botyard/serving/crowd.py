"""Who is connected: so many in all and from one address, and nobody who takes nothing.

A connection costs a file descriptor and up to 100 KB; a process that runs out of the first serves nobody at all. What
a client does not read is kept until it does, so whoever reads nothing for a while is shown out.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import TypeAlias

from botyard.observe import connections_are, log
from botyard.serving.answers import Crowded
from botyard.serving.neighbours import neighbourhood

Network: TypeAlias = IPv4Network | IPv6Network

CONNECTIONS = 10_000
CONNECTIONS_PER_ADDRESS = 1_000
# How long a client may read nothing of what waits for it.
READS_WITHIN_S = 30.0
LOOKS_EVERY_S = 5.0
# Refused clients that may stay for a moment to hear why. The others of a flood are dropped without a word.
LINGERING = 100
# A flood must not fill the log.
TOLD_EVERY_S = 10.0


class Crowd:
    """All connections of one server, sockets included. proxies: each brings many clients; only `in_all` bounds it."""

    def __init__(
        self,
        in_all: int = CONNECTIONS,
        per_address: int = CONNECTIONS_PER_ADDRESS,
        proxies: Sequence[Network] = (),
    ) -> None:
        self._in_all = in_all
        self._per_address = per_address
        self._proxies = proxies
        self._inside: dict[asyncio.Transport, _Guest] = {}
        self._from: Counter[str] = Counter()
        self._lingering = 0
        self._look: asyncio.TimerHandle | None = None
        self._told_at = float("-inf")

    def enter(self, transport: asyncio.Transport) -> Crowded | None:
        """Let a connection in, or give the reason why not. Either way `left` is told when it is gone."""
        address = self._address(transport)
        if len(self._inside) - self._lingering >= self._in_all:
            return self._refuse(transport, "too many connections are open; try again in a moment")
        if address and self._from[address] >= self._per_address:
            return self._refuse(transport, "too many connections are open from this address; close some of them")
        self._inside[transport] = _Guest(address)
        self._from[address] += 1
        self._counted()
        return None

    def left(self, transport: asyncio.Transport) -> None:
        """Note that a connection is gone."""
        guest = self._inside.pop(transport, None)
        if guest is None:
            return
        if guest.is_refused:
            self._lingering -= 1
        else:
            self._from[guest.address] -= 1
            if not self._from[guest.address]:
                del self._from[guest.address]
        self._counted()

    def _refuse(self, transport: asyncio.Transport, why: str) -> Crowded:
        now = asyncio.get_running_loop().time()
        if now - self._told_at > TOLD_EVERY_S:
            self._told_at = now
            log.warning("connections_refused", connections=len(self._inside), why=why)
        is_heard = self._lingering < LINGERING
        if is_heard:
            self._inside[transport] = _Guest("", is_refused=True)
            self._lingering += 1
        return Crowded(why, is_heard=is_heard)

    def _address(self, transport: asyncio.Transport) -> str:
        """Name whom a connection counts for; "" where that is nobody in particular."""
        peer = transport.get_extra_info("peername")
        address = peer[0] if isinstance(peer, tuple) else ""
        if address and any(ip_address(address.partition("%")[0]) in network for network in self._proxies):
            return ""
        return neighbourhood(address)

    def _counted(self) -> None:
        connections_are(len(self._inside) - self._lingering)
        if self._look is None and self._inside:
            self._look = asyncio.get_running_loop().call_later(LOOKS_EVERY_S, self._look_round)

    def _look_round(self) -> None:
        """Show out who reads nothing, also after the connection was to be closed."""
        self._look = None
        now = asyncio.get_running_loop().time()
        for transport, guest in tuple(self._inside.items()):
            waiting = transport.get_write_buffer_size()
            if not waiting or waiting < guest.waiting:
                guest.reads_since = now
            guest.waiting = waiting
            if now - guest.reads_since > READS_WITHIN_S:
                transport.abort()
        if self._inside:
            self._look = asyncio.get_running_loop().call_later(LOOKS_EVERY_S, self._look_round)


class _Guest:
    """One connection. address: "" counts for nobody. waiting: bytes that it had not taken when we looked last."""

    __slots__ = ("address", "is_refused", "reads_since", "waiting")

    def __init__(self, address: str, *, is_refused: bool = False) -> None:
        self.address = address
        self.is_refused = is_refused
        self.reads_since = asyncio.get_running_loop().time()
        self.waiting = 0
