"""Amounts of money: "Rs 500", "50 dollars", "₹1,00,000", "दो हज़ार रुपये"."""

from botyard.nlu.entities.amounts.units import CURRENCY, canonical, is_all_there_is, measured_in
from botyard.nlu.entities.found import Find, Heard, standing
from botyard.nlu.entities.grammar.said import said
from botyard.nlu.understanding import EntityFound, EntitySpec


def prepare(spec: EntitySpec) -> Find:
    """Find amounts with their currency; a number alone is an amount where it is all that was said."""
    asked = CURRENCY if spec.unit is None else canonical(spec.unit)

    def find(text: str, heard: Heard) -> list[EntityFound]:
        around = said(text, heard.language)
        return [
            standing(text, *around.place(one.first, one.end), {"value": one.amount.text, "unit": one.unit})
            for one in measured_in(around)
            if (one.is_money and asked in (CURRENCY, one.unit)) or (one.unit is None and is_all_there_is(around, one))
        ]

    return find
