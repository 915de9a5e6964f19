"""Which half of the day a time is in where nobody said: what comes next, and in a range what makes it one."""

from collections.abc import Iterator
from datetime import datetime

from msgspec import structs

from botyard.nlu.entities.times.clock_times import HALF_DAY, HOUR, Moment


def settled(one: Moment, now: datetime | None) -> Moment:
    """Choose morning or evening where nobody said: whichever comes next; without a clock, as it stands."""
    if one.nn is not None:
        return one
    if now is None:
        return structs.replace(one, nn="hrs")
    minutes = one.hh % HALF_DAY * HOUR + one.mm
    passed = now.hour * HOUR + now.minute
    return structs.replace(one, nn="am" if minutes > passed or minutes + HALF_DAY * HOUR <= passed else "pm")


def _minutes_of(one: Moment) -> int:
    """Count minutes from midnight; a time nobody settled counts as morning."""
    hour = one.hh if one.nn == "hrs" else one.hh % HALF_DAY + (HALF_DAY if one.nn == "pm" else 0)
    return hour * HOUR + one.mm


def together(start: Moment, end: Moment, now: datetime | None) -> Iterator[Moment]:
    """Settle both ends of a range: what one says counts for the other, and the end comes after the start."""
    is_open = start.nn is None is end.nn
    if start.nn is None and end.nn in ("am", "pm"):
        same = structs.replace(start, nn=end.nn)
        other = structs.replace(start, nn="am" if end.nn == "pm" else "pm")
        start = same if _minutes_of(same) < _minutes_of(end) else other
    if start.nn is None and end.nn == "hrs":
        start = structs.replace(start, nn="hrs")
    start = settled(start, now)
    last = _behind(start, end)
    if is_open and (start.nn, last.nn) == ("pm", "am"):  # "from 9 to 5" means no night, whatever time it is
        start = structs.replace(start, nn="am")
        last = _behind(start, end)
    yield start
    yield settled(last, now)


def _behind(start: Moment, end: Moment) -> Moment:
    """Choose morning or evening for the end of a range so that it comes after the start."""
    if end.nn is not None or start.nn not in ("am", "pm"):
        return end
    same = structs.replace(end, nn=start.nn)
    return (
        same if _minutes_of(same) > _minutes_of(start) else structs.replace(end, nn="pm" if start.nn == "am" else "am")
    )
