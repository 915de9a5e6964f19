"""Types that look the same everywhere, inside sentences of each language and in its own figures; money and ranges."""

import pytest

from botyard.nlu.entities.registry import detect
from botyard.nlu.understanding import EntitySpec, EntityType

# A sentence with room for a value, and the figures that go with it.
SENTENCES = {
    "en": ("please note {} thanks", "0123456789"),
    "hi": ("कृपया {} लिख लीजिए", "०१२३४५६७८९"),
    "mr": ("कृपया {} लिहून घ्या", "०१२३४५६७८९"),
    "gu": ("કૃપા કરીને {} લખી લો", "૦૧૨૩૪૫૬૭૮૯"),
    "bn": ("দয়া করে {} লিখে নিন", "০১২৩৪৫৬৭৮৯"),
    "ta": ("தயவுசெய்து {} எழுதிக்கொள்ளுங்கள்", "௦௧௨௩௪௫௬௭௮௯"),
    "te": ("దయచేసి {} రాసుకోండి", "౦౧౨౩౪౫౬౭౮౯"),
    "kn": ("ದಯವಿಟ್ಟು {} ಬರೆದುಕೊಳ್ಳಿ", "೦೧೨೩೪೫೬೭೮೯"),
    "ml": ("ദയവായി {} എഴുതിയെടുക്കൂ", "൦൧൨൩൪൫൬൭൮൯"),
    "ar": ("من فضلك اكتب {} شكرا", "٠١٢٣٤٥٦٧٨٩"),
    "id": ("tolong catat {} ya", "0123456789"),
    "es": ("por favor apunte {} gracias", "0123456789"),
    "fr": ("merci de noter {} s'il vous plaît", "0123456789"),
    "de": ("bitte notieren Sie {} danke", "0123456789"),
}
# What is said, in western figures, and what is found.
VALUES: list[tuple[EntitySpec, str, object]] = [
    (EntitySpec(name="x", type="phone_number"), "98203 34455", "919820334455"),
    (EntitySpec(name="x", type="phone_number"), "+44 20 7946 0958", "442079460958"),
    (EntitySpec(name="x", type="email"), "asha.rao@example.in", "asha.rao@example.in"),
    (EntitySpec(name="x", type="url"), "https://example.com/a?b=c", "https://example.com/a?b=c"),
    (EntitySpec(name="x", type="attachment"), "https://x.com/a/b.pdf", "application/pdf"),
    (EntitySpec(name="x", type="regex", regex=r"[A-Z]{2}-\d{4}"), "AB-1234", "AB-1234"),
    (EntitySpec(name="x", type="pan"), "ABCPE1234F", "ABCPE1234F"),
    (EntitySpec(name="x", type="aadhaar"), "2341 2341 2346", "234123412346"),
    (EntitySpec(name="x", type="pnr"), "2431234567", "2431234567"),
    (EntitySpec(name="x", type="otp"), "482913", "482913"),
    (EntitySpec(name="x", type="location"), "18.5204, 73.8567", 18.5204),
    (EntitySpec(name="x", type="number"), "1,25,000", "125000"),
    (EntitySpec(name="x", type="text", dictionary={"speaker": ("bluetooth speaker",)}), "speakr", "speaker"),
]
DICTIONARY: dict[str, tuple[str, ...]] = {
    "lamp": (
        "दीपक", "दिवा", "દીવો", "বাতি", "விளக்கு", "దీపం", "ದೀಪ", "വിളക്ക്", "مصباح", "lampu", "lámpara", "lampe",
        "leuchte",
    )
}  # fmt: skip
NAMED = dict(zip([code for code in SENTENCES if code != "en"], DICTIONARY["lamp"], strict=True))
MONEY = {
    "en": ("500 rupees", "rupees"), "hi": ("पाँच सौ रुपये", "rupees"), "mr": ("पाचशे रुपये", "rupees"),
    "gu": ("પાંચસો રૂપિયા", "rupees"), "bn": ("পাঁচশো টাকা", "taka"), "ta": ("ஐநூறு ரூபாய்", "rupees"),
    "te": ("ఐదు వందల రూపాయలు", "rupees"), "kn": ("ಐನೂರು ರೂಪಾಯಿ", "rupees"), "ml": ("അഞ്ഞൂറ് രൂപ", "rupees"),
    "ar": ("500 دولار", "dollars"), "id": ("500 rupiah", "rupiah"), "es": ("quinientos euros", "euros"),
    "fr": ("cinq cents euros", "euros"), "de": ("fünfhundert Euro", "euros"),
}  # fmt: skip
RANGES = {
    "en": ("2 to 5", "at least 7"), "hi": ("2 से 5", "कम से कम 7"), "mr": ("2 ते 5", "किमान 7"),
    "gu": ("2 થી 5", "ઓછામાં ઓછા 7"), "bn": ("২ থেকে ৫", "কমপক্ষে ৭"), "ta": ("2 முதல் 5 வரை", "குறைந்தது 7"),
    "te": ("2 నుండి 5", "కనీసం 7"), "kn": ("2 ರಿಂದ 5", "ಕನಿಷ್ಠ 7"), "ml": ("2 മുതൽ 5 വരെ", "കുറഞ്ഞത് 7"),
    "ar": ("من 2 إلى 5", "على الأقل 7"), "id": ("2 sampai 5", "minimal 7"), "es": ("de 2 a 5", "al menos 7"),
    "fr": ("de 2 à 5", "au moins 7"), "de": ("2 bis 5", "mindestens 7"),
}  # fmt: skip
_WITH_OWN_FIGURES: frozenset[EntityType] = frozenset(("phone_number", "aadhaar", "otp", "pnr", "number", "location"))


