"""Words that are numbers, in English and Hindi. Hindi has a word of its own for each number up to a hundred."""

from decimal import Decimal

from botyard.nlu.language import folded

# Spelling varies in the dot under a letter and in which sign makes a vowel nasal; neither tells two numbers apart.
_SAME = str.maketrans({"\u093c": None, "\u0901": "\u0902"})


def number_key(word: str) -> str:
    """Fold a word so that its usual spellings are one."""
    return folded(word).translate(_SAME)


def _counted(words: str, first: int = 0) -> dict[str, Decimal]:
    """Read a list of number words that counts up from `first`; spellings of one number are parted by |."""
    numbers = enumerate(words.split(), start=first)
    return {number_key(word): Decimal(n) for n, spellings in numbers for word in spellings.split("|")}


ENGLISH_SMALL = _counted(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
ENGLISH_TENS = {
    word: 10 * n
    for word, n in _counted("twenty thirty forty|fourty fifty sixty seventy eighty ninety|ninty", first=2).items()
}
HINDI = _counted(
    "शून्य एक दो तीन चार पाँच छह|छः|छै|छे सात आठ नौ "
    "दस ग्यारह बारह तेरह चौदह पंद्रह|पन्द्रह सोलह सत्रह अठारह|अट्ठारह उन्नीस "
    "बीस इक्कीस बाईस|बाइस तेईस|तेइस चौबीस पच्चीस छब्बीस सत्ताईस|सत्ताइस अट्ठाईस|अट्ठाइस|अठ्ठाईस|अठाईस उनतीस|उन्तीस "
    "तीस इकतीस|इकत्तीस|इक्कतीस बत्तीस तैंतीस|तेंतीस|तैतीस चौंतीस|चौतीस पैंतीस|पैतीस छत्तीस सैंतीस|सैतीस "
    "अड़तीस उनतालीस|उन्तालीस|उनचालीस "
    "चालीस इकतालीस बयालीस|बियालीस तैंतालीस|तेंतालीस|तैतालीस|तिरालीस चौवालीस|चवालीस|चौंवालीस पैंतालीस|पैतालीस "
    "छियालीस|छयालीस सैंतालीस|सैतालीस "
    "अड़तालीस उनचास|उन्चास "
    "पचास इक्यावन|इक्यावान बावन तिरपन|तिरेपन चौवन|चौव्वन पचपन छप्पन सत्तावन अट्ठावन|अठावन|अठ्ठावन उनसठ "
    "साठ इकसठ बासठ तिरसठ|तिरेसठ|तरेसठ चौंसठ|चौसठ पैंसठ|पैसठ छियासठ|छाछठ सड़सठ|सरसठ अड़सठ उनहत्तर|उनहतर "
    "सत्तर इकहत्तर|इकहतर बहत्तर|बहतर तिहत्तर|तिहतर चौहत्तर|चौहतर पचहत्तर|पिचहत्तर|पचहतर छिहत्तर|छिहतर "
    "सतहत्तर|सतहतर अठहत्तर|अठहतर "
    "उनासी|उन्यासी|उन्नासी "
    "अस्सी इक्यासी बयासी|बियासी तिरासी|तेरासी चौरासी पचासी छियासी सत्तासी|सतासी अट्ठासी|अठासी|अठ्ठासी नवासी "
    "नब्बे इक्यानवे|इक्यानबे बानवे|बानबे तिरानवे|तिरानबे चौरानवे|चौरानबे पचानवे|पंचानवे|पचानबे|पंचानबे छियानवे|छियानबे "
    "सत्तानवे|सत्तानबे|सतानवे अट्ठानवे|अठानवे|अट्ठानबे|अठ्ठानवे निन्यानवे|निन्यानबे"
)
# Hindi as it is typed with Latin letters; only for those who speak it, since "do" and "teen" are English words too.
HINDI_IN_LATIN = _counted(
    "shunya|shoonya ek do|doh teen|tin char|chaar panch|paanch|pach chhe|che|chhah|chah saat|sat aath|aat nau "
    "das|dus gyarah|gyara barah|bara terah|tera chaudah|chauda pandrah|pandra solah|sola satrah|satra atharah|athara "
    "unnis|unnees bees|bis",
) | {
    "pachees": Decimal(25), "pachis": Decimal(25), "tees": Decimal(30), "tis": Decimal(30), "chalis": Decimal(40),
    "chalees": Decimal(40), "pachas": Decimal(50), "pachaas": Decimal(50), "saath": Decimal(60), "sattar": Decimal(70),
    "assi": Decimal(80), "nabbe": Decimal(90),
}  # fmt: skip

# One and a half and two and a half have words of their own; the rest are quarters before or after the number named.
HALVES = {number_key(w): Decimal(v) for w, v in {"डेढ़": "1.5", "ढाई": "2.5", "dedh": "1.5", "dhai": "2.5"}.items()}
QUARTERS = {
    number_key(word): Decimal(value)
    for words, value in {"सवा sava sawa": "0.25", "साढ़े साढे sadhe saadhe": "0.5", "पौने paune": "-0.25"}.items()
    for word in words.split()
}
HUNDRED = frozenset(number_key(word) for word in ("hundred", "hundreds", "सौ", "sau"))
SCALES = {
    number_key(word): Decimal(value)
    for words, value in {
        "dozen dozens दर्जन": 12,
        "thousand thousands हज़ार hazar hazaar hajar hajaar": 1_000,
        "lakh lakhs lac lacs लाख": 100_000,
        "million millions": 1_000_000,
        "crore crores करोड़ karod": 10_000_000,
        "billion billions अरब": 1_000_000_000,
    }.items()
    for word in words.split()
}
# These follow figures at once, and only figures: 10k, 2cr.
SUFFIXES = {"k": Decimal(1_000), "cr": Decimal(10_000_000), **SCALES}
AND = frozenset({"and"})
# "This one" is no number.
_POINTING = "this that which no any every some each other another good last first next the new old same right wrong"
POINTS_AT_ONE = frozenset(_POINTING.split())
