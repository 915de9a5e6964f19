"""Which of a few things that were offered an answer names in words: "two", "the second one", "la segunda", "दूसरा"."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from botyard.nlu.language import western_digits, words
from botyard.nlu.understanding import Language

# By language: the words for the first, the second, the third and the fourth, and what may stand around them.
_SAID: Mapping[Language, tuple[str, str, str, str, str]] = {
    "en": ("one first 1st", "two second 2nd", "three third 3rd", "four fourth 4th", "the one option number please"),
    "es": (
        "uno una primero primera primer",
        "dos segundo segunda",
        "tres tercero tercera tercer",
        "cuatro cuarto cuarta",
        "el la lo opción opcion número numero por favor",
    ),
    "fr": (
        "un une premier première premiere",
        "deux deuxième deuxieme second seconde",
        "trois troisième troisieme",
        "quatre quatrième quatrieme",
        "le la l option numéro numero svp s il vous te plaît plait",
    ),
    "de": (
        "eins erste ersten erster erstes",
        "zwei zweite zweiten zweiter zweites",
        "drei dritte dritten dritter drittes",
        "vier vierte vierten vierter viertes",
        "der die das den nummer option bitte",
    ),
    "id": ("satu pertama", "dua kedua", "tiga ketiga", "empat keempat", "yang nomor no pilihan ke"),
    "hi": (
        "एक पहला पहली पहले ek pehla pehli pahla pahli",
        "दो दूसरा दूसरी दूसरे do dusra dusri doosra doosri",
        "तीन तीसरा तीसरी तीसरे teen teesra teesri tisra tisri",
        "चार चौथा चौथी चौथे char chaar chautha chauthi",
        "वाला वाली वाले नंबर नम्बर विकल्प wala wali number option",
    ),
    "mr": (
        "एक पहिला पहिली पहिले ek pahila pahili",
        "दोन दुसरा दुसरी दुसरे dusra dusri",
        "तीन तिसरा तिसरी तिसरे teen tisra tisri",
        "चार चौथा चौथी चौथे char chaar",
        "वाला वाली नंबर क्रमांक पर्याय number option",
    ),
    "gu": (
        "એક પહેલો પહેલી પહેલું પહેલા ek pehlo",
        "બે બીજો બીજી બીજું bijo",
        "ત્રણ ત્રીજો ત્રીજી ત્રીજું tran trijo",
        "ચાર ચોથો ચોથી ચોથું char",
        "વાળો વાળી વાળું નંબર વિકલ્પ number option",
    ),
    "bn": (
        "এক একটা প্রথম প্রথমটা প্রথমটি ek prothom",
        "দুই দুটো দ্বিতীয় দ্বিতীয়টা দ্বিতীয়টি dui ditio",
        "তিন তিনটা তৃতীয় তৃতীয়টা তৃতীয়টি",
        "চার চারটা চতুর্থ চতুর্থটা চতুর্থটি char",
        "নম্বর নাম্বার টা number option",
    ),
    "ta": (
        "ஒன்று முதல் முதலாவது onnu mudhal",
        "இரண்டு ரெண்டு இரண்டாவது rendu",
        "மூன்று மூணு மூன்றாவது moonu",
        "நான்கு நாலு நான்காவது naalu",
        "எண் விருப்பம் number option",
    ),
    "te": (
        "ఒకటి మొదటి మొదటిది okati modati",
        "రెండు రెండో రెండవ రెండోది రెండవది rendu rendo",
        "మూడు మూడో మూడవ మూడోది మూడవది moodu",
        "నాలుగు నాలుగో నాలుగవ నాలుగోది nalugu",
        "నంబర్ ఎంపిక number option",
    ),
    "kn": (
        "ಒಂದು ಮೊದಲ ಮೊದಲನೆಯ ಮೊದಲನೆಯದು ondu",
        "ಎರಡು ಎರಡನೇ ಎರಡನೆಯ ಎರಡನೆಯದು eradu",
        "ಮೂರು ಮೂರನೇ ಮೂರನೆಯ ಮೂರನೆಯದು mooru",
        "ನಾಲ್ಕು ನಾಲ್ಕನೇ ನಾಲ್ಕನೆಯ ನಾಲ್ಕನೆಯದು nalku",
        "ಸಂಖ್ಯೆ ಆಯ್ಕೆ number option",
    ),
    "ml": (
        "ഒന്ന് ആദ്യം ആദ്യത്തെ ഒന്നാമത്തെ ഒന്നാമത്തേത് onnu",
        "രണ്ട് രണ്ടാമത്തെ രണ്ടാമത്തേത് randu",
        "മൂന്ന് മൂന്നാമത്തെ മൂന്നാമത്തേത് moonnu",
        "നാല് നാലാമത്തെ നാലാമത്തേത് naalu",
        "നമ്പർ ഓപ്ഷൻ number option",
    ),
    "ar": (
        "واحد واحدة الأول الأولى الاول الاولى",
        "اثنان اثنين اتنين الثاني الثانية",
        "ثلاثة ثلاث الثالث الثالثة",
        "أربعة اربعة أربع الرابع الرابعة",
        "رقم الخيار خيار من فضلك",
    ),
}


_MOST_WORDS = 7  # "le deuxième s'il vous plaît" has six


def choice_said(text: str, languages: Iterable[Language]) -> int:
    """Tell the number that an answer names in one of these languages or in English; 0 for none, or for several."""
    said = words(western_digits(text))
    if not 0 < len(said) <= _MOST_WORDS:
        return 0
    return next(filter(None, (_named(said, code) for code in (*languages, "en") if code in _SAID)), 0)


def _named(said: Sequence[str], language: Language) -> int:
    numbers, around = _table(language)
    if not all(word in numbers or word in around for word in said):
        return 0
    named = [numbers[word] for word in said if word in numbers]
    if len(named) > 1 and said[-1] in around:
        named.pop()  # the one of "the second one"
    return named[0] if len(set(named)) == 1 else 0


@cache
def _table(language: Language) -> tuple[Mapping[str, int], frozenset[str]]:
    *numbered, around = _SAID[language]
    numbers = {word: number for number, listed in enumerate(numbered, start=1) for word in words(f"{number} {listed}")}
    return numbers, frozenset(words(around))
