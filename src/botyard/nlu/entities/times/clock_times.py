"""Times on the clock: 5pm, 17:30, half past five, सुबह 5 बजे, 17h30, kwart; and the part of the day beside them."""

from collections.abc import Callable

from msgspec import Struct, structs

from botyard.nlu.entities.amounts.amounts import amount_at
from botyard.nlu.entities.grammar.lexicon import Kind
from botyard.nlu.entities.grammar.said import Said

HALF_DAY, DAY, HOUR = 12, 24, 60
_PARTS = {"am": "am", "morning": "am", "pm": "pm", "afternoon": "pm", "evening": "pm", "noon": "pm", "midnight": "am"}
_FIRST_EVENING_HOUR = 6  # "night" is after midnight before it
_AFTER_AN_HOUR = frozenset(
    ("clock", "hours_clock", "number", "half_after", "quarter_after", "third_after", "less_quarter", "less_third",
     "plus", "past", "minus", "to_after", "article")
)  # fmt: skip
_WAYS = ("clock ways", -1)
_BEHIND_MINUTES = frozenset(("past", "to_hour"))
_FARTHEST_BEHIND = 6  # tokens: "twenty five minutes to"
_COUNTS = ("month", "unit", "money", "measure")


class Moment(Struct, frozen=True):
    """A time that was named. nn: None where nobody said whether morning or evening. first, end: tokens.

    is_sure: whether more than a bare number says that this is a time.
    """

    first: int
    end: int
    hh: int
    mm: int
    nn: str | None
    is_sure: bool = True
    tz: str | None = None


def moment_at(said: Said, i: int, *, is_asked_for: bool) -> Moment | None:
    """Read the time that begins at a token, the longest way."""
    found = [one for reading in _ways(said) if (one := reading(said, i)) is not None]
    if not found:
        return None
    sure = [one for one in found if one.is_sure or (is_asked_for and one.first == 0 and one.end == len(said.tokens))]
    longest = max(sure, key=lambda one: one.end, default=None)
    return None if longest is None else _with_zone(said, longest)


def _ways(said: Said) -> "tuple[Callable[[Said, int], Moment | None], ...]":
    """Choose the ways to read a time of which the message has words, once for all its tokens."""
    ways = said.memory.get(_WAYS)
    if not isinstance(ways, tuple):
        ways = tuple(reading for reading, kinds in _READINGS if not kinds or not kinds.isdisjoint(said.begins))
        said.memory[_WAYS] = ways
    return ways


def bare_at(said: Said, i: int) -> Moment | None:
    """Read an hour that nothing but its neighbour marks as one: the 5 of "5 to 7 pm"."""
    found = _on_the_hour(said, i)
    return None if found is None or _counts(said, found.end) else found


def _figures(said: Said, i: int) -> tuple[int, int, str | None] | None:
    """Read the hour and minute of 5, 17, 5.30 or 17:30, and "hrs" where figures alone say it."""
    token = said.tokens[i]
    if token.form == "clock" or (token.form == "number" and "." in token.key):
        hour, _, rest = token.key.replace(".", ":", 1).partition(":")
        minute = rest[:2]
        if len(minute) != len("30") or not hour.isdigit() or (token.form == "number" and len(rest) != len("30")):
            return None
    elif token.form == "number" and token.key.isdigit() and len(token.key) <= len("24"):
        hour, minute = token.key, "0"
    else:
        return None
    h, m = int(hour), int(minute)
    if h > DAY or m >= HOUR or (h == DAY and m):
        return None
    is_24 = h == 0 or h > HALF_DAY or (hour.startswith("0") and token.key != hour)
    return h % DAY, m, "hrs" if is_24 else None


