"""What the platform's public entities find, in sentences and figures of each language where they differ."""

from datetime import datetime

import pytest

from botyard.bot.colours import COLOURS
from botyard.bot.system_entities import SYSTEM_ENTITIES
from botyard.nlu.entities.registry import detect
from botyard.nlu.understand import Understanding
from botyard.nlu.understanding import EntityName, EntityValue

NOW = datetime(2026, 11, 25, 10, 0)  # noqa: DTZ001 - on the user's own wall clock
FIGURES = {
    "en": "0123456789",
    "hi": "०१२३४५६७८९",
    "mr": "०१२३४५६७८९",
    "gu": "૦૧૨૩૪૫૬૭૮૯",
    "bn": "০১২৩৪৫৬৭৮৯",
    "ta": "௦௧௨௩௪௫௬௭௮௯",
    "te": "౦౧౨౩౪౫౬౭౮౯",
    "kn": "೦೧೨೩೪೫೬೭೮೯",
    "ml": "൦൧൨൩൪൫൬൭൮൯",
    "ar": "٠١٢٣٤٥٦٧٨٩",
    "id": "0123456789",
    "es": "0123456789",
    "fr": "0123456789",
    "de": "0123456789",
}
# The colour red, and that somebody is twenty-five.
RED = {
    "en": "the red one please",
    "hi": "लाल वाला दीजिए",
    "mr": "लाल रंगाचा द्या",
    "gu": "લાલ આપો",
    "bn": "লাল টা দিন",
    "ta": "சிவப்பு வேண்டும்",
    "te": "ఎరుపు కావాలి",
    "kn": "ಕೆಂಪು ಬೇಕು",
    "ml": "ചുവപ്പ് വേണം",
    "ar": "أريد أحمر",
    "id": "yang merah saja",
    "es": "la roja, por favor",
    "fr": "la rouge, merci",
    "de": "die rote bitte",
}
AGES = {
    "en": "i am twenty five",
    "hi": "पच्चीस साल",
    "mr": "पंचवीस वर्षे",
    "gu": "પચીસ વર્ષ",
    "bn": "পঁচিশ বছর",
    "ta": "இருபத்தைந்து வயது",
    "te": "ఇరవై ఐదు",
    "kn": "ಇಪ್ಪತ್ತೈದು ವರ್ಷ",
    "ml": "ഇരുപത്തിയഞ്ച് വയസ്സ്",
    "ar": "خمسة وعشرون",
    "id": "dua puluh lima tahun",
    "es": "veinticinco años",
    "fr": "vingt-cinq ans",
    "de": "fünfundzwanzig Jahre",
}


def found(name: EntityName, text: str, language: str = "en") -> list[EntityValue]:
    """The values."""
    return [one.value for one in detect(text, SYSTEM_ENTITIES[name], language, now=NOW)]


@pytest.mark.parametrize("language", FIGURES)
@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("pincode", "411001"),
        ("otp_four_digit", "4821"),
        ("otp_six_digit", "482134"),
        ("phone_number_without_validation", "9820334455"),
        ("age", "25"),
        ("nps_feedback_range", "9"),
        ("phone_number", "9820334455"),
    ],
)
def test_figures_are_read_in_each_script_and_are_western_in_the_value(
    name: EntityName, code: str, language: str
) -> None:
    """What a webhook gets is the same, whatever keyboard it was typed on."""
    typed = code.translate(str.maketrans("0123456789", FIGURES[language]))
    expected = f"91{code}" if name == "phone_number" else code
    assert found(name, f"{typed}", language) == found(name, f"({typed})", language) == [expected]


@pytest.mark.parametrize("language", RED)
def test_a_colour_and_an_age_are_found_in_each_language(language: str) -> None:
    """By their words."""
    assert found("color", RED[language], language) == ["red"]
    assert found("age", AGES[language], language) == ["25"]


def test_no_name_is_of_two_colours() -> None:
    """The first would win, and the other never be found."""
    names = [name for colour, names in COLOURS.items() for name in (colour, *names)]
    assert [name for name in names if names.count(name) > 1] == []


@pytest.mark.parametrize(
    ("name", "text", "values"),
    [
        ("pincode", "411 001", ["411001"]),
        ("pincode", "Pune-411001, India", ["411001"]),
        ("pincode", "four one one zero zero one", ["411001"]),
        ("pincode", "my number is 9820334455", []),
        ("otp_four_digit", "it says four eight two one", ["4821"]),
        ("otp_four_digit", "482134", []),
        ("otp_four_digit", "AB-4821", []),
        ("date_of_birth", "12th may", [{"dd": 12, "mm": 5, "yy": 2026}]),
        ("feedback_thumbs", "👍🏽", ["up"]),
        ("flight_seat_number", "seat 12A", ["12A"]),
        ("color", "navy or gray", ["blue", "grey"]),
        ("color", "very good, blank, rotten", []),
    ],
)
def test_what_each_finds_and_leaves(name: EntityName, text: str, values: list[EntityValue]) -> None:
    """In English."""
    assert found(name, text) == values


@pytest.mark.parametrize(
    ("said", "cities"),
    [
        ("i want to fly from mumbai to delhi", {"departure": ["Mumbai"], "arrival": ["Delhi"]}),
        ("to delhi via pune", {"arrival": ["Delhi"]}),
        ("मुंबई से दिल्ली", {"departure": ["Mumbai"], "arrival": ["Delhi"]}),
        ("mumbai", {"departure": ["Mumbai"]}),  # no end was said: it is that of the first named
    ],
)
def test_the_two_cities_of_a_journey_are_one_each(said: str, cities: dict[str, list[str]]) -> None:
    """One message may give both ends; what stops on the way is neither."""
    names = {end: f"flight_{end}_city" for end in ("departure", "arrival")}
    understanding = Understanding({}, [SYSTEM_ENTITIES[name] for name in names.values()])
    found = understanding.find(list(names.values()), said, "hi", "")
    assert {
        end: [one.value["value"] for one in found[name] if isinstance(one.value, dict)]
        for end, name in names.items()
        if name in found
    } == cities
