"""How many requests a minute one address and client may make.

Time is cut into slots of five seconds; a count looks back over twelve full slots and the one that runs. So never more
than the limit passes in any minute, a whole minute's worth may come at once, and a busy caller costs 13 numbers.

Each process counts by itself. Where there is a way to hear what the processes beside it counted, that is added: no
request waits for it, so that a little more than the limit passes in all of them together while they tell each other.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable
from math import ceil
from typing import Protocol, TypeAlias
from weakref import WeakValueDictionary

from botyard.errors import TooMuch

FAILED_A_MINUTE = 600
GOOD_A_MINUTE = 6_000
SLOT_S = 5
SLOTS = 60 // SLOT_S
# Enough for every caller of a busy minute; a flood of made-up addresses must not fill the memory.
CALLERS = 10_000
_FIRST_FAILURE, _UNKNOWN_CALLER = 400, 401
# How much of a limit one process may let pass before it tells the others at once.
UNTOLD = 0.01
# What is counted, and of whom.
What: TypeAlias = tuple[str | None, ...]


class Shared(Protocol):
    """What processes that stand beside each other count together; `store.redis.counts` is there for Redis.

    It may be lost at any time: then others have counted nothing, as far as anybody knows.
    """

    def counted(self, what: What) -> tuple[int, float]:
        """Tell how often others counted this in the last minute, and for how many seconds that holds."""
        ...

    def tell(self, what: What, more: int, *, at_once: int) -> None:
        """Tell the others that this was counted here. at_once: so much is too much to stay untold."""
        ...


class Rates:
    """Counts requests. Good and failed ones have limits of their own.

    A request without valid credentials counts against the client it names and against its address, whoever it claims to
    be: else a guesser would only have to name another client each time. Past the address's limit such a request hears
    429 and no longer that it guessed wrong; one with the right credentials is served, or anybody at an address could
    lock out everybody else there. seconds: a clock that only goes forward. why: what who comes too often is told.
    shared, name: the processes beside this one, and what these requests are called among them.
    """

    def __init__(
        self,
        seconds: Callable[[], float],
        *,
        good: int = GOOD_A_MINUTE,
        failed: int = FAILED_A_MINUTE,
        why: str = "too many requests from this address",
        shared: Shared | None = None,
        name: str = "requests",
    ) -> None:
        self._seconds = seconds
        self._good = _Counts(good, shared, f"good {name}")
        self._failed = _Counts(failed, shared, f"failed {name}")
        self._why = why
        self._gates: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def admit(self, address: str, client: str) -> float:
        """Let a request in, or raise TooMuch; gives the moment. It counts as good until `answered` says otherwise."""
        now = self._seconds()
        for counts in (self._failed, self._good):
            self._refuse(counts.wait_s((address, client), now))
        self._good.add((address, client), now)
        return now

    def answered(self, address: str, client: str, status: int, admitted: float) -> None:
        """Say how a request that was let in was answered. Raises TooMuch where that must not be told any more."""
        if status < _FIRST_FAILURE:
            return
        now = self._seconds()
        self._good.take_back((address, client), admitted)
        self._failed.add((address, client), now)
        if status == _UNKNOWN_CALLER:
            self._refuse(self._failed.wait_s((address, None), now))
            self._failed.add((address, None), now)

    def gate(self, address: str) -> asyncio.Lock | None:
        """Give what a caller passes through while it is found out who calls.

        Nothing, until an address is past its limit of wrong guesses: from there one look-up at a time is made. So a
        flood of guesses costs the database no more than one slow client, and honest callers there wait their turn.
        """
        if not self._failed.wait_s((address, None), self._seconds()):
            return None
        return self._gates.setdefault(address, asyncio.Lock())

    def _refuse(self, wait_s: int) -> None:
        if wait_s:
            raise TooMuch(self._why, retry_after_s=wait_s)


# An address and a client there; None is the address itself.
_Caller: TypeAlias = tuple[str, str | None]


class _Counts:
    def __init__(self, limit: int, shared: Shared | None, name: str) -> None:
        self._limit = limit
        self._shared = shared
        self._name = name
        self._untold = max(1, int(limit * UNTOLD))
        self._of: OrderedDict[_Caller, deque[list[int]]] = OrderedDict()

    def wait_s(self, caller: _Caller, now: float) -> int:
        """Whole seconds until this caller may come again; 0 is now."""
        count, waits_s = self._counted_here(caller, now)
        if self._shared is not None:
            others, holds_s = self._shared.counted((self._name, *caller))
            count, waits_s = count + others, min(waits_s, holds_s or waits_s)
        return 0 if count < self._limit else max(1, ceil(waits_s))

    def _counted_here(self, caller: _Caller, now: float) -> tuple[int, float]:
        """Give the count, and how many seconds it takes until some of it is more than a minute ago."""
        slots = self._of.get(caller) or deque()
        _forget(slots, now)
        oldest = next((slot for slot, count in slots if count > 0), None)
        waits_s = float("inf") if oldest is None else (oldest + SLOTS + 1) * SLOT_S - now
        return sum(count for _, count in slots), waits_s

    def add(self, caller: _Caller, now: float) -> None:
        slots = self._of.setdefault(caller, deque())
        self._of.move_to_end(caller)
        if len(self._of) > CALLERS:
            self._of.popitem(last=False)
        slot = int(now // SLOT_S)
        if not slots or slots[-1][0] != slot:
            slots.append([slot, 0])
            _forget(slots, now)
        slots[-1][1] += 1
        self._tell(caller, 1)

    def take_back(self, caller: _Caller, added: float) -> None:
        for slot in self._of.get(caller, ()):
            if slot[0] == int(added // SLOT_S):
                slot[1] -= 1
                self._tell(caller, -1)

    def _tell(self, caller: _Caller, more: int) -> None:
        if self._shared is not None:
            self._shared.tell((self._name, *caller), more, at_once=self._untold)


def _forget(slots: deque[list[int]], now: float) -> None:
    first = int(now // SLOT_S) - SLOTS
    while slots and slots[0][0] < first:
        slots.popleft()
