"""People's names: behind "my name is", before "here", or as the whole answer to a bot that asked for one."""

from collections.abc import Iterator

import regex

from botyard.nlu.entities.found import Find, Heard, standing
from botyard.nlu.entities.grammar.lexicon import key_of
from botyard.nlu.entities.grammar.said import Said, asks, said
from botyard.nlu.understanding import EntityFound, EntityPart, EntitySpec

_MOST_WORDS = 4
_MOST_PHRASES = 4  # that introduce a name one behind the other: मेरा नाम, hi this is my name is
_JOINTS = frozenset(("", "'", "’", "-", "."))
# Never part of a name, whatever stands around them: "I am looking for shoes".
_EVERYDAY = (
    "a an the not no yes ok okay hi hello hey thanks thank you please sorry sure from in at on of to for with and or "
    "but is are was were am be been being have has had do does did can could will would shall should may might must "
    "here there this that these those it its what which who when where why how looking trying going coming calling "
    "having getting waiting asking interested unable able happy sad angry fine good great well bad late ready back "
    "home busy free new old just still already also very so too really your my me mine our his her their i we they he "
    "she need want like know order orders help issue problem customer user student years year speaking afraid "
    "allergic born currently facing feeling based planning using working living about all any some none bot human "
    "agent person male female single married vegetarian tired lost confused frustrated disappointed name names hai "
    "hoon hun hu mera meri mere naam main mai ka ki ke ko se aur nahi nahin haan han ji kya kaise kahan hum aap है "
    "हूँ हूं मैं मेरा मेरी नाम का की के को से और नहीं हाँ हां जी क्या कैसे हम आप नमस्ते soy es el la los un una de en "
    "sí si gracias hola je suis le les une bonjour merci oui non ich bin der die das ein eine hallo danke ja nein "
    "saya tidak ya halo terima kasih dari untuk أنا نعم لا شكرا مرحبا "
    # What people say they are or want, and what stands behind a name in a form.
    "hungry sick ill pregnant diabetic vegan bored scared worried curious eligible aware unaware anyone someone nobody "
    "everybody age phone number mobile email mail address dob contact order id gender city pincode not important "
    "urgent wrong unacceptable ridiculous spam fraud great awesome amazing terrible horrible perfect later now "
    "tomorrow today nothing never starts begins "
    "बीमार परेशान भूखा भूखी नया नई छात्र bimar pareshan bhookha naya nayi student "
    "malade fatigué fatiguée enceinte content contente intéressé intéressée perdu perdue désolé désolée client cliente "
    "étudiant étudiante ici alérgico alérgica estudiante cliente nuevo nueva enfermo enferma embarazada interesado "
    "interesada vegetariano vegetariana krank müde schwanger kunde kundin neu interessiert verloren student studentin "
    "hier auf mau ingin butuh perlu punya sudah belum akan bisa lagi sedang sakit hamil lapar tertarik pelanggan di "
    "suka pesan beli مريض مريضة متعب حامل جائع طالب طالبة عميل أريد مهتم "
)
_NOT_NAMES = frozenset(map(key_of, _EVERYDAY.split()))
_AGREEING = frozenset(("yes", "sure", "ok", "okay", "yeah", "yep", "hi", "hello", "haan", "han", "ji", "sir", "madam"))
_LETTER = regex.compile(r"[\p{L}\p{M}\u200c\u200d'’.-]+")


def prepare(spec: EntitySpec) -> Find:
    """Find names; value: first, middle and last."""
    del spec  # nothing to set

    def find(text: str, heard: Heard) -> list[EntityFound]:
        around = said(text, heard.language)
        spans = list(_introduced(around)) or list(_ended(around)) or list(_titled(around))
        if not spans and asks(heard.bot_message, heard.language, "asks_name"):
            spans = list(_whole(around))
        return [_named(around, first, end) for first, end in spans]

    return find


def _introduced(around: Said) -> Iterator[tuple[int, int]]:
    i = 0
    while i < len(around.tokens):
        hit = around.at(i, "name_before")
        if hit is None:
            i += 1
            continue
        end = hit.end
        for _ in range(_MOST_PHRASES):
            more = around.at(end, "name_before")
            end = end if more is None else more.end
        first = _past_honorifics(around, end)
        last = _name_from(around, first)
        is_name = last > first and around.gap(end) in ("", ":", "-", ",") and _is_likely(around, i, first, last)
        if is_name:
            yield first, last
        i = max(last if is_name else 0, hit.end)


