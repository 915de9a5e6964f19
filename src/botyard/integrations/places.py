"""So many calls at once: to one endpoint, for one partner and in all, so that slow receivers hold up nobody else.

The places at an endpoint are a partner's own: two partners whose receivers share a host do not wait for each other.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Hashable
from contextlib import suppress
from typing import TypeAlias

from botyard.errors import TooMuch

Endpoint: TypeAlias = tuple[str, str, int]  # scheme, host, port

NOBODY = 0  # the partner of calls that are made for none: rehearsals, `botyard webhook check`


class Busy(TooMuch):
    """All places are taken, and none became free in time."""

    code = "busy"


class Places:
    """Places for calls that are out. wait_s: how long a call waits, in all, before it is refused."""

    def __init__(
        self, *, per_endpoint: int = 50, per_partner: int = 200, in_all: int = 400, wait_s: float = 1.0
    ) -> None:
        self._per_endpoint = per_endpoint
        self._per_partner = per_partner
        self._all = _Room(None, in_all, "too many calls are out at once")
        self._wait_s = wait_s
        self._rooms: dict[Hashable, _Room] = {}

    def one(self, endpoint: Endpoint, partner_id: int = NOBODY) -> "_Place":
        """Hold one place of each kind while the block runs. Raises Busy."""
        rooms, at_endpoint = self._rooms, (partner_id, endpoint)
        # The narrowest first: whoever waits for a slow receiver must not hold a place that others could have.
        wanted = (
            rooms.get(at_endpoint) or self._opened(at_endpoint, self._per_endpoint, _SLOW),
            rooms.get(partner_id) or self._opened(partner_id, self._per_partner, _MANY),
            self._all,
        )
        return _Place(wanted, self._wait_s, self._forget)

    def _opened(self, name: Hashable, places: int, why_full: str) -> "_Room":
        room = self._rooms[name] = _Room(name, places, why_full)
        return room

    def _forget(self, room: "_Room") -> None:
        """Drop a room that nobody is in or waits for: endpoints come from builders, their number has no bound."""
        self._rooms.pop(room.name, None)


class _Place:
    """A place of each kind, for one block. wait_s: how long to wait for all of them. forget: is told of empty rooms."""

    def __init__(self, wanted: "tuple[_Room, ...]", wait_s: float, forget: "Callable[[_Room], None]") -> None:
        self._wanted = wanted
        self._wait_s = wait_s
        self._forget = forget

    async def __aenter__(self) -> None:
        if not self._takes_at_once():
            await self._wait()

    async def __aexit__(self, *_how: object) -> None:
        for room in self._wanted:
            room.give_back()
        self._go()

    def _takes_at_once(self) -> bool:
        """Take it if it is free. Else nothing is taken."""
        for room in self._wanted:
            if not room.free:
                return False
        for room in self._wanted:
            room.free -= 1
            room.visitors += 1
        return True

    async def _wait(self) -> None:
        """Take it, if need be when it becomes free. Raises Busy; then, or if this is cancelled, nothing is taken."""
        taken: list[_Room] = []
        why = ""
        for room in self._wanted:
            room.visitors += 1
        try:
            async with asyncio.timeout(self._wait_s):
                for room in self._wanted:
                    why = room.why_full
                    await room.take()
                    taken.append(room)
        except BaseException as error:
            for room in taken:
                room.give_back()
            self._go()
            if isinstance(error, TimeoutError):
                raise Busy(why) from None
            raise

    def _go(self) -> None:
        for room in self._wanted:
            room.visitors -= 1
            if not room.visitors:
                self._forget(room)


_SLOW = "the receiver answers too slowly: too many calls to it are still out"
_MANY = "too many calls of this partner are out at once: its receivers answer too slowly"


class _Room:
    """Places of one kind, first come, first served. visitors: who is in or waits. name: None of the one for all.

    Instead of asyncio.Semaphore: three of them cost a call that finds places free 27 function calls, these 3.
    """

    def __init__(self, name: Hashable, places: int, why_full: str) -> None:
        self.name = name
        self.why_full = why_full
        self.visitors = 0
        self.free = places
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def take(self) -> None:
        """Take a place, if need be when one becomes free."""
        if self.free:
            self.free -= 1
            return
        waiter = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled():
                self.give_back()  # it was handed over just then
            with suppress(ValueError):  # it was passed over already
                self._waiting.remove(waiter)
            raise

    def give_back(self) -> None:
        """Hand a place over to whoever has waited longest, or leave it free."""
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():  # else it is being cancelled
                waiter.set_result(None)
                return
        self.free += 1
