"""The rule of one breaker, second by second."""

from hypothesis import given
from hypothesis import strategies as st

from botyard.integrations.breaker import CALLS, RESTS_S, WITHIN_S, Breaker, Resting, Ticket


def called(breaker: Breaker, now: float, *, is_sick: bool) -> bool:
    """Make a call that ends at once; True if it turned the breaker."""
    ticket = breaker.admit(now)
    assert isinstance(ticket, Ticket)
    return breaker.ended(ticket, now, is_sick=is_sick)


def opened(at: float) -> Breaker:
    """A breaker that opens at this moment."""
    breaker = Breaker()
    turns = [called(breaker, at, is_sick=True) for _ in range(CALLS)]
    assert turns == [False] * (CALLS - 1) + [True]
    return breaker


def test_nineteen_sick_calls_open_nothing_and_the_twentieth_does() -> None:
    """A few failures are bad luck."""
    assert opened(100.0).is_open


def test_it_opens_at_half_and_not_below() -> None:
    """One sick call in two is too many, ten of twenty-one are not."""
    at_half, below = Breaker(), Breaker()
    for number in range(CALLS):
        called(at_half, 100.0, is_sick=number >= CALLS / 2)
    called(below, 100.0, is_sick=False)
    for number in range(CALLS):
        called(below, 100.0, is_sick=number >= CALLS / 2)
    assert at_half.is_open
    assert not below.is_open


def test_what_is_older_than_a_minute_does_not_count() -> None:
    """Sick calls spread over more than a minute open nothing."""
    breaker = Breaker()
    for number in range(CALLS * 3):
        called(breaker, number * WITHIN_S / (CALLS - 2), is_sick=True)
    assert not breaker.is_open


def test_one_call_tries_after_the_rest_and_the_others_still_fail() -> None:
    """Half-open: an answer closes the breaker and forgets what was, no answer starts the rest anew."""
    breaker = opened(100.0)
    assert breaker.admit(100.0 + RESTS_S - 1) == Resting(100.0, 1.0)
    probe = breaker.admit(100.0 + RESTS_S)
    assert isinstance(probe, Ticket)
    assert breaker.admit(100.0 + RESTS_S) == Resting(100.0, 0.0)
    assert not breaker.ended(probe, 140.0, is_sick=True)
    assert breaker.admit(140.0) == Resting(100.0, RESTS_S)
    assert called(breaker, 140.0 + RESTS_S, is_sick=False)
    assert not any(called(breaker, 171.0, is_sick=True) for _ in range(CALLS - 1))


def test_a_try_that_never_went_out_lets_the_next_one_try() -> None:
    """Else a cancelled call would keep the endpoint shut for ever."""
    breaker = opened(100.0)
    probe = breaker.admit(130.0)
    assert isinstance(probe, Ticket)
    breaker.unused(probe)
    assert isinstance(breaker.admit(130.0), Ticket)


def test_calls_from_before_it_opened_decide_nothing_later() -> None:
    """What hung since long ago ends while the breaker is open, or closed again, and is not counted."""
    breaker = Breaker()
    old = [breaker.admit(99.0) for _ in range(2 * CALLS)]
    for _ in range(CALLS):
        called(breaker, 100.0, is_sick=True)
    called(breaker, 131.0, is_sick=False)
    for ticket in old:
        assert isinstance(ticket, Ticket)
        assert not breaker.ended(ticket, 132.0, is_sick=True)
        breaker.unused(ticket)
    assert not breaker.is_open


@given(st.lists(st.tuples(st.sampled_from(["begin", "answered", "sick", "unused"]), st.integers(0, 40)), max_size=300))
def test_never_two_tries_at_once_and_never_shut_for_ever(steps: list[tuple[str, int]]) -> None:
    """Whatever happens, an open breaker has one try out at most, and once all calls ended and it rested, it tries."""
    breaker, now, out = Breaker(), 0.0, list[Ticket]()
    for what, seconds in steps:
        now += seconds / 4
        if what == "begin":
            ticket = breaker.admit(now)
            out += [ticket] if isinstance(ticket, Ticket) else []
        elif out and what == "unused":
            breaker.unused(out.pop(0))
        elif out:
            breaker.ended(out.pop(0), now, is_sick=what == "sick")
        assert sum(ticket.is_probe for ticket in out) <= 1
    for ticket in out:
        breaker.unused(ticket)
    assert isinstance(breaker.admit(now + RESTS_S), Ticket)
