"""How text is seen: normalised, keyed, cut into words, told apart by script."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botyard.nlu import language
from botyard.nlu.entities.taught import listed
from botyard.nlu.language import (
    LANGUAGES_OF_SCRIPT,
    beginning,
    count_letters,
    exact_key,
    letters_in,
    normalise,
    script_of,
    western_digits,
    words,
)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("  Two   ＬＡＴＴＥＳ ", "two lattes"),
        ("ﬁne №5", "fine no0"),
        ("order ४५ and 12", "order 00 and 00"),
        ("मुझे चाहिए", "मुझे चाहिए"),
    ],
)
def test_width_case_spaces_and_figures_are_folded(text: str, seen: str) -> None:
    """What never changes the meaning goes; vowel signs stay."""
    assert normalise(text) == seen


def test_vowel_signs_stay_inside_their_word() -> None:
    """Python's own word characters would cut this into pieces."""
    assert words("मुझे पानी चाहिए, C++ 👍!") == ["मुझे", "पानी", "चाहिए", "c++", "👍"]


@pytest.mark.parametrize(
    "same",
    ["What's my Order?", "whats my order", "WHAT’S  MY ORDER!!!", "what's-my-order", "ｗｈａｔｓ my order…"],
)
def test_a_sentence_has_one_key_however_it_is_punctuated(same: str) -> None:
    """Letters and digits equal, punctuation, case and spacing ignored."""
    assert exact_key(same) == exact_key("what's my order")


@pytest.mark.parametrize(
    ("one", "other"),
    [("order 12", "order 13"), ("1 12", "11 2"), ("1.5 kg", "15 kg"), ("कम", "काम"), ("?", "!"), ("👍", "👎")],
)
def test_other_letters_or_digits_have_another_key(one: str, other: str) -> None:
    """The digits are the real ones, two numbers stay two, marks count as letters do."""
    assert exact_key(one) != exact_key(other)


def test_the_digits_of_every_script_are_equal_in_a_key() -> None:
    """४५ and 45 are the same number."""
    assert exact_key("मेज़ ४५") == exact_key("मेज़ 45")


def test_characters_that_only_shape_others_are_no_part_of_a_key() -> None:
    """Joiners and the choice between text and emoji style depend on the keyboard."""
    assert exact_key("❤\ufe0f") == exact_key("❤")
    assert exact_key("क्\u200dया") == exact_key("क्या")


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("hello there", "latin"),
        ("नमस्ते", "devanagari"),
        ("hello नमस्ते", None),
        ("हाँ", None),
        ("मुझे iPhone चाहिए", "devanagari"),
        ("please say नमस्ते", None),
        ("নমস্কার नमस्ते", None),
        ("привет", "cyrillic"),
        ("12 34", None),
        ("a", None),
        ("!? 👍", None),
        ("", None),
    ],
)
def test_a_script_is_told_only_beyond_doubt(text: str, script: str | None) -> None:
    """Fewer than two letters, two scripts and no letters at all decide nothing; a Latin brand name casts no doubt."""
    assert script_of(text) == script


@given(st.text())
def test_any_text_can_be_seen(text: str) -> None:
    """Nothing raises; folding twice is folding once; digits keep their places."""
    assert normalise(normalise(text)) == normalise(text)
    assert exact_key(text) == exact_key(f" {text}! ") or not any(c.isalnum() for c in normalise(text))
    assert len(western_digits(text)) == len(text)
    assert all(word for word in words(text))
    assert script_of(text) in (None, *LANGUAGES_OF_SCRIPT)
    assert count_letters(text) == sum(letters_in(text).values())


@given(st.lists(st.text(alphabet="abcdefghijxyz0123456789कखगाि", min_size=1), min_size=1), st.data())
def test_case_and_punctuation_never_change_the_key(parts: list[str], data: st.DataObject) -> None:
    """The law behind "an exact sentence always matches"."""
    joint = data.draw(st.sampled_from([" ", "  ", ", ", " - ", "… ", "\n"]))
    end = data.draw(st.sampled_from(["", "?", "!!", " .", "।"]))
    said = joint.join(parts).swapcase() + end
    assert exact_key(said) == exact_key(" ".join(parts))


def test_the_library_still_composes_what_our_keys_rely_on() -> None:
    """NFKC composes letters with their marks, so two ways to type é are one key."""
    assert unicodedata.normalize("NFKC", "e\u0301") == "é"
    assert exact_key("Cafe\u0301") == exact_key("CAFÉ")


def test_a_figure_that_this_python_does_not_know_is_none() -> None:
    """Kawi's three, of Unicode 15: nobody can count with it, and nothing breaks over it."""
    known = unicodedata.decimal("\U00011f53", None)
    assert western_digits("a\U00011f53") == ("a\ufffd" if known is None else f"a{known}")


@pytest.mark.parametrize("text", ["", "abc", "a" * 60, "ﷺ" * 60, "क" * 60, "é" * 60, "ab" + "ﷺ" * 5])
def test_a_beginning_is_no_longer_when_it_is_folded(text: str) -> None:
    """A ligature of eighteen letters makes nobody read eighteen times as much; what is short stays as it is."""
    found = beginning(text, 50)
    assert len(normalise(found)) <= len(found) <= 50
    assert normalise(text).startswith(normalise(found))
    assert found == text or len(normalise(text)) > 49


@given(st.text(st.characters(max_codepoint=127), max_size=30))
def test_ascii_is_cut_as_any_other_text_is(text: str) -> None:
    """The quicker patterns find what those for all scripts find."""
    assert words(text) == language._WORD.findall(text.lower())
    assert language._ASCII_FIGURES.findall(text.lower()) == [p for p in language._NO_FIGURE.split(text.lower()) if p]
    tokens = [(one.key, one.start, one.end) for one in listed.tokens_of(text)]
    assert tokens == [
        (found[0].lower().translate(listed._INSIDE), *found.span()) for found in listed._TOKEN.finditer(text)
    ]
