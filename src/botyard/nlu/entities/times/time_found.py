"""Times in a message: on the clock, from now, again and again (every 3 hours), parts of the day, ranges."""

from collections.abc import Iterator
from decimal import Decimal

from msgspec import Struct

from botyard.nlu.entities.amounts.amounts import amount_at
from botyard.nlu.entities.amounts.bounds import joins
from botyard.nlu.entities.dates.date_parts import past_one
from botyard.nlu.entities.found import Find, Heard, standing
from botyard.nlu.entities.grammar.said import Said, asks, said
from botyard.nlu.entities.times.clock_times import HOUR, Moment, bare_at, moment_at
from botyard.nlu.entities.times.morning_or_evening import settled, together
from botyard.nlu.understanding import EntityFound, EntityPart, EntitySpec

# What somebody means who says no hour (first, last): platform.md leaves it open, docs/reference/entities.md says so.
_PARTS = {
    "morning": ((6, "am"), (12, "pm")), "afternoon": ((12, "pm"), (5, "pm")),
    "evening": ((5, "pm"), (9, "pm")), "night": ((9, "pm"), (12, "am")),
}  # fmt: skip
_MOST_HOURS = 1000
_IN_ONE_WORD = {"two": Decimal(2), "half": Decimal("0.5"), "quarter": Decimal("0.25")}  # Viertelstunde
_BEGINNINGS = frozenset(
    ("number", "part", "half_past", "quarter_past", "quarter_to", "half_before", "ordinal", "article", "unit", "now")
)

# Without any of these, a number is no time; "at" and parts of words tell, too.
_TELLING = frozenset(
    ("at", "part", "unit", "now", "clock", "hours_clock", "half_past", "quarter_past", "quarter_to", "half_before",
     "half_after", "quarter_after", "third_after", "less_quarter", "less_third", "plus", "minus", "past",
     "to_hour", "to_after")
)  # fmt: skip


class Told(Struct, frozen=True):
    """One time as it will be written. range_: start, end or none."""

    first: int
    end: int
    value: tuple[int, int, str]
    tz: str | None = None
    range_: str | None = None


def prepare(spec: EntitySpec) -> Find:
    """Find times."""
    del spec  # nothing to set

    def find(text: str, heard: Heard) -> list[EntityFound]:
        around = said(text, heard.language)
        is_asked_for = asks(heard.bot_message, heard.language, "asks_time")
        found = _found(around, is_asked_for=is_asked_for)
        return [_entry(around, one) for one in _told(around, found, heard)]

    return find


def _found(around: Said, *, is_asked_for: bool) -> list[Moment | Told]:
    found: list[Moment | Told] = []
    if not (is_asked_for or _has_one(around)):
        return found
    i = 0
    while i < len(around.tokens):
        one = _at(around, i, is_asked_for=is_asked_for)
        if one is not None and found and found[-1].end > one.first:
            found.pop()
        if one is not None:
            found.append(one)
        i = max(one.end if one is not None else 0, i + 1)
    return [one for i, one in enumerate(found) if not _is_overtaken(one, found[i + 1 : i + 2])]


def _has_one(around: Said) -> bool:
    """Whether anything in a message says that there is a time: most have a bare number at most."""
    if not _TELLING.isdisjoint(around.begins) or any(token.form == "clock" for token in around.tokens):
        return True
    return any("clock" in ending for ending in around.endings)


def _is_overtaken(one: Moment | Told, following: list[Moment | Told]) -> bool:
    return any(other.first < one.end for other in following)


def _at(around: Said, i: int, *, is_asked_for: bool) -> Moment | Told | None:
    form = around.form(i)
    if form in ("date", "pair", "code") or (form == "word" and _BEGINNINGS.isdisjoint(around.hits[i])):
        return None
    candidates = (
        _counted(around, i) if "unit" in around.begins else None,
        moment_at(around, i, is_asked_for=is_asked_for),
        _now(around, i),
        _part(around, i),
    )
    return max((one for one in candidates if one is not None), key=lambda one: one.end, default=None)


def _now(around: Said, i: int) -> Told | None:
    hit = around.at(i, "now")
    return None if hit is None else Told(i, hit.end, (0, 0, "df"))


def _part(around: Said, i: int) -> Told | None:
    hit = around.at(i, "part")
    if hit is None or str(hit.meaning) not in _PARTS:
        return None
    if around.before(i, "greeting") is not None or around.is_inside(i, "greeting") or around.at(i, "greeting"):
        return None
    return Told(i, hit.end, (0, 0, str(hit.meaning)))


def _counted(around: Said, i: int) -> Told | None:
    """Read in 15 minutes, 2 hours ago, every 3 hours, half an hour later."""
    every = around.before(i, "every")
    stretch = _stretch(around, i, is_every=every is not None)
    if stretch is None:
        return None
    minutes, end = stretch
    if every is not None:
        return Told(every, end, (*divmod(minutes, HOUR), "ev"))
    first, nn = i, None
    for kind, which in (("later", "df"), ("ago", "ndf")):
        if around.at(end, kind) is not None and around.gap(end) == "":
            end, nn = around.past(end, kind), which
            break
    if nn is None and (around.ends_with(end - 1, "later") or around.ends_with(end - 1, "in")):
        nn = "df"
    elif nn is None and around.ends_with(end - 1, "ago"):
        nn = "ndf"
    for kind, which in (("ago_before", "ndf"), ("in", "df")):
        before = around.before(i, kind)
        if before is not None:
            first, nn = before, nn or which
            break
    return None if nn is None else Told(first, end, (*divmod(minutes, HOUR), nn))


