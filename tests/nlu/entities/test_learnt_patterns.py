"""Values that no dictionary has, recognised by what stands around them, as a bot's patterns show."""

from time import thread_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from botyard.nlu.entities.registry import prepare
from botyard.nlu.entities.taught.learnt import learnt
from botyard.nlu.entities.taught.tagged import check_pattern, tagged
from botyard.nlu.understanding import EntitySpec

PATTERNS = (
    "I want to buy [a drill](drill)",
    "send [the lamp](lamp) to my office",
    "where is [my kettle](kettle)",
    "is [the blue sofa](sofa) still in stock",
    "show me [dining tables](dining table)",
    "what does [the fan](fan) cost",
    "please deliver [two chairs](chair) today",
    "[the mirror](mirror) is broken",
    "can I return [the toaster](toaster)",
    "I am looking for [a bookshelf](bookshelf)",
    "do you have [curtains](curtain)",
    "where is my order",
    "I want to talk to a person",
    "what does delivery cost",
    "please call me today",
    "can I return it",
    "hello there",
)
GOODS = prepare(EntitySpec(name="goods", type="text", patterns=PATTERNS, dictionary={"television": ("telly",)}))


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("I want to buy a hammock", ["a hammock"]),
        ("what does the grill cost", ["the grill"]),
        ("is the green beanbag still in stock?", ["the green beanbag"]),
        ("can I return the toaster", ["toaster"]),
        ("do you have tellys", ["television"]),
        ("my telly is broken", ["television"]),
        ("where is my order", []),
        ("please call me", []),
        ("thanks a lot", []),
        ("quite another matter altogether", []),
        ("", []),
    ],
)
def test_what_stands_where_values_stood_is_one(said: str, found: list[str]) -> None:
    """New ones as they were typed, marked ones by their value, the dictionary's first; nothing in other sentences."""
    assert [one.value for one in GOODS(said, "en")] == found


def test_values_of_the_dictionary_take_the_place_of_marked_ones() -> None:
    """A value of three words is found though every marked one has a single word."""
    patterns = tuple(f"{start} [sofa](sofa) {end}" for start in ("send", "bring", "fetch") for end in ("now", "here"))
    spec = EntitySpec(name="x", type="text", patterns=patterns, dictionary={"big old clock": (), "tall thin lamp": ()})
    assert [one.value for one in prepare(spec)("send small round table now", "en")] == ["small round table"]


def test_the_same_patterns_make_the_same_model() -> None:
    """No chance is in it: two servers find the same."""
    learnt.cache_clear()
    again = prepare(EntitySpec(name="goods", type="text", patterns=PATTERNS, dictionary={"television": ("telly",)}))
    said = "I want to buy garden benches and the red rug, and where is my cupboard"
    assert again(said, "en") == GOODS(said, "en")


def test_marks_are_taken_out_of_a_sentence() -> None:
    """Where they stood is kept, with what was meant."""
    sentence = tagged("to [my flat](home) and [the shop](work)!")
    assert sentence.text == "to my flat and the shop!"
    assert [(sentence.text[a:b], value) for a, b, value in sentence.spans] == [
        ("my flat", "home"),
        ("the shop", "work"),
    ]


@pytest.mark.parametrize("pattern", ["[lamp", "lamp]", "[lamp] (x)", "[](x)", "[lamp]()", "[lamp]( )", "[a [b](c)](d)"])
def test_a_mark_that_is_none_is_said(pattern: str) -> None:
    """Rather than learnt as words."""
    assert check_pattern(pattern) is not None
    assert check_pattern("the [lamp](lamp), please (now)") is None


@settings(max_examples=50)
@given(st.lists(st.text(alphabet="ab []()अ1\u200d", max_size=20), max_size=5), st.text(max_size=30))
def test_no_pattern_and_no_message_is_too_odd(patterns: list[str], said: str) -> None:
    """Whatever was written is learnt without an error; places hold."""
    detect = prepare(EntitySpec(name="x", type="text", patterns=tuple(patterns)))
    assert all(said[one.start : one.end] == one.original_text for one in detect(said, "en"))


@pytest.mark.parametrize(
    "said",
    ["".join(chr(0x1F300 + n % 600) for n in range(2_000)), "is " * 666, "1 2 3 4 " * 250, "where is the sofa " * 111],
    ids=["emoji", "one word", "figures", "a pattern"],
)
def test_two_thousand_characters_of_anything_are_read_in_time(said: str) -> None:
    """CPU time, the best of three: a turn has 50 ms for all of it, and other entities to look for."""
    took: list[float] = []
    for _ in range(3):
        began = thread_time()
        GOODS(said, "en")
        took.append(thread_time() - began)
    assert min(took) < 0.04