def _is_likely(around: Said, introduced: int, first: int, last: int) -> bool:
    """Whether what follows "I am" is a name: written like one, or nothing more was said. "Name is" needs no proof."""
    words = {token.key for token in around.tokens[introduced:first]}
    if any(around.at(i, "asks_name") is not None for i in range(introduced, first)) or "call" in words:
        return True
    if not words & {"i", "am", "im", "m", "this", "it", "me", "for", "with", "here"} and words:
        is_said_so = around.at(last, "name_after") is not None  # main rahul bol raha hun
        return _is_capital(around, first) or last == len(around.tokens) or is_said_so
    if words <= {"for", "with", "me", "here", "is", "it", "s"}:
        return _is_capital(around, first) and last == len(around.tokens) and introduced == 0
    return _is_capital(around, first) or (last == len(around.tokens) and last - first <= 2)  # noqa: PLR2004 - first, last


def _is_capital(around: Said, i: int) -> bool:
    letter = around.text[around.tokens[i].start]
    return letter.isupper() or not (letter.isupper() or letter.islower())


def _ended(around: Said) -> Iterator[tuple[int, int]]:
    """Read "Asha here", "Asha Rao speaking"."""
    for i in range(1, len(around.tokens)):
        if around.at(i, "name_after") is None or around.gap(i) != "":
            continue
        first = _past_honorifics(around, 0)
        is_sure = _is_capital(around, first) or around.past(i, "name_after") > i + 1  # rahul bol raha hun
        if first < i and _name_from(around, first) >= i and is_sure:
            yield first, i
            return


def _titled(around: Said) -> Iterator[tuple[int, int]]:
    """Read "contact person Mr. Ravi Kumar"."""
    for i in (i for i, kinds in enumerate(around.hits) if "honorific" in kinds):
        first = _past_honorifics(around, i)
        last = _name_from(around, first)
        if last > first and _is_capital(around, first) and around.text[around.tokens[i].start].isupper():
            yield first, last
            return


def _whole(around: Said) -> Iterator[tuple[int, int]]:
    """Take a short answer that is nothing but words: "sure, asha rao"; figures may follow: "asha rao, 9820334455"."""
    first = 0
    while around.form(first) == "word" and around.tokens[first].key in _AGREEING and first + 1 < len(around.tokens):
        first += 1
    first = _past_honorifics(around, first)
    end = _name_from(around, first)
    behind = around.past(end, "name_after")
    if first < end and (behind == len(around.tokens) or _says_more(around, behind)):
        yield first, end


def _says_more(around: Said, i: int) -> bool:
    """Whether what follows a name is a number, an address or a place: "asha rao, 9820334455", "asha from pune"."""
    return around.form(i) in ("number", "code") or around.at(i, "place_from") is not None


def _past_honorifics(around: Said, i: int) -> int:
    while (hit := around.at(i, "honorific")) is not None and hit.end < len(around.tokens):
        i = hit.end
    return i


def _name_from(around: Said, first: int) -> int:
    end = first
    while end < len(around.tokens) and end - first < _MOST_WORDS:
        token = around.tokens[end]
        joins = end == first or around.gaps[end] in _JOINTS
        is_word = token.form == "word" and _LETTER.fullmatch(around.text[token.start : token.end]) is not None
        if not joins or not is_word or _is_no_name(around, end):
            break
        end += 1
    return end


def _is_no_name(around: Said, i: int) -> bool:
    token = around.tokens[i]
    if (token.key in _NOT_NAMES and not _is_written_as_one(around, i)) or around.at(i, "honorific") is not None:
        return True
    return around.at(i, "name_after") is not None and (i + 1 >= len(around.tokens) or around.at(i, "number") is None)


def _is_written_as_one(around: Said, i: int) -> bool:
    """Whether an everyday word is the Das of "Rohan Das": both have their first letter large, and it alone."""
    pair = around.tokens[i - 1 : i + 1] if i else ()
    words = [around.text[token.start : token.end] for token in pair]
    return len(words) == len(("Rohan", "Das")) and all(word.istitle() and len(word) > 1 for word in words)


def _named(around: Said, first: int, end: int) -> EntityFound:
    start, stop = around.place(first, end)
    words = around.text[start:stop].split()
    shown = [word[:1].upper() + word[1:] if word.islower() else word for word in words]
    value: dict[str, EntityPart] = {
        "first_name": shown[0],
        "middle_name": " ".join(shown[1:-1]) or None,
        "last_name": shown[-1] if len(shown) > 1 else None,
    }
    return standing(around.text, start, stop, value)