@pytest.mark.parametrize("language", SENTENCES)
@pytest.mark.parametrize(("spec", "said", "value"), VALUES, ids=[f"{spec.type}-{said}" for spec, said, _ in VALUES])
def test_what_looks_the_same_everywhere_is_found_in_each_language(
    spec: EntitySpec, said: str, value: object, language: str
) -> None:
    """Alone of the sentence, at its place, and in the figures of the language's own script too."""
    sentence, figures = SENTENCES[language]
    ways = [said]
    if spec.type in _WITH_OWN_FIGURES and "." not in said:
        ways.append(said.translate(str.maketrans("0123456789", figures)))
    for way in ways:
        [found] = detect(sentence.format(way), spec, language)
        assert found.original_text == way
        assert value in (found.value.values() if isinstance(found.value, dict) else (found.value,))


@pytest.mark.parametrize("language", NAMED)
def test_a_dictionary_may_have_words_of_each_language(language: str) -> None:
    """The value is the dictionary's own, whatever script its variant is in."""
    spec = EntitySpec(name="x", type="text", dictionary=DICTIONARY)
    [found] = detect(SENTENCES[language][0].format(NAMED[language]), spec, language)
    assert (found.value, found.original_text) == ("lamp", NAMED[language])


@pytest.mark.parametrize("language", MONEY)
def test_money_is_found_in_each_language(language: str) -> None:
    """Five hundred of what is paid there."""
    said, unit = MONEY[language]
    [found] = detect(SENTENCES[language][0].format(said), EntitySpec(name="x", type="currency"), language)
    assert (found.value, found.original_text) == ({"value": "500", "unit": unit}, said)


@pytest.mark.parametrize("language", RANGES)
def test_ranges_are_found_in_each_language(language: str) -> None:
    """Between two bounds, and with the lower one alone."""
    spec = EntitySpec(name="x", type="number_range")
    both, least = ([one.value for one in detect(said, spec, language)] for said in RANGES[language])
    assert both == [{"min_value": "2", "max_value": "5", "unit": None}]
    assert least == [{"min_value": "7", "max_value": None, "unit": None}]


@pytest.mark.parametrize("language", SENTENCES)
def test_anything_is_the_whole_message_in_each_language(language: str) -> None:
    """From its first letter to its last."""
    said = SENTENCES[language][0]
    assert [one.value for one in detect(said, EntitySpec(name="x", type="any"), language)] == [said]
