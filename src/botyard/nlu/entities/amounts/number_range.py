"""Ranges of numbers: between two, below one, above one; with their unit."""

from botyard.nlu.entities.amounts.bounds import Bounded, bounded, plain
from botyard.nlu.entities.amounts.units import CURRENCY, canonical
from botyard.nlu.entities.found import Find, Heard, standing
from botyard.nlu.entities.grammar.said import said
from botyard.nlu.understanding import Digits, EntityFound, EntitySpec


def prepare(spec: EntitySpec) -> Find:
    """Find ranges whose ends have as many digits as asked for, in the unit asked for if one was."""
    asked = None if spec.unit is None else canonical(spec.unit)

    def find(text: str, heard: Heard) -> list[EntityFound]:
        around = said(text, heard.language)
        fitting = [one for one in bounded(around) if _fits(one, spec.digits) and _is_in(one, asked)]
        return [
            standing(
                text,
                *around.place(one.first, one.end),
                {
                    "min_value": plain(one.low),
                    "max_value": plain(one.high),
                    "unit": one.measured.unit,
                },
            )
            for one in fitting
        ]

    return find


def _fits(one: Bounded, asked: Digits) -> bool:
    ends = (value for value in (one.low, one.high) if value is not None)
    return all(asked.allow(len(str(abs(int(value))))) for value in ends)


def _is_in(one: Bounded, asked: str | None) -> bool:
    unit = one.measured.unit
    if asked is None or unit is None:
        return True
    return one.measured.is_money if asked == CURRENCY else unit == asked
