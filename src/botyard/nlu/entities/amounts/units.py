"""What a number counts: the currency or measure that stands beside it."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from botyard.nlu.entities.amounts.amounts import Amount, amounts
from botyard.nlu.entities.grammar.said import Said, said

CURRENCY = "currency"  # asks for any currency, as the unit of a number

_ALL = ("measured", -1)
_BEFORE = ("", ".", ":", ".:")
_BEHIND = ("", "/", "/-")


class Measured(Struct, frozen=True):
    """A number with its unit. unit: its name in English, plural ("rupees"); said: the key of what the user wrote."""

    amount: Amount
    first: int
    end: int
    unit: str | None = None
    said: str | None = None
    is_money: bool = False


def measured(around: Said, amount: Amount) -> Measured:
    """Find the unit of a number: money stands on either side, a measure behind."""
    first = around.before(amount.first, "money")
    if first is not None and around.gap(amount.first) in _BEFORE and not _belongs_to_another(around, first):
        hit = around.at(first, "money")
        unit = str(hit.meaning) if hit is not None else None
        return Measured(amount, first, amount.end, unit, _key(around, first, amount.first), is_money=True)
    for kind in ("money", "measure"):
        hit = around.at(amount.end, kind)
        if hit is not None and _is_joined(around, amount.end):
            end = hit.end
            return Measured(amount, amount.first, end, str(hit.meaning), _key(around, amount.end, end), kind == "money")
    return Measured(amount, amount.first, amount.end)


def measured_in(around: Said) -> tuple[Measured, ...]:
    """Read all the numbers of a message with their units; once for all who ask."""
    read = around.memory.get(_ALL)
    if not isinstance(read, tuple):
        read = around.memory[_ALL] = tuple(all_measured(around, amounts(around)))
    return read


def all_measured(around: Said, found: Iterable[Amount]) -> Iterator[Measured]:
    """Find the unit of each number; a word that is number and money, French "cent", is one of them only."""
    end = 0
    for amount in found:
        one = measured(around, amount)
        if one.first < end:
            one = Measured(amount, amount.first, amount.end)
        if one.first >= end:
            yield one
            end = one.end


def _belongs_to_another(around: Said, i: int) -> bool:
    """Whether the money at token i stands behind a number of its own: the Rs of "500 Rs 2 days" or "five Rs 2"."""
    is_behind_one = around.form(i - 1) == "number" or around.before(i, "number") is not None
    return is_behind_one and around.gap(i) in _BEHIND


def _is_joined(around: Said, i: int) -> bool:
    """Whether token i belongs to the number before it: 5kg, 5 kg, 5-kg, 500/- Rs; but not 500 - Rs 1000."""
    gap = around.gap(i)
    return gap in _BEHIND or (gap == "-" and around.tokens[i].start - around.tokens[i - 1].end == 1)


def is_all_there_is(around: Said, one: Measured) -> bool:
    """Whether a message is a number and nothing else."""
    return one.first == 0 and one.end == len(around.tokens)


def canonical(unit: str) -> str:
    """Give the name a unit goes by here, however a builder wrote it: kg is kilograms; an unknown one is itself."""
    if unit.strip().lower() == CURRENCY:
        return CURRENCY
    named = said(unit, "en")
    hits = (named.at(0, kind) for kind in ("money", "measure")) if named.tokens else ()
    return next((str(hit.meaning) for hit in hits if hit is not None), unit.strip().lower())


def _key(around: Said, first: int, end: int) -> str:
    return " ".join(token.key for token in around.tokens[first:end])
