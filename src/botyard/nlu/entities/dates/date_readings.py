"""Ways to write a day with its month: 23/12/2019, 23 Dec 2019, December 23rd, 2019-12-23, 5th of next month."""

from collections.abc import Callable, Iterator
from datetime import date

import regex
from msgspec import Struct, structs

from botyard.nlu.entities.dates.calendar_days import (
    MONTHS,
    Asked,
    day_of,
    full_year,
    last_of_month,
    months_on,
    without_month,
    without_year,
)
from botyard.nlu.entities.dates.date_parts import nth_at, relative_at, year_at
from botyard.nlu.entities.grammar.said import Said

_JOINTS = frozenset(("", "-", "/", ".", ",", "’", "'"))
_SPACED = frozenset(("-", "/", ".", "", "–"))
_SEPARATOR = regex.compile(r"[-/.]")


class Day(Struct, frozen=True):
    """A day or a stretch of days that was named. first, end: tokens.

    kind: None for a plain date, else as platform.md §4.2 has it. until: the last day, of "next week". has_month,
    has_year: whether they were said; what was not, the date beside it may complete.
    """

    first: int
    end: int
    on: date
    kind: str | None = None
    until: date | None = None
    has_month: bool = True
    has_year: bool = True


Reading = Callable[[Said, int, Asked], Day | None]


def numeric(said: Said, i: int, asked: Asked) -> Day | None:
    """Read a date in figures: 23/12/2019, 2019-12-23, 23.12.19, 23 12 2019, 28/02."""
    form = said.form(i)
    if form == "date":
        on = _ordered(_SEPARATOR.split(said.tokens[i].key), asked)
        return None if on is None else Day(i, i + 1, on)
    if form == "pair":
        return _pair(said, i, asked)
    if form == "number":
        return _apart(said, i, asked) or _solid(said, i, asked)
    return None


def _ordered(parts: list[str], asked: Asked) -> date | None:
    a, b, c = parts
    if len(a) == len("2019"):
        found = (day_of(int(a), int(b), int(c)), day_of(int(a), int(c), int(b))) if len(c) <= len("31") else ()
        return next((day for day in found if day is not None), None)
    if len(a) > len("31"):
        return None
    year = full_year(c, asked)
    days = ((int(a), int(b)), (int(b), int(a))) if not asked.month_first else ((int(b), int(a)), (int(a), int(b)))
    found_ = (day_of(year, month, day) for day, month in days) if year is not None else ()
    return next((day for day in found_ if day is not None), None)


def _pair(said: Said, i: int, asked: Asked) -> Day | None:
    a, _, b = said.tokens[i].key.partition("/")
    if len(b) == len("2019"):
        first = day_of(full_year(b, asked) or 0, int(a), 1)
        return None if first is None else Day(i, i + 1, first, until=last_of_month(first))
    if (a, b) == ("24", "7") or said.at(i + 1, "measure") is not None:  # 1/2 kg
        return None
    pairs = ((int(a), int(b)), (int(b), int(a)))
    for day, month in reversed(pairs) if asked.month_first else pairs:
        found = without_year(month, day, asked) if month <= MONTHS else None
        if found is not None:
            return Day(i, i + 1, found, has_year=False)
    return None


def _apart(said: Said, i: int, asked: Asked) -> Day | None:
    """Read figures that spaces part: 23 12 2019, 23 - 12 - 2019."""
    if not (said.form(i + 1) == said.form(i + 2) == "number") or said.gap(i + 1) not in _SPACED:
        return None
    if said.gap(i + 1) != said.gap(i + 2):
        return None
    parts = [token.key for token in said.tokens[i : i + 3]]
    if not all(part.isdigit() for part in parts) or max(map(len, parts)) != len("2019"):
        return None
    on = _ordered(parts, asked) if max(map(len, parts[:2])) <= len("31") or len(parts[0]) == len("2019") else None
    return None if on is None else Day(i, i + 3, on)


