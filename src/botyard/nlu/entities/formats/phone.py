"""Phone numbers, in digits of any script, as people of a country write them."""

from collections.abc import Iterator
from itertools import islice

import phonenumbers
import regex
from phonenumbers import Leniency, PhoneMetadata, PhoneNumberFormat, PhoneNumberMatcher

from botyard.nlu.entities.found import Find, Heard, standing
from botyard.nlu.language import western_digits
from botyard.nlu.understanding import EntityFound, EntitySpec

_USUAL_REGION = "IN"
_FEWEST_DIGITS = 5
# In one message. What looks like a number and is none costs a tenth of a millisecond and more; what is one, twice that.
_MOST_TRIES, _MOST_FOUND = 50, 25
_BARE = regex.compile(r"(?<![\p{L}\p{M}\p{N}_+])\d{10,15}(?![\p{L}\p{M}\p{N}_])")
_WORD_CHARACTER = regex.compile(r"[\p{L}\p{M}\p{N}_]")
_CENTS = regex.compile(r"\.\d{1,2}(?![\d.])")  # 9820334455.50 is an amount
# All that could be one number; x may lead to an extension.
_LETTERLESS = regex.compile(r"(?:\+[(\[ ]{0,2})?\d[^\p{L}\p{M}]*(?:[xX][^\p{L}\p{M}]+)*")
_ABROAD = regex.compile(r"\+|(?<!\d)0")
_FULL_WIDTH = str.maketrans("＋－（）　．", "+-() .")  # one character for one: places must hold


def prepare(spec: EntitySpec) -> Find:
    """Find valid numbers; value: digits with the country's calling code, without +."""
    region = _region_of(spec.locale)
    fewest = _fewest_digits(region)

    def find(text: str, heard: Heard) -> list[EntityFound]:
        del heard  # the same in every language and at any time
        plain = western_digits(text).translate(_FULL_WIDTH)
        if sum(map(str.isdigit, plain)) < _FEWEST_DIGITS:
            return []
        plain = _LETTERLESS.sub(lambda run: _without_short(run[0], fewest), plain)
        found: dict[tuple[int, int], str] = {}
        for start, end, value in (*islice(_as_written(plain, region), _MOST_FOUND), *_bare(plain, region)):
            if not any(start < b and a < end for a, b in found):
                found[start, end] = value
        return [standing(text, start, end, value) for (start, end), value in sorted(found.items())]

    return find


def _region_of(locale: str | None) -> str:
    """Tell the country of a locale such as en-IN or en_IN; India where it names none."""
    region = (locale or "").replace("_", "-").rpartition("-")[2].upper()
    return region if region in phonenumbers.SUPPORTED_REGIONS else _USUAL_REGION


def _fewest_digits(region: str) -> int:
    metadata = PhoneMetadata.metadata_for_region(region)
    general = None if metadata is None else metadata.general_desc
    return min(() if general is None else general.possible_length, default=_FEWEST_DIGITS)


def _without_short(run: str, fewest: int) -> str:
    """Put spaces for the digits of a run that has too few for a number; the matcher would try it in six ways."""
    if _ABROAD.search(run) is not None:
        fewest = _FEWEST_DIGITS
    return run if sum(map(str.isdigit, run)) >= fewest else " " * len(run)


def _as_written(plain: str, region: str) -> Iterator[tuple[int, int, str]]:
    for match in PhoneNumberMatcher(plain, region, Leniency.VALID, _MOST_TRIES):
        if _WORD_CHARACTER.match(plain, match.end) is None and _CENTS.match(plain, match.end) is None:
            yield match.start, match.end, _digits(match.number)


def _bare(plain: str, region: str) -> Iterator[tuple[int, int, str]]:
    """Find numbers with their calling code and no +, such as 4915123456789; the matcher passes over some."""
    code = str(phonenumbers.country_code_for_region(region))
    for match in _BARE.finditer(plain):
        if not match[0].startswith(code):
            continue
        try:
            number = phonenumbers.parse("+" + match[0])
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            yield *match.span(), _digits(number)


def _digits(number: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.E164).removeprefix("+")
