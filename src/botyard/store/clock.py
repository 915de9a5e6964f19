"""What time it is, told alike by all processes that share a database: what one notes as due, another may find due."""

from collections.abc import Callable
from datetime import UTC, datetime
from time import monotonic

# A difference that the way to the database and back may be all there is to; and a way too long to set a clock by.
_SURELY_WRONG_S, _TOO_LONG_S = 0.1, 1.0


def own_time() -> datetime:
    """Tell what this machine takes for the time."""
    return datetime.now(UTC)


class Clock:
    """The time of day in UTC: this machine's, until a database that others share has told its own.

    seconds: a clock that only goes forward; a machine whose time is set does not put it back.
    """

    def __init__(self, own: Callable[[], datetime] = own_time, *, seconds: Callable[[], float] = monotonic) -> None:
        self.seconds = seconds
        self._own = own
        self._ahead_s: float | None = None  # of `seconds`, the time since 1970

    def __call__(self) -> datetime:
        """Tell the time."""
        if self._ahead_s is None:
            return self._own()
        return datetime.fromtimestamp(self._ahead_s + self.seconds(), UTC)

    def hears(self, told: datetime, asked_at: float) -> None:
        """Go by what the database told. asked_at: when it was asked, in `seconds`."""
        heard_at = self.seconds()
        between = asked_at + (heard_at - asked_at) / 2
        is_off = self._ahead_s is None or abs(self() - told).total_seconds() > _SURELY_WRONG_S + (heard_at - between)
        if is_off and heard_at - asked_at < _TOO_LONG_S:
            self._ahead_s = told.timestamp() - between
