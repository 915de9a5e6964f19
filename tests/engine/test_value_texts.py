"""Values as replies say them."""

import pytest

from botyard.engine.value_texts import shown
from botyard.nlu.understanding import EntityValue


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("powerbank", "powerbank"),
        ({"dd": 3, "mm": 12, "yy": 2026, "type": "tomorrow"}, "03/12/2026"),
        ({"hh": 4, "mm": 5, "nn": "pm"}, "4:05 pm"),
        ({"hh": 17, "mm": 30, "nn": "hrs"}, "17:30"),
        ({"min_budget": 0, "max_budget": 2000}, "≤ 2000"),
        ({"min_budget": 2000, "max_budget": None}, "≥ 2000"),
        ({"min_budget": 1000, "max_budget": 2000}, "1000–2000"),
        ({"min_value": "2", "max_value": None, "unit": "kilograms"}, "≥ 2 kilograms"),
        ({"first_name": "Asha", "middle_name": None, "last_name": "Rao"}, "Asha Rao"),
        ({"value": "Mumbai", "to": True}, "Mumbai"),
        ({"lat": 18.5, "lng": 73.8}, "18.5 73.8"),
    ],
)
def test_a_value_is_said_in_figures_and_signs(value: EntityValue, text: str) -> None:
    """Without the words that only programs need."""
    assert shown(value) == text
