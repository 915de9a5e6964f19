"""Processes that share a database go by its clock, whatever their machines take for the time."""

from datetime import UTC, datetime, timedelta

import pytest

from botyard.store.clock import Clock

TRUE = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Machine:
    """A machine: its time of day, which may be set, and its clock that only goes forward."""

    def __init__(self) -> None:
        self.own = TRUE
        self.seconds = 100.0

    def passes(self, seconds: float) -> None:
        """Let time pass."""
        self.seconds += seconds
        self.own += timedelta(seconds=seconds)


@pytest.fixture
def machine() -> Machine:
    """One machine."""
    return Machine()


@pytest.fixture
def clock(machine: Machine) -> Clock:
    """Its clock."""
    return Clock(lambda: machine.own, seconds=lambda: machine.seconds)


def test_alone_a_machine_goes_by_its_own_time(machine: Machine, clock: Clock) -> None:
    """Nobody told it another."""
    machine.own -= HOUR
    assert clock() == TRUE - HOUR


def test_a_machine_that_is_set_goes_on_by_the_databases_time(machine: Machine, clock: Clock) -> None:
    """Told once; later the machine's time of day is set, which changes nothing."""
    machine.own += HOUR
    clock.hears(TRUE, asked_at=machine.seconds)
    machine.passes(7)
    machine.own -= 2 * HOUR
    assert clock() == TRUE + timedelta(seconds=7)


def test_the_databases_clock_is_read_in_the_middle_of_the_way(machine: Machine, clock: Clock) -> None:
    """It was asked 0.4 s ago: what it told was true 0.2 s ago."""
    asked_at = machine.seconds
    machine.passes(0.4)
    clock.hears(TRUE, asked_at)
    assert clock() == TRUE + timedelta(seconds=0.2)


@pytest.mark.parametrize(
    ("told", "took_s", "then"),
    [
        (TRUE + timedelta(milliseconds=40), 0.0, TRUE),  # no more than the way may be: it is not put back and forth
        (TRUE + HOUR, 0.0, TRUE + HOUR),  # the database's own clock was set
        (TRUE + HOUR, 3.0, TRUE + timedelta(seconds=3)),  # too long under way to set a clock by
    ],
)
def test_it_is_set_again_only_by_what_is_surely_another_time(
    machine: Machine, clock: Clock, told: datetime, took_s: float, then: datetime
) -> None:
    """What a busy machine does to one question must not be seen in the time."""
    clock.hears(TRUE, machine.seconds)
    asked_at = machine.seconds
    machine.passes(took_s)
    clock.hears(told, asked_at)
    assert clock() == then
