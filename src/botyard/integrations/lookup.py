"""Names and their addresses: asked once at a time, remembered for a moment.

What is remembered decides nothing: every address is judged anew before each connection.

The name of a silent nameserver holds its thread until the system gives up, long after whoever asked did. So look-ups
share their threads with nobody, a name never has two, a partner has few, and names that failed the last time have half
of those: what is dead stays in the way of nothing but itself.
"""

import asyncio
import socket
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import AsyncExitStack
from ipaddress import ip_address
from threading import Thread
from typing import Protocol

from botyard.integrations.places import NOBODY, Endpoint, Places

# As long as a look-up is worth sparing to a busy receiver, and short enough for one that moves.
REMEMBERED_S = 10.0
# A name that failed twice in a row is not asked for again for so long. After one failure the call's second try may ask.
FAILED_S = 5.0
# Look-ups that are under way at once: in all, for one partner, and of its names that failed the last time.
AT_ONCE = 64
OF_A_PARTNER = 8
IN_DOUBT = 4
_DOUBTFUL: Endpoint = ("", "", 0)  # where the places of a partner's doubtful names are
_MOST = 1000  # names come from builders: their number has no bound


class Resolver(Protocol):
    """Whoever knows the addresses of names."""

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """Look a name up: addresses, best first. Raises OSError or UnicodeError."""
        ...


class SystemResolver:
    """Asks the system, for each name in a thread of its own; whoever asks sees to it that they are not too many.

    The loop's own threads are few, or two with uvloop, others wait for them, and so does the end of the process.
    """

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """Look a name up."""
        answer: Future[Sequence[str]] = Future()
        Thread(target=_look_up, args=(host, port, answer), name="look-up", daemon=True).start()
        return await asyncio.wrap_future(answer)


def _look_up(host: str, port: int, answer: Future[Sequence[str]]) -> None:
    answer.set_running_or_notify_cancel()  # who no longer waits for it need not say so
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    except Exception as error:  # noqa: BLE001 - whoever waits is told, whatever it is
        answer.set_exception(error)
    else:
        inet = (socket.AF_INET, socket.AF_INET6)
        answer.set_result(tuple(dict.fromkeys(str(address[0]) for family, *_, address in found if family in inet)))


class Lookup:
    """The addresses of hosts. Made inside a running loop. places: for look-ups that are under way."""

    def __init__(self, resolver: Resolver, places: Places | None = None) -> None:
        self._resolver = resolver
        self._places = places or Places(per_endpoint=IN_DOUBT, per_partner=OF_A_PARTNER, in_all=AT_ONCE)
        self._loop = asyncio.get_running_loop()
        self._known: dict[str, tuple[float, Sequence[str] | None]] = {}  # until when; None: it failed the last time
        self._asked: dict[str, asyncio.Task[Sequence[str]]] = {}

    async def addresses(self, host: str, port: int, partner_id: int = NOBODY) -> Sequence[str]:
        """Find them; of a number without asking. Raises OSError, UnicodeError, Busy."""
        if _is_number(host):
            return (host,)
        while not self._is_fresh(host):
            asking = self._asked.get(host)
            if asking is not None:
                return await asyncio.shield(asking)
            async with AsyncExitStack() as place:
                await place.enter_async_context(self._places.one(self._room(host, port), partner_id))
                # Somebody else may have asked while this one waited for its place.
                if host not in self._asked and not self._is_fresh(host):
                    self._begin(host, port, place.pop_all())
        _, found = self._known[host]
        if found is None:
            raise OSError("this name could not be looked up a moment ago")
        return found

    def _begin(self, host: str, port: int, place: AsyncExitStack) -> None:
        asking = self._asked[host] = self._loop.create_task(self._ask(host, port, place))
        asking.add_done_callback(lambda done: done.cancelled() or done.exception())  # may have outlived its callers

    async def _ask(self, host: str, port: int, place: AsyncExitStack) -> Sequence[str]:
        """Ask, and keep the place until the answer: also when nobody waits any more, there is a thread that does."""
        try:
            async with place:
                found = await self._resolver.addresses(host, port)
        except OSError:
            self._remember(host, None, FAILED_S if self._is_doubtful(host) else 0.0)
            raise
        finally:
            del self._asked[host]
        self._remember(host, found, REMEMBERED_S)
        return found

    def _remember(self, host: str, found: Sequence[str] | None, for_s: float) -> None:
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[host] = self._loop.time() + for_s, found

    def _is_fresh(self, host: str) -> bool:
        until, _ = self._known.get(host, (0.0, None))
        return self._loop.time() < until

    def _is_doubtful(self, host: str) -> bool:
        return host in self._known and self._known[host][1] is None

    def _room(self, host: str, port: int) -> Endpoint:
        return _DOUBTFUL if self._is_doubtful(host) else ("", host, port)


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
