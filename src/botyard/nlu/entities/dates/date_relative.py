"""Days told from today: tomorrow, in 3 days, next Monday, this weekend, the end of the month."""

from datetime import date, timedelta

from botyard.nlu.entities.dates.calendar_days import WEEK, Asked, day_of, days_on, last_of_month, monday_of, months_on
from botyard.nlu.entities.dates.date_parts import Stretch, nth_at, relative_at, stretch_at
from botyard.nlu.entities.dates.date_readings import Day
from botyard.nlu.entities.grammar.said import Said

_SATURDAY, _FRIDAY = 5, 4
_POINTING = ("after_next", "next", "coming", "last", "this")
_WEEKS = 4  # that every month has
_KINDS = {0: "today", 1: "tomorrow", -1: "yesterday", 2: "day_after", -2: "day_before"}


def day_word(said: Said, i: int, asked: Asked) -> Day | None:
    """Read tomorrow, आज, गतकाल; कल is the day on the side that is asked about."""
    hit = said.at(i, "day")
    if hit is None or asked.today is None or said.is_inside(i, "part"):  # "de la mañana" is no tomorrow
        return None
    word = str(hit.meaning)
    offset = int(word.lstrip("±")) * (-1 if word.startswith("±") and asked.past else 1)
    on = days_on(asked.today, offset)
    kind = _KINDS.get(offset, "after_n_days" if offset > 0 else "past")
    return None if on is None else Day(i, hit.end, on, kind)


def weekday(said: Said, i: int, asked: Asked) -> Day | None:
    """Read Monday, next Monday, every Monday, lunes próximo."""
    hit = said.at(i, "weekday")
    if hit is None or asked.today is None or not isinstance(hit.meaning, int) or _is_no_day(said, i):
        return None
    every, first = _every(said, i), i
    week, end = _week(said, i, hit.end)
    before = next((at for kind in _POINTING if (at := said.before(i, kind)) is not None), None)
    if every is not None:
        first, kind = every, "repeat_day"  # "every tuesday and thursday": both
    else:
        first = i if before is None else before
        kind = {1: "day_in_next_week", 2: "after_n_days", -1: "past"}.get(
            week or 0, "past" if asked.past else "day_within_one_week"
        )
    on = _weekday_on(asked.today, hit.meaning, week, past=asked.past)
    return Day(first, end, on, kind)


def _every(said: Said, i: int) -> int | None:
    """Find where "every Monday" begins; in "every Monday and Friday" the second begins where it stands."""
    every = said.before(i, "every")
    if every is not None or "every" not in said.begins:
        return every
    joint = said.before(i, "and")
    previous = said.before(i if joint is None else joint, "weekday")
    is_listed = joint is not None or said.gap(i) == ","
    return i if is_listed and previous is not None and _every(said, previous) is not None else None


def _is_no_day(said: Said, i: int) -> bool:
    """Whether a weekday's short name is another word here: "I sat down", "the sun", French "mon"."""
    return "no_day" in said.begins and (said.at(i, "no_day") is not None or said.is_inside(i, "no_day"))


def _week(said: Said, i: int, end: int) -> tuple[int | None, int]:
    """Tell which week is meant, None where none was named, and the token behind."""
    for kind, offset in (("after_next", 2), ("next", 1), ("last", -1)):
        if said.before(i, kind) is not None:
            return offset, end
        if said.at(end, kind) is not None and said.gap(end) == "" and said.at(said.past(end, kind), "unit") is None:
            return offset, said.past(end, kind)
    relative = relative_at(said, end, "week")
    return (None, end) if relative is None else relative


def weekday_of_week(said: Said, i: int, asked: Asked) -> Day | None:
    """Read "next week Friday", "nächste Woche am Freitag": the week first."""
    relative = relative_at(said, i, "week")
    if relative is None or asked.today is None:
        return None
    week, at = relative
    for start in (at, said.past(at, "the"), said.past(at, "of")):
        hit = said.at(start, "weekday")
        if hit is not None and isinstance(hit.meaning, int) and said.gap(start) in ("", ","):
            on = monday_of(asked.today) + timedelta(days=WEEK * week + hit.meaning)
            kind = {1: "day_in_next_week", -1: "past"}.get(week, "day_within_one_week")
            return Day(i, hit.end, on, kind)
    return None


