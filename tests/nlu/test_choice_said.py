"""The number of a choice, said in words: all fourteen languages, and what is no number of a choice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botyard.nlu.choice_said import choice_said

SAID = {
    "en": ("one", "the second one", "number three please", "4th"),
    "es": ("la primera", "dos", "el tercero por favor", "opción cuatro"),
    "fr": ("le premier", "la deuxième", "numéro trois", "l'option quatre"),
    "de": ("die erste bitte", "zwei", "das dritte", "Nummer vier"),
    "id": ("yang pertama", "nomor dua", "ketiga", "pilihan empat"),
    "hi": ("पहला वाला", "dusra wala", "तीन नंबर", "चौथी"),
    "mr": ("पहिला", "दोन", "तिसरा", "क्रमांक चार"),
    "gu": ("પહેલો", "બીજી", "ત્રણ", "ચોથો વિકલ્પ"),
    "bn": ("প্রথমটা", "দুই নম্বর", "তৃতীয়", "চার"),
    "ta": ("முதல்", "இரண்டாவது", "மூன்று", "எண் நான்கு"),
    "te": ("మొదటిది", "రెండో", "మూడు", "నాలుగవ"),
    "kn": ("ಮೊದಲನೆಯದು", "ಎರಡು", "ಮೂರನೇ", "ಆಯ್ಕೆ ನಾಲ್ಕು"),
    "ml": ("ഒന്ന്", "രണ്ടാമത്തെ", "മൂന്ന്", "നമ്പർ നാല്"),
    "ar": ("الأولى", "رقم اثنين", "الثالث", "أربعة من فضلك"),
}


@pytest.mark.parametrize(("language", "number"), [(code, place) for code in SAID for place in range(4)])
def test_a_number_is_understood_in_its_language(language: str, number: int) -> None:
    """As a count or as a place, with what people say around it."""
    assert choice_said(SAID[language][number], [language]) == number + 1


@pytest.mark.parametrize("said", ["three", "The Third One!", "number three"])
def test_english_is_understood_everywhere(said: str) -> None:
    """As everywhere else in understanding."""
    assert choice_said(said, ["ta"]) == 3


@pytest.mark.parametrize(
    "said",
    ["", "!", "the", "two tables", "one or two", "one two", "two three", "second hand", "do you", "five", "option 5"],
)
def test_what_says_more_or_nothing_names_no_choice(said: str) -> None:
    """It is left to be understood as a sentence."""
    assert choice_said(said, ["en", "hi"]) == 0


@pytest.mark.parametrize(
    ("said", "language"),
    [("option 2", "en"), ("opción 2", "es"), ("२ नंबर", "hi"), ("le 2, s'il vous plaît", "fr"), ("no 2", "id")],
)
def test_a_figure_may_have_words_around_it(said: str, language: str) -> None:
    """In whatever script it is."""
    assert choice_said(said, [language]) == 2


def test_only_the_bots_languages_are_heard() -> None:
    """And what a bot does not speak is not heard."""
    assert choice_said("teen", ["en"]) == 0
    assert choice_said("teen", ["en", "hi"]) == 3


@given(st.text(max_size=60), st.lists(st.sampled_from(sorted(SAID)), max_size=3))
def test_any_text_is_taken(text: str, languages: list[str]) -> None:
    """And gives a number that may have been offered, or none."""
    assert 0 <= choice_said(text, languages) <= 4
