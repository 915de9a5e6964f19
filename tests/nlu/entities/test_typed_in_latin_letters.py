"""Languages of India as people type them with the keys they have: Latin letters, spelt as it sounds."""

from datetime import datetime
from typing import Any, cast

import pytest

from botyard.nlu.entities.registry import detect
from botyard.nlu.understanding import EntitySpec, EntityType

NOW = datetime(2026, 11, 25, 10, 0)  # noqa: DTZ001 - a Wednesday, on the user's own wall clock
NUMBERS = [
    ("mr", "amhala pachshe rupaye", "500"),
    ("mr", "didshe", "150"),
    ("gu", "panchso rupiya", "500"),
    ("gu", "adadho kilo", "0.5"),
    ("bn", "duita sari", "2"),
    ("bn", "pach hazar taka", "5000"),
    ("bn", "chollish", "40"),
    ("ta", "irubathu anju", "25"),
    ("ta", "rendu latcham", "200000"),
    ("ta", "ainooru roobai", "500"),
    ("te", "rendu vandala yabhai", "250"),
    ("te", "padihenu mandi", "15"),
    ("kn", "ippattu aidu", "25"),
    ("kn", "ainooru rupayi", "500"),
    ("ml", "anjooru roopa", "500"),
    ("ml", "irupathu per", "20"),
]
DAYS = [
    ("mr", "pudhchya somvari", (30, 11)),
    ("gu", "aavti kale", (26, 11)),
    ("bn", "agami shukrobar", (4, 12)),
    ("ta", "nalaikku", (26, 11)),
    ("te", "sukravaram", (27, 11)),
    ("kn", "naadiddu", (27, 11)),
    ("ml", "velliyazhcha", (27, 11)),
]
TIMES = [
    ("mr", "sakali 10 vajta", (10, "am")),
    ("gu", "saanje 6 vagye", (6, "pm")),
    ("bn", "bikele 5 tay", (5, "pm")),
    ("ta", "kaalai 10 manikku", (10, "am")),
    ("te", "sayantram 6 gantalaku", (6, "pm")),
    ("kn", "belagge 10 gantege", (10, "am")),
    ("ml", "vaikunneram 6 manikku", (6, "pm")),
]


@pytest.mark.parametrize(("language", "text", "value"), NUMBERS)
def test_numbers_typed_in_latin_letters_are_read(language: str, text: str, value: str) -> None:
    """Counts, tens, hundreds and scales, with what the language counts people and things with."""
    assert values("number", text, language) == [value]


@pytest.mark.parametrize(("language", "text", "day"), DAYS)
def test_days_typed_in_latin_letters_are_read(language: str, text: str, day: tuple[int, int]) -> None:
    """Tomorrow, the day after and weekdays, this one's and the next one's."""
    [value] = values("date", text, language)
    assert (value["dd"], value["mm"]) == day


@pytest.mark.parametrize(("language", "text", "time"), TIMES)
def test_times_typed_in_latin_letters_are_read(language: str, text: str, time: tuple[int, str]) -> None:
    """The hour, and the part of the day that tells morning from evening."""
    [value] = values("time", text, language)
    assert (value["hh"], value["nn"]) == time


@pytest.mark.parametrize(("language", "text"), [("bn", "what is the rate"), ("kn", "how are you"), ("ml", "hi")])
def test_english_words_are_no_numbers_in_these_languages(language: str, text: str) -> None:
    """People mix; what English says every day keeps its English meaning."""
    assert values("number", text, language) == []


def values(type_: str, text: str, language: str) -> list[Any]:
    """Detect a type's values."""
    spec = EntitySpec(name="it", type=cast("EntityType", type_))
    return [one.value for one in detect(text, spec, language, now=NOW)]


@pytest.mark.parametrize(
    ("said", "hour", "half"), [("shaam 5 baje", 5, "pm"), ("subah 9 baje", 9, "am"), ("raat ko 10 baje", 10, "pm")]
)
def test_a_part_of_the_day_in_hindi_belongs_to_an_hour_in_english(said: str, hour: int, half: str) -> None:
    """English knows "baje"; without the word before it, the evening's five would be the morning's."""
    [found] = detect(said, EntitySpec(name="when", type="time"), "en")
    assert (found.value, found.original_text) == ({"hh": hour, "mm": 0, "nn": half}, said)
