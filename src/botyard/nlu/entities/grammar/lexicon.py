"""What words mean to the detectors: one table for a message's language, English and every script in the message.

A phrase of one or several words means something for each kind it belongs to: "second" is an ordinal and a unit. The
tables are written in `lang/<code>.toml`; `tools/entity_words.py` makes modules of them, so that nothing is read from
disk while somebody waits.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import TypeAlias

import msgspec
import regex
from msgspec import Struct

from botyard.nlu.entities.lang import TABLES
from botyard.nlu.language import folded
from botyard.nlu.understanding import Language

Words: TypeAlias = str  # phrases parted by |
Kind: TypeAlias = str
Meaning: TypeAlias = str | int | Decimal | tuple[str, Decimal] | None
Stem: TypeAlias = tuple[str, str]  # a word without its ending, and the ending

_WORD = regex.compile(r"[\p{L}\p{M}\u200c\u200d]+|\p{Sc}|%")
# Spelling varies in joiners, the dot under a letter, which sign makes a vowel nasal, and how Arabic seats its hamza;
# in northern Indian scripts in the length of i and u; in Malayalam in whether the last half vowel is a u.
_SAME = str.maketrans(
    {
        "\u200c": None, "\u200d": None, "\u093c": None, "\u09bc": None, "\u0901": "\u0902", "\u0640": None,
        "\u0931": "र", "أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ة": "ه", "ؤ": "و", "ئ": "ي", "ৱ": "র",
    }
    | {chr(code): None for code in range(0x064B, 0x0653)}
    | dict(zip("ईीऊूঈীঊূઈીઊૂ", "इिउुইিউুઇિઉુ", strict=True))
)  # fmt: skip
_CHILLU = {"ൻ": "ന്", "ൺ": "ണ്", "ർ": "ര്", "ൽ": "ല്", "ൾ": "ള്", "ൿ": "ക്"}
_HALF_VOWELS = ("ു", "്")
_ACCENT = regex.compile(r"(?<=\p{Latin})\p{Mn}+")


class Table(Struct, frozen=True, forbid_unknown_fields=True):
    """One language's words, as its file has them; every string is phrases parted by |.

    decimal_comma: whether people write 1.250,50 and not 1,250.50.
    suffixes, prefixes: what grammar hangs on a word; lost_vowels: what a word ends in that an ending takes the place
    of; in_endings: those endings that make "days" "in days". count: whole numbers that stand for themselves. joints:
    what numbers are written together with, in one word: drei-tausend-vier. tens: those that a unit may follow. times:
    what multiplies, below a scale. halves: with the number named ("dedh"); quarters: before the number; and_half:
    behind it. holidays: by month and day, "12-25", where they fall each year. signs: words without a value, by kind.
    """

    decimal_comma: bool = False
    suffixes: Words = ""
    lost_vowels: Words = ""
    prefixes: Words = ""
    in_endings: Words = ""
    joints: Words = ""
    count: dict[str, Words] = {}
    tens: dict[str, Words] = {}
    times: dict[str, Words] = {}
    scales: dict[str, Words] = {}
    glued_scales: dict[str, Words] = {}
    halves: dict[str, Words] = {}
    quarters: dict[str, Words] = {}
    and_half: dict[str, Words] = {}
    ordinals: dict[str, Words] = {}
    months: tuple[Words, ...] = ()
    weekdays: tuple[Words, ...] = ()
    days: dict[str, Words] = {}
    holidays: dict[str, Words] = {}
    units: dict[str, Words] = {}
    parts: dict[str, Words] = {}
    money: dict[str, Words] = {}
    measures: dict[str, Words] = {}
    signs: dict[str, Words] = {}


class Word(Struct, frozen=True):
    """What is known of one word. forms: as it stands, then without its ending.

    meanings: of both, by kind, the first going first. begun: those that a longer phrase begins with; seconds: the words
    that such a phrase goes on with. ending: the kinds of what was taken off.
    """

    forms: tuple[str, ...]
    meanings: Mapping[Kind, Meaning]
    begun: tuple[str, ...]
    seconds: frozenset[str]
    ending: frozenset[Kind]


class Lexicon:
    """The tables that are asked about one message, the first with the first word."""

    def __init__(self, spoken: tuple["Spoken", ...]) -> None:
        self._spoken = spoken
        self.decimal_comma = spoken[0].decimal_comma
        self._in_endings = tuple(ending for one in spoken for ending in one.in_endings)

    def word(self, key: str) -> Word:
        """Look up one word; what people say again and again is remembered."""
        return _remembered(self, key) if len(key) <= LONGEST_REMEMBERED else self.looked_up(key)

    def looked_up(self, key: str) -> Word:
        """Look up one word: as it stands, and without its ending where a known word is left."""
        stem, suffix = self.stem(key)
        forms = (key,) if stem == key else (key, stem)
        meanings = {kind: meaning for form in reversed(forms) for kind, meaning in self.meanings(form).items()}
        taken: set[Kind] = set(self.meanings(suffix)) if suffix else set()
        if self._in_endings and not key.isascii() and key.endswith(self._in_endings):
            taken.add("later")
        begun = tuple(form for form in forms if self.begins(form))
        seconds = frozenset().union(*(one.seconds.get(form, ()) for one in self._spoken for form in begun))
        return Word(forms, meanings, begun, seconds, frozenset(taken))

    def meanings(self, phrase: str) -> Mapping[Kind, Meaning]:
        """Tell what a phrase means, by kind; empty where nobody knows it."""
        found = _NOTHING
        for one in self._spoken:  # asked for every two words that may be a phrase
            meant = one.phrases.get(phrase)
            if meant is not None:
                found = {**meant, **found} if found else meant
        return found

    def begins(self, phrase: str) -> bool:
        """Whether a longer phrase begins with this one."""
        for one in self._spoken:  # noqa: SIM110 - asked as often; any() makes a generator each time
            if phrase in one.beginnings:
                return True
        return False

    def stem(self, key: str) -> Stem:
        """Take off what grammar hung on an unknown word, where a known one is left; else the word itself."""
        if len(key) < _SHORTEST_INFLECTED or any(one.knows(key) for one in self._spoken):
            return key, ""
        return next((found for one in self._spoken if (found := one.stem(key))[0] != key), (key, ""))

    def parts(self, key: str) -> tuple[str, ...]:
        """Part a number that is written as one word at its joint; any other word is one part."""
        for one in self._spoken:
            for joint in one.joints:
                before, found, behind = key.partition(joint)
                if found and (before or behind) and self._are_numbers(before, behind) and not one.knows(key):
                    return tuple(part for part in (before, joint, behind) if part)
        return (key,)

    def _are_numbers(self, before: str, behind: str) -> bool:
        return all(not word or "number" in self.meanings(word) for word in (before, behind))


class Spoken(Struct, frozen=True):
    """One language's words. phrases: keys of words joined by a space; beginnings: of phrases of several words.

    seconds: what stands second in those, by what stands first.
    """

    phrases: Mapping[str, Mapping[Kind, Meaning]]
    beginnings: frozenset[str]
    seconds: Mapping[str, frozenset[str]]
    suffixes: tuple[str, ...]
    prefixes: tuple[str, ...]
    lost_vowels: tuple[str, ...]
    in_endings: tuple[str, ...]
    joints: tuple[str, ...]
    decimal_comma: bool

    def knows(self, key: str) -> bool:
        """Whether a word is one, or begins a phrase."""
        return len(key) > 1 and (key in self.phrases or key in self.beginnings)

    def stem(self, key: str) -> Stem:
        """Take an ending or a beginning off, the longest first; give what is left, and the ending."""
        for suffix in self.suffixes if key.endswith(self.suffixes) else ():
            if key.endswith(suffix):
                bare = key[: -len(suffix)]
                for lost in ("", *self.lost_vowels):
                    if self.knows(bare + lost):
                        return bare + lost, suffix
        for prefix in self.prefixes if key.startswith(self.prefixes) else ():
            if key.startswith(prefix) and self.knows(key[len(prefix) :]):
                return key[len(prefix) :], ""
        return key, ""


_NOTHING: Mapping[Kind, Meaning] = {}
_SHORTEST_INFLECTED = 3
LONGEST_REMEMBERED = 40
_LANGUAGE_OF_SCRIPT = (
    ("\u0900", "\u097f", "hi"), ("\u0980", "\u09ff", "bn"), ("\u0a80", "\u0aff", "gu"), ("\u0b80", "\u0bff", "ta"),
    ("\u0c00", "\u0c7f", "te"), ("\u0c80", "\u0cff", "kn"), ("\u0d00", "\u0d7f", "ml"), ("\u0600", "\u06ff", "ar"),
)  # fmt: skip


def lexicon_for(text: str, language: Language) -> Lexicon:
    """Choose the tables for a message: its language first, English, and the first language of each other script."""
    base = language.replace("_", "-").partition("-")[0].lower()
    languages = [base] if base in TABLES else []
    if not text.isascii():
        top = max(text)
        spoken = (
            code for low, high, code in _LANGUAGE_OF_SCRIPT if low <= top and regex.search(f"[{low}-{high}]", text)
        )
        languages += [code for code in spoken if not (code == "hi" and base == "mr")]
    return _lexicon(tuple(dict.fromkeys([*languages, "en"])))


@lru_cache(maxsize=64)
def _lexicon(languages: tuple[Language, ...]) -> Lexicon:
    return Lexicon(tuple(_spoken(code) for code in languages))


@lru_cache(maxsize=16_384)
def _remembered(lexicon: Lexicon, key: str) -> Word:
    return lexicon.looked_up(key)


@lru_cache(maxsize=64)
def _spoken(language: Language) -> Spoken:
    table = table_of(language)
    phrases: dict[str, dict[Kind, Meaning]] = {}
    for phrase, kind, meaning in _entries(table):
        phrases.setdefault(phrase, {}).setdefault(kind, meaning)
    several = [phrase.split(" ") for phrase in phrases if " " in phrase]
    seconds: dict[str, set[str]] = {}
    for words in several:
        seconds.setdefault(words[0], set()).add(words[1])
    return Spoken(
        phrases,
        frozenset(" ".join(words[:n]) for words in several for n in range(1, len(words))),
        {first: frozenset(found) for first, found in seconds.items()},
        tuple(sorted(keys(table.suffixes), key=len, reverse=True)),
        tuple(sorted(keys(table.prefixes), key=len, reverse=True)),
        tuple(filter(None, table.lost_vowels.split("|"))),
        tuple(keys(table.in_endings)),
        tuple(keys(table.joints)),
        table.decimal_comma,
    )


def table_of(language: Language) -> Table:
    """Read a language's table; KeyError where there is none."""
    return msgspec.json.decode(TABLES[language], type=Table)


