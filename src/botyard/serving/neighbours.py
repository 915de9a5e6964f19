"""Who counts as one caller, where callers are told apart by their address."""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address

_HOST_BITS = 64


@lru_cache(10_000)
def neighbourhood(address: str) -> str:
    """Name the address, or of IPv6 the network of one customer: whoever has one such address has 2^64 of them."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return address
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return f"{IPv6Address(int(found) >> _HOST_BITS << _HOST_BITS)}/{_HOST_BITS}"
