"""Cities and places: named ones of a shipped list and of the builder's own, with from, to and via; and coordinates."""

from collections.abc import Iterator
from functools import lru_cache

import regex
from msgspec import Struct
from rapidfuzz import process
from rapidfuzz.distance import OSA

from botyard.nlu.entities.found import Find, Heard, standing
from botyard.nlu.entities.grammar.lexicon import LONGEST_REMEMBERED, key_of, keys
from botyard.nlu.entities.grammar.said import Said, asks, said
from botyard.nlu.entities.names.cities import AMBIGUOUS, known_cities
from botyard.nlu.entities.taught.listed import EVERYDAY
from botyard.nlu.language import western_digits
from botyard.nlu.understanding import EntityFound, EntityPart, EntitySpec, EntityValue

_NUMBER = r"[-+]?\d{1,3}(?:\.\d+)"
_PAIR = regex.compile(rf"(?<![\d.])(?P<lat>{_NUMBER})\s*[,;]\s*(?P<lng>{_NUMBER})(?![\d.])")
_NAMED = regex.compile(
    rf'"?lat(?:itude)?"?\s*[:=]\s*"?(?P<lat>{_NUMBER})"?[\s,;&]+"?(?:lng|lon|long|longitude)"?\s*[:=]\s*"?(?P<lng>{_NUMBER})'
)
_ROLES = ("from", "to", "via")
_MOST_LATITUDE, _MOST_LONGITUDE = 90, 180
_LONGEST_NAME = 5  # words
_LEAST_MISSPELT = 6  # letters; shorter ones are one letter away from everyday words, as Thane is from thank
_LEAST_STEM = 3  # characters that are left of an inflected name


class _Places(Struct, frozen=True):
    names: dict[str, str]
    beginnings: frozenset[str]
    spelt: tuple[str, ...]


class _Place(Struct, frozen=True):
    first: int
    end: int
    name: str
    ending: str = ""
    is_ambiguous: bool = False


def prepare_city(spec: EntitySpec) -> Find:
    """Find cities; value: the name in English, with "from", "to" or "via" where it was said."""
    places = _with_own(spec)

    def find(text: str, heard: Heard) -> list[EntityFound]:
        around = said(text, heard.language)
        is_asked_for = asks(heard.bot_message, heard.language, "asks_place")
        found = _chosen(around, list(_found(around, places)), is_asked_for=is_asked_for)
        roles = _roles(around, found)
        return [
            standing(text, *around.place(one.first, one.end), _value(one, role))
            for one, role in zip(found, roles, strict=True)
        ]

    return find


def prepare_location(spec: EntitySpec) -> Find:
    """Find places: coordinates that were shared or typed, else cities."""
    cities = prepare_city(spec)

    def find(text: str, heard: Heard) -> list[EntityFound]:
        plain = western_digits(text)
        matches = [*_NAMED.finditer(plain), *_PAIR.finditer(plain)]
        shared = sorted((one for match in matches if (one := _shared(text, match))), key=lambda one: one.start)
        return shared or cities(text, heard)

    return find


def _shared(text: str, match: "regex.Match[str]") -> EntityFound | None:
    lat, lng = float(match["lat"]), float(match["lng"])
    if abs(lat) > _MOST_LATITUDE or abs(lng) > _MOST_LONGITUDE:
        return None
    return standing(text, match.start("lat"), match.end("lng"), {"lat": lat, "lng": lng})


@lru_cache(maxsize=1)
def _known() -> _Places:
    return _indexed(known_cities())


def _with_own(spec: EntitySpec) -> _Places:
    if not spec.dictionary:
        return _known()
    own, known = _indexed(spec.dictionary), _known()
    return _Places({**known.names, **own.names}, known.beginnings | own.beginnings, known.spelt + own.spelt)


def _indexed(places: dict[str, tuple[str, ...]]) -> _Places:
    names = {key: name for name, others in places.items() for one in (*others[::-1], name) for key in keys(one)}
    beginnings = {" ".join(w[:n]) for key in names for w in [key.split(" ")] for n in range(1, len(w))}
    spelt = tuple(name for name in names if name.isascii() and name.isalpha() and len(name) >= _LEAST_MISSPELT)
    return _Places(names, frozenset(beginnings), spelt)


def _found(around: Said, places: _Places) -> Iterator[_Place]:
    i = 0
    while i < len(around.tokens):
        one = _longest(around, i, places) or _inflected(around, i, places) or _misspelt(around, i, places)
        if one is not None:
            yield one
        i = one.end if one is not None else i + 1


def _longest(around: Said, i: int, places: _Places) -> _Place | None:
    best: _Place | None = None
    phrase = ""
    for j in range(i, min(i + _LONGEST_NAME, len(around.tokens))):
        key = around.tokens[j].key
        if around.form(j) != "word" or (j > i and around.gaps[j] not in ("", "-", "'", "’", ".")):
            break
        phrase = f"{phrase} {key}" if phrase else key
        if phrase in places.names:
            best = _Place(i, j + 1, places.names[phrase], is_ambiguous=phrase in AMBIGUOUS)
        if phrase not in places.beginnings:
            break
    return best


