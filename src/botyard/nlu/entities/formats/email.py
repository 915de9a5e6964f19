"""E-mail addresses, as typed."""

import regex

from botyard.nlu.entities.found import Find, Heard, standing
from botyard.nlu.understanding import EntityFound, EntitySpec

# Possessive throughout: each part is read once, so no message can make it slow. The last label is a top-level domain.
_ADDRESS = regex.compile(
    r"(?<![\p{L}\p{M}\p{N}._%+'-])"
    r"[\p{L}\p{N}_%+'-][\p{L}\p{M}\p{N}_%+'-]*+(?:\.[\p{L}\p{M}\p{N}_%+'-]++)*+"
    r"@(?:[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?\.)+[\p{L}][\p{L}\p{M}]+(?![\p{L}\p{M}\p{N}_-])"
)
_LONGEST = 254  # RFC 5321, path less its brackets


def prepare(spec: EntitySpec) -> Find:
    """Find addresses."""
    del spec  # nothing to set

    def find(text: str, heard: Heard) -> list[EntityFound]:
        del heard  # the same in every language and at any time
        if "@" not in text:
            return []
        places = (found.span() for found in _ADDRESS.finditer(text))
        return [standing(text, a, b, text[a:b]) for a, b in places if b - a <= _LONGEST]

    return find
