"""Text as understanding sees it: normalised, in words, as the key of an exact sentence, and by script.

Vowel signs of Indic scripts are marks (category M) and belong to their word: they are never stripped, and the word
characters of Python's own `re` are not used because they cut words at them.
"""

import re
import unicodedata
from collections import Counter
from functools import lru_cache
from itertools import pairwise

import regex

# A word is letters, marks and figures; the signs of "C++" and "C#" belong to it; an emoji is a word of its own.
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:[+#]+(?![\p{L}\p{N}]))?|\p{So}[\p{M}\p{Sk}]*")
# The same of ASCII alone, of which most messages are: Python's own library reads those quicker.
_ASCII_WORD = re.compile(r"[a-z0-9]+(?:[+#]+(?![a-z0-9]))?")
_ASCII_FIGURES = re.compile(r"[a-z0-9]+")
_WITHOUT_JOINERS = str.maketrans("", "", "\u200c\u200d\ufe0e\ufe0f")  # they shape letters and emoji and say nothing
# What nobody sees: soft hyphens, spaces without a width, marks of direction. Pages and messengers copy them along.
_UNSEEN = regex.compile(r"[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]+")
_NO_FIGURE = regex.compile(r"[^\p{L}\p{M}\p{N}]+")
_FIGURE = regex.compile(r"\d")
_ASCII_NO_LETTERS = bytes(code for code in range(128) if not chr(code).isalpha())

# The languages people write in each script, ISO 639-1 (639-2 where there is none).
LANGUAGES_OF_SCRIPT: dict[str, frozenset[str]] = {
    script: frozenset(languages.split())
    for script, languages in {
        "latin": "af az bs ca cs cy da de en es et eu fi fil fr ga gl hr hu id is it lt lv ms mt nl no pl pt ro sk sl "
        "so sq sr sv sw tl tr uz vi yo zu",
        "devanagari": "hi mr ne sa kok mai bho doi",
        "bengali": "bn as",
        "gurmukhi": "pa",
        "gujarati": "gu",
        "oriya": "or",
        "tamil": "ta",
        "telugu": "te",
        "kannada": "kn",
        "malayalam": "ml",
        "sinhala": "si",
        "arabic": "ar fa ur ps sd ks pa",
        "hebrew": "he yi",
        "cyrillic": "ru uk be bg mk sr kk ky mn tg",
        "greek": "el",
        "armenian": "hy",
        "georgian": "ka",
        "ethiopic": "am ti",
        "thai": "th",
        "lao": "lo",
        "khmer": "km",
        "myanmar": "my",
        "hangul": "ko",
        "hiragana": "ja",
        "katakana": "ja",
        "cjk": "zh ja",
    }.items()
}

# "Unambiguous" needs letters to judge by; one letter is as often a name or a slip as a language.
_FEWEST_LETTERS = 2


def normalise(text: str) -> str:
    """Fold away what never changes the meaning: width, ligatures, case, which digits, how many spaces."""
    return _FIGURE.sub("0", " ".join(folded(text).split()))


def folded(text: str) -> str:
    """NFKC and casefold, without what nobody sees; digits stay what they are."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", as_seen(text)).casefold())


def as_seen(text: str) -> str:
    """Leave out what has no shape and shapes nothing: on a screen, what stands around it stands side by side."""
    return text if text.isascii() else _UNSEEN.sub("", text)


def beginning(text: str, chars: int) -> str:
    """Cut a text to so many characters, and to as many once it is folded: one ligature may be eighteen letters."""
    text = text[:chars]
    if text.isascii():
        return text
    plain = folded(text)
    return text if len(plain) <= chars else plain[:chars]


def words(text: str) -> list[str]:
    """Folded words in order. An apostrophe parts them: joined ("dont") they cost 0.008 MCC on HINT3's sofmattress."""
    if text.isascii():
        return _ASCII_WORD.findall(text.lower())
    return _WORD.findall(folded(text).translate(_WITHOUT_JOINERS))


@lru_cache(maxsize=32)  # each of a bot's languages and its small talk asks for the key of the same message
def exact_key(text: str) -> str:
    """Equal for two sentences whose letters and digits are equal, whatever their case, punctuation and spacing.

    Digits of any script count by their value, and two numbers side by side stay two. Without letters and
    digits the key is the emoji there are, else the punctuation; a blank text has the empty key, nobody's sentence.
    """
    plain = western_digits(folded(text).translate(_WITHOUT_JOINERS))
    is_ascii = plain.isascii()
    pieces = _ASCII_FIGURES.findall(plain) if is_ascii else [piece for piece in _NO_FIGURE.split(plain) if piece]
    if not pieces:
        return "".join(words(plain) or plain.split())
    joined = pieces[:1]
    for before, piece in pairwise(pieces):
        if piece[0].isdigit() and before[-1].isdigit():
            joined.append("\n")
        joined.append(piece)
    return "".join(joined)


def western_digits(text: str) -> str:
    """Write decimal digits of any script as 0-9, one character for one, so that places in the text still hold."""
    return text if text.isascii() else _FIGURE.sub(_western, text)


def _western(figure: regex.Match[str]) -> str:
    """The regex library may know figures of a newer Unicode than this Python, which could not count with them."""
    value = unicodedata.decimal(figure[0], None)
    return "\N{REPLACEMENT CHARACTER}" if value is None else str(value)


def script_of(text: str) -> str | None:
    """Tell which script a text is written in, or None where that is not beyond doubt.

    Brand names stay Latin in every language, so Latin words cast no doubt on another script that has more; two other
    scripts in one text, or fewer than two letters, do.
    """
    if text.isascii():
        return "latin" if count_letters(text) >= _FEWEST_LETTERS else None
    counts: dict[str, int] = {}
    letters = 0
    for word in words(text):
        inside = [c for c in word if c.isalpha()]
        letters += len(inside)
        if inside:
            script = _script(inside[0])
            counts[script] = counts.get(script, 0) + 1
    latin = counts.pop("latin", 0)
    script, most = counts.popitem() if counts else ("latin", latin + 1)
    is_clear = not counts and most > latin and letters >= _FEWEST_LETTERS
    return script if is_clear and script in LANGUAGES_OF_SCRIPT else None


def count_letters(text: str) -> int:
    """Count a text's letters, of whatever script."""
    if text.isascii():
        return len(text.encode().translate(None, _ASCII_NO_LETTERS))
    return sum(letter.isalpha() for letter in folded(text))


def letters_in(text: str) -> dict[str, int]:
    """Count a text's letters by script."""
    if text.isascii():
        letters = count_letters(text)
        return {"latin": letters} if letters else {}
    counts: dict[str, int] = {}
    for letter, times in Counter(folded(text)).items():
        if letter.isalpha():
            script = _script(letter)
            counts[script] = counts.get(script, 0) + times
    return counts


@lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    return unicodedata.name(letter, "unknown").split()[0].lower()
