"""What a team may be called."""

import pytest

from botyard.bot.business import wrong_in_team_name


@pytest.mark.parametrize("name", ["Sales", "बिक्री", "क्\u200dष दल", "Équipe 1 (nuit)", " padded "])
def test_a_name_in_any_script_is_fine(name: str) -> None:
    """Joiners belong to the letters of some."""
    assert wrong_in_team_name(name) is None


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "a\u2028b", "a\x00", "\u202egniteskram", "x\udcff", "\x7f"])
def test_a_name_must_read_as_what_it_is(name: str) -> None:
    """On one line, from front to back, and at all; the sentence can be printed anywhere."""
    wrong = wrong_in_team_name(name)
    assert wrong is not None
    assert wrong.isprintable()
