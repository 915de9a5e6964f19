"""Numbers where grammar joins, bends or counts out: what hangs on a word, what a comma parts, what is none."""

import pytest

from botyard.nlu.entities.registry import detect
from botyard.nlu.understanding import EntityFound, EntitySpec, EntityType

NUMBER = EntitySpec(name="count", type="number")
RANGE = EntitySpec(name="range", type="number_range")


def numbers(text: str, language: str) -> str:
    """Give what was found, a space between."""
    return " ".join(str(one.value) for one in found(text, language))


def found(text: str, language: str) -> list[EntityFound]:
    """Look for numbers."""
    return detect(text, NUMBER, language)


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("bn", "দুইশো পঞ্চাশ", "250"),
        ("bn", "আড়াইশো", "250"),
        ("bn", "বারোশো", "1200"),
        ("mr", "पंधराशे", "1500"),
        ("mr", "साडेतीनशे", "350"),
        ("gu", "પંદરસો", "1500"),
        ("gu", "સાડાત્રણ", "3.5"),
        ("hi", "साढ़ेतीन", "3.5"),
        ("hi", "paanchsau", "500"),
        ("te", "ఇరవైఐదు", "25"),
        ("te", "లక్షన్నర", "150000"),
        ("ta", "மூவாயிரத்து ஐந்நூறு", "3500"),
        ("ta", "மூன்றே முக்கால்", "3.75"),
        ("ml", "മൂന്നേകാൽ", "3.25"),
        ("kn", "ಎರಡೂಕಾಲು", "2.25"),
        ("de", "zweiunddreißigtausendeinhundertacht", "32108"),
        ("ml", "ഒരു ലക്ഷത്തി അമ്പതിനായിരം", "150000"),
        ("ml", "ആയിരത്തി ഇരുനൂറ്", "1200"),
        ("kn", "ನಾನೂರ ಇಪ್ಪತ್ತು", "420"),
        ("ar", "أربعة و خمسون ألفاً و مائة و أربعة و ثلاثون", "54134"),
    ],
)
def test_numbers_written_as_one_word_are_parted(language: str, text: str, value: str) -> None:
    """Hundreds, halves and tens that a language joins are read as if they stood apart."""
    assert numbers(text, language) == value


def test_where_a_joined_number_is_cut_folding_does_not_matter() -> None:
    """The ß that folds to two letters moves no place: the whole word is what was said."""
    [one] = found("es sind zweiunddreißigtausendeinhundertacht, ja", "de")
    assert one.original_text == "zweiunddreißigtausendeinhundertacht"


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("kn", "ಎರಡರಲ್ಲಿ", "2"),
        ("ta", "இரண்டில்", "2"),
        ("ml", "രണ്ടിൽ", "2"),
        ("bn", "চারজন", "4"),
        ("te", "నలుగురికి", "4"),
        ("mr", "चौघांसाठी", "4"),
    ],
)
def test_endings_that_take_a_vowel_or_count_people_are_taken_off(language: str, text: str, value: str) -> None:
    """An ending may swallow the last vowel of the word it hangs on."""
    assert numbers(text, language) == value


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "the twenty-first century"),
        ("hi", "पाँचवीं मंज़िल"),
        ("ml", "രണ്ടാം നില"),
        ("ta", "இரண்டாவது மாடி"),
        ("bn", "প্রথম বার"),
        ("en", "ninety-ninth"),
        ("en", "one third"),
        ("en", "24x7"),
        ("en", "the last quarter was good"),
        ("hi", "पाव भाजी"),
        ("hi", "सऊदी अरब जाना है"),
    ],
)
def test_what_only_looks_like_a_number_is_none(language: str, text: str) -> None:
    """Places in a row, occasions, "always", and words that mean a quarter only before a measure."""
    assert numbers(text, language) == ""


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("two thousand, five hundred and twelve", "2512"),
        ("two thousand, five thousand", "2000 5000"),
        ("one thousand, two", "1000 2"),
        ("1 000 000", "1000000"),
        ("101 102", "101 102"),
        ("minus five", "-5"),
        ("9 minus 5", "9 5"),
        ("quarter kilo", "0.25"),
        ("two and three quarters", "2.75"),
        ("one first class ticket", "1"),
        ("45 K per month", "45000"),
        ("(-3)", "-3"),
        ("2 k", "2000"),
        ("2 k liye", "2"),
        ("4.5 cr", "45000000"),
        ("2x4", "2 4"),
    ],
)
def test_what_parts_and_joins_numbers_in_english(text: str, value: str) -> None:
    """Commas between thousands, groups of zeros, signs, and a letter that multiplies or belongs elsewhere."""
    assert numbers(text, "en") == value