def _hour(said: Said, i: int) -> tuple[Moment, bool] | None:  # noqa: PLR0911 - one answer for each way to say it
    """Read an hour in figures or in words, half hours too; and whether figures say that it is a time."""
    if i >= len(said.tokens):
        return None
    if said.form(i) in ("clock", "number"):
        read = _figures(said, i)
        return None if read is None else (Moment(i, i + 1, *read), said.form(i) == "clock")
    if said.at(i, "number") is None:
        ordinal = said.at(i, "ordinal")  # الساعة الخامسة
        if ordinal is None or not isinstance(ordinal.meaning, int) or not 1 <= ordinal.meaning <= HALF_DAY:
            return None
        return Moment(i, ordinal.end, ordinal.meaning, 0, None), False
    amount = amount_at(said, i)
    if amount is None or not 0 <= amount.value <= DAY or 0 < amount.value < 1:
        return None
    minutes = (amount.value % 1) * HOUR
    if minutes not in (0, 15, 30, 45):
        return None
    hour = int(amount.value)
    return Moment(i, amount.end, hour % DAY, int(minutes), "hrs" if hour == 0 or hour > HALF_DAY else None), False


def _on_the_hour(said: Said, i: int) -> Moment | None:
    read = _hour(said, i)
    if read is None:
        return None
    one, is_sure = read
    if said.tokens[i].key == "24" and said.at(i + 1, "hours_clock") is not None:  # open 24 hours
        return None
    if said.form(i) == "word" and said.at(i, "number") is None and said.before(i, "at") is None:
        return None
    one, has_minutes = _with_minutes(said, one)
    if has_minutes and not is_sure:
        is_sure = True
    at, is_clock = _past_clock(said, one)
    one = structs.replace(one, end=at)
    one, is_parted = _with_part(said, one)
    has_at = said.before(one.first, "at") is not None and not _counts(said, one.end)
    return structs.replace(one, is_sure=is_sure or is_clock or is_parted or has_at)


def _past_clock(said: Said, one: Moment) -> tuple[int, bool]:
    """Step over o'clock, बजे, Uhr; "hrs" says a clock's time only behind one: 17 hrs, but not 5 hrs."""
    if said.at(one.end, "clock") is not None and said.gap(one.end) in ("", "-", "."):
        return said.past(one.end, "clock"), True
    if said.ends_with(one.end - 1, "clock"):  # পাঁচটায়
        return one.end, True
    is_hours = said.at(one.end, "hours_clock") is not None and said.gap(one.end) == ""
    if is_hours and (one.nn == "hrs" or said.form(one.first) == "clock"):
        return said.past(one.end, "hours_clock"), True
    return one.end, False


def _with_minutes(said: Said, one: Moment) -> tuple[Moment, bool]:
    """Read what stands behind the hour: y media, et quart, moins 5, 17h30, 5 बजकर 10 मिनट, at 5 30."""
    at = one.end
    if one.mm or (said.form(at) != "number" and (at >= len(said.tokens) or _AFTER_AN_HOUR.isdisjoint(said.hits[at]))):
        return one, False
    if said.at(at, "hours_clock") is not None and _is_glued_minutes(said, at):  # 18h30
        return structs.replace(one, mm=int(said.tokens[at + 1].key), end=at + 2), True
    behind = at if said.at(at, "clock") is None else said.past(at, "clock")
    for kind, minutes in (
        ("half_after", 30), ("quarter_after", 15), ("third_after", 20), ("less_quarter", -15), ("less_third", -20),
    ):  # fmt: skip
        for place in (behind, at):
            hit = said.at(place, kind)
            if hit is not None and said.gap(place) in ("", "-"):
                return _shifted(one, minutes, hit.end), True
    for kind, sign in (("plus", 1), ("past", 1), ("minus", -1), ("to_after", -1)):
        place = said.past(behind, kind)
        minutes_at = _minutes(said, place) if place != behind and said.gap(behind) == "" else None
        if minutes_at is not None and (sign < 0 or kind == "plus" or said.at(at, "clock") is not None):
            return _shifted(one, sign * minutes_at[0], minutes_at[1]), True
    minutes_at = _minutes(said, behind) if said.gap(behind) == "" else None
    if minutes_at is not None and (behind != at or _is_two_figures(said, at, minutes_at[0])):
        is_open = behind != at or said.before(one.first, "at") is not None
        return structs.replace(one, mm=minutes_at[0], end=minutes_at[1]), is_open
    return one, False


