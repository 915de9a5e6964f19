"""Amounts between bounds: "2 to 3k", "between 500 and 1000", "less than 2 lakh", "5000 se kam"."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

import regex
from msgspec import Struct

from botyard.nlu.entities.amounts.amounts import amount_at
from botyard.nlu.entities.amounts.units import Measured, measured_in
from botyard.nlu.entities.grammar.said import Said

DASHES = frozenset(("-", "–", "—", "~", "‑", "−"))
_BEHIND = frozenset(("", "-", "/", "/-", "+"))
_SIGN = regex.compile(r"(?:[<>]=?|[≤≥])$")  # right before an amount


class Bounded(Struct, frozen=True):
    """An amount that has a bound on either side or on both; None where it is open."""

    first: int
    end: int
    low: Decimal | None
    high: Decimal | None
    measured: Measured


def bounded(said: Said) -> list[Bounded]:
    """Find the bounds a message gives, in order; amounts without one are left out."""
    found: list[Bounded] = []
    for one in _bounded(said, measured_in(said)):
        both = _both_sides(said, found[-1], one) if found else None
        if both is not None:
            found[-1] = both
        elif not found or found[-1].end <= one.first:  # one word bounds one amount
            found.append(one)
    return found


def _both_sides(said: Said, a: Bounded, b: Bounded) -> Bounded | None:
    """Make one of a lower and an upper bound that follow each other: "at least 500 and at most 900"."""
    if b.first not in (a.end, said.past(a.end, "and"), said.past(a.end, "but")):
        return None
    low, high = a.low if b.low is None else b.low, a.high if b.high is None else b.high
    is_one = (a.low is None) != (b.low is None) and (a.high is None) != (b.high is None)
    if not is_one or low is None or high is None or low > high:
        return None
    return Bounded(a.first, b.end, low, high, b.measured if b.measured.unit is not None else a.measured)


def _bounded(said: Said, found: Sequence[Measured]) -> Iterator[Bounded]:
    i = 0
    while i < len(found):
        pair = _pair(said, found[i], found[i + 1]) if i + 1 < len(found) else None
        one = pair or _one_sided(said, found[i])
        if one is not None:
            yield one
        i += 2 if pair else 1


def _pair(said: Said, a: Measured, b: Measured) -> Bounded | None:
    between = said.before(a.first, "between")
    end = said.past(b.end, "between") if said.gap(b.end) == "" else b.end  # दस और बीस के बीच
    is_joined = joins(said, a.end, b.first, is_between=between is not None or end != b.end)
    if not is_joined and not _is_one_or_the_other(said, a, b):
        return None
    low, high = _same_scale(a, b), b.amount.value
    if low > high:
        low, high = high, low
    from_ = said.before(a.first, "from") if between is None else between
    first = a.first if from_ is None else from_
    return Bounded(first, end, low, high, b if b.unit is not None else a)


def _is_one_or_the_other(said: Said, a: Measured, b: Measured) -> bool:
    """Whether two numbers guess at one: 6 or 7 people, दस बीस लोग; but not "5 or 10 pieces", which is a choice."""
    low, high = a.amount.value, b.amount.value
    if not 0 < low < high or low % 1 or high % 1:
        return False
    if said.past(a.end, "or") == b.first != a.end or (a.end == b.first and said.ends_with(a.end - 1, "or")):
        return high - low <= max(Decimal(1), low / 2)
    is_spelt = a.amount.typed is None and b.amount.typed is None and a.end == a.amount.end == b.first
    is_alone = said.before(a.first, "number") is None and said.at(b.amount.end, "number") is None
    return is_spelt and is_alone and said.gap(b.first) in ("", "-") and high <= 2 * low


def joins(said: Said, end: int, first: int, *, is_between: bool) -> bool:
    """Whether what stands between two things makes a range of them: a dash, "to", "and" after "between"."""
    if end >= len(said.tokens) or end > first:
        return False
    if end == first:
        return said.gap(end) in DASHES or (said.gap(end) == "" and said.ends_with(end - 1, "to"))
    return any(said.past(end, kind) == first for kind in (("to", "and") if is_between else ("to",)))


def _same_scale(a: Measured, b: Measured) -> Decimal:
    """2 to 3k, दो से तीन लाख: the scale stands once and counts for both."""
    low, scale = a.amount.value, b.amount.last_scale
    if scale is not None and a.amount.last_scale is None and low * scale < b.amount.value:
        return low * scale
    return low


def _one_sided(said: Said, one: Measured) -> Bounded | None:
    value = one.amount.value
    bounds = [bound for kind in ("less", "more") if (bound := _bound(said, one, kind)) is not None]
    if bounds:
        # The longest: "no less than" says the contrary of the "less than" in it.
        first, end, kind = max(bounds, key=lambda bound: bound[1] - bound[0])
        is_high = kind == "less"
        return Bounded(first, end, None if is_high else value, value if is_high else None, one)
    if said.text[said.tokens[one.end - 1].end :].lstrip().startswith("+"):
        return Bounded(one.first, one.end, value, None, one)
    sign = _SIGN.search(said.gap(one.first))
    if sign is None:
        return None
    is_high = sign[0][0] in "<≤"
    return Bounded(one.first, one.end, None if is_high else value, value if is_high else None, one)


def _bound(said: Said, one: Measured, kind: str) -> tuple[int, int, str] | None:
    """Find a bound on either side of an amount: from where to where, and its kind."""
    before = said.before(one.first, f"{kind}_before")
    if before is None and f"{kind}_after" not in said.begins:
        return (one.first, one.end, kind) if said.ends_with(one.end - 1, f"{kind}_after") else None
    counted = said.past(one.end, "unit") if said.gap(one.end) == "" else one.end  # 18 years or older
    ends = (end for end in (one.end, counted) if said.gap(end) in _BEHIND)
    hit = next((hit for end in ends if (hit := said.at(end, f"{kind}_after")) is not None), None)
    if hit is not None and any(said.before(hit.end, f"{other}_before") is not None for other in ("less", "more")):
        hit = None if amount_at(said, hit.end) is not None else hit  # the "or above" of "below 30 or above 60"
    if before is None and hit is None and said.ends_with(one.end - 1, f"{kind}_after"):  # दहा किलोपर्यंत
        return one.first, one.end, kind
    if before is None and hit is None:
        return None
    return one.first if before is None else before, one.end if hit is None else hit.end, kind


def plain(value: Decimal | None) -> str | None:
    """Write a bound as a plain decimal."""
    return None if value is None else f"{value.normalize():f}"
