"""Text -> the tokens of an uncased BERT: words, and the longest known pieces of the others.

By hand, because the library that does it takes 11 MB of a process. The vocabulary stays as 64-bit hashes, 12 bytes a
token; as a dict it would take 4 MB. That two tokens have one hash is as good as impossible, and would cost one token
its meaning.
"""

import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from hashlib import blake2b

from botyard.nlu.encoder.tensors import EncoderUnusable

_INSIDE = "##"  # how a piece is written that does not begin its word
_FIRST, _LAST, _UNKNOWN = "[CLS]", "[SEP]", "[UNK]"
_LONGEST_WORD = 100  # what is longer is one unknown token
_INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cs"})
_NO_CHARACTER = "\ufffd"
# CJK ideographs, each a word of its own. As the published tokenisers have them, gaps and all: the network learnt so.
_IDEOGRAPHS = (
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B920, 0x2CEAF),
    (0xF900, 0xFAFF),
    (0x2F800, 0x2FA1F),
)
_FIRST_IDEOGRAPH = _IDEOGRAPHS[1][0]


class Wordpiece:
    """A vocabulary. most: tokens of one text, its two ends among them."""

    def __init__(self, vocabulary: Mapping[str, int], most: int) -> None:
        """Take a token's number from its text. Raises EncoderUnusable."""
        try:
            self._ends = (vocabulary[_FIRST], vocabulary[_LAST])
            self._unknown = vocabulary[_UNKNOWN]
        except KeyError as error:
            raise EncoderUnusable(f"this vocabulary has no {error}: it is not that of a BERT") from error
        by_hash = sorted((_hash(token), number) for token, number in vocabulary.items())
        self._hashes = array("Q", (key for key, _ in by_hash))
        self._numbers = array("I", (number for _, number in by_hash))
        self._longest = max(map(len, vocabulary))
        self._most = most

    def tokens(self, text: str) -> list[int]:
        """Cut a text up, its first `most` tokens."""
        found = [self._ends[0]]
        for word in _words(text):
            found += self._pieces(word)
            if len(found) >= self._most:
                break
        return [*found[: self._most - 1], self._ends[1]]

    def _pieces(self, word: str) -> list[int]:
        """Take the longest known piece, again and again; one that is unknown makes the whole word so."""
        if len(word) > _LONGEST_WORD:
            return [self._unknown]
        found: list[int] = []
        start = 0
        while start < len(word):
            before = _INSIDE if start else ""
            for end in range(min(len(word), start + self._longest), start, -1):
                number = self._number(before + word[start:end])
                if number is not None:
                    found.append(number)
                    start = end
                    break
            else:
                return [self._unknown]
        return found

    def _number(self, token: str) -> int | None:
        key = _hash(token)
        at = bisect_left(self._hashes, key)
        return self._numbers[at] if at < len(self._hashes) and self._hashes[at] == key else None


def _hash(token: str) -> int:
    return int.from_bytes(blake2b(token.encode(), digest_size=8).digest())


def _words(text: str) -> Iterator[str]:
    """Cut at spaces, and around every mark of punctuation; letters small and without accents."""
    word = ""
    for character in _plain(text):
        if character == " ":
            if word:
                yield word
            word = ""
        elif _is_punctuation(character):
            if word:
                yield word
            yield character
            word = ""
        else:
            word += character
    if word:
        yield word


def _plain(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text.lower()
    kept = "".join(map(_cleaned, text))
    bare = "".join(c for c in unicodedata.normalize("NFD", kept) if unicodedata.category(c) != "Mn")
    return "".join(c.lower() for c in bare)  # one by one: at a word's end, str.lower writes a sigma otherwise


def _cleaned(character: str) -> str:
    kind = unicodedata.category(character)
    if character in "\t\n\r" or kind[0] == "Z":
        return " "
    if character == _NO_CHARACTER or kind in _INVISIBLE:
        return ""
    return f" {character} " if _is_ideograph(character) else character


def _is_ideograph(character: str) -> bool:
    point = ord(character)
    return point >= _FIRST_IDEOGRAPH and any(first <= point <= last for first, last in _IDEOGRAPHS)


def _is_punctuation(character: str) -> bool:
    if character.isalnum():
        return False
    return character.isascii() or unicodedata.category(character)[0] == "P"
