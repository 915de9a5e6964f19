"""Which day is meant: years left out, two-figure years, months ahead. No clock: "now" comes in."""

from calendar import monthrange
from datetime import date, timedelta

from msgspec import Struct

FIRST_YEAR, LAST_YEAR = 1900, 2100
_CENTURY = 100
_FAR_AHEAD = 50  # years: a two-figure year further ahead than this is of the century before
MONTHS = 12
WEEK = 7


class Asked(Struct, frozen=True):
    """How days are to be read. today: None where nobody knows. past: what is left out lies behind today."""

    today: date | None
    past: bool = False
    month_first: bool = False
    is_asked_for: bool = False


def day_of(year: int, month: int, day: int) -> date | None:
    """Make a date, or None where there is no such day."""
    if not FIRST_YEAR - _CENTURY <= year <= LAST_YEAR + _CENTURY or not 1 <= month <= MONTHS:
        return None
    return date(year, month, day) if 1 <= day <= monthrange(year, month)[1] else None


def full_year(figures: str, asked: Asked) -> int | None:
    """Read a year of two or four figures."""
    if len(figures) == len("2026"):
        return int(figures) if FIRST_YEAR <= int(figures) <= LAST_YEAR else None
    if len(figures) != len("26"):
        return None
    year = 2000 + int(figures)
    this = asked.today.year if asked.today is not None else None
    if this is None:
        return year
    ahead = year - this
    return year - _CENTURY if ahead > _FAR_AHEAD or (asked.past and ahead > 0) else year


def without_year(month: int, day: int, asked: Asked) -> date | None:
    """Choose the year: the next such day, today included; with `past` the last one. 29 February waits for its year."""
    if asked.today is None:
        return None
    step = -1 if asked.past else 1
    for year in (asked.today.year + step * n for n in range(9)):
        found = day_of(year, month, day)
        if found is not None and (found <= asked.today if asked.past else found >= asked.today):
            return found
    return None


def without_month(day: int, asked: Asked) -> date | None:
    """Choose the month: the next one, this one included, that has such a day still to come (or behind)."""
    if asked.today is None:
        return None
    for n in range(MONTHS):
        first = months_on(asked.today.replace(day=1), -n if asked.past else n)
        found = day_of(first.year, first.month, day)
        if found is not None and (found <= asked.today if asked.past else found >= asked.today):
            return found
    return None


def months_on(day: date, months: int) -> date:
    """Go months ahead or back; a day the month lacks becomes its last one. Stays within what a date can be."""
    year, month = divmod(day.year * MONTHS + day.month - 1 + months, MONTHS)
    year = min(max(year, FIRST_YEAR - _CENTURY), LAST_YEAR + _CENTURY)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def days_on(day: date, days: int) -> date | None:
    """Go days ahead or back; None where that leaves the calendar."""
    try:
        found = day + timedelta(days=days)
    except OverflowError:
        return None
    return found if FIRST_YEAR - _CENTURY <= found.year <= LAST_YEAR + _CENTURY else None


def last_of_month(day: date) -> date:
    """Give the last day of a day's month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def monday_of(day: date) -> date:
    """Give the Monday of a day's week."""
    return day - timedelta(days=day.weekday())
