"""The promise of the rate limit, as a law."""

from hypothesis import given
from hypothesis import strategies as st

from botyard.errors import TooMuch
from botyard.serving import rates
from botyard.serving.rates import Rates

GOOD, FAILED = 4, 2
gaps = st.floats(min_value=0, max_value=40, allow_nan=False)


def _passed(arrivals: list[tuple[float, bool]]) -> tuple[list[tuple[float, bool]], list[tuple[float, int]]]:
    """Which requests got in (when, failed), and who was refused (when, for how long)."""
    now = [0.0]
    limits = Rates(lambda: now[0], good=GOOD, failed=FAILED)
    admitted, refused = [], []
    for gap, fails in arrivals:
        now[0] += gap
        try:
            moment = limits.admit("1.2.3.4", "a")
        except TooMuch as error:
            refused.append((now[0], error.retry_after_s))
            continue
        limits.answered("1.2.3.4", "a", 400 if fails else 200, moment)
        admitted.append((now[0], fails))
    return admitted, refused


@given(st.lists(st.tuples(gaps, st.booleans()), max_size=40))
def test_in_no_minute_more_than_the_limit_gets_in(arrivals: list[tuple[float, bool]]) -> None:
    """Whatever the pattern: at most so many good and so many failed ones within any 60 seconds."""
    admitted, _ = _passed(arrivals)
    for start, _ in admitted:
        within = [fails for at, fails in admitted if start <= at < start + 60]
        assert within.count(False) <= GOOD
        assert within.count(True) <= FAILED


@given(st.lists(st.tuples(gaps, st.booleans()), max_size=40))
def test_who_waits_as_told_gets_in(arrivals: list[tuple[float, bool]]) -> None:
    """Retry-After is true: after it, the next request is let in."""
    _, refused = _passed(arrivals)
    for at, wait in refused[:1]:
        until = [(gap, fails) for (gap, fails), when in zip(arrivals, _moments(arrivals), strict=True) if when <= at]
        _, later = _passed([*until, (float(wait), False)])
        assert len(later) == len([when for when, _ in refused if when <= at])


def _moments(arrivals: list[tuple[float, bool]]) -> list[float]:
    moments, now = [], 0.0
    for gap, _ in arrivals:
        now += gap
        moments.append(now)
    return moments


def test_a_flood_of_addresses_does_not_fill_the_memory() -> None:
    """Only so many callers are remembered."""
    limits = Rates(lambda: 0.0)
    for number in range(rates.CALLERS + 100):
        limits.admit(str(number), "a")
    assert len(limits._good._of) == rates.CALLERS
