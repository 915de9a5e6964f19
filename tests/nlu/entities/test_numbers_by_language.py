"""Numbers as people write them in fifteen languages; and that a number spelt in words is read back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botyard.nlu.entities.lexicon import table_of
from botyard.nlu.entities.registry import detect
from botyard.nlu.understanding import EntitySpec

NUMBER = EntitySpec(name="count", type="number")
NUMBERS: dict[str, list[tuple[str, str]]] = {
    "en": [
        ("two", "2"),
        ("twenty five", "25"),
        ("one hundred and five", "105"),
        ("two lakh fifty thousand three hundred", "250300"),
        ("1.5 crore", "15000000"),
        ("10k", "10000"),
        ("10,120", "10120"),
        ("1,00,000.50", "100000.50"),
        ("11.2", "11.2"),
        ("half a dozen", "6"),
        ("a dozen", "12"),
        ("two and a half lakh", "250000"),
        ("a hundred", "100"),
        ("three million", "3000000"),
        ("12cr", "120000000"),
        ("twenty-one", "21"),
        ("five hundred thousand", "500000"),
        ("-5 degrees", "-5"),
        (".5", "0.5"),
        ("1,2,3", "1 2 3"),
        ("10-20", "10 20"),
        ("Rs.500 for 2kg", "500 2"),
        ("28/02/2021", ""),
        ("this one", ""),
        ("two thousand and five", "2005"),
        ("3 and 4", "3 4"),
        ("seven hundred and eighty nine", "789"),
        ("one crore two lakh", "10200000"),
        ("ten lakh", "1000000"),
        ("dedh lakh", "150000"),
        ("forty two", "42"),
        ("2 dozen", "24"),
        ("abc123", ""),
        ("eleven", "11"),
        ("a couple of tickets", "2"),
    ],
    "hi": [
        ("दो", "2"),
        ("पच्चीस लोग", "25"),
        ("एक सौ पचास", "150"),
        ("डेढ़ सौ", "150"),
        ("ढाई हजार", "2500"),
        ("साढ़े तीन", "3.5"),
        ("सवा लाख", "125000"),
        ("पौने दो", "1.75"),
        ("दो लाख पचास हज़ार", "250000"),
        ("५ करोड़", "50000000"),
        ("do pizza aur teen coke", "2 3"),
        ("paanch sau", "500"),
        ("निन्यानवे", "99"),
        ("तीन सौ पैंसठ", "365"),
        ("एक करोड़ बीस लाख", "12000000"),
        ("साढ़े पाँच सौ", "550"),
        ("सवा दो सौ", "225"),
        ("पौने तीन लाख", "275000"),
        ("चार दर्जन", "48"),
        ("इक्यावन", "51"),
        ("ek sau ek", "101"),
        ("das hazar", "10000"),
        ("dhai lakh", "250000"),
        ("बारह हज़ार तीन सौ पैंतालीस", "12345"),
        ("छह", "6"),
        ("सत्तर", "70"),
        ("१,२५,०००", "125000"),
        ("एक हज़ार", "1000"),
        ("बीस हज़ार पाँच सौ", "20500"),
        ("saade chaar", "4.5"),
        ("उनतीस", "29"),
        ("नवासी", "89"),
        ("twenty", "20"),
        ("3 किलो", "3"),
    ],
    "mr": [
        ("सात", "7"),
        ("एकवीस", "21"),
        ("पंचेचाळीस", "45"),
        ("नव्याण्णव", "99"),
        ("एकशे पाच", "105"),
        ("तीनशे पासष्ट", "365"),
        ("एक हज़ार", "1000"),
        ("दोन हज़ार पाचशे", "2500"),
        ("बारा हज़ार तीनशे पंचेचाळीस", "12345"),
        ("एक लाख पन्नास हज़ार", "150000"),
        ("दोन कोटी पन्नास लाख", "25000000"),
    ],
    "gu": [
        ("સાત", "7"),
        ("એકવીસ", "21"),
        ("પિસ્તાલીસ", "45"),
        ("નવ્વાણું", "99"),
        ("એક સો પાંચ", "105"),
        ("ત્રણ સો પાંસઠ", "365"),
        ("એક હજાર", "1000"),
        ("બે હજાર પાંચ સો", "2500"),
        ("બાર હજાર ત્રણ સો પિસ્તાલીસ", "12345"),
        ("એક લાખ પચાસ હજાર", "150000"),
        ("બે કરોડ પચાસ લાખ", "25000000"),
    ],
    "bn": [
        ("সাত", "7"),
        ("একুশ", "21"),
        ("পঁয়তাল্লিশ", "45"),
        ("নিরানব্বই", "99"),
        ("একশো পাঁচ", "105"),
        ("তিনশো পঁয়ষট্টি", "365"),
        ("এক হাজার", "1000"),
        ("দুই হাজার পাঁচশো", "2500"),
        ("বারো হাজার তিনশো পঁয়তাল্লিশ", "12345"),
        ("এক লাখ পঞ্চাশ হাজার", "150000"),
        ("দুই কোটি পঞ্চাশ লাখ", "25000000"),
    ],
    "ta": [
        ("ஏழு", "7"),
        ("இருபத்து ஒன்று", "21"),
        ("நாற்பத்து ஐந்து", "45"),
        ("தொண்ணூற்றொன்பது", "99"),
        ("நூற்று ஐந்து", "105"),
        ("முந்நூற்று அறுபத்து ஐந்து", "365"),
        ("ஆயிரம்", "1000"),
        ("இரண்டாயிரத்து ஐநூறு", "2500"),
        ("பன்னிரண்டாயிரத்து முந்நூற்று நாற்பத்து ஐந்து", "12345"),
        ("ஒரு லட்சத்து ஐம்பதாயிரம்\u200c", "150000"),
        ("இரண்டு கோடியே ஐம்பது லட்சம்", "25000000"),
    ],
    "te": [
        ("ఏడు", "7"),
        ("ఇరవై ఒకటి", "21"),
        ("నలభై ఐదు", "45"),
        ("తొంభై తొమ్మిది", "99"),
        ("నూట ఐదు", "105"),
        ("మూడు వందల అరవై ఐదు", "365"),
        ("వెయ్యి", "1000"),
        ("రెండు వేల ఐదు వందలు", "2500"),
        ("పన్నెండు వేల మూడు వందల నలభై ఐదు", "12345"),
        ("ఒక లక్షా యాభై వేలు", "150000"),
        ("రెండు కోట్ల యాభై లక్షలు", "25000000"),
    ],
    "kn": [
        ("ಏಳು", "7"),
        ("ಇಪ್ಪತ್ತೊಂದು", "21"),
        ("ನಲವತ್ತೈದು", "45"),
        ("ತೊಂಬತ್ತೊಂಬತ್ತು", "99"),
        ("ನೂರೊಂದು", "101"),
        ("ಮುನ್ನೂರರವತ್ತೈದು", "365"),
        ("ಒಂದು ಸಾವಿರದ", "1000"),
        ("ಎರಡು ಸಾವಿರದ ಐನೂರು", "2500"),
        ("ಹನ್ನೆರಡು ಸಾವಿರದ ಮುನ್ನೂರನಲವತ್ತೈದು", "12345"),
        ("ಒಂದು ಲಕ್ಷದ ಐವತ್ತು ಸಾವಿರದ", "150000"),
        ("ಎರಡು ಕೋಟಿ ಐವತ್ತು ಲಕ್ಷದ", "25000000"),
    ],
    "ml": [
        ("ഏഴ്", "7"),
        ("ഇരുപത്തിയൊന്ന്", "21"),
        ("നാല്പത്തിയഞ്ച്", "45"),
        ("തൊണ്ണൂറ്റി ഒമ്പത്", "99"),
        ("നൂറ്റി അഞ്ച്", "105"),
        ("മുന്നൂറ്റി അറുപത്തിയഞ്ച്", "365"),
        ("ആയിരം", "1000"),
        ("രണ്ടായിരത്തി അഞ്ഞൂറ്", "2500"),
        ("പന്ത്രണ്ടായിരത്തി മുന്നൂറ്റി നാല്പത്തിയഞ്ച്", "12345"),
        ("ഒരു ലക്ഷത്തി അമ്പതായിരം", "150000"),
        ("രണ്ട് കോടി അമ്പത് ലക്ഷം", "25000000"),
    ],
    "ar": [
        ("خمسة", "5"),
        ("خمسة وعشرون", "25"),
        ("مئة وخمسون", "150"),
        ("ألفين", "2000"),
        ("ثلاثمئة", "300"),
        ("خمسة آلاف", "5000"),
        ("مليون", "1000000"),
        ("٣٤٥", "345"),
        ("اثنا عشر", "12"),
        ("ألف ومئتان", "1200"),
    ],
    "id": [
        ("lima", "5"),
        ("dua puluh lima", "25"),
        ("seratus lima puluh", "150"),
        ("dua ribu", "2000"),
        ("lima ratus", "500"),
        ("sebelas", "11"),
        ("dua juta", "2000000"),
        ("tiga belas", "13"),
        ("seribu lima ratus", "1500"),
        ("sepuluh", "10"),
    ],
    "es": [
        ("cinco", "5"),
        ("treinta y cinco", "35"),
        ("ciento cincuenta", "150"),
        ("dos mil", "2000"),
        ("quinientos", "500"),
        ("un millón", "1000000"),
        ("veintiuno", "21"),
        ("mil doscientos", "1200"),
        ("noventa y nueve", "99"),
        ("cien", "100"),
    ],
    "fr": [
        ("cinq", "5"),
        ("soixante-dix", "70"),
        ("quatre-vingt-dix-sept", "97"),
        ("deux mille", "2000"),
        ("cent cinquante", "150"),
        ("trois cents", "300"),
        ("vingt et un", "21"),
        ("un million", "1000000"),
        ("mille deux cents", "1200"),
        ("quatre-vingts", "80"),
    ],
    "de": [
        ("fünf", "5"),
        ("einundzwanzig", "21"),
        ("zweihundert", "200"),
        ("dreihundertfünfundvierzig", "345"),
        ("zweitausend", "2000"),
        ("zweitausendfünfhundert", "2500"),
        ("eine Million", "1000000"),
        ("neunundneunzig", "99"),
        ("hundertfünf", "105"),
        ("zwölf", "12"),
    ],
}


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [(language, text, found) for language, cases in NUMBERS.items() for text, found in cases],
)
def test_numbers_are_read_in_each_language(language: str, text: str, found: str) -> None:
    """In figures and words, with scales and halves; several are several."""
    assert " ".join(str(one.value) for one in detect(text, NUMBER, language)) == found


@given(number=st.integers(0, 999_999_999), language=st.sampled_from(["en", "hi", "gu"]))
def test_a_number_in_words_is_read_back(number: int, language: str) -> None:
    """Crores, lakhs, thousands, hundreds and the rest, as languages say them that put one word behind the other."""
    [one] = detect(spelt(number, language), NUMBER, language)
    assert one.value == str(number)


def spelt(number: int, language: str) -> str:
    """Say a number with the first word that the language's own table has for each part."""
    table = table_of(language)
    for scale, names in (
        (10_000_000, table.scales["10000000"]),
        (100_000, table.scales["100000"]),
        (1_000, table.scales["1000"]),
        (100, table.times["100"]),
    ):
        if number >= scale:
            head, rest = divmod(number, scale)
            tail = f" {spelt(rest, language)}" if rest else ""
            return f"{spelt(head, language)} {names.split('|')[0]}{tail}"
    words = {**table.count, **table.tens}
    if str(number) in words:
        return words[str(number)].split("|")[0]
    return f"{table.tens[str(number // 10 * 10)].split('|')[0]} {table.count[str(number % 10)].split('|')[0]}"