def weekday_of_month(said: Said, i: int, asked: Asked) -> Day | None:
    """Read "the first Monday of December", "the last Friday of the month"."""
    which = _which(said, i)
    named = said.at(which[1], "weekday") if which is not None else None
    if which is None or named is None or asked.today is None or not isinstance(named.meaning, int):
        return None
    for at in (said.past(named.end, "of"), said.past(named.end, "in_month"), named.end):
        month = _month_at(said, at, asked.today)
        if month is None:
            continue
        first, end = month
        final = last_of_month(first)
        if which[0] is None:
            return Day(i, end, final - timedelta(days=(final.weekday() - named.meaning) % WEEK))
        ahead = (named.meaning - first.weekday()) % WEEK + WEEK * (which[0] - 1)
        return Day(i, end, first + timedelta(days=ahead))
    return None


def _weekday_on(today: date, weekday_: int, week: int | None, *, past: bool) -> date:
    if week == -1 and past is False:
        back = (today.weekday() - weekday_) % WEEK or WEEK
        return today - timedelta(days=back)
    if week is not None and week != -1:
        return monday_of(today) + timedelta(days=WEEK * week + weekday_)
    if past:
        return today - timedelta(days=(today.weekday() - weekday_) % WEEK or WEEK)
    return today + timedelta(days=(weekday_ - today.weekday()) % WEEK)


def counted(said: Said, i: int, asked: Asked) -> Day | None:
    """Read in 3 days, 3 days from now, 3 days ago, a week after Monday."""
    stretch = stretch_at(said, i)
    if stretch is None or asked.today is None:
        return None
    based = _from_a_day(said, i, stretch, asked)
    if based is not None:
        return based
    first, end, sign = i, stretch.end, 0
    for kind, which in (("later", 1), ("ago", -1)):
        if said.at(stretch.end, kind) is not None and said.gap(stretch.end) == "":
            end, sign = said.past(stretch.end, kind), which
            break
    if not sign and (said.ends_with(stretch.end - 1, "later") or said.ends_with(stretch.end - 1, "in")):
        sign = 1
    elif not sign and said.ends_with(stretch.end - 1, "ago"):
        sign = -1
    for kind, which in (("ago_before", -1), ("in", 1)):
        before = said.before(i, kind)
        if before is not None:
            first, sign = before, sign or which
            break
    on = _moved(asked.today, stretch, sign) if sign else None
    return None if on is None else Day(first, end, on, "after_n_days" if sign > 0 else "past")


def _from_a_day(said: Said, i: int, stretch: Stretch, asked: Asked) -> Day | None:
    for kind, sign in (("from_point", 1), ("before_point", -1)):
        at = said.past(stretch.end, kind)
        if at == stretch.end:
            continue
        base = day_word(said, at, asked) or weekday(said, at, asked)
        on = _moved(base.on, stretch, sign) if base is not None else None
        if base is not None and on is not None:
            return Day(i, base.end, on, "after_n_days" if sign > 0 else "past")
    return None


def _moved(day: date, stretch: Stretch, sign: int) -> date | None:
    return days_on(months_on(day, sign * stretch.months), sign * stretch.days)


def span(said: Said, i: int, asked: Asked) -> Day | None:
    """Read next week, this month, the weekend, weekdays, every day, the end of the month."""
    if asked.today is None:
        return None
    return (
        week_of_month(said, i, asked)
        or _edge(said, i, asked.today)
        or _named(said, i, asked.today)
        or _whole(said, i, asked)
    )


def _edge(said: Said, i: int, today: date) -> Day | None:
    for kind in ("start_of", "end_of"):
        at = said.past(i, kind)
        month = _month_at(said, at, today) if at != i else None
        if month is not None:
            first, end = month
            return Day(i, end, first if kind == "start_of" else last_of_month(first))
    month = _month_at(said, i, today) if "month_end" in said.begins else None
    behind = said.past(month[1], "month_end") if month is not None else 0
    if month is None or behind == month[1] or said.gap(month[1]):
        return None
    return Day(i, behind, last_of_month(month[0]))  # month end


