"""Names whose nameserver is silent hold up themselves, and nobody else."""

import asyncio
import socket
import subprocess
import sys
import threading
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import pytest

from botyard.integrations.connections import Connections
from botyard.integrations.lookup import FAILED_S, Lookup
from botyard.integrations.outbound import Outbound
from botyard.integrations.places import Busy, Places
from botyard.integrations.received import NotSent
from botyard.integrations.target import target_of
from botyard.integrations.trust import Trust
from tests.integrations.raw_server import http, raw_server, says
from tests.integrations.test_outbound_connections import called, reason

pytestmark = pytest.mark.usefixtures("each_loop")

HI = http(b'{"status": true}')
HERE = ["127.0.0.1"]
DEAD = ["dead-1", "dead-2", "dead-3"]
GONE = ["gone-1", "gone-2", "gone-3"]


class Named:
    """A resolver for which every name is this machine, but for those that hang and those that fail.

    asked: the names, in order. speaks: once set, nothing hangs.
    """

    def __init__(self, dead: Collection[str] = (), gone: Collection[str] = ()) -> None:
        self.dead = dead
        self.gone = gone
        self.asked: list[str] = []
        self.speaks = asyncio.Event()

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """Look a name up."""
        self.asked.append(host)
        if host in self.dead:
            await self.speaks.wait()
        if host in self.gone:
            raise socket.gaierror(socket.EAI_AGAIN, "try again")
        return HERE


def places(*, of_a_partner: int = 3, in_doubt: int = 1) -> Places:
    """So few that tests fill them, for which nobody waits long."""
    return Places(per_endpoint=in_doubt, per_partner=of_a_partner, in_all=9, wait_s=0.01)


async def hanging(lookup: Lookup, *names: str, partner_id: int = 1) -> list[asyncio.Task[Sequence[str]]]:
    """Ask for names that hang, and come back when all of them do."""
    asking = [asyncio.create_task(lookup.addresses(name, 443, partner_id)) for name in names]
    for _ in range(5):
        await asyncio.sleep(0)
    return asking


# ── the system's own look-up ────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def silent_nameserver(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Let the system's look-up of names that begin with "dead" hang until this is set; shop.example is here."""
    over = threading.Event()
    really = socket.getaddrinfo

    def looks_up(host: str, *how: Any, **flags: Any) -> Any:
        if host.startswith("dead"):
            over.wait()
            raise socket.gaierror(socket.EAI_AGAIN, "try again")
        return really("127.0.0.1" if host == "shop.example" else host, *how, **flags)

    monkeypatch.setattr(socket, "getaddrinfo", looks_up)
    yield over
    over.set()


def test_dead_names_of_one_partner_hold_up_no_other(silent_nameserver: threading.Event) -> None:
    """However many there are: another partner's receiver is looked up and called at once."""

    async def run() -> str:
        async with raw_server(says(HI)) as server, Outbound(server.allow) as outbound:
            urls = [f"https://dead-{number}.example/" for number in range(60)]
            posts = [outbound.post(url, b"", {}, timeout_s=30, max_bytes=9, partner_id=1) for url in urls]
            dead = [asyncio.create_task(post) for post in posts]
            await asyncio.sleep(0.05)
            came = reason(await called(outbound, f"http://shop.example:{server.port}/", 5.0))
            silent_nameserver.set()
            for one in dead:
                one.cancel()
            await asyncio.gather(*dead, return_exceptions=True)
            return came

    assert asyncio.run(run()) == ""


_HANGS = """
import asyncio, socket, sys, threading
from botyard.integrations.lookup import Lookup, SystemResolver
from tests.integrations.loops import run_on

socket.getaddrinfo = lambda *_how, **_flags: threading.Event().wait()

async def ask():
    try:
        await asyncio.wait_for(Lookup(SystemResolver()).addresses("dead.example", 443), 0.1)
    except TimeoutError:
        print("gave up")

run_on(sys.argv[1], ask())
"""


def test_a_process_ends_while_a_look_up_hangs(each_loop: str) -> None:
    """Neither the loop's end nor the interpreter's waits for a nameserver."""
    command = [sys.executable, "-c", _HANGS, each_loop]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert (ended.stdout, ended.stderr, ended.returncode) == ("gave up\n", "", 0)


