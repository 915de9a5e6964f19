"""What stands around a figure or a word decides what it is: a label, a guess, a fraction, an amount, another word."""

from datetime import datetime
from typing import Any, cast

import pytest

from botyard.nlu.entities.registry import detect
from botyard.nlu.understanding import EntitySpec, EntityType

NOW = datetime(2026, 11, 25, 10, 0)  # noqa: DTZ001 - a Wednesday, on the user's own wall clock


def values(type_: str, text: str, language: str = "en", asked: str = "") -> list[Any]:
    """Detect a type's values."""
    spec = EntitySpec(name="it", type=cast("EntityType", type_))
    return [one.value for one in detect(text, spec, language, asked, now=NOW)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("need a 4G sim", []),
        ("4g sugar", ["4"]),
        ("my flat is A-12", []),
        ("a - 12", ["12"]),
        ("1/2 kg", ["0.5"]),
        ("1/3 kg", ["0.3333"]),
        ("H2O", []),
    ],
)
def test_labels_are_no_numbers_and_fractions_are_one(text: str, found: list[str]) -> None:
    """4G is a network, A-12 a flat; 1/2 is a half where something is measured."""
    assert values("number", text) == found


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("en", "6 or 7 people", [("6", "7")]),
        ("en", "5 or 10 pieces", []),
        ("hi", "दस बीस लोग", [("10", "20")]),
        ("hi", "teen chaar din", [("3", "4")]),
        ("en", "four eight two one", []),
        ("en", "nothing over 2000", [(None, "2000")]),
        ("hi", "20 log se kam nahi", [("20", None)]),
        ("mr", "दहा किलोपर्यंत", [(None, "10")]),
        ("ml", "മൂന്നോ നാലോ ദിവസം", [("3", "4")]),
        ("en", "between ages 5 and 12", [("5", "12")]),
    ],
)
def test_a_guess_between_neighbours_is_a_range(language: str, text: str, found: list[tuple[str, str]]) -> None:
    """Guesses at one number are "6 or 7" and two words side by side; a choice is none."""
    assert [(one["min_value"], one["max_value"]) for one in values("number_range", text, language)] == found


def test_what_counts_things_is_no_budget_beside_money() -> None:
    """Of two ranges the one that is money is meant."""
    assert values("budget", "2 or 3 shirts under 1500") == [{"min_budget": 0, "max_budget": 1500}]


@pytest.mark.parametrize(
    ("language", "text", "days"),
    [
        ("en", "i sat down yesterday", [(24, 11)]),
        ("en", "sat or sun", [(28, 11), (29, 11)]),
        ("fr", "mon numéro", []),
        ("en", "next to next monday", [(7, 12)]),
        ("de", "übernächsten Montag", [(7, 12)]),
        ("en", "there on 14th jan, back on the 21st", [(14, 1), (21, 1)]),
        ("en", "there on 28th jan, back on the 2nd", [(28, 1), (2, 2)]),
        ("en", "first monday of december", [(7, 12)]),
        ("en", "the last friday of the month", [(27, 11)]),
        ("en", "the week after next", [(7, 12), (13, 12)]),
        ("en", "weekend after next", [(12, 12), (13, 12)]),
        ("en", "1st week of jan", [(1, 1), (7, 1)]),
        ("en", "2nd saturday of december", [(12, 12)]),
        ("en", "friday the 4th", [(4, 12)]),
        ("hi", "kl subah", [(26, 11)]),
        ("hi", "2 din k baad", [(27, 11)]),
        ("hi", "14 जनवरी को जाना है और 21 को लौटना है", [(14, 1), (21, 1)]),
    ],
)
def test_days_follow_what_was_said_before(language: str, text: str, days: list[tuple[int, int]]) -> None:
    """A day alone is the next one behind the day before it; a short weekday may be a verb or the sun."""
    assert [(one["dd"], one["mm"]) for one in values("date", text, language)] == days


@pytest.mark.parametrize(
    ("language", "text", "times"),
    [
        ("en", "5 minutes to midnight", [(11, 55, "pm")]),
        ("en", "quarter to noon", [(11, 45, "am")]),
        ("en", "ten past midnight", [(12, 10, "am")]),
        ("en", "open 24 hours", []),
        ("id", "pukul 01.30", [(1, 30, "hrs")]),
        ("fr", "dans un quart d'heure", [(0, 15, "df")]),
        ("de", "in einer Viertelstunde", [(0, 15, "df")]),
    ],
)
def test_midnight_and_noon_are_hours_too(language: str, text: str, times: list[tuple[int, int, str]]) -> None:
    """Minutes are counted to them and past them; 24 hours are a day's length."""
    assert [(one["hh"], one["mm"], one["nn"]) for one in values("time", text, language)] == times


