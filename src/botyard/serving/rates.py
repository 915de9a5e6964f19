"""How many requests a minute one address and client may make, counted in this process.

Time is cut into slots of five seconds; a count looks back over twelve full slots and the one that runs. So never more
than the limit passes in any minute, a whole minute's worth may come at once, and a busy caller costs 13 numbers.
"""

from collections import OrderedDict, deque
from collections.abc import Callable
from math import ceil

from botyard.errors import TooMuch

FAILED_A_MINUTE = 600
GOOD_A_MINUTE = 6_000
SLOT_S = 5
SLOTS = 60 // SLOT_S
# Enough for every caller of a busy minute; a flood of made-up addresses must not fill the memory.
CALLERS = 10_000
_FIRST_FAILURE, _UNKNOWN_CALLER = 400, 401


class Rates:
    """Counts requests. Good and failed ones have limits of their own.

    A request without valid credentials counts against its address, whoever it claims to be: else a guesser would
    only have to guess another client each time. seconds: a clock that only goes forward.
    """

    def __init__(
        self, seconds: Callable[[], float], *, good: int = GOOD_A_MINUTE, failed: int = FAILED_A_MINUTE
    ) -> None:
        self._seconds = seconds
        self._good = _Counts(good)
        self._failed = _Counts(failed)

    def admit(self, address: str, client: str) -> float:
        """Let a request in, or raise TooMuch; gives the moment. It counts as good until `answered` says otherwise."""
        now = self._seconds()
        for wait in (
            self._failed.wait_s((address, ""), now),
            self._failed.wait_s((address, client), now),
            self._good.wait_s((address, client), now),
        ):
            if wait:
                raise TooMuch("too many requests from this address", retry_after_s=wait)
        self._good.add((address, client), now)
        return now

    def answered(self, address: str, client: str, status: int, admitted: float) -> None:
        """Say how a request that was let in was answered."""
        if status >= _FIRST_FAILURE:
            self._good.take_back((address, client), admitted)
            self._failed.add((address, "" if status == _UNKNOWN_CALLER else client), self._seconds())


class _Counts:
    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._of: OrderedDict[tuple[str, str], deque[list[int]]] = OrderedDict()

    def wait_s(self, caller: tuple[str, str], now: float) -> int:
        """Whole seconds until this caller may come again; 0 is now."""
        slots = self._of.get(caller)
        if not slots:
            return 0
        _forget(slots, now)
        if sum(count for _, count in slots) < self._limit:
            return 0
        oldest = next((slot for slot, count in slots if count > 0), 0)
        return max(1, ceil((oldest + SLOTS + 1) * SLOT_S - now))

    def add(self, caller: tuple[str, str], now: float) -> None:
        slots = self._of.setdefault(caller, deque())
        self._of.move_to_end(caller)
        if len(self._of) > CALLERS:
            self._of.popitem(last=False)
        slot = int(now // SLOT_S)
        if not slots or slots[-1][0] != slot:
            slots.append([slot, 0])
            _forget(slots, now)
        slots[-1][1] += 1

    def take_back(self, caller: tuple[str, str], added: float) -> None:
        for slot in self._of.get(caller, ()):
            if slot[0] == int(added // SLOT_S):
                slot[1] -= 1


def _forget(slots: deque[list[int]], now: float) -> None:
    first = int(now // SLOT_S) - SLOTS
    while slots and slots[0][0] < first:
        slots.popleft()