@pytest.mark.parametrize(
    ("language", "text", "low", "high"),
    [
        ("en", "two to three hundred", "200", "300"),
        ("en", "from ten to two hundred", "10", "200"),
        ("en", "> 500", "500", None),
        ("en", "price <= 500", None, "500"),
        ("hi", "दस और बीस के बीच", "10", "20"),
        ("hi", "18 साल से ऊपर", "18", None),
        ("en", "18 years or older", "18", None),
        ("en", "it can't be more than 100", None, "100"),
        ("kn", "ಐದು ಸಾವಿರದಿಂದ ಏಳು ಸಾವಿರ", "5000", "7000"),
        ("en", "more than 20 but less than 30", "20", "30"),
        ("en", "greater than or equal to 10", "10", None),
        ("kn", "ಎರಡರಿಂದ ಮೂರು ಲಕ್ಷ", "200000", "300000"),
        ("kn", "ಹತ್ತು ಸಾವಿರಕ್ಕಿಂತ ಕಡಿಮೆ", None, "10000"),
    ],
)
def test_bounds_by_sign_by_ending_and_with_one_hundred_for_both(
    language: str, text: str, low: str | None, high: str | None
) -> None:
    """A hundred said once counts for both ends, as a lakh does, where the range still runs upwards."""
    [one] = detect(text, RANGE, language)
    assert one.value == {"min_value": low, "max_value": high, "unit": None}


@pytest.mark.parametrize(
    ("language", "type_", "text", "count"),
    [
        ("fr", "currency", "trente neuf renminbi une", 1),
        ("fr", "budget", "au-dessus de cent 1082", 1),
        ("en", "budget", "148 max of 0", 1),
        ("en", "number_range", "below 30 or above", 1),
    ],
)
def test_a_word_belongs_to_one_amount(language: str, type_: EntityType, text: str, count: int) -> None:
    """A currency, a bound, or a word that is both number and money is not used twice."""
    assert len(detect(text, EntitySpec(name="one", type=type_), language)) == count


@pytest.mark.parametrize(
    ("language", "text", "values"),
    [
        ("de", "1.250,50 €", "1250.50"),
        ("de", "1.299 €", "1299"),
        ("es", "45,50", "45.50"),
        ("id", "Rp1.500.000", "1500000"),
        ("fr", "1 250,50", "1250.50"),
        ("fr", "2\u202f000 euros", "2000"),
        ("de", "1.000-2.500", "1000 2500"),
        ("de", "4.5 oder 1,250", "4.5 1250"),
        ("es", "1,2,3", "1 2 3"),
        ("en", "1.299", "1.299"),
    ],
)
def test_a_comma_parts_decimals_where_people_write_so(language: str, text: str, values: str) -> None:
    """1.250,50 is one number in Spanish, French, German and Indonesian; three figures behind a comma stay thousands."""
    assert numbers(text, language) == values


def test_the_place_of_a_number_with_a_comma_holds() -> None:
    """Rewriting it moves nothing: the user's own characters are given."""
    [one] = found("zusammen 1.250,50 Euro bitte", "de")
    assert one.original_text == "1.250,50"
