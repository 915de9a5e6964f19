"""Numbers that the state gives to people in India: PAN and Aadhaar."""

import regex

from botyard.nlu.entities.found import Find, Heard, standing
from botyard.nlu.language import western_digits
from botyard.nlu.understanding import EntityFound, EntitySpec

# Five letters, four figures, one letter. The fourth says whose it is, but who tries a bot out makes it up.
_PAN = regex.compile(r"(?<![A-Za-z0-9])[A-Za-z]{5}[ -]?\d{4}[ -]?[A-Za-z](?![A-Za-z0-9])")
_AADHAAR = regex.compile(r"(?<![\p{L}\d+-])[2-9]\d{3}(?P<joint>[ -]?)\d{4}(?P=joint)\d{4}(?![\p{L}\d]|-\d)")
_JOINTS = str.maketrans("", "", " -")

# Verhoeff's scheme: the dihedral group of the pentagon, and a permutation that moves on with each place.
_TIMES = (
    "0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
    "5987604321", "6598710432", "7659821043", "8765932104", "9876543210",
)  # fmt: skip
_MOVED = (
    "0123456789", "1576283094", "5803796142", "8916043527", "9453126870", "4286573901", "2793806415", "7046913258",
)  # fmt: skip


def prepare_pan(spec: EntitySpec) -> Find:
    """Find PANs; value: capitals, without spaces."""
    del spec  # nothing to set

    def find(text: str, heard: Heard) -> list[EntityFound]:
        del heard  # the same in every language and at any time
        places = [found.span() for found in _PAN.finditer(western_digits(text))]
        return [standing(text, a, b, western_digits(text[a:b]).translate(_JOINTS).upper()) for a, b in places]

    return find


def prepare_aadhaar(spec: EntitySpec) -> Find:
    """Find Aadhaar numbers whose check digit is right; value: twelve figures."""
    del spec  # nothing to set

    def find(text: str, heard: Heard) -> list[EntityFound]:
        del heard  # the same in every language and at any time
        found = [(*match.span(), match[0].translate(_JOINTS)) for match in _AADHAAR.finditer(western_digits(text))]
        return [standing(text, a, b, number) for a, b, number in found if is_checked(number)]

    return find


def is_checked(number: str) -> bool:
    """Whether the last figure is the check digit of those before it."""
    check = 0
    for place, figure in enumerate(reversed(number)):
        moved = int(_MOVED[place % len(_MOVED)][int(figure)])
        check = int(_TIMES[check][moved])
    return check == 0
