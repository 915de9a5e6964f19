"""Addresses of the web, as typed: with a scheme, with www, or a host whose last label is a known one."""

import regex

from botyard.nlu.entities.found import Find, Heard, standing
from botyard.nlu.understanding import EntityFound, EntitySpec

_HOST = r"(?:[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?\.){1,10}"
# Without scheme or www, only endings that are no everyday word behind a forgotten space ("ok.thanks").
_LAST = (
    r"(?:com|org|net|edu|gov|in|io|ai|co|app|dev|info|biz|shop|store|online|site|tech|xyz|me|tv|us|uk|de|fr|es|id|ae|sa|"
    r"eu|ca|au|sg|my|pk|bd|lk|np|भारत)"
)
_URL = regex.compile(
    rf"(?<![\p{{L}}\p{{M}}\p{{N}}@._-])(?:https?://[^\s<>\"'`|\\^{{}}]{{1,2000}}|"
    rf"(?:www\.{_HOST}[\p{{L}}]{{2,}}|{_HOST}{_LAST})(?![\p{{L}}\p{{N}}@-])(?::\d{{1,5}})?(?:[/?#][^\s<>\"'`|\\^{{}}]*)?)",
    regex.IGNORECASE,
)
_TRAILING = ".,;:!?)]}>»”’…।"


def prepare(spec: EntitySpec) -> Find:
    """Find web addresses; the sentence's own punctuation behind one is none of it."""
    del spec  # nothing to set

    def find(text: str, heard: Heard) -> list[EntityFound]:
        del heard  # the same in every language and at any time
        if "." not in text and "://" not in text:
            return []
        spans = [(found.start(), _end(found[0]) + found.start()) for found in _URL.finditer(text)]
        return [standing(text, start, end, text[start:end]) for start, end in spans if "." in text[start:end]]

    return find


def _end(address: str) -> int:
    """Leave off what closes the sentence, but not a bracket that the address itself opens."""
    end = len(address)
    while end and address[end - 1] in _TRAILING:
        if address[end - 1] == ")" and address[:end].count("(") >= address[:end].count(")"):
            break
        end -= 1
    return end
