"""Codes that somebody was sent: an OTP, a PNR of the railway or of an airline."""

import regex

from botyard.nlu.entities.found import Find, Heard, standing
from botyard.nlu.entities.grammar.said import said
from botyard.nlu.language import western_digits
from botyard.nlu.understanding import Digits, EntityFound, EntitySpec

_OTP_DIGITS = Digits(4, 8)
_APART = r"(?:(?<![\p{L}\d+.,/:-])|(?<=(?i:otp|code|pin|password|ओटीपी)[-:=.#]))"  # otp-7391 is one, AB-7391 is none
_BEHIND_A_PLACE = r"(?:(?<![\p{L}\d+.,/:-])|(?<=\p{L}{4}-))"  # Pune-411001
_OTP = regex.compile(rf"{_APART}\d(?:(?P<joint>[ -]?)\d(?:(?P=joint)\d)*)?(?![\p{{L}}\d]|[.,/:-]\d)")
# Within a row of groups none is begun anew: its end was seen from the first one, and many looks at it take long.
_FIRST = r"(?<!(?<![\p{L}\d+.,/:-])\d{2,4} (?=\d{2,4} ))"
_GROUPED = regex.compile(rf"{_FIRST}{_APART}\d{{2,4}}([ -])\d{{2,4}}+(?:\1\d{{2,4}}+)*+(?![\p{{L}}\d]|[.,/: -]\d)")
_RAILWAY = regex.compile(r"(?<![\p{L}\d+-])\d{3}[ -]?\d{7}(?![\p{L}\d]|-\d)")
_AIRLINE = regex.compile(r"(?<![\p{L}\p{N}])(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{6}(?![\p{L}\p{N}])")
_NAMED = regex.compile(r"(?i:\bpnr\b)[\s:#.-]*(?i:(?:no|number|is|code)\b[\s:#.-]*)*(?P<code>[A-Z]{6})(?![\p{L}\p{N}])")
_SOLID = regex.compile(rf"{_BEHIND_A_PLACE}\d+(?![\p{{L}}\d]|[.,/:-]\d)")
_JOINTS = str.maketrans("", "", " -")


def prepare_otp(spec: EntitySpec) -> Find:
    """Find one-time codes: 4 to 8 figures unless the builder says how many; spaced or spelt out too.

    Where it is known how many, they may stand behind a word and a stroke too.
    """
    asked = spec.digits if spec.digits != Digits() else _OTP_DIGITS
    least, most = asked.min or 1, asked.max or _OTP_DIGITS.max or 1
    patterns = (_OTP, _GROUPED, _SOLID) if least == most else (_OTP, _GROUPED)

    def find(text: str, heard: Heard) -> list[EntityFound]:
        plain = western_digits(text)
        found: dict[int, tuple[int, str]] = {}
        for pattern in patterns:
            for match in pattern.finditer(plain):
                code = match[0].translate(_JOINTS)
                if least <= len(code) <= most and not any(match.start() < end for end, _ in found.values()):
                    found[match.start()] = (match.end(), code)
        if not found:
            return _spelt(text, heard, least, most)
        return [standing(text, start, end, code) for start, (end, code) in sorted(found.items())]

    return find


def _spelt(text: str, heard: Heard, least: int, most: int) -> list[EntityFound]:
    """Read "four two one nine": nothing but words for figures, side by side."""
    around = said(text, heard.language)
    run: list[str] = []
    found: list[EntityFound] = []
    for i in range(len(around.tokens) + 1):
        hit = around.at(i, "number")
        is_figure = hit is not None and isinstance(hit.meaning, tuple) and hit.end == i + 1
        meaning = hit.meaning if is_figure and hit is not None else None
        if isinstance(meaning, tuple) and meaning[0] == "count" and meaning[1] in range(10):
            run.append(str(int(meaning[1])))
            continue
        if least <= len(run) <= most and len(run) > 1:
            found.append(standing(text, *around.place(i - len(run), i), "".join(run)))
        run = []
    return found


def prepare_pnr(spec: EntitySpec) -> Find:
    """Find booking numbers: ten figures of the railway, or six letters and figures of an airline; value: capitals."""
    del spec  # nothing to set

    def find(text: str, heard: Heard) -> list[EntityFound]:
        del heard  # the same in every language and at any time
        plain = western_digits(text)
        spans = {match.span() for pattern in (_RAILWAY, _AIRLINE) for match in pattern.finditer(plain)}
        spans |= {match.span("code") for match in _NAMED.finditer(plain)}
        return [standing(text, a, b, plain[a:b].translate(_JOINTS).upper()) for a, b in sorted(spans)]

    return find