def _solid(said: Said, i: int, asked: Asked) -> Day | None:
    """Read 23122019, where a date was asked for; and 23-12 where it is the whole answer."""
    if not asked.is_asked_for:
        return None
    key = said.tokens[i].key
    if len(key) == len("23122019") and key.isdigit():
        on = _ordered([key[:2], key[2:4], key[4:]], asked) or _ordered([key[:4], key[4:6], key[6:]], asked)
        return None if on is None else Day(i, i + 1, on)
    is_all = len(said.tokens) == len(("23", "12")) and i == 0
    if (
        is_all
        and said.form(1) == "number"
        and said.gap(1) in ("-", ".")
        and said.tokens[1].key.isdigit()
        and key.isdigit()
    ):
        on = without_year(int(said.tokens[1].key), int(key), asked)
        return None if on is None else Day(0, 2, on, has_year=False)
    return None


def day_month(said: Said, i: int, asked: Asked) -> Day | None:
    """Read 23 Dec, 23rd of December 2019, 23-Dec-19."""
    nth = nth_at(said, i)
    if nth is None:
        return None
    for at in _behind(said, nth.end):
        month = said.at(at, "month")
        if month is not None and isinstance(month.meaning, int) and said.gap(at) in _JOINTS:
            return _completed(said, (i, month.end), (nth.number, month.meaning), asked, said.gap(at))
    return None


def _behind(said: Said, i: int) -> Iterator[int]:
    """Step over what may stand between a day and its month: of, की, "date of"."""
    yield i
    at = said.past(i, "date_word")
    if at != i:
        yield at
    for start in (i, at):
        for kind in ("of", "the"):
            end = said.past(start, kind)
            if end != start:
                yield end


def month_day(said: Said, i: int, asked: Asked) -> Day | None:
    """Read Dec 23, December the 23rd, 2019."""
    month = said.at(i, "month")
    if month is None or not isinstance(month.meaning, int) or said.gap(month.end) not in _JOINTS:
        return None
    for at in _behind(said, month.end):
        nth = nth_at(said, at)
        if nth is not None and not _counts_something(said, nth.end):
            end = said.past(nth.end, "date_word")
            return _completed(said, (i, end), (nth.number, month.meaning), asked, said.gap(month.end))
    return None


def _counts_something(said: Said, i: int) -> bool:
    """Whether the number before token i is an hour or counts things: "in May 5 people"."""
    return said.gap(i) == "" and any(
        said.at(i, kind) is not None for kind in ("clock", "part", "unit", "money", "measure")
    )


def year_month_day(said: Said, i: int, asked: Asked) -> Day | None:
    """Read 2019 Dec 23."""
    if said.form(i) != "number" or len(said.tokens[i].key) != len("2019") or not said.tokens[i].key.isdigit():
        return None
    month = said.at(i + 1, "month")
    nth = nth_at(said, month.end) if month is not None else None
    year = full_year(said.tokens[i].key, asked)
    if month is None or nth is None or year is None or not isinstance(month.meaning, int):
        return None
    on = day_of(year, month.meaning, nth.number)
    return None if on is None else Day(i, nth.end, on)


def _completed(said: Said, place: tuple[int, int], written: tuple[int, int], asked: Asked, joint: str) -> Day | None:
    (first, end), (day, month) = place, written
    year = year_at(said, end, asked, joint)
    if year is not None:
        on = day_of(year[0], month, day)
        # There is no 29 February 2027, and another year was not said.
        return None if on is None else Day(first, year[1], on)
    on = without_year(month, day, asked)
    return None if on is None else Day(first, end, on, has_year=False)


def day_of_relative_month(said: Said, i: int, asked: Asked) -> Day | None:
    """Read "5th of next month", "next month 5th", "अगले महीने की 5 तारीख"."""
    if asked.today is None:
        return None
    nth = nth_at(said, i)
    for at in _behind(said, nth.end) if nth is not None else ():
        relative = relative_at(said, at, "month")
        if relative is not None and nth is not None:
            return _in_month(asked.today, relative[0], nth.number, i, relative[1])
    relative = relative_at(said, i, "month")
    for at in _behind(said, relative[1]) if relative is not None else ():
        nth = nth_at(said, at)
        if nth is not None and relative is not None and not _counts_something(said, nth.end):
            return _in_month(asked.today, relative[0], nth.number, i, said.past(nth.end, "date_word"))
    return None