def _month_at(said: Said, i: int, today: date) -> tuple[date, int] | None:
    """Read "next month", "the month" or "December": its first day, and the token behind."""
    relative = relative_at(said, i, "month")
    unit, month = said.at(i, "unit"), said.at(i, "month")
    if relative is None and unit is not None and unit.meaning == "month":
        relative = (0, unit.end)
    if relative is not None:
        return months_on(today.replace(day=1), relative[0]), relative[1]
    if month is None or not isinstance(month.meaning, int):
        return None
    first = day_of(today.year + int(month.meaning < today.month), month.meaning, 1)
    return None if first is None else (first, month.end)


def week_of_month(said: Said, i: int, asked: Asked) -> Day | None:
    """Read "the last week of December", "the 2nd week of next month": seven days counted from its edge."""
    which = _which(said, i)
    unit = said.at(which[1], "unit") if which is not None else None
    if which is None or unit is None or unit.meaning != "week" or asked.today is None:
        return None
    for at in (said.past(unit.end, "of"), said.past(unit.end, "in_month"), unit.end):
        month = _month_at(said, at, asked.today)
        if month is None:
            continue
        first, end = month
        final = last_of_month(first)
        start = final - timedelta(days=WEEK - 1) if which[0] is None else first + timedelta(days=WEEK * (which[0] - 1))
        return Day(i, end, start, until=start + timedelta(days=WEEK - 1))
    return None


def _which(said: Said, i: int) -> tuple[int | None, int] | None:
    """Read "last" as None, and "first", "2nd" up to the fourth; and the token behind."""
    last = said.at(i, "last")
    if last is not None:
        return None, last.end
    nth = nth_at(said, i)
    return (nth.number, nth.end) if nth is not None and nth.is_marked and nth.number <= _WEEKS else None


def _named(said: Said, i: int, today: date) -> Day | None:
    everyday = said.at(i, "everyday")
    if everyday is not None:
        return Day(i, everyday.end, today, "everyday")
    every = said.before(i, "every")
    weekend, days = said.at(i, "weekend"), said.at(i, "weekday_all")
    week = 1 if said.before(i, "next") is not None else -1 if said.before(i, "last") is not None else 0
    before = next(
        (at for kind in ("every", "next", "coming", "last", "this") if (at := said.before(i, kind)) is not None), i
    )
    monday = monday_of(today) + timedelta(days=WEEK * week)
    if weekend is not None:
        behind = next((kind for kind in ("after_next", "next") if said.at(weekend.end, kind) is not None), None)
        if behind is not None:
            weeks = 1 if behind == "next" else 2
            monday, weekend_end = monday + timedelta(days=WEEK * weeks), said.past(weekend.end, behind)
        else:
            weekend_end = weekend.end
        start, end = monday + timedelta(days=_SATURDAY), monday + timedelta(days=_SATURDAY + 1)
        kind = "weekends" if every is None else "repeat_weekends"
        return Day(before, weekend_end, max(start, today) if not week else start, kind, until=end)
    if days is not None:
        if not week and today.weekday() > _FRIDAY:
            monday += timedelta(days=WEEK)
        kind = "weekdays" if every is None else "repeat_weekdays"
        start, end = monday, monday + timedelta(days=_FRIDAY)
        return Day(before, days.end, max(start, today) if week == 0 else start, kind, until=end)
    return None


def _whole(said: Said, i: int, asked: Asked) -> Day | None:
    today = asked.today or date.min
    for unit in ("week", "month", "year"):
        relative = relative_at(said, i, unit)
        if relative is None:
            continue
        offset, end = relative
        if unit == "week":
            first = monday_of(today) + timedelta(days=WEEK * offset)
            last = first + timedelta(days=WEEK - 1)
        elif unit == "month":
            first = months_on(today.replace(day=1), offset)
            last = last_of_month(first)
        else:
            first, last = date(today.year + offset, 1, 1), date(today.year + offset, 12, 31)
        if offset == 0:
            first, last = (first, today) if asked.past else (today, last)
        return Day(i, end, first, until=last)
    return None
