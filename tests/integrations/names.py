"""Resolvers for tests: nobody on the network is asked."""

import socket

from aiohttp.abc import AbstractResolver, ResolveResult


class NumbersOnly(AbstractResolver):
    """Resolves as the system does, but only numbers and localhost: tests ask nobody on the network."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Look a name up."""
        flags = 0 if "localhost" in host.lower() else socket.AI_NUMERICHOST
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
        return [_result(host, str(address[0]), port) for *_, address in found]

    async def close(self) -> None:
        """Hold nothing."""


class Says(NumbersOnly):
    """Gives one address after the other, whatever is asked; the last one for ever."""

    def __init__(self, *addresses: str) -> None:
        self._addresses = list(addresses)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Look a name up."""
        address = self._addresses.pop(0) if len(self._addresses) > 1 else self._addresses[0]
        return [_result(host, address, port)]


class Both(NumbersOnly):
    """A forbidden address first, then this machine's."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Look a name up."""
        return [_result(host, address, port) for address in ("169.254.169.254", "10.0.0.1", "127.0.0.1")]


def _result(host: str, address: str, port: int) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)