def _is_glued_minutes(said: Said, i: int) -> bool:
    if said.form(i + 1) != "number" or not (said.tokens[i].is_glued and said.tokens[i + 1].is_glued):
        return False
    figures, unit = said.tokens[i + 1].key, said.at(i + 2, "unit")
    return unit is None and figures.isdigit() and len(figures) == len("30") and int(figures) < HOUR


def _is_two_figures(said: Said, i: int, minutes: int) -> bool:
    """Whether minutes may follow an hour at once: 5 30, five thirty; hours and minutes both in words or in figures."""
    if said.form(i) != said.form(i - 1) or minutes < 10:  # noqa: PLR2004 - "five five" is no time
        return False
    return said.form(i) == "word" or len(said.tokens[i].key) == len("30")


def _minutes(said: Said, i: int) -> tuple[int, int] | None:
    if i >= len(said.tokens):
        return None
    amount = amount_at(said, i)
    if amount is None or amount.value % 1 or not 0 < amount.value < HOUR:
        return None
    unit = said.at(amount.end, "unit")
    if unit is not None and unit.meaning == "minute":
        return int(amount.value), unit.end
    is_another = _counts(said, amount.end) or said.at(amount.end, "clock") is not None
    return None if is_another else (int(amount.value), amount.end)


def _counts(said: Said, i: int) -> bool:
    if said.gap(i) not in ("", "-"):
        return False
    is_nth = said.at(i, "ordinal_mark") is not None and said.tokens[i].is_glued
    return is_nth or any(said.at(i, kind) is not None for kind in _COUNTS)


def _shifted(one: Moment, minutes: int, end: int) -> Moment:
    """Move a time by minutes, on a clock of twelve hours where it stands on one."""
    total = one.hh * HOUR + one.mm + minutes
    hour = total // HOUR % DAY if one.nn == "hrs" else (total // HOUR - 1) % HALF_DAY + 1
    nn = {"am": "pm", "pm": "am"}.get(one.nn or "", one.nn) if total < HALF_DAY * HOUR == one.hh * HOUR else one.nn
    return structs.replace(one, hh=hour, mm=total % HOUR, nn=nn, end=end)


def _told(said: Said, i: int) -> Moment | None:
    """Read half past five, quarter to six, ten past 5, halb sechs, setengah enam."""
    for kind, minutes in (("half_past", 30), ("quarter_past", 15), ("quarter_to", -15), ("half_before", -30)):
        hit = said.at(i, kind)
        read = _hour_or_noon(said, hit.end) if hit is not None else None
        if hit is not None and read is not None and not read[0].mm and not _counts(said, read[0].end):
            return _finished(said, i, _shifted(read[0], minutes, read[0].end))
    if all(_BEHIND_MINUTES.isdisjoint(kinds) for kinds in said.hits[i + 1 : i + 1 + _FARTHEST_BEHIND]):
        return None
    minutes_at = _minutes(said, i)
    if minutes_at is None:
        return None
    for kind, sign in (("past", 1), ("to_hour", -1)):
        hit = said.at(minutes_at[1], kind)
        read = _hour_or_noon(said, hit.end) if hit is not None and said.gap(minutes_at[1]) == "" else None
        if hit is None or read is None or read[0].mm or _counts(said, read[0].end):
            continue
        is_named = minutes_at[0] % 5 == 0 or said.form(minutes_at[1] - 1) == "word"
        if is_named and (kind == "past" or _says_minutes(said, i, minutes_at, read[0].end)):
            return _finished(said, i, _shifted(read[0], sign * minutes_at[0], read[0].end))
    return None


def _hour_or_noon(said: Said, i: int) -> tuple[Moment, bool] | None:
    noon = _noon(said, i) if i < len(said.tokens) else None
    return _hour(said, i) if noon is None else (noon, False)


def _says_minutes(said: Said, i: int, minutes_at: tuple[int, int], behind: int) -> bool:
    """Whether "10 to 6" is a time and no range: minutes are named, it is spelt, or a part of the day follows."""
    minutes, end = minutes_at
    unit = said.before(end, "unit")
    return (
        (minutes > HALF_DAY and said.at(behind, "part") is not None)  # 20 to 8 pm
        or (unit is not None and unit > i)
        or said.form(i) == "word"
        or (said.at(behind, "part") is None and said.before(i, "at") is not None)
    )


