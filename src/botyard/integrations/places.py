"""So many calls at once: to one endpoint, for one partner and in all, so that slow receivers hold up nobody else.

The places at an endpoint are a partner's own: two partners whose receivers share a host do not wait for each other.
"""

import asyncio
from collections import deque
from collections.abc import Hashable
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

    def one(self, endpoint: Endpoint, partner_id: int = NOBODY) -> "_Held":
        """Hold one place of each kind while the block runs. Raises Busy."""
        at_endpoint = self._room((partner_id, endpoint), self._per_endpoint, _SLOW)
        of_partner = self._room(partner_id, self._per_partner, _MANY)
        # The narrowest first: whoever waits for a slow receiver must not hold a place that others could have.
        return _Held(self, (at_endpoint, of_partner, self._all))

    async def wait(self, wanted: "tuple[_Room, ...]", taken: "list[_Room]") -> None:
        """Take a place in each room, and note it at once. Raises Busy."""
        why = ""
        try:
            async with asyncio.timeout(self._wait_s):
                for room in wanted:
                    why = room.why_full
                    await room.take()
                    taken.append(room)
        except TimeoutError:
            raise Busy(why) from None

    def _room(self, name: Hashable, places: int, why_full: str) -> "_Room":
        found = self._rooms.get(name)
        if found is None:
            found = self._rooms[name] = _Room(name, places, why_full)
        return found

    def forget(self, room: "_Room") -> None:
        """Drop a room that nobody is in or waits for: endpoints come from builders, their number has no bound."""
        self._rooms.pop(room.name, None)


class _Held:
    """A place of each kind, for one block. No generator: the loop keeps a list of those, which costs a call more."""

    def __init__(self, places: Places, wanted: "tuple[_Room, ...]") -> None:
        self._places = places
        self._wanted = wanted
        self._taken: list[_Room] = []

    async def __aenter__(self) -> None:
        for room in self._wanted:
            room.visitors += 1
        try:
            for room in self._wanted:
                if not room.takes_one():
                    break
                self._taken.append(room)
            else:
                return
            await self._places.wait(self._wanted[len(self._taken) :], self._taken)
        except BaseException:
            self._leave()
            raise

    async def __aexit__(self, *_how: object) -> None:
        self._leave()

    def _leave(self) -> None:
        for room in self._taken:
            room.give_back()
        for room in self._wanted:
            room.visitors -= 1
            if not room.visitors:
                self._places.forget(room)


_SLOW = "the receiver answers too slowly: too many calls to it are still out"
_MANY = "too many calls of this partner are out at once: its receivers answer too slowly"


class _Room:
    """Places of one kind, first come, first served. visitors: who is in or waits. name: None of the one for all.

    Instead of asyncio.Semaphore: three of them cost a call that finds places free 27 function calls, these 6.
    """

    def __init__(self, name: Hashable, places: int, why_full: str) -> None:
        self.name = name
        self.why_full = why_full
        self.visitors = 0
        self._free = places
        self._waiting: deque[asyncio.Future[None]] = deque()

    def takes_one(self) -> bool:
        """Take a place if one is free."""
        if not self._free:
            return False
        self._free -= 1
        return True

    async def take(self) -> None:
        """Take a place, if need be when one becomes free."""
        if self.takes_one():
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
        self._free += 1