# ── who may ask ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_partner_asks_for_so_many_names_at_once() -> None:
    """One more waits a moment and is refused. Another partner's is not, nor a name that is asked for already."""

    async def run() -> list[str]:
        resolver = Named(dead=DEAD)
        lookup = Lookup(resolver, places(of_a_partner=3))
        asking = await hanging(lookup, *DEAD)
        with pytest.raises(Busy):
            await lookup.addresses("shop", 443, 1)
        assert await lookup.addresses("shop", 443, 2) == HERE
        asking += await hanging(lookup, *["dead-1"] * 5)
        asking += await hanging(lookup, *["dead-1"] * 5, partner_id=2)
        resolver.speaks.set()
        assert await asyncio.gather(*asking) == [HERE] * 13
        assert await lookup.addresses("another", 443, 1) == HERE
        return resolver.asked

    assert asyncio.run(run()) == [*DEAD, "shop", "another"]


def test_giving_up_frees_no_place() -> None:
    """The thread waits on: a name that is asked for again and again must not take one after the other."""

    async def run() -> list[str]:
        resolver = Named(dead=DEAD)
        lookup = Lookup(resolver, places(of_a_partner=3))
        for _ in range(4):
            for asking in await hanging(lookup, *DEAD):
                asking.cancel()
                await asyncio.wait([asking])
        with pytest.raises(Busy):
            await lookup.addresses("shop", 443, 1)
        return resolver.asked

    assert asyncio.run(run()) == DEAD


def test_those_who_waited_for_a_place_ask_once() -> None:
    """Ten who want the same name, and find no place at first, have it looked up once."""

    async def run() -> list[str]:
        resolver = Named(dead=DEAD)
        lookup = Lookup(resolver, Places(per_endpoint=1, per_partner=1, in_all=9, wait_s=5))
        asking = await hanging(lookup, "dead-1", *["shop"] * 10)
        resolver.speaks.set()
        assert await asyncio.gather(*asking) == [HERE] * 11
        return resolver.asked

    assert asyncio.run(run()) == ["dead-1", "shop"]


def test_a_host_whose_name_finds_no_place_is_busy() -> None:
    """Which is no sign of sickness (`breakers.SICK`): the host may be well, and its breaker stays closed."""

    async def run() -> str:
        lookup = Lookup(Named(dead=DEAD), places(of_a_partner=3))
        await hanging(lookup, *DEAD)
        connections = Connections(lambda _address, _port, _is_plain: None, Trust(None), lookup, reused_within_s=1)
        with pytest.raises(NotSent) as refused:
            await connections.make(target_of("https://shop.example/"), 1)
        return refused.value.reason

    assert asyncio.run(run()) == "busy"


# ── what failed ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def fails(lookup: Lookup, *names: str) -> None:
    """Ask for names that fail."""
    for name in names:
        with pytest.raises(OSError):  # noqa: PT011 - whatever the system says
            await lookup.addresses(name, 443, 1)


@pytest.mark.parametrize(("failed_s", "asked"), [(FAILED_S, 2), (0.0, 5)])
def test_a_name_that_failed_twice_is_left_alone_for_a_moment(
    failed_s: float, asked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked for once more at once, for a question may be lost; then no thread is spent on it for a while."""
    monkeypatch.setattr("botyard.integrations.lookup.FAILED_S", failed_s)

    async def run() -> int:
        resolver = Named(gone=GONE)
        await fails(Lookup(resolver, places()), *["gone-1"] * 5)
        return len(resolver.asked)

    assert asyncio.run(run()) == asked


def test_names_that_failed_leave_places_to_the_others() -> None:
    """They have a part of their partner's places, until they answer."""

    async def run() -> None:
        resolver = Named(gone=GONE)
        lookup = Lookup(resolver, places(of_a_partner=3, in_doubt=1))
        await fails(lookup, *GONE)
        resolver.dead, resolver.gone = GONE, ()
        asking = await hanging(lookup, "gone-1")
        with pytest.raises(Busy):
            await asyncio.wait_for(lookup.addresses("gone-2", 443, 1), 5)
        assert await lookup.addresses("shop", 443, 1) == HERE
        resolver.speaks.set()
        assert await asyncio.gather(*asking) == [HERE]
        assert await lookup.addresses("gone-2", 443, 1) == HERE

    asyncio.run(run())
