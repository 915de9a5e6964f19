"""Resolvers for tests: nobody on the network is asked."""

import socket
from collections.abc import Sequence


class NumbersOnly:
    """Resolves as the system does, but only numbers and localhost: tests ask nobody on the network."""

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """Look a name up."""
        flags = 0 if "localhost" in host.lower() else socket.AI_NUMERICHOST
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
        return [str(address[0]) for *_, address in found]


class Says:
    """Gives one address after the other, whatever is asked; the last one for ever."""

    def __init__(self, *addresses: str) -> None:
        self._addresses = list(addresses)

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """Look a name up."""
        return [self._addresses.pop(0) if len(self._addresses) > 1 else self._addresses[0]]


class Both:
    """A forbidden address first, then this machine's."""

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """Look a name up."""
        return ["169.254.169.254", "10.0.0.1", "127.0.0.1"]
