"""URLs that lead, one way or another, where no webhook may go; made by rule from a seed, as many as are wanted.

An address out of each forbidden network, in each spelling, behind each disguise. Names under `.private.example` are
what a hostile name server would answer for: `NameServer` is one. What is forbidden is written down here a second time,
so that a hole in Botyard's own list is not a hole in its test.
"""

import random
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from itertools import count
from typing import TypeAlias

from tests.integrations.address_corpus import spellings
from tests.integrations.names import NumbersOnly

Address: TypeAlias = IPv4Address | IPv6Address


def _listed(words: str) -> list[str]:
    return words.split()


# Whatever an operator lists.
METADATA = _listed("""
169.254.169.254 169.254.170.2 100.100.100.200 192.0.0.192 168.63.129.16 fd00:ec2::254 fd20:ce::254 fe80::a9fe:a9fe
0.0.0.0 :: 224.0.0.251 ff02::1
""")

FORBIDDEN: tuple[IPv4Network | IPv6Network, ...] = tuple(
    ip_network(text)
    for text in _listed("""
    0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 168.63.129.16/32 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24
    192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
    ::/3 4000::/2 8000::/1 2001::/23 2001:db8::/32 2002::/16 3fff::/20
    """)
)

PORTS = (80, 443, 8080, 22, 6379)  # `None` in a URL is one of the first two

# {a}: the address, as a host is written. A browser, a proxy or curl takes some of these for that host.
DISGUISES = (
    "{a}",
    "user:pass@{a}",
    "8.8.8.8@{a}",
    "hooks.example:443@{a}",
    "hooks.example%40{a}",
    "{a}\\@hooks.example",
    "{a}#@hooks.example",
    "{a}?@8.8.8.8",
    "\\{a}",
    "/{a}",
    "{a}%2f",
    "{a}%00.hooks.example",
    "{a}%20",
    "{a}.",
    " {a}",
    "\t{a}",
    "{a}%25lo",
)


def hostile_urls(seed: int = 0) -> Iterator[str]:
    """Make URLs without end: the first round has each network and spelling once, later ones other addresses."""
    dice = random.Random(seed)  # noqa: S311 - a test's
    for round_no in count():
        for network in FORBIDDEN:
            for address in _some(network, dice):
                for host in _hosts(address):
                    yield _url(host, dice, is_plain=round_no == 0)
        yield from (_url(name, dice, is_plain=True) for name in _names(dice))


def is_forbidden(address: str) -> bool:
    """Whether nobody may be led to this address."""
    found: Address = ip_address(address)
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return any(one.version == network.version and one in network for one in [mapped or found] for network in FORBIDDEN)


class NameServer(NumbersOnly):
    """Answers for `.private.example` with the addresses that stand in the name; otherwise as the system does.

    `hex-hex.…` has several addresses at once; `hex-then-hex.…` has the first when it is asked first, then the second.
    """

    def __init__(self) -> None:
        self._asked: set[str] = set()

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """Look a name up."""
        label, _, domain = host.partition(".")
        if domain.rstrip(".") != "private.example":
            return await super().addresses(host, port)
        first, is_changing, second = label.partition("-then-")
        answer = second if is_changing and label in self._asked else first
        self._asked.add(label)
        return [str(_unhexed(one)) for one in answer.split("-")]


def name_of(*addresses: str, then: str | None = None) -> str:
    """Name a host that has these addresses, and afterwards another."""
    last = "" if then is None else f"-then-{_hexed(then)}"
    return f"{'-'.join(map(_hexed, addresses))}{last}.private.example"


def _some(network: IPv4Network | IPv6Network, dice: random.Random) -> set[Address]:
    picked = {network[0], network[-1], network[dice.randrange(network.num_addresses)]}
    return {*picked, network[min(1, network.num_addresses - 1)]}


def _hosts(address: Address) -> Iterator[str]:
    if isinstance(address, IPv4Address):
        yield from spellings(str(address))
        return
    yield from (f"[{address}]", f"[{address.exploded}]", f"[{str(address).upper()}]", f"[{address}%25lo]")
    yield f"[{address.exploded[:30]}{IPv4Address(int(address) % 2**32)}]"


def _names(dice: random.Random) -> Iterator[str]:
    """Names that lead to forbidden addresses, alone, behind a public one, or only when they are asked again."""
    for network in FORBIDDEN:
        for address in sorted(map(str, _some(network, dice))):
            yield name_of(address)
            yield name_of(address) + "."
            yield name_of(address).upper()
            yield name_of("8.8.8.8", then=address)
            yield name_of(address, address)


def _url(host: str, dice: random.Random, *, is_plain: bool) -> str:
    disguise = DISGUISES[0] if is_plain or dice.random() < 1 / 2 else dice.choice(DISGUISES)
    port = dice.choice(("", *(f":{port}" for port in PORTS)))
    scheme = dice.choice(("http", "https", "https", "HTTPS"))
    return f"{scheme}://{disguise.format(a=host)}{port}{dice.choice(('/', '', '/hook', '//hook', '?a=b'))}"


def _hexed(address: str) -> str:
    found = ip_address(address)
    return found.packed.hex()


def _unhexed(text: str) -> Address:
    return ip_address(bytes.fromhex(text))
