"""Dates in a message: the longest reading at each place, ranges joined, in order of place."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from msgspec import structs

from botyard.nlu.entities.amounts.bounds import joins
from botyard.nlu.entities.dates import date_readings as readings
from botyard.nlu.entities.dates import date_relative as relative
from botyard.nlu.entities.dates.calendar_days import FIRST_YEAR, LAST_YEAR, WEEK, Asked, day_of, months_on
from botyard.nlu.entities.dates.date_parts import nth_at
from botyard.nlu.entities.dates.date_readings import Day, Reading
from botyard.nlu.entities.found import Find, Heard, standing
from botyard.nlu.entities.grammar.lexicon import Kind
from botyard.nlu.entities.grammar.said import Said, asks, said
from botyard.nlu.understanding import EntityFound, EntityPart, EntitySpec

# Each way to read a date, with the kinds of words of which the message must have one: most messages have few.
_ANY: frozenset[Kind] = frozenset()
_MONTH, _UNIT, _WEEKDAY, _DAY, _HOLIDAY = (
    frozenset((kind,)) for kind in ("month", "unit", "weekday", "day", "holiday")
)
_SPAN = frozenset(("unit", "everyday", "weekend", "weekday_all", "start_of", "end_of", "month_end"))
_OF_FIGURES: tuple[tuple[Reading, frozenset[Kind]], ...] = (
    (readings.numeric, _ANY), (readings.day_month, _MONTH), (readings.year_month_day, _MONTH),
    (readings.day_of_relative_month, _UNIT), (relative.counted, _UNIT), (relative.week_of_month, _UNIT),
    (relative.weekday_of_month, _WEEKDAY), (readings.day_alone, _ANY),
)  # fmt: skip
_OF_WORDS: tuple[tuple[Reading, frozenset[Kind]], ...] = (
    (readings.day_month, _MONTH), (readings.month_day, _MONTH), (readings.day_of_relative_month, _UNIT),
    (relative.day_word, _DAY), (relative.counted, _UNIT), (relative.span, _SPAN), (relative.weekday, _WEEKDAY),
    (relative.weekday_of_week, _WEEKDAY), (relative.weekday_of_month, _WEEKDAY),
    (readings.month_alone, _MONTH), (readings.day_alone, _ANY), (readings.holiday, _HOLIDAY),
)  # fmt: skip
# Where none of these begins, no date does: most words of most messages.
_BEGINNINGS = frozenset(
    ("number", "ordinal", "month", "weekday", "day", "unit", "article", "next", "coming", "this", "last",
     "holiday", "weekend", "weekday_all", "everyday", "start_of", "end_of", "the_date")
)  # fmt: skip


def prepare(spec: EntitySpec) -> Find:
    """Find dates. spec.past: what is left out lies behind today. spec.locale: en-US writes the month first."""
    month_first = (spec.locale or "").replace("_", "-").upper().endswith("-US")

    def find(text: str, heard: Heard) -> list[EntityFound]:
        around = said(text, heard.language)
        today = _sane(heard.now)
        is_asked_for = asks(heard.bot_message, heard.language, "asks_date")
        asked = Asked(today, spec.past, month_first, is_asked_for)
        return [one for days in _joined(around, _days(around, asked)) for one in _written(around, *days)]

    return find


def _sane(now: datetime | None) -> date | None:
    """Trust a clock only within the years that dates are read in: no arithmetic can then overflow."""
    return now.date() if now is not None and FIRST_YEAR <= now.year <= LAST_YEAR else None


def _days(around: Said, asked: Asked) -> list[Day]:
    found: list[Day] = []
    of_figures, of_words = _possible(around, _OF_FIGURES), _possible(around, _OF_WORDS)
    i = 0
    while i < len(around.tokens):
        day = _longest(around, i, asked, of_words if around.tokens[i].form == "word" else of_figures)
        if day is not None:
            day = _with_weekday(around, day)
            if found and found[-1].end > day.first:
                found.pop()
            found.append(day)
        i = max(day.end if day is not None else 0, i + 1)
    return found


def _possible(around: Said, ways: tuple[tuple[Reading, frozenset[Kind]], ...]) -> list[Reading]:
    return [reading for reading, kinds in ways if not kinds or not kinds.isdisjoint(around.begins)]


def _longest(around: Said, i: int, asked: Asked, ways: list[Reading]) -> Day | None:
    if around.tokens[i].form == "word" and _BEGINNINGS.isdisjoint(around.hits[i]):
        return None
    found = [day for reading in ways if (day := reading(around, i, asked)) is not None]
    return max(found, key=lambda day: day.end, default=None)


def _with_weekday(around: Said, day: Day) -> Day:
    """Take in the weekday that stands beside a date: Monday, 23 Dec; it says nothing new."""
    if day.kind == "possible_day":  # friday the 4th
        return _on_its_weekday(around, day)
    if day.kind is not None or day.until is not None:
        return day
    before = around.before(day.first, "weekday")
    if before is not None and around.gap(day.first) in ("", ",", "-"):
        return structs.replace(day, first=before)
    behind = around.at(day.end, "weekday")
    if behind is not None and around.gap(day.end) in ("", ",", "("):
        return structs.replace(day, end=behind.end)
    return day


def _on_its_weekday(around: Said, day: Day) -> Day:
    article = around.before(day.first, "the")
    before = around.before(day.first if article is None else article, "weekday")
    named = around.at(before, "weekday") if before is not None else None
    is_it = named is not None and named.meaning == day.on.weekday()
    return structs.replace(day, first=before) if is_it and before is not None else day


def _joined(around: Said, days: list[Day]) -> Iterator[tuple[Day, Day | None]]:
    """Join what is a range: each with its end, or alone."""
    taken = 0
    i = 0
    named: Day | None = None  # the last that said its month
    while i < len(days):
        day = days[i] if days[i].has_month or named is None else _on_or_after(days[i], named)
        following = days[i + 1] if i + 1 < len(days) else None
        if following is not None and _are_a_range(around, day, following):
            yield _completed(day, following)
            taken, i = following.end, i + 2
            continue
        start, end = _start_before(around, day, taken), _end_behind(around, day, following)
        if start is not None:
            yield start, _not_before(start, day)
        elif following is not None and _are_listed(around, day, following):
            yield _in_month_of(day, day.on.day, following), None
        else:
            yield day, end
        taken, i = (end or day).end, i + 1
        named = day if day.has_month and day.kind is None and day.until is None else named


def _on_or_after(day: Day, named: Day) -> Day:
    """Read a day without a month as the next such one: there on 14 January, back on the 21st."""
    first = named.on.replace(day=1)
    months = (first, months_on(first, 1)) if day.kind == "possible_day" else ()
    days = (day_of(month.year, month.month, day.on.day) for month in months)
    on = next((one for one in days if one is not None and one >= named.on), day.on)
    return structs.replace(day, on=on)


def _are_a_range(around: Said, a: Day, b: Day) -> bool:
    if a.until is not None or b.until is not None:
        return False
    return joins(around, a.end, b.first, is_between=around.before(a.first, "between") is not None)


def _are_listed(around: Said, a: Day, b: Day) -> bool:
    """Whether the second says the month of both: the 3rd and 5th of June."""
    stands_between = around.gap(a.end) == "," and a.end == b.first
    is_joined = stands_between or around.past(a.end, "and") == b.first
    return not a.has_month and b.has_month and b.kind is None and b.until is None and is_joined


def _completed(a: Day, b: Day) -> tuple[Day, Day]:
    """Give each what only the other says: the month, the year."""
    if not a.has_month and b.has_month:
        a = _in_month_of(a, a.on.day, b)
    elif a.has_month and not b.has_month:
        b = _in_month_of(b, b.on.day, a)
    if a.has_month and not a.has_year and b.has_year and b.kind is None:
        on = day_of(b.on.year - int((a.on.month, a.on.day) > (b.on.month, b.on.day)), a.on.month, a.on.day)
        a = structs.replace(a, on=on or a.on)
    return a, _not_before(a, b)


def _in_month_of(day: Day, number: int, other: Day) -> Day:
    on = day_of(other.on.year, other.on.month, number)
    return day if on is None else structs.replace(day, on=on, kind=None, has_month=True, has_year=other.has_year)


def _not_before(start: Day, end: Day) -> Day:
    """Move an end without a year, or a weekday, behind its start: Dec 28 to Jan 3, Friday to Monday."""
    if end.on >= start.on:
        return end
    if end.kind in ("day_within_one_week", "day_in_next_week"):
        weeks = -((end.on - start.on).days // WEEK)
        return structs.replace(end, on=end.on + timedelta(days=WEEK * weeks))
    later = day_of(start.on.year + 1, end.on.month, end.on.day) if not end.has_year else None
    return end if later is None else structs.replace(end, on=later)


def _start_before(around: Said, day: Day, taken: int) -> Day | None:
    """Find the 5 of "5 to 7 June"."""
    if not day.has_month or day.until is not None or day.kind is not None:
        return None
    for first in range(max(taken, day.first - 4), day.first):
        nth = nth_at(around, first)
        if nth is None or nth.end > day.first or around.form(first - 1) == "number":
            continue
        if joins(around, nth.end, day.first, is_between=around.before(first, "between") is not None):
            on = day_of(day.on.year, day.on.month, nth.number)
            return None if on is None or on > day.on else Day(first, nth.end, on, has_year=day.has_year)
    return None


def _end_behind(around: Said, day: Day, following: Day | None) -> Day | None:
    """Find the 7 of "June 5 to 7"."""
    if not day.has_month or day.until is not None or day.kind is not None:
        return None
    is_between = around.before(day.first, "between") is not None
    for first in range(day.end, min(day.end + 3, len(around.tokens))):
        nth = nth_at(around, first)
        if nth is None or (following is not None and nth.end > following.first) or _is_counted(around, nth.end):
            continue
        if joins(around, day.end, first, is_between=is_between):
            on = day_of(day.on.year, day.on.month, nth.number)
            return None if on is None or on < day.on else Day(first, nth.end, on)
    return None


def _is_counted(around: Said, i: int) -> bool:
    kinds = ("month", "clock", "part", "unit", "money", "measure")
    return around.form(i) == "number" or any(around.at(i, kind) is not None for kind in kinds)


def _written(around: Said, day: Day, end: Day | None) -> Iterator[EntityFound]:
    if end is None and day.until is None:
        yield _entry(around, day, day.on, None)
        return
    yield _entry(around, day, day.on, "start")
    last = end or day
    yield _entry(around, last, last.until or last.on, "end")


def _entry(around: Said, day: Day, on: date, role: str | None) -> EntityFound:
    value: dict[str, EntityPart] = {"dd": on.day, "mm": on.month, "yy": on.year}
    if day.kind is not None:
        value["type"] = day.kind
    if role is not None:
        value["role"] = role
    return standing(around.text, *around.place(day.first, day.end), value)