def _inflected(around: Said, i: int, places: _Places) -> _Place | None:
    """Read a name with an ending, as in मुंबईला or சென்னையிலிருந்து; in Latin letters names have none."""
    key = around.tokens[i].key
    if key.isascii() or around.form(i) != "word" or len(key) > LONGEST_REMEMBERED:
        return None
    for length in range(len(key) - 1, _LEAST_STEM - 1, -1):
        for stem in _stems(key[:length]):
            if stem in places.names:
                return _Place(i, i + 1, places.names[stem], key[length:])
    if key.startswith(("ال", "لل", "ب", "ل", "و")):  # للرياض, بدبي
        for taken, put in (("لل", "ال"), ("بال", "ال"), ("وال", "ال"), ("ب", ""), ("ل", ""), ("و", "")):
            if key.startswith(taken) and put + key[len(taken) :] in places.names:
                return _Place(i, i + 1, places.names[put + key[len(taken) :]], "")
    return None


def _misspelt(around: Said, i: int, places: _Places) -> _Place | None:
    """Read "banglore": a longer name with one letter wrong, where what stands beside it says that it is a place."""
    key = around.tokens[i].key
    is_unknown = len(key) >= _LEAST_MISSPELT and key.isascii() and around.form(i) == "word" and not around.hits[i]
    if not is_unknown or key in EVERYDAY or not _is_marked(around, i):
        return None
    near = process.extractOne(key, places.spelt, scorer=OSA.distance, score_cutoff=1)
    return None if near is None else _Place(i, i + 1, places.names[near[0]])


def _is_marked(around: Said, i: int) -> bool:
    if len(around.tokens) == 1:
        return True
    marks = ("place_from", "place_to", "place_via", "place_in")
    return any(
        around.before(i, mark) is not None
        or around.at(i + 1, f"{mark}_after") is not None
        or around.past(i + 1, mark) > i + 1
        for mark in marks
    )


def _stems(key: str) -> Iterator[str]:
    """Give what a name may have been before an ending: തിരുവനന്തപുരം lost its last sign, पुणे became पुण्या."""
    yield key
    for sign in ("്", "்", "್", "ು", "ം"):
        yield key + sign
    if key.endswith("्या"):
        yield key[: -len("्या")] + "े"
        yield key[: -len("्या")] + "ा"


def _chosen(around: Said, found: list[_Place], *, is_asked_for: bool) -> list[_Place]:
    return [one for one in found if not one.is_ambiguous or is_asked_for or _is_said_to_be(around, one, len(found))]


def _is_said_to_be(around: Said, one: _Place, places: int) -> bool:
    is_all = one.first == 0 and one.end == len(around.tokens)
    start, _ = around.place(one.first, one.end)
    is_named = around.text[start].isupper() and (start > 0 or places > 1)
    marks = ("place_from", "place_to", "place_via", "place_in")
    return (
        is_all
        or (is_named and any(around.before(one.first, mark) is not None for mark in marks))
        or any(around.at(one.end, f"{mark}_after") is not None for mark in marks)
    )


def _value(one: _Place, role: str | None) -> EntityValue:
    value: dict[str, EntityPart] = {"value": one.name}
    if role is not None:
        value[role] = True
    return value


def _roles(around: Said, found: list[_Place]) -> list[str | None]:
    """Tell each place's role; of two, what one says tells the other's: delhi to goa, मुंबई से दिल्ली."""
    roles = [_role(around, one) for one in found]
    for i in range(len(found) - 1):
        is_joined = around.past(found[i].end, "place_to") == found[i + 1].first != found[i].end
        if roles[i] is None and roles[i + 1] == "to" and is_joined:
            roles[i] = "from"
        elif roles[i] == "from" and roles[i + 1] is None and "to" not in roles:
            roles[i + 1] = "to"
    return roles


def _role(around: Said, one: _Place) -> str | None:
    """Tell whether somebody leaves from a place, goes there or passes through; what stands closest decides."""
    before = [role for role in ("via", "from", "to") if around.before(one.first, f"place_{role}") is not None]
    if before:
        return before[0]
    behind = {
        role: hit.end
        for role in _ROLES
        if (hit := around.at(one.end, f"place_{role}_after")) is not None and around.gap(one.end) == ""
    }
    if behind:
        return max(behind, key=behind.__getitem__)
    return next((role for role in _ROLES if one.ending.endswith(_ENDINGS[role])), None)


_ENDINGS = {role: tuple(map(key_of, endings)) for role, endings in {
    "from": ("हून", "पासून", "वरून", "થી", "থেকে", "িলிருந்து", "லிருந்து", "ிலிருந்து", "యிலிருந்து", "నుండి", "నుంచి", "ದಿಂದ",
             "ಿಂದ", "ಯಿಂದ", "ನಿಂದ"),
    "to": ("ला", "पर्यंत", "સુધી", "க்கு", "ுக்கு", "క్కు", "కి", "కు", "ಗೆ", "ಕ್ಕೆ", "ലേക്ക്", "യിലേക്ക്", "ക്ക്", "വരെ"),
    "via": ("ಮೂಲಕ",),
}.items()}  # fmt: skip