def _in_month(today: date, months: int, day: int, first: int, end: int) -> Day | None:
    month = months_on(today.replace(day=1), months)
    on = day_of(month.year, month.month, day)
    return None if on is None else Day(first, end, on)


def day_alone(said: Said, i: int, asked: Asked) -> Day | None:
    """Read a day without its month: the 15th, 15 तारीख, el 15; a bare 15 where a date was asked for."""
    nth = nth_at(said, i)
    if nth is None or _counts_something(said, nth.end) or _has_a_month(said, nth.end) or _is_of_a_month(said, i):
        return None
    is_figures = said.form(i) == "number"
    word = said.past(nth.end, "date_word")
    is_date = (
        (nth.is_marked and is_figures)
        or (said.before(i, "the_date") is not None and (is_figures or nth.end == len(said.tokens)))
        or word != nth.end
        or said.before(nth.end, "date_word") is not None
        or (said.at(nth.end, "on_after") is not None and "month" in said.begins)  # 14 जनवरी को और 21 को
        or (asked.is_asked_for and i == 0 and nth.end == len(said.tokens))
    )
    on = without_month(nth.number, asked) if is_date else None
    return None if on is None else Day(i, word, on, "possible_day", has_month=False, has_year=False)


def _has_a_month(said: Said, i: int) -> bool:
    """Whether a month follows a day's number: it was read with it, or has no such day, as February has no 31st."""
    return "month" in said.begins and any(
        said.at(at, "month") is not None and said.gap(at) in _JOINTS for at in _behind(said, i)
    )


def _is_of_a_month(said: Said, i: int) -> bool:
    """Whether a month stands right before a day's number, likewise."""
    return said.before(i, "month") is not None and said.gap(i) in _JOINTS


def month_alone(said: Said, i: int, asked: Asked) -> Day | None:
    """Read a month: June 2021, in June, next March; from its first to its last day."""
    month = said.at(i, "month")
    if month is None or not isinstance(month.meaning, int) or _has_a_day(said, i):
        return None
    year = year_at(said, month.end, asked, said.gap(month.end) if said.gap(month.end) in ("-", "/") else None)
    if year is not None and len(said.tokens[year[1] - 1].key) != len("26"):
        first = day_of(year[0], month.meaning, 1)
        return None if first is None else Day(i, year[1], first, until=last_of_month(first))
    is_named = any(said.before(i, kind) is not None for kind in ("in_month", "next", "coming", "this", "last"))
    is_all = i == 0 and month.end == len(said.tokens)
    if asked.today is None or not (is_named or is_all):
        return None
    last = (asked.past and month.meaning > asked.today.month) or said.before(i, "last") is not None
    years = -1 if last else int(not asked.past and month.meaning < asked.today.month)
    first = day_of(asked.today.year + years, month.meaning, 1)
    return None if first is None else Day(i, month.end, first, until=last_of_month(first), has_year=False)


_FURTHEST = 4  # tokens from a day to its month: 31 st of the June


def _has_a_day(said: Said, i: int) -> bool:
    """Whether a day's number stands before a month and made no date with it: there is no 31 June."""
    days = (nth_at(said, at) for at in range(max(0, i - _FURTHEST), i))
    return any(i in _behind(said, nth.end) and said.gap(i) in _JOINTS for nth in days if nth is not None)


def holiday(said: Said, i: int, asked: Asked) -> Day | None:
    """Read a day that has a name: Christmas, New Year's Eve 2027, गणतंत्र दिवस; "merry Christmas" is none."""
    hit = said.at(i, "holiday")
    if hit is None or said.before(i, "wish") is not None or said.at(hit.end, "wish") is not None:
        return None
    pointing = {kind: at for kind in ("last", "next", "coming", "this") if (at := said.before(i, kind)) is not None}
    month, day = map(int, str(hit.meaning).split("-"))
    reading = structs.replace(asked, past=asked.past or "last" in pointing)
    return _completed(said, (min((i, *pointing.values())), hit.end), (day, month), reading, "")