def test_an_amount_is_no_phone_number() -> None:
    """Cents behind ten figures tell."""
    assert values("phone_number", "amount 9820334455.50") == []
    assert values("phone_number", "whatsapp 9820334455.") == ["919820334455"]


def test_a_code_in_groups_is_one_code() -> None:
    """However many groups."""
    assert values("otp", "48 29 13") == ["482913"]
    assert values("otp", "otp-7391") == ["7391"]
    assert values("otp", "order AB-7391") == []


@pytest.mark.parametrize("answer", ["asha rao, 9820334455", "sure, asha rao", "yes sir Asha Rao"])
def test_a_name_is_found_in_an_answer_that_says_more(answer: str) -> None:
    """People agree first, or give their number at once."""
    [name] = values("person_name", answer, asked="What is your name?")
    assert (name["first_name"], name["last_name"]) == ("Asha", "Rao")


def test_a_speaker_is_named_in_hinglish() -> None:
    """What stands behind the name says that it is one, written small or not."""
    assert values("person_name", "main rahul bol raha hu", "hi")[0]["first_name"] == "Rahul"


@pytest.mark.parametrize(
    ("language", "text", "roles"),
    [
        ("gu", "અમદાવાદથી સુરત", [("Ahmedabad", "from"), ("Surat", "to")]),
        ("mr", "पुण्याहून मुंबईला", [("Pune", "from"), ("Mumbai", "to")]),
        ("ml", "തിരുവനന്തപുരത്തേക്ക്", [("Thiruvananthapuram", "to")]),
    ],
)
def test_cities_are_known_however_grammar_bends_them(language: str, text: str, roles: list[tuple[str, str]]) -> None:
    """A vowel lost or changed before the ending, and what the ending says of the journey."""
    assert [(one["value"], next(k for k in one if k != "value")) for one in values("city", text, language)] == roles


def test_every_counts_for_each_weekday_that_is_listed() -> None:
    """Tuesday and thursday are both repeated."""
    assert [one["type"] for one in values("date", "every tuesday and thursday")] == ["repeat_day", "repeat_day"]


def test_an_m_behind_money_is_millions() -> None:
    """Elsewhere it is metres."""
    assert values("number", "$1.5m") == ["1500000"]
    assert values("number", "1.5m cable") == ["1.5"]


@pytest.mark.parametrize("text", ["बारह समोसे दे दो", "barah samose bhej do"])
def test_giving_is_not_two(text: str) -> None:
    """The दो of दे दो means give; alone it is two."""
    assert values("number", text, "hi") == ["12"]
    assert values("number", "do samose", "hi") == ["2"]


def test_arabic_signs_part_decimals_and_thousands() -> None:
    """As an Arabic keyboard has them."""
    assert values("number", "١٬٧٥٠٫٥٠", "ar") == ["1750.50"]


@pytest.mark.parametrize(("text", "asked"), [("myself Rohan Das", ""), ("Rohan Das from kochi", "your name?")])
def test_an_everyday_word_written_as_a_name_is_one(text: str, asked: str) -> None:
    """Das is German for "the", and a family name."""
    assert values("person_name", text, asked=asked)[0]["last_name"] == "Das"


@pytest.mark.parametrize(
    ("text", "cities"),
    [
        ("from banglore to mumabi", ["Bengaluru", "Mumbai"]),
        ("hydrabad", ["Hyderabad"]),
        ("going to return", []),
        ("my office in branch two", []),
        ("thank you", []),
        ("the banglore", []),
    ],
)
def test_a_city_may_be_misspelt_where_a_place_is_named(text: str, cities: list[str]) -> None:
    """One letter wrong in a longer name, beside "from" or "to" or as the whole message."""
    assert [one["value"] for one in values("city", text)] == cities


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "je suis fatigué"),
        ("de", "ich bin krank"),
        ("id", "saya mau pesan"),
        ("en", "i am hungry"),
        ("ar", "أنا مريض"),
    ],
)
def test_what_somebody_is_or_wants_is_no_name(language: str, text: str) -> None:
    """The same words introduce a name."""
    assert values("person_name", text, language) == []


@pytest.mark.parametrize("text", ["contact person Mr Ravi Kumar", "patient name: ravi kumar age 45"])
def test_a_name_is_found_in_a_form(text: str) -> None:
    """Behind a title, and before the next field."""
    assert values("person_name", text)[0]["last_name"] in ("Kumar", "kumar")


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("from 9 to 5", [(9, "am"), (5, "pm")]),
        ("10:00 to 12:30", [(10, "am"), (12, "pm")]),
        ("6 to 8 pm", [(6, "pm"), (8, "pm")]),
    ],
)
def test_a_range_of_hours_is_by_day_where_it_would_run_over_midnight(text: str, ends: list[tuple[int, str]]) -> None:
    """Nobody who says "from 9 to 5" means the night, not even in the evening."""
    assert [(one["hh"], one["nn"]) for one in values("time", text)] == ends
