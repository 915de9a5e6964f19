"""Numbers in figures of any script, grouped or not, and in words; with their unit where one was asked for.

What stands in a date, a time or a code (28/02/2021, 10:30, abc123) is no number.
"""

from collections.abc import Iterator

from botyard.nlu.entities.amounts.amounts import Amount, amounts
from botyard.nlu.entities.amounts.units import CURRENCY, Measured, all_measured, canonical, is_all_there_is
from botyard.nlu.entities.found import Find, Heard, standing
from botyard.nlu.entities.grammar.said import Said, said
from botyard.nlu.understanding import EntityFound, EntitySpec


def prepare(spec: EntitySpec) -> Find:
    """Find numbers whose whole part has as many digits as asked for; with a unit asked for, the unit is named too."""
    asked = None if spec.unit is None else canonical(spec.unit)

    def find(text: str, heard: Heard) -> list[EntityFound]:
        heard_as = said(text, heard.language)
        fitting = [amount for amount in amounts(heard_as) if spec.digits.allow(_digits(amount))]
        if spec.unit is None or asked is None:
            return [standing(text, *heard_as.place(a.first, a.end), a.text) for a in fitting]
        return list(_with_unit(heard_as, fitting, asked, spec.unit))

    return find


def _digits(amount: Amount) -> int:
    """Count the digits of the whole part as it was typed: 007 has three."""
    return len(amount.text.lstrip("-").partition(".")[0])


def _with_unit(heard_as: Said, fitting: list[Amount], asked: str, unit: str) -> Iterator[EntityFound]:
    for one in all_measured(heard_as, fitting):
        if _is_asked_for(one, asked, heard_as):
            named = one.unit if asked == CURRENCY else unit
            yield standing(
                heard_as.text, *heard_as.place(one.first, one.end), {"value": one.amount.text, "unit": named}
            )


def _is_asked_for(one: Measured, asked: str, heard_as: Said) -> bool:
    """Whether a number is in the unit asked for.

    A number without any unit answers for a unit by name; for "any currency" it does only as the whole message.
    """
    if one.unit is None:
        return asked != CURRENCY or is_all_there_is(heard_as, one)
    return one.is_money if asked == CURRENCY else asked in (one.unit, one.said)
