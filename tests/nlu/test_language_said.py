"""The language of a reply: what is stated, the script, small words; and what never changes it."""

from time import thread_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botyard.nlu.language_said import language_to_answer

ALL = ("en", "hi", "mr", "gu", "bn", "ta", "te", "kn", "ml", "ar", "id", "es", "fr", "de")

SENTENCES = [
    ("en", "where is my order"), ("en", "I want to return this"), ("en", "can you help me please"),
    ("hi", "मेरा ऑर्डर कहाँ है"), ("hi", "मुझे पैसे वापस चाहिए"), ("hi", "क्या आप मदद कर सकते हैं"),
    ("mr", "माझी ऑर्डर कुठे आहे"), ("mr", "मला पैसे परत पाहिजे"), ("mr", "तुम्ही मदत करू शकता का"),
    ("gu", "મારો ઓર્ડર ક્યાં છે"), ("gu", "મને મદદ જોઈએ"),
    ("bn", "আমার অর্ডার কোথায়"), ("bn", "আমি সাহায্য চাই"),
    ("ta", "என் ஆர்டர் எங்கே"), ("te", "నా ఆర్డర్ ఎక్కడ ఉంది"), ("kn", "ನನ್ನ ಆರ್ಡರ್ ಎಲ್ಲಿದೆ"), ("ml", "എന്റെ ഓർഡർ എവിടെ"),
    ("ar", "أين طلبي"), ("ar", "أريد استرداد المال"),
    ("id", "di mana pesanan saya"), ("id", "saya mau mengembalikan ini"), ("id", "apakah anda bisa membantu"),
    ("es", "dónde está mi pedido"), ("es", "quiero devolver esto por favor"), ("es", "hola, necesito ayuda"),
    ("fr", "où est ma commande"), ("fr", "je voudrais un remboursement"), ("fr", "bonjour, j'ai besoin d'aide"),
    ("de", "wo ist meine Bestellung"), ("de", "ich möchte das zurückgeben"), ("de", "Hallo, ich brauche Hilfe"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text"), SENTENCES)
def test_a_sentence_is_answered_in_its_language(language: str, text: str) -> None:
    """By script where that is enough, else by small words; whatever the conversation was in before."""
    for current in ("", "en", "hi", "fr"):
        assert language_to_answer(text, ALL, current=current) == language


@pytest.mark.parametrize(
    "text",
    ["mera order kahan hai", "mujhe refund chahiye", "kya aap help kar sakte ho", "maza order kuthe aahe",
     "naan enna venum", "ghar se order karo", "delhi ke liye order",
     "ok", "no", "12 34", "12/3/2024", "!?", "👍", "", "Ravi Kumar", "Priya", "iPhone", "हाँ",
     "a@b.com", "LAPTOP-71"],
)  # fmt: skip
@pytest.mark.parametrize("current", ["hi", "en", "id", "de"])
def test_what_decides_nothing_changes_nothing(text: str, current: str) -> None:
    """Hinglish and its like, two letters, numbers, names: the conversation goes on in its language."""
    assert language_to_answer(text, ALL, current=current) == current
    assert language_to_answer(text, ALL) == "en"
    assert language_to_answer(text, ("hi", "en")) == "hi"


def test_a_sentence_in_a_language_the_bot_has_not_is_not_taken_for_another() -> None:
    """French to a bot that knows English and Spanish, although they share words."""
    assert language_to_answer("où est la commande de ma mère", ("en", "es"), current="en") == "en"
    assert language_to_answer("saya mau pesanan saya", ("en", "es"), current="es") == "es"


def test_what_is_stated_goes_before_what_latin_letters_say() -> None:
    """And not before a script that only another of the bot's languages has."""
    assert language_to_answer("where is my order", ("en", "hi"), stated=("hi",), current="en") == "hi"
    assert language_to_answer("मेरा ऑर्डर कहाँ है", ("en", "hi"), stated=("en",)) == "hi"
    assert language_to_answer("hello there", ("en", "hi"), stated=("fr", "hi")) == "hi"
    assert language_to_answer("12", ("en", "hi"), stated=("hi",)) == "hi"


def test_a_name_that_was_asked_for_is_no_sentence() -> None:
    """Whatever letters it is written in; a sentence still is one, and at the beginning there is nothing to keep."""
    assert language_to_answer("राहुल शर्मा", ("en", "hi"), current="en", is_answer=True) == "en"
    assert language_to_answer("मेरा नाम राहुल है", ("en", "hi"), current="en", is_answer=True) == "hi"
    assert language_to_answer("राहुल शर्मा", ("en", "hi"), is_answer=True) == "hi"


def test_a_script_of_several_languages_stays_with_the_conversation() -> None:
    """Without a small word that tells them apart, Devanagari stays Marathi in a Marathi conversation."""
    assert language_to_answer("लॅपटॉप चार्जर", ("en", "hi", "mr"), current="mr") == "mr"
    assert language_to_answer("लॅपटॉप चार्जर", ("en", "hi", "mr"), current="en") == "hi"


@given(st.text(), st.lists(st.sampled_from(ALL), min_size=1, unique=True).map(tuple), st.sampled_from(("", *ALL, "xx")))
def test_the_answer_is_always_in_a_language_of_the_bot(text: str, languages: tuple[str, ...], current: str) -> None:
    """Whatever is said and stated."""
    assert language_to_answer(text, languages, stated=(current,), current=current) in languages
    assert language_to_answer(text, languages, current=current) in languages


@pytest.mark.parametrize("unit", ["ﷺ", "😀", "क", "a ", "Ⓐ", "\U0010ffff", "ß"])
def test_a_message_without_end_is_told_in_time(unit: str) -> None:
    """Its first sentences decide; of a hundred thousand characters no more is read. CPU time, the best of three."""
    took: list[float] = []
    for _ in range(3):
        began = thread_time()
        language_to_answer(unit * 100_000, ALL, current="en")
        took.append(thread_time() - began)
    assert min(took) < 0.01
