"""The parts that dates are made of: a day's number, a year, a stretch of time, "next month"."""

from decimal import Decimal

from msgspec import Struct

from botyard.nlu.entities.amounts.amounts import amount_at, is_whole
from botyard.nlu.entities.dates.calendar_days import FIRST_YEAR, LAST_YEAR, Asked, full_year
from botyard.nlu.entities.grammar.said import Said

MOST_DAYS = 31
_DATE_UNITS = frozenset(("day", "week", "fortnight", "month", "year"))
_MOST = 4000  # days, weeks or months that somebody can mean
_RELATIVE = (("after_next", 2), ("next", 1), ("coming", 1), ("this", 0), ("last", -1))
_DAYS = frozenset(("number", "ordinal", "article"))
_YEAR_GAPS = frozenset(("", ",", ".", ".,", "'", "’", "(", ",'"))


class Nth(Struct, frozen=True):
    """A day's number. is_marked: as an ordinal (15th, 15वीं), which a mere count is not."""

    number: int
    end: int
    is_marked: bool


class Stretch(Struct, frozen=True):
    """So many days or months; weeks are days, years are months."""

    days: int
    months: int
    end: int


def nth_at(said: Said, i: int) -> Nth | None:
    """Read a day of the month that begins at a token: 15, 15th, fifteenth, पंद्रह; once for all who ask."""
    if not 0 <= i < len(said.tokens) or (said.tokens[i].form == "word" and _DAYS.isdisjoint(said.hits[i])):
        return None
    key = ("nth", i)
    if key not in said.memory:
        said.memory[key] = _nth(said, i)
    read = said.memory[key]
    return read if isinstance(read, Nth) else None


def _nth(said: Said, i: int) -> Nth | None:
    ordinal = said.at(i, "ordinal")
    amount = amount_at(said, i) if said.form(i) == "number" or said.at(i, "number") else None
    if ordinal is not None and isinstance(ordinal.meaning, int) and (amount is None or ordinal.end >= amount.end):
        return Nth(ordinal.meaning, said.past(ordinal.end, "ordinal_mark"), is_marked=True)
    if amount is None or not is_whole(amount, 1, MOST_DAYS) or (amount.typed and not amount.typed.isdigit()):
        return None
    if amount.typed and len(amount.typed) > len("31"):
        return None
    mark = said.at(amount.end, "ordinal_mark")
    is_marked = mark is not None and said.gap(amount.end) == ""
    return Nth(int(amount.value), mark.end if mark is not None and is_marked else amount.end, is_marked)


def year_at(said: Said, i: int, asked: Asked, joint: str | None = None) -> tuple[int, int] | None:
    """Read a year behind a day and month; joint: what joined those, which may join the year too (23-12-19)."""
    gap = said.gap(i)
    if gap not in _YEAR_GAPS and gap != joint:
        return None
    filler = said.at(i, "year_word")
    first = filler.end if filler is not None and said.gap(filler.end) in ("", "'") else i
    return _figures_year(said, first, asked, joint) or _worded_year(said, first)


def _figures_year(said: Said, i: int, asked: Asked, joint: str | None) -> tuple[int, int] | None:
    if said.form(i) != "number" or not said.tokens[i].key.isdigit():
        return None
    figures = said.tokens[i].key
    year = full_year(figures, asked)
    if year is None or len(figures) == len("2026"):
        return None if year is None else (year, i + 1)
    gap = said.gap(i)
    if gap in ("'", "’", ",'") or (gap and gap == joint) or (not gap and _may_end_a_date(said, i + 1)):
        return year, i + 1
    return None


def _may_end_a_date(said: Said, i: int) -> bool:
    """Whether a bare two-figure year may stand before token i: not before a unit, a month or what tells a time."""
    kinds = ("month", "unit", "clock", "part", "money", "measure", "ordinal_mark", "number")
    return said.form(i) != "number" and all(said.at(i, kind) is None for kind in kinds)


def _worded_year(said: Said, i: int) -> tuple[int, int] | None:
    if said.at(i, "number") is None:
        return None
    amount = amount_at(said, i)
    if amount is None or not is_whole(amount, 1, LAST_YEAR):
        return None
    if amount.value >= FIRST_YEAR:
        return int(amount.value), amount.end
    rest = amount_at(said, amount.end) if amount.value in (19, 20) and amount.end < len(said.tokens) else None
    if rest is not None and not rest.typed and is_whole(rest, 10, 99):  # nineteen ninety-nine
        return int(amount.value) * 100 + int(rest.value), rest.end
    return None


def stretch_at(said: Said, i: int) -> Stretch | None:
    """Read a stretch of days or months that begins at a token: 3 days, a week, two months and 10 days."""
    one = _one_stretch(said, i)
    if one is None:
        return None
    more = _one_stretch(said, said.past(one.end, "and"))
    return one if more is None else Stretch(one.days + more.days, one.months + more.months, more.end)


def _one_stretch(said: Said, i: int) -> Stretch | None:
    if i >= len(said.tokens):
        return None
    amount = amount_at(said, i)
    article = said.at(i, "article")
    if amount is not None:
        value, at = amount.value, amount.end
    elif article is not None:
        value, at = Decimal(1), article.end
    else:
        value, at = Decimal(1), i
    unit = said.at(at, "unit")
    if unit is None or said.gap(at) not in ("", "-"):
        return None
    name = str(unit.meaning)
    is_one = not said.tokens[i].key.isascii()  # some languages leave "one" out: بعد أسبوع, हफ्ते बाद
    if amount is None and article is None and not name.startswith("two_") and not is_one:
        return None
    end = past_one(said, unit.end) if amount is None else unit.end
    if name.startswith("two_"):
        name, value = name.removeprefix("two_").removesuffix("s"), Decimal(2)
    return _stretch(value, name, end)


def past_one(said: Said, i: int) -> int:
    """Step over the "one" that says again that it is one: ساعة واحدة."""
    amount = amount_at(said, i) if said.gap(i) == "" else None
    return amount.end if amount is not None and amount.value == 1 and amount.typed is None else i


def _stretch(value: Decimal, unit: str, end: int) -> Stretch | None:
    if unit not in _DATE_UNITS or not 0 <= value <= _MOST:
        return None
    if unit in ("month", "year"):
        months = value * (12 if unit == "year" else 1)
        return Stretch(int((months % 1) * 30), int(months), end)
    return Stretch(int(value * {"day": 1, "week": 7, "fortnight": 14}[unit]), 0, end)


def relative_at(said: Said, i: int, unit: str) -> tuple[int, int] | None:
    """Read "next month" or "mes próximo" at a token: how many units from now, and the token behind."""
    if "unit" not in said.begins:
        return None
    end = said.past(i, "unit") if _is_unit(said, i, unit) else i
    for kind, offset in _RELATIVE:
        word = said.at(i, kind)
        if word is not None and _is_unit(said, word.end, unit) and said.gap(word.end) == "":
            return offset, said.past(word.end, "unit")
        behind = said.at(end, kind) if end != i else None
        if behind is not None and said.gap(end) == "":
            return offset, behind.end
    return None


def _is_unit(said: Said, i: int, unit: str) -> bool:
    hit = said.at(i, "unit")
    return hit is not None and hit.meaning == unit
