"""Money, ranges, names, places, addresses and codes: what each detector finds and leaves alone, in many languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botyard.nlu.entities.formats.identity import is_checked
from botyard.nlu.entities.names.cities import known_cities
from botyard.nlu.entities.registry import detect
from botyard.nlu.understanding import EntitySpec, EntityType, EntityValue

# Type, language, what the bot said before, message, what is found: the values in order.
CASES: list[tuple[EntityType, str, str, str, str]] = [
    ("url", "en", "", "see https://example.com/a?b=c.", "https://example.com/a?b=c"),
    ("url", "en", "", "www.haptik.ai, ok", "www.haptik.ai"),
    ("url", "en", "", "botyard.io", "botyard.io"),
    ("url", "en", "", "ok.thanks", ""),
    ("url", "en", "", "a@b.com", ""),
    ("url", "en", "", "(http://x.y/z_(a))", "http://x.y/z_(a)"),
    ("url", "en", "", "http://localhost:80", ""),
    ("url", "en", "", "visit google.com/search now", "google.com/search"),
    ("pan", "en", "", "ABCPE1234F", "ABCPE1234F"),
    ("pan", "en", "", "my pan is abcpe 1234 f", "ABCPE1234F"),
    ("pan", "en", "", "ABCDE1234F", "ABCDE1234F"),
    ("pan", "en", "", "AAAPA1234AB", ""),
    ("aadhaar", "en", "", "2341 2341 2346", "234123412346"),
    ("aadhaar", "en", "", "234123412346", "234123412346"),
    ("aadhaar", "en", "", "999941057058", "999941057058"),
    ("aadhaar", "en", "", "1234 5678 9012", ""),
    ("aadhaar", "en", "", "499118665246", "499118665246"),
    ("otp", "en", "", "1234", "1234"),
    ("otp", "en", "", "my otp is 482913", "482913"),
    ("otp", "en", "", "4 8 2 9", "4829"),
    ("otp", "en", "", "123-456", "123456"),
    ("otp", "en", "", "four two one nine", "4219"),
    ("otp", "en", "", "9820334455", ""),
    ("otp", "en", "", "call at 10:30", ""),
    ("otp", "en", "", "12 345", "12345"),
    ("pnr", "en", "", "1234567890", "1234567890"),
    ("pnr", "en", "", "pnr 123-4567890", "1234567890"),
    ("pnr", "en", "", "ABC123", "ABC123"),
    ("pnr", "en", "", "PNR is ABCDEF", "ABCDEF"),
    ("pnr", "en", "", "my pnr: X9Y8Z7 thanks", "X9Y8Z7"),
    ("pnr", "en", "", "please help", ""),
    ("attachment", "en", "", "https://x.com/a/b.pdf", "https://x.com/a/b.pdf application/pdf b.pdf None"),
    ("attachment", "en", "", "https://x.com/page", ""),
    ("person_name", "en", "", "my name is asha rao", "Asha - Rao"),
    ("person_name", "en", "", "I am Asha", "Asha - -"),
    ("person_name", "en", "", "This is Mr. John Smith", "John - Smith"),
    ("person_name", "en", "", "I am looking for shoes", ""),
    ("person_name", "en", "", "Asha here", "Asha - -"),
    ("person_name", "en", "", "hi", ""),
    ("person_name", "en", "", "call me raj", "Raj - -"),
    ("person_name", "en", "", "I'm Rahul Kumar Sharma from Pune", "Rahul Kumar Sharma"),
    ("person_name", "en", "", "im happy", ""),
    ("person_name", "en", "", "name: Priya", "Priya - -"),
    ("person_name", "en", "What is your name?", "asha rao", "Asha - Rao"),
    ("person_name", "en", "What is your name?", "raj", "Raj - -"),
    ("person_name", "en", "What is your name?", "ok", ""),
    ("person_name", "en", "What is your name?", "yes please", ""),
    ("person_name", "en", "What is your name?", "Dr. Asha Rao", "Asha - Rao"),
    ("person_name", "en", "What is your name?", "my order is late", ""),
    ("person_name", "hi", "", "मेरा नाम आशा राव है", "आशा - राव"),
    ("person_name", "hi", "", "मैं राहुल हूँ", "राहुल - -"),
    ("person_name", "hi", "", "mera naam raj hai", "Raj - -"),
    ("person_name", "hi", "", "main Amit Kumar bol raha hoon", "Amit - Kumar"),
    ("person_name", "hi", "आपका नाम क्या है?", "आशा राव", "आशा - राव"),
    ("person_name", "es", "", "me llamo Juan Pérez", "Juan - Pérez"),
    ("person_name", "es", "", "soy María", "María - -"),
    ("person_name", "fr", "", "je m'appelle Jean Dupont", "Jean - Dupont"),
    ("person_name", "de", "", "ich heiße Anna Müller", "Anna - Müller"),
    ("person_name", "id", "", "nama saya Budi Santoso", "Budi - Santoso"),
    ("person_name", "ar", "", "اسمي أحمد علي", "أحمد - علي"),
    ("person_name", "kn", "", "ನನ್ನ ಹೆಸರು ರವಿ", "ರವಿ - -"),
    ("person_name", "ta", "", "என் பெயர் ரவி", "ரவி - -"),
    ("person_name", "te", "", "నా పేరు రవి", "రవి - -"),
    ("person_name", "ml", "", "എന്റെ പേര് രവി", "രവി - -"),
    ("person_name", "bn", "", "আমার নাম রবি", "রবি - -"),
    ("person_name", "gu", "", "મારું નામ રવિ છે", "રવિ - -"),
    ("person_name", "mr", "", "माझे नाव रवी आहे", "रवी - -"),
    ("city", "en", "", "flights from Mumbai to Delhi via Jaipur", "Mumbai from + Delhi to + Jaipur via"),
    ("city", "en", "", "bombay", "Mumbai"),
    ("city", "en", "", "new york", "New York"),
    ("city", "en", "", "have a nice day", ""),
    ("city", "en", "", "from Nice to Paris", "Nice from + Paris to"),
    ("city", "en", "", "I live in Pune", "Pune"),
    ("city", "en", "", "delhi to goa", "Delhi from + Goa to"),
    ("city", "en", "", "bangalore", "Bengaluru"),
    ("city", "hi", "", "मुंबई से दिल्ली", "Mumbai from + Delhi to"),
    ("city", "hi", "", "दिल्ली जाना है", "Delhi to"),
    ("city", "hi", "", "mumbai se pune", "Mumbai from + Pune to"),
    ("city", "hi", "", "दिल्ली होते हुए जयपुर", "Delhi via + Jaipur"),
    ("city", "mr", "", "मुंबईला", "Mumbai to"),
    ("city", "mr", "", "पुणे ते मुंबई", "Pune + Mumbai"),
    ("city", "ta", "", "சென்னையிலிருந்து மதுரைக்கு", "Chennai from + Madurai to"),
    ("city", "kn", "", "ಬೆಂಗಳೂರಿನಿಂದ ಮೈಸೂರಿಗೆ", "Bengaluru from + Mysuru to"),
    ("city", "bn", "", "হায়দ্রাবাদ থেকে কলকাতা", "Hyderabad from + Kolkata to"),
    ("city", "ar", "", "من الرياض إلى دبي", "Riyadh from + Dubai to"),
    ("city", "ar", "", "للرياض", "Riyadh"),
    ("city", "es", "", "de Madrid a Barcelona", "Madrid from + Barcelona to"),
    ("city", "fr", "", "de Paris à Lyon", "Paris from + Lyon to"),
    ("city", "de", "", "von Berlin nach München über Leipzig", "Berlin from + Munich to + Leipzig via"),
    ("city", "id", "", "dari Jakarta ke Bandung", "Jakarta from + Bandung to"),
    ("city", "te", "", "హైదరాబాద్ నుండి విజయవాడకు", "Hyderabad from + Vijayawada to"),
    ("city", "ml", "", "കൊച്ചിയിൽ നിന്ന് തിരുവനന്തപുരം വരെ", "Kochi from + Thiruvananthapuram to"),
    ("city", "gu", "", "સુરત થી અમદાવાદ", "Surat from + Ahmedabad to"),
    ("location", "en", "", "18.5204, 73.8567", "18.5204 73.8567"),
    ("location", "en", "", "lat: 18.52 lng: 73.85", "18.52 73.85"),
    ("location", "en", "", "18.52, 73.85 or lat: 19.07 lng: 72.87", "18.52 73.85 + 19.07 72.87"),
    ("location", "en", "", "Pune", "Pune"),
    ("location", "en", "", "near thane, mumbai", "Thane + Mumbai"),
    ("phone_number", "en", "", "call 9820334455 or 9820334456", "919820334455 + 919820334456"),
    ("phone_number", "en", "", "98203 34455", "919820334455"),
    ("phone_number", "en", "", "0091 9820334455", "919820334455"),
    ("phone_number", "en", "", "(022) 2645 1234", "912226451234"),
    ("phone_number", "en", "", "+91-9820-334455", "919820334455"),
    ("phone_number", "en", "", "09820334455", "919820334455"),
    ("phone_number", "en", "", "my number is 91 98203 34455", "919820334455"),
    ("phone_number", "en", "", "+44 20 7946 0958", "442079460958"),
    ("phone_number", "en", "", "9820334455, 9820334456", "919820334455 + 919820334456"),
    ("phone_number", "en", "", "982 033 4455", "919820334455"),
    ("budget", "en", "", "less than 2k", "0 2000"),
    ("budget", "en", "", "2000 to 3000", "2000 3000"),
    ("budget", "en", "", "my budget is 50 thousand", "0 50000"),
    ("budget", "en", "", "between 10k and 20k", "10000 20000"),
    ("budget", "en", "", "2-3 lakh", "200000 300000"),
    ("budget", "en", "", "above 5000 rs", "5000 None"),
    ("budget", "en", "", "i want 2 shirts under 500", "0 500"),
    ("budget", "en", "", "rs 500 - rs 1000", "500 1000"),
    ("budget", "en", "", "upto 1.5 lakh", "0 150000"),
    ("budget", "en", "", "5000+", "5000 None"),
    ("budget", "en", "", "500 or less", "0 500"),
    ("budget", "en", "", "from 200 to 300 rupees", "200 300"),
    ("budget", "en", "", "at least 3000", "3000 None"),
    ("budget", "en", "", "no less than 800", "800 None"),
    ("budget", "en", "", "minimum 500 maximum 900", "500 900"),
    ("budget", "en", "", "at most 900 and at least 500", "500 900"),
    ("budget", "en", "", "below 300 or above 600", "0 300 + 600 None"),
    ("budget", "hi", "", "दस से बीस हज़ार", "10000 20000"),
    ("budget", "mr", "", "दोन हजारांपेक्षा कमी", "0 2000"),
    ("budget", "en", "", "₹2,000 - ₹3,000", "2000 3000"),
    ("budget", "en", "", "not more than 4k", "0 4000"),
    ("budget", "en", "", "budget 1000", "0 1000"),
    ("budget", "hi", "", "2000 से 3000 के बीच", "2000 3000"),
    ("budget", "hi", "", "5000 से कम", "0 5000"),
    ("budget", "hi", "", "2 हजार तक", "0 2000"),
    ("budget", "hi", "", "दो हजार से ज्यादा", "2000 None"),
    ("budget", "hi", "", "kam se kam 500", "500 None"),
    ("budget", "hi", "", "do hazar se teen hazar tak", "2000 3000"),
    ("budget", "hi", "", "5 lakh ke andar", "0 500000"),
    ("budget", "mr", "", "5000 रुपयांपेक्षा कमी", "0 5000"),
    ("budget", "mr", "", "2000 ते 3000", "2000 3000"),
    ("budget", "gu", "", "5000 રૂપિયાથી ઓછા", "0 5000"),
    ("budget", "gu", "", "2000 થી 3000 સુધી", "2000 3000"),
    ("budget", "es", "", "menos de 500 euros", "0 500"),
    ("budget", "es", "", "entre 100 y 200 euros", "100 200"),
    ("budget", "es", "", "de 100 a 200", "100 200"),
    ("budget", "de", "", "zwischen 100 und 200 Euro", "100 200"),
    ("budget", "de", "", "unter 500 Euro", "0 500"),
    ("budget", "de", "", "bis zu 300", "0 300"),
    ("budget", "fr", "", "entre 100 et 200 euros", "100 200"),
    ("budget", "fr", "", "moins de 300 €", "0 300"),
    ("budget", "id", "", "kurang dari 500 ribu", "0 500000"),
    ("budget", "id", "", "antara 100 ribu dan 200 ribu", "100000 200000"),
    ("budget", "id", "", "5 juta ke atas", "5000000 None"),
    ("budget", "ar", "", "أقل من 500 ريال", "0 500"),
    ("budget", "ar", "", "بين 100 و 200 ريال", "100 200"),
    ("budget", "ta", "", "5000க்கு குறைவாக", "0 5000"),
    ("budget", "ta", "", "5000 ரூபாய்க்கு கீழ்", "0 5000"),
    ("budget", "ta", "", "2000 முதல் 3000 வரை", "2000 3000"),
    ("budget", "te", "", "5000 కంటే తక్కువ", "0 5000"),
    ("budget", "te", "", "2000 నుండి 3000 వరకు", "2000 3000"),
    ("budget", "kn", "", "5000ಕ್ಕಿಂತ ಕಡಿಮೆ", "0 5000"),
    ("budget", "kn", "", "2000 ರಿಂದ 3000", "2000 3000"),
    ("budget", "ml", "", "5000 രൂപയിൽ താഴെ", "0 5000"),
    ("budget", "ml", "", "2000 മുതൽ 3000 വരെ", "2000 3000"),
    ("budget", "bn", "", "৫০০০ টাকার কম", "0 5000"),
    ("budget", "bn", "", "২০০০ থেকে ৩০০০ টাকা", "2000 3000"),
    ("currency", "en", "", "Rs.500", "500 rupees"),
    ("currency", "en", "", "50.00 rupees", "50.00 rupees"),
    ("currency", "en", "", "$5", "5 dollars"),
    ("currency", "en", "", "five hundred dollars", "500 dollars"),
    ("currency", "en", "", "INR500", "500 rupees"),
    ("currency", "en", "", "500/-", "500 None"),
    ("currency", "en", "", "100", "100 None"),
    ("currency", "en", "", "10k", "10000 None"),
    ("currency", "en", "", "2 kg and 20 euros", "20 euros"),
    ("number_range", "en", "", "2 lakh to 5 lakh rupees", "200000 500000 rupees"),
    ("number_range", "en", "", "above 200000", "200000 None None"),
    ("number_range", "en", "", "20-30 people", "20 30 people"),
    ("number_range", "en", "", "I need 5", ""),
    ("number_range", "en", "", "below 18", "None 18 None"),
]


@pytest.mark.parametrize(("type_", "language", "bot_message", "text", "found"), CASES)
def test_what_each_type_finds(type_: EntityType, language: str, bot_message: str, text: str, found: str) -> None:
    """And what it leaves alone."""
    entries = detect(text, EntitySpec(name="it", type=type_), language, bot_message)
    assert all(text[one.start : one.end] == one.original_text for one in entries)
    assert " + ".join(_short(type_, one.value) for one in entries) == found


@given(number=st.integers(20_000_000_000, 99_999_999_999), place=st.integers(0, 11), step=st.integers(1, 9))
def test_any_one_wrong_figure_is_noticed_in_an_aadhaar_number(number: int, place: int, step: int) -> None:
    """One check digit fits; no number with one figure changed does."""
    [right] = [f"{number}{check}" for check in range(10) if is_checked(f"{number}{check}")]
    wrong = right[:place] + str((int(right[place]) + step) % 10) + right[place + 1 :]
    assert not is_checked(wrong)


def test_a_number_in_a_unit_is_found_in_that_unit_only() -> None:
    """Any currency, or a unit by any of its names."""
    money = EntitySpec(name="price", type="number", unit="currency")
    weight = EntitySpec(name="weight", type="number", unit="kg")
    said = "2 apples for 100rs and 5 kilos of rice"
    assert [one.value for one in detect(said, money, "en")] == [{"value": "100", "unit": "rupees"}]
    assert {"value": "5", "unit": "kg"} in [one.value for one in detect(said, weight, "en")]
    assert {"value": "100", "unit": "kg"} not in [one.value for one in detect(said, weight, "en")]


def _short(type_: EntityType, value: EntityValue) -> str:
    if isinstance(value, str):
        return value
    if type_ == "person_name":
        return " ".join(str(part or "-") for part in value.values())
    if type_ == "city":
        return " ".join([str(value["value"]), *(key for key in value if key != "value")])
    return " ".join(str(part) for part in value.values())


def test_every_city_has_a_name() -> None:
    """An empty name would be a city that nobody said."""
    names = [name for city, others in known_cities().items() for name in (city, *others)]
    assert [name for name in names if not name.strip()] == []