def _finished(said: Said, first: int, one: Moment) -> Moment:
    at, _ = _past_clock(said, one)
    with_part, _ = _with_part(said, structs.replace(one, first=first, end=at))
    return with_part


def _hundreds(said: Said, i: int) -> Moment | None:
    """Read 1700 hrs, 0530 hours."""
    token = said.tokens[i]
    hours = said.at(i + 1, "hours_clock")
    if token.form != "number" or not token.key.isdigit() or len(token.key) != len("1700") or hours is None:
        return None
    hour, minute = int(token.key[:2]), int(token.key[2:])
    return Moment(i, hours.end, hour, minute, "hrs") if hour < DAY and minute < HOUR else None


def _noon(said: Said, i: int) -> Moment | None:
    part = said.at(i, "part")
    if part is None or part.meaning not in ("noon", "midnight"):
        return None
    return Moment(i, part.end, HALF_DAY, 0, "pm" if part.meaning == "noon" else "am")


def _with_part(said: Said, one: Moment) -> tuple[Moment, bool]:
    """Let the part of the day on either side tell morning from evening."""
    at = one.end
    for kind in ("sharp", "clock"):
        if said.at(said.past(at, kind), "part") is not None and said.gap(at) == "":
            at = said.past(at, kind)
            break
    hit = said.at(at, "part")
    if hit is not None and said.gap(at) in ("", ".", ",", "-") and said.gap(one.end) in ("", ".", ",", "-"):
        one = structs.replace(one, nn=_nn(one, str(hit.meaning)), end=hit.end)
        return _with_same_part_before(said, one), True
    before = said.before(one.first, "at")
    for start in (one.first, before) if before is not None else (one.first,):
        first = said.before(start, "part")
        named = said.at(first, "part") if first is not None else None
        if (
            named is not None
            and first is not None
            and named.meaning not in ("am", "pm")
            and said.gap(start) in ("", ",")
        ):
            return structs.replace(one, nn=_nn(one, str(named.meaning)), first=first), True
    return one, False


def _with_same_part_before(said: Said, one: Moment) -> Moment:
    """Take in the "morning" of "morning 8 am", which says nothing new."""
    first = said.before(one.first, "part")
    named = said.at(first, "part") if first is not None else None
    if named is None or first is None or said.gap(one.first) not in ("", ",") or named.meaning in ("am", "pm"):
        return one
    return structs.replace(one, first=first) if _nn(one, str(named.meaning)) == one.nn else one


def _nn(one: Moment, part: str) -> str:
    if one.nn == "hrs" and (one.hh == 0 or one.hh > HALF_DAY):
        return "hrs"
    if part == "night":
        return "am" if one.hh == HALF_DAY or one.hh < _FIRST_EVENING_HOUR else "pm"
    return _PARTS.get(part, "am")


def _with_zone(said: Said, one: Moment) -> Moment:
    zone = said.at(one.end, "tz")
    if zone is None or said.gap(one.end) not in ("", "("):
        return one
    start, end = said.place(one.end, zone.end)
    name = said.text[start:end]
    if not name.isupper() and name.lower() not in ("gmt", "utc", "ist"):
        return one
    behind = zone.end
    if said.form(behind) in ("clock", "number") and said.gap(behind) in ("+", "-"):
        name, behind = f"{name}{said.gap(behind)}{said.tokens[behind].key}", behind + 1
    return structs.replace(one, tz=name.upper(), end=behind)


# Each way to read a time, with the kinds of words of which the message must have one.
_READINGS: tuple[tuple[Callable[[Said, int], Moment | None], frozenset[Kind]], ...] = (
    (_on_the_hour, frozenset()),
    (_told, frozenset(("half_past", "quarter_past", "quarter_to", "half_before", "past", "to_hour"))),
    (_hundreds, frozenset(("hours_clock",))),
    (_noon, frozenset(("part",))),
)
