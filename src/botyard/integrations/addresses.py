"""Which addresses a webhook may reach: a list of our own, pure.

Python's `is_global` says yes to 168.63.129.16, multicast, NAT64, 6to4 and more, so it is not asked. IPv4 is public
unless listed here; IPv6 only inside 2000::/3, and there unless listed. Addresses that carry an IPv4 address inside
(mapped, NAT64, 6to4, Teredo, ISATAP) are private ways round the list: an operator may open them, but never to an
address inside them that must not be reached.
"""

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from botyard.setting_values import PrivateReceiver

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Where clouds hand out credentials and settings, what only a neighbour answers, and what is no receiver at all.
# Denied whatever the operator's list says.
NEVER: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",  # "this host": Linux connects it to itself
        "100.100.100.200/32",  # metadata: Alibaba Cloud
        "168.63.129.16/32",  # metadata: Azure, at a public address
        "169.254.0.0/16",  # link-local; metadata at .169.254 (most clouds) and .170.2 (AWS containers)
        "192.0.0.192/32",  # metadata: Oracle Cloud
        "224.0.0.0/4",  # multicast
        "255.255.255.255/32",  # broadcast
        "::/128",
        "fd00:ec2::/32",  # metadata: AWS
        "fd20:ce::254/128",  # metadata: Google Cloud
        "fe80::/10",  # link-local
        "fec0::/10",  # site-local, given up
        "ff00::/8",  # multicast
    )
)

PRIVATE: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in (
        "10.0.0.0/8",
        "100.64.0.0/10",  # carriers' own
        "127.0.0.0/8",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",  # documentation, and the next three likewise
        "198.51.100.0/24",
        "203.0.113.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "198.18.0.0/15",  # benchmarks
        "240.0.0.0/4",  # reserved
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "3ffe::/16",  # the 6bone, given up
        "3fff::/20",  # documentation
    )
)

PUBLIC_IPV6 = ip_network("2000::/3")

PUBLIC_PORTS = frozenset({80, 443})


def refusal(host: str, port: int, allow: Iterable[PrivateReceiver], *, is_plain: bool) -> str | None:
    """Say why this address may not be connected to, or None if it may.

    host: an address, not a name. is_plain: the connection would not be encrypted.
    """
    try:
        address = _unmapped(ip_address(host))
    except ValueError:
        return "it is no address"
    if any(_is_never(one) for one in (address, *_inside(address))):
        return "it is a metadata, link-local or other address that is never called"
    if any(port == one.port and _within(address, one.network) for one in allow):
        return None
    if not is_public(address):
        return "it is in a private network, and the operator has not listed it"
    if is_plain:
        return "it may only be called by https, unless the operator lists it"
    return None if port in PUBLIC_PORTS else f"port {port} may not be called, unless the operator lists it"


def is_public(address: Address) -> bool:
    """Whether this is an address of the open internet."""
    if isinstance(address, IPv6Address) and address not in PUBLIC_IPV6:
        return False
    is_listed = any(_within(address, network) for network in (*NEVER, *PRIVATE))
    return not is_listed and not list(_inside(address))


def _is_never(address: Address) -> bool:
    return any(_within(address, network) for network in NEVER)


def _within(address: Address, network: Network) -> bool:
    return address.version == network.version and address in network


def _unmapped(address: Address) -> Address:
    """Take `::ffff:1.2.3.4` for what the system connects to: 1.2.3.4."""
    if isinstance(address, IPv6Address):
        return address.ipv4_mapped or IPv6Address(int(address))  # the latter without its zone
    return address


_LAST_32_BITS = tuple(ip_network(text) for text in ("::/96", "64:ff9b::/96", "64:ff9b:1::/48", "::ffff:0:0:0/96"))
_ISATAP = {0x0000_5EFE, 0x0200_5EFE}


def _inside(address: Address) -> Iterator[IPv4Address]:
    """List the IPv4 addresses an IPv6 address would lead to on the other side of a gateway."""
    if isinstance(address, IPv4Address) or address.is_loopback:
        return
    number = int(address)
    if any(address in network for network in _LAST_32_BITS) or (number >> 32) & 0xFFFF_FFFF in _ISATAP:
        yield IPv4Address(number & 0xFFFF_FFFF)
    if address.sixtofour:
        yield address.sixtofour
    yield from address.teredo or ()
