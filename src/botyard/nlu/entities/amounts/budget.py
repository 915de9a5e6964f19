"""What somebody wants to spend: "less than 2k", "2000 to 3000", "budget is 50 thousand"."""

from collections.abc import Iterator
from decimal import Decimal

from botyard.nlu.entities.amounts.bounds import Bounded, bounded
from botyard.nlu.entities.amounts.units import Measured, is_all_there_is, measured_in
from botyard.nlu.entities.found import Find, Heard, standing
from botyard.nlu.entities.grammar.said import Said, said
from botyard.nlu.understanding import EntityFound, EntitySpec, EntityValue

_LEAST = 100  # a bare number below it counts things, as in "2 shirts"


def prepare(spec: EntitySpec) -> Find:
    """Find budgets; an amount without a bound is the most somebody will spend."""
    del spec  # nothing to set

    def find(text: str, heard: Heard) -> list[EntityFound]:
        around = said(text, heard.language)
        ranges = [one for one in bounded(around) if one.measured.unit is None or one.measured.is_money]
        ranges = [one for one in ranges if _is_money(one)] or ranges  # "2 or 3 shirts under 1500"
        if ranges:
            return [standing(text, *around.place(one.first, one.end), _value(one.low, one.high)) for one in ranges]
        return [
            standing(text, *around.place(one.first, one.end), _value(None, one.amount.value)) for one in _bare(around)
        ]

    return find


def _bare(around: Said) -> Iterator[Measured]:
    found = measured_in(around)
    money = [one for one in found if one.is_money]
    if money:
        yield from money
        return
    for one in found:
        if one.unit is None and (one.amount.value >= _LEAST or is_all_there_is(around, one)):
            yield one


def _is_money(one: Bounded) -> bool:
    return one.measured.is_money or max(filter(None, (one.low, one.high)), default=Decimal(0)) >= _LEAST


def _value(low: Decimal | None, high: Decimal | None) -> EntityValue:
    return {"min_budget": int(low or 0), "max_budget": None if high is None else int(high)}