def _entries(table: Table) -> Iterator[tuple[str, Kind, Meaning]]:
    yield from _numbers(table)
    for n, words in enumerate(table.months, 1):
        yield from ((key, "month", n) for key in keys(words))
    for n, words in enumerate(table.weekdays):
        yield from ((key, "weekday", n) for key in keys(words))
    named: tuple[tuple[Kind, Mapping[str, Words]], ...] = (
        ("day", table.days), ("holiday", table.holidays), ("unit", table.units), ("part", table.parts),
        ("money", table.money), ("measure", table.measures),
    )  # fmt: skip
    for kind, by_value in named:
        for value, words in by_value.items():
            yield from ((key, kind, value) for key in keys(words))
    for nth, words in table.ordinals.items():
        yield from ((key, "ordinal", int(nth)) for key in keys(words))
    for kind, words in table.signs.items():
        yield from ((key, kind, None) for key in keys(words))


def _numbers(table: Table) -> Iterator[tuple[str, Kind, Meaning]]:
    classes: tuple[tuple[str, Mapping[str, Words]], ...] = (
        ("count", table.count), ("tens", table.tens), ("times", table.times), ("scale", table.scales),
        ("half", table.halves), ("quarter", table.quarters), ("and_half", table.and_half),
    )  # fmt: skip
    for class_, by_value in classes:
        for value, words in by_value.items():
            yield from ((key, "number", (class_, Decimal(value))) for key in keys(words))
    for by_value in (table.glued_scales, table.scales):
        for value, words in by_value.items():
            yield from ((key, "glued_scale", Decimal(value)) for key in keys(words))


def keys(words: Words) -> list[str]:
    """Give the keys of phrases parted by |."""
    return [key for phrase in words.split("|") if (key := " ".join(map(key_of, _WORD.findall(phrase))))]


@lru_cache(maxsize=8192)
def key_of(word: str) -> str:
    """Fold a word so that its usual spellings are one."""
    if word.isascii():
        return word.lower()
    plain = folded(word)
    if plain[0] < "\u0250":
        plain = _ACCENT.sub("", unicodedata.normalize("NFD", plain))
    for chillu, spelt in _CHILLU.items():
        plain = plain.replace(chillu, spelt)
    plain = plain.translate(_SAME)
    return plain[:-1] + _HALF_VOWELS[1] if plain.endswith(_HALF_VOWELS[0]) else plain
