"""When an endpoint is left alone for a while: one breaker's rule, pure; times come in as seconds that only go forward.

Closed: calls go out. Half of at least 20 calls within a minute ended without any answer: it opens. Open: calls fail at
once for 30 s. Then half-open: one call tries, the others still fail; if it is answered the breaker closes and
forgets, else it stays open for as long again. Source: docs/reference/webhook.md.
"""

from collections import deque

from msgspec import Struct

CALLS, WITHIN_S = 20, 60
SICK_SHARE = 0.5
RESTS_S = 30.0
_SLOT_S = 5
_SLOTS = WITHIN_S // _SLOT_S


class Ticket(Struct, frozen=True):
    """A call that was let out. era: between two turns of the breaker; what began in an earlier one decides nothing."""

    era: int
    is_probe: bool


class Resting(Struct, frozen=True):
    """A call that was not let out. next_try_s: 0 while a try is under way."""

    opened_at: float
    next_try_s: float


class Breaker:
    """One endpoint's. Nothing in here waits, so calls of one loop never disagree about it."""

    def __init__(self) -> None:
        self._era = 0
        self._ticket = Ticket(0, is_probe=False)  # of this era's calls, all the same
        self._opened_at: float | None = None
        self._rests_until = 0.0
        self._is_trying = False
        self._slots: deque[list[int]] = deque()  # slot, calls that ended, sick ones among them; oldest first
        self._calls = self._sick = 0  # of all slots

    def admit(self, now: float) -> Ticket | Resting:
        """Let a call out, or say why not. A ticket is given back with `ended` or `unused`."""
        if self._opened_at is None:
            return self._ticket
        if self._is_trying or now < self._rests_until:
            return Resting(self._opened_at, max(0.0, self._rests_until - now))
        self._is_trying = True
        return Ticket(self._era, is_probe=True)

    def ended(self, ticket: Ticket, now: float, *, is_sick: bool) -> bool:
        """Note how a call ended. True if that opened or closed the breaker."""
        if ticket.era != self._era:
            return False
        if ticket.is_probe:
            return self._tried(now, is_sick=is_sick)
        self._count(now, is_sick=is_sick)
        if self._calls < CALLS or self._sick < self._calls * SICK_SHARE:
            return False
        self._opened_at = now
        self._rests_until = now + RESTS_S
        self._next_era()
        return True

    def unused(self, ticket: Ticket) -> None:
        """Take back a call that says nothing of the endpoint: it was cancelled, or never went out."""
        if ticket.is_probe and ticket.era == self._era:
            self._is_trying = False

    @property
    def is_open(self) -> bool:
        """Whether calls fail at once, but for one that tries."""
        return self._opened_at is not None

    def is_forgettable(self, now: float) -> bool:
        """Whether nothing is lost with it: no call of late, no rest that is not over."""
        is_resting = self._is_trying or now < self._rests_until
        return not is_resting and (not self._slots or self._slots[-1][0] < _first_slot(now))

    def _tried(self, now: float, *, is_sick: bool) -> bool:
        self._is_trying = False
        if is_sick:
            self._rests_until = now + RESTS_S
            return False
        self._opened_at = None
        self._next_era()
        return True

    def _next_era(self) -> None:
        self._era += 1
        self._ticket = Ticket(self._era, is_probe=False)
        self._slots.clear()
        self._calls = self._sick = 0

    def _count(self, now: float, *, is_sick: bool) -> None:
        slot = int(now // _SLOT_S)
        if not self._slots or self._slots[-1][0] != slot:
            self._slots.append([slot, 0, 0])
            while self._slots[0][0] < _first_slot(now):
                _, calls, sick = self._slots.popleft()
                self._calls -= calls
                self._sick -= sick
        last = self._slots[-1]
        last[1] += 1
        last[2] += is_sick
        self._calls += 1
        self._sick += is_sick


def _first_slot(now: float) -> int:
    """Name the oldest slot that counts."""
    return int(now // _SLOT_S) - _SLOTS + 1
