"""A whole trained bot's understanding, asked as a turn asks it."""

from datetime import datetime
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from botyard.nlu.intents.rank import load
from botyard.nlu.intents.train import train
from botyard.nlu.understand import Understanding
from botyard.nlu.understanding import OPENING, Among, EntitySpec, Sentences, TrainingSet, Understand

ENGLISH = TrainingSet(
    "en", {OPENING: (Sentences("order", ("where is my order",)), Sentences("hours", ("opening hours",)))}
)
HINDI = TrainingSet("hi", {OPENING: (Sentences("order", ("मेरा ऑर्डर कहाँ है",)),)})
SPECS = (
    EntitySpec(name="phone", type="phone_number"),
    EntitySpec(name="count", type="number"),
    EntitySpec(name="drink", type="text", dictionary={"Latte": (), "Two Roses Tea": ()}),
    EntitySpec(name="mail", type="email"),
    EntitySpec(name="words", type="any"),
    EntitySpec(name="day", type="date"),
)
SPANISH = TrainingSet("es", {OPENING: (Sentences("order", ("dónde está mi pedido",)),)})
CAFE: Understand = Understanding({t.language: load(train(t)) for t in (ENGLISH, HINDI, SPANISH)}, SPECS)
ALL: Among = {OPENING: frozenset({"order", "hours"})}


def test_an_exact_sentence_is_found_in_any_language_of_the_bot() -> None:
    """Whatever the user was taken to speak."""
    assert CAFE.exact("मेरा ऑर्डर कहाँ है?", ALL) == (OPENING, "order")
    assert CAFE.exact("Opening hours?", ALL) == (OPENING, "hours")
    assert CAFE.exact("opening", ALL) is None


def test_a_language_without_a_model_is_answered_by_the_first() -> None:
    """The bot's first language is its default."""
    assert CAFE.rank("opening hour", "mr", ALL) == CAFE.rank("opening hour", "en", ALL)
    assert CAFE.rank("opening hour", "hi", ALL) == ()


def test_a_bot_that_was_taught_nothing_understands_nothing() -> None:
    """No language, no entities, no error."""
    nothing = Understanding({}, ())
    assert nothing.exact("hello", ALL) is None
    assert nothing.rank("hello", "en", ALL) == ()
    assert nothing.find(("phone",), "9820334455", "en", "") == {}


def found(text: str, *entities: str, asked: str | None = None) -> dict[str, list[object]]:
    """Values by entity."""
    answer = CAFE.find(entities, text, "en", "", asked=asked)
    return {name: [one.value for one in values] for name, values in answer.items()}


def test_specific_types_claim_their_part_before_general_ones() -> None:
    """A phone number is no quantity, an address no drink, and what is claimed is not "anything" either."""
    said = "2 lattes for latte@two.com, call 98203 34455"
    wanted = ("drink", "words", "count", "phone", "mail")
    assert found(said, *wanted, asked="drink") == {
        "drink": ["Latte"], "mail": ["latte@two.com"], "phone": ["919820334455"], "count": ["2"],
    }  # fmt: skip
    assert found(said, "day", "words", "count", "drink", "phone", "mail") == {
        "mail": ["latte@two.com"], "phone": ["919820334455"], "count": ["2"], "drink": ["Latte"],
    }  # fmt: skip


def test_what_the_bot_just_asked_for_claims_first() -> None:
    """Asked for a drink, "two roses tea" is one, not two of something."""
    assert found("two roses tea", "count", "drink", asked="drink") == {"drink": ["Two Roses Tea"]}
    assert found("two roses tea", "count", "drink", asked="count") == {"count": ["2"]}
    assert found("9820334455", "words", "phone", asked="words") == {"words": ["9820334455"]}


def test_what_was_asked_for_takes_nothing_out_of_a_more_specific_value() -> None:
    """Asked for a number, "2 on 5 december" gives one and a day; alone, a phone number is the number asked for."""
    noon = datetime(2026, 11, 26, 12)  # noqa: DTZ001 - what the clock on the user's wall shows
    both = CAFE.find(("count", "day"), "2 on 5 december", "en", "", asked="count", now=noon)
    assert [one.value for one in both["count"]] == ["2"]
    assert [one.original_text for one in both["day"]] == ["5 december"]
    assert found("9820334455", "count", "phone", asked="count") == {"count": ["9820334455"]}


def test_where_nothing_was_asked_for_the_order_in_a_node_decides_nothing() -> None:
    """A number that a node names first does not take the phone number's figures."""
    assert found("9820334455", "count", "phone") == {"phone": ["919820334455"]}
    assert found("two roses tea", "drink", "count") == {"count": ["2"]}
    assert found("9820334455", "count", "phone", asked="nobody") == {"phone": ["919820334455"]}


@pytest.mark.parametrize(
    ("said", "asked", "values"),
    [
        ("table for 4 kal ke liye", None, {"day": [27], "count": ["4"]}),  # typed as Hindi is on a Latin keyboard
        ("mujhe do latte chahiye", None, {"count": ["2"], "drink": ["Latte"]}),
        ("parso", "day", {"day": [28]}),
        ("char", "count", {"count": ["4"]}),  # an answer that is the value alone
        ("चार", "count", {"count": ["4"]}),
        ("char", None, {}),
        ("do", "count", {}),  # English small words, and two in Hindi
        ("no", "count", {}),
        ("once", "count", {}),  # eleven in Spanish
        ("i do not know what to do", "count", {}),
        ("do you have the char latte", "count", {"drink": ["Latte"]}),
    ],
)
def test_a_value_may_be_said_in_another_language_of_the_bot(said: str, asked: str | None, values: object) -> None:
    """In an English conversation of a bot that speaks Hindi, too; not where it is an English word."""
    noon = datetime(2026, 11, 26, 12)  # noqa: DTZ001 - what the clock on the user's wall shows
    found = CAFE.find(("day", "count", "drink"), said, "en", "", asked=asked, now=noon)
    assert {
        name: [one.value if isinstance(one.value, str) else one.value["dd"] for one in each]
        for name, each in found.items()
    } == values


def test_entities_without_a_value_or_a_detector_are_left_out() -> None:
    """A day that nobody can tell without a clock, a name nobody knows, and a message without a value."""
    assert found("tomorrow", "day", "nobody", "count") == {}


NAMES = st.lists(st.sampled_from([spec.name for spec in SPECS]), max_size=6)


@settings(max_examples=150)
@given(NAMES, st.text() | st.sampled_from(["2 latte a@b.com", "9820334455 two roses tea"]))
def test_a_part_of_a_message_belongs_to_one_entity(names: list[str], text: str) -> None:
    """Whatever is asked for in whatever order: only that is found, where it says, and no two overlap."""
    by_entity = CAFE.find(names, text, "en", "")
    everything = sorted((one.start, one.end) for values in by_entity.values() for one in values)
    assert set(by_entity) <= set(names)
    assert all(values for values in by_entity.values())
    assert all(a[1] <= b[0] for a, b in pairwise(everything))
    assert all(text[one.start : one.end] == one.original_text for values in by_entity.values() for one in values)


def test_a_message_without_end_is_cut_for_detection() -> None:
    """Two thousand characters tell what is meant; what stands behind them changes nothing."""
    said = "opening hours please " * 100
    assert CAFE.rank(said[:2000], "en", ALL)
    assert CAFE.rank(said[:2000] + "where is my order " * 1000, "en", ALL) == CAFE.rank(said[:2000], "en", ALL)
    assert CAFE.exact("opening hours" + "!" * 3000, ALL) == (OPENING, "hours")
