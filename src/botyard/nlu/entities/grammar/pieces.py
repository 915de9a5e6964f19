"""What stands between two spaces, cut into tokens and looked up; what people write again and again is remembered."""

from collections.abc import Iterator
from functools import lru_cache

import regex
from msgspec import Struct

from botyard.nlu.entities.grammar.lexicon import LONGEST_REMEMBERED, Lexicon, Word
from botyard.nlu.entities.grammar.tokens import Token, tokens_of

_SIGNS = str.maketrans({"،": ",", "॰": ".", "।": ".", "\u200e": None, "\u200f": None})
_SPACED_THOUSANDS = regex.compile(r"\d[ \u00a0\u202f]\d{3}")


class Piece(Struct, frozen=True):
    """Tokens with their words and what stands before each; behind: what is left after the last. Places are its own."""

    tokens: tuple[Token, ...]
    words: tuple[Word | None, ...]
    gaps: tuple[str, ...]
    behind: str


def pieces_of(plain: str, lexicon: Lexicon) -> Iterator[tuple[int, Piece]]:
    """Cut a message at its spaces; where those stand inside numbers (1 250,50), it is one piece."""
    if lexicon.decimal_comma and _SPACED_THOUSANDS.search(plain) is not None:
        yield 0, _read(plain, lexicon)
        return
    at = 0
    for written in plain.split():
        at = plain.index(written, at)
        yield at, (_remembered if len(written) <= LONGEST_REMEMBERED else _read)(written, lexicon)
        at += len(written)


def gap_of(between: str) -> str:
    """Take the spaces away; a comma or full stop of another script is one, and marks of direction are nothing."""
    return between.strip() if between.isascii() else between.translate(_SIGNS).strip()


def _read(written: str, lexicon: Lexicon) -> Piece:
    tokens = tuple(tokens_of(written, lexicon))
    starts = (0, *(token.end for token in tokens))
    return Piece(
        tokens,
        tuple(lexicon.word(token.key) if token.form == "word" else None for token in tokens),
        tuple(gap_of(written[start : token.start]) for start, token in zip(starts, tokens, strict=False)),
        gap_of(written[starts[-1] :]),
    )


_remembered = lru_cache(maxsize=8_192)(_read)