def _stretch(around: Said, i: int, *, is_every: bool) -> tuple[int, int] | None:
    """Read a stretch of hours and minutes, in minutes; and the token behind."""
    one = _one_stretch(around, i, is_every=is_every)
    if one is None:
        return None
    minutes, end = one
    half = around.at(end, "number")
    if half is not None and isinstance(half.meaning, tuple) and half.meaning[0] == "and_half":
        return minutes + int(half.meaning[1] * HOUR), half.end  # an hour and a half
    more = _one_stretch(around, around.past(end, "and"), is_every=False)
    return one if more is None else (minutes + more[0], more[1])


def _one_stretch(around: Said, i: int, *, is_every: bool) -> tuple[int, int] | None:
    if i >= len(around.tokens):
        return None
    amount = amount_at(around, i)
    article = around.at(i, "article")
    at = amount.end if amount is not None else article.end if article is not None else i
    unit = around.at(at, "unit")
    if unit is None or around.gap(at) not in ("", "-"):
        return None
    name, value = str(unit.meaning), amount.value if amount is not None else Decimal(1)
    part, _, whole = name.rpartition("_")
    # Some languages leave "one" out: قبل ساعة, घंटे बाद.
    is_one = not around.tokens[i].key.isascii()
    if amount is None and article is None and not (is_every or part or is_one):
        return None
    if part:
        name, value = whole.removesuffix("s"), value * _IN_ONE_WORD[part]
    if name not in ("hour", "minute") or not 0 < value <= _MOST_HOURS * HOUR:
        return None
    end = past_one(around, unit.end) if amount is None and article is None else unit.end
    return int(value * HOUR if name == "hour" else value), end


def _told(around: Said, found: list[Moment | Told], heard: Heard) -> Iterator[Told]:
    i = 0
    while i < len(found):
        one = found[i]
        following = found[i + 1] if i + 1 < len(found) else None
        if isinstance(one, Told):
            yield from _of_a_part(one)
        elif isinstance(following, Moment) and _are_a_range(around, one, following):
            yield from _range(one, following, heard)
            i += 1
        else:
            yield from _alone(around, one, following, heard)
        i += 1
    if not found:
        yield from _between(around, heard)


def _alone(around: Said, one: Moment, following: Moment | Told | None, heard: Heard) -> Iterator[Told]:
    """Find the 5 of "5 to 7 pm" and the 5 of "9am to 5"."""
    for first in range(max(0, one.first - 4), one.first):
        start = bare_at(around, first)
        if start is not None and start.end <= one.first and _are_a_range(around, start, one):
            yield from _range(start, one, heard)
            return
    stop = following.first if following is not None else len(around.tokens)
    for first in range(one.end, min(one.end + 3, stop)):
        end = bare_at(around, first)
        if end is not None and end.end <= stop and _are_a_range(around, one, end):
            yield from _range(one, end, heard)
            return
    yield _as_told(settled(one, heard.now), None)


def _between(around: Said, heard: Heard) -> Iterator[Told]:
    """Read "from 5 to 7": both ends are bare, "from" says what they are."""
    for i in range(1, len(around.tokens) if "from" in around.begins else 0):
        start = bare_at(around, i) if around.before(i, "from") is not None else None
        if start is None:
            continue
        for first in range(start.end, min(start.end + 3, len(around.tokens))):
            end = bare_at(around, first)
            if end is not None and _are_a_range(around, start, end):
                yield from _range(start, end, heard)
                return


def _are_a_range(around: Said, a: Moment, b: Moment) -> bool:
    is_between = around.before(a.first, "between") is not None
    firsts = (b.first, around.before(b.first, "at"))
    return any(first is not None and joins(around, a.end, first, is_between=is_between) for first in firsts)


def _range(a: Moment, b: Moment, heard: Heard) -> Iterator[Told]:
    start, end = together(a, b, heard.now)
    yield _as_told(start, "start")
    yield _as_told(end, "end")


def _of_a_part(one: Told) -> Iterator[Told]:
    edges = _PARTS.get(one.value[2])
    if edges is None:
        yield one
        return
    for (hour, nn), role in zip(edges, ("start", "end"), strict=True):
        yield Told(one.first, one.end, (hour, 0, nn), range_=role)


def _as_told(one: Moment, range_: str | None) -> Told:
    return Told(one.first, one.end, (one.hh, one.mm, one.nn or "hrs"), one.tz, range_)


def _entry(around: Said, one: Told) -> EntityFound:
    hh, mm, nn = one.value
    value: dict[str, EntityPart] = {"hh": hh, "mm": mm, "nn": nn}
    if one.tz is not None:
        value["tz"] = one.tz
    if one.range_ is not None:
        value["range"] = one.range_
    return standing(around.text, *around.place(one.first, one.end), value)
