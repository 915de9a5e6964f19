"""Private places by every name, number and protocol that leads to them."""

import socket
from collections.abc import Iterator
from contextlib import closing, suppress

import pytest

from tests.attacks.hostile import Yard
from tests.attacks.test_kernel_and_network import _own_address

_TCP = """
def attack():
    reached = []
    for host, port in %r:
        try: found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError: continue
        for family, kind, protocol, _, address in found:
            with socket.socket(family, kind, protocol) as one:
                one.settimeout(0.4)
                try: one.connect(address)
                except OSError: continue
                reached.append(host)
    return reached
"""
_UDP = """
def attack():
    for host, port in %r:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM) as one:
            for broadcast in (0, 1):
                one.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, broadcast)
                try: one.sendto(b"out", (host, port))
                except OSError: pass
    return 1
"""
# Metadata services of the large clouds, the carriers' and everybody's private networks, and IPv4 in IPv6 dress.
_METADATA = (
    *("169.254.169.254", "169.254.170.2", "100.100.100.200", "192.0.0.192", "168.63.129.16"),
    *("fd00:ec2::254", "fd20:ce::254", "fe80::a9fe:a9fe", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1"),
    *("::ffff:169.254.169.254", "::ffff:10.0.2.2", "::ffff:100.100.100.200", "::169.254.169.254"),
)
_SPELT = ("0x7f000001", "2130706433", "0177.0.0.1", "127.1", "0", "localhost", "bot", "169.254.169.254.nip.io")


@pytest.fixture
def ears() -> Iterator[tuple[socket.socket, int]]:
    """Something of the host's that hears what is sent to a port of any of its addresses, over either protocol."""
    with closing(socket.create_server(("0.0.0.0", 0))) as server:  # noqa: S104 - that is what must not be reached
        port = server.getsockname()[1]
        with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as heard:
            heard.bind(("0.0.0.0", port))  # noqa: S104 - likewise
            heard.settimeout(0.3)
            yield heard, port


def test_no_spelling_of_a_private_address_is_reached(yard: Yard, ears: tuple[socket.socket, int]) -> None:
    """Numbers in other bases, short forms, names, IPv4 inside IPv6, link-local addresses: nobody answers."""
    _, port = ears
    places = [*((host, 80) for host in _METADATA), *((host, port) for host in _SPELT)]
    assert yard.got(_TCP % places, timeout_s=25.0) == []
    yard.assert_neighbour_is_unhurt()


def test_no_datagram_leaves_for_a_private_place(yard: Yard, ears: tuple[socket.socket, int]) -> None:
    """To the host under any of its addresses, to everybody near, and to ports that are not for names."""
    heard, port = ears
    hosts = ("127.0.0.1", "10.0.2.2", _own_address(), "255.255.255.255", "10.0.2.255", "224.0.0.1", "::1", "ff02::1")
    assert yard.got(_UDP % [(host, port) for host in hosts]) == 1
    with suppress(TimeoutError):
        pytest.fail(f"the host heard {heard.recvfrom(100)}")


def test_only_names_are_asked_of_the_resolver(yard: Yard) -> None:
    """Its other ports are shut: what listens beside it is the host's."""
    places = [("10.0.2.3", port) for port in (22, 80, 443, 853, 5353)]
    assert yard.got(_TCP % places, timeout_s=10.0) == []


def test_names_are_asked_of_no_other_resolver(yard: Yard) -> None:
    """Neither in the open nor near: what a question says would leave with it, to whoever answers for the name."""
    if yard.health.network:
        pytest.skip(f"NO NETWORK HERE: {yard.health.network}")
    went = yard.got(f"""
        def attack():
            went = []
            for host in ("10.0.2.3", "8.8.8.8", "10.0.2.2", "{_own_address()}", "::ffff:8.8.8.8", "2620:fe::fe"):
                family = socket.AF_INET6 if ":" in host else socket.AF_INET
                try:
                    with socket.socket(family, socket.SOCK_DGRAM) as one: one.sendto(b"secret", (host, 53))
                except OSError: continue
                went.append(host)
            return went
        """)
    assert went == ["10.0.2.3"]


def test_a_flood_of_questions_for_names_is_refused(yard: Yard) -> None:
    """For each, a socket of the host's is held: without an end, one bot would take the network of all others."""
    if yard.health.network:
        pytest.skip(f"NO NETWORK HERE: {yard.health.network}")
    refused = yard.got("""
        def attack():
            refused = 0
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
                for _ in range(5000):
                    try: one.sendto(b"x", ("10.0.2.3", 53))
                    except OSError: refused += 1
            return refused
        """)
    assert refused > 1000


def test_a_pair_of_sockets_leads_nowhere_else(yard: Yard) -> None:
    """Each end is bound to the other: it cannot be connected, or sent, to another bot's abstract address."""
    assert (
        yard.got(
            """
            def attack():
                one, other = socket.socketpair()
                went = []
                for do in (lambda: one.connect('\\0botyard'), lambda: one.sendto(b'x', '\\0botyard'),
                           lambda: one.bind('\\0botyard') or other.connect('\\0botyard')):
                    try: do()
                    except OSError as error: continue
                    went.append(1)
                return went
            """
        )
        == []
    )


def test_an_address_of_this_machine_is_heard_by_itself(ears: tuple[socket.socket, int]) -> None:
    """The ears hear: without this the silence above would say nothing."""
    heard, port = ears
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as one:
        one.sendto(b"out", ("127.0.0.1", port))
    assert heard.recv(100) == b"out"
