"""A message in tokens, each with what it may mean: what the grammars of numbers, dates, times and places read.

What stands between two tokens is their gap: its characters without spaces.
"""

from functools import lru_cache

from msgspec import Struct

from botyard.nlu.entities.lexicon import Kind, Lexicon, Meaning, Word, lexicon_for
from botyard.nlu.entities.tokens import Form, Token, tokens_of
from botyard.nlu.language import western_digits
from botyard.nlu.understanding import Language

MOST_CHARS, MOST_TOKENS = 2_000, 400  # what stands behind them is not searched
_JOINS_PHRASE = frozenset(("", "-", "'", "’", ".", "‑", "–"))


class Hit(Struct, frozen=True):
    """What a phrase means, and the token behind it."""

    meaning: Meaning
    end: int


class Said(Struct, frozen=True):
    """A message's tokens; gaps[i] stands before token i; hits[i]: what begins at token i, by kind.

    begins: the same by kind, then token; ends: where it begins, by kind and the token behind it.
    memory: what grammars have read at a token already, so that each reads it once.
    endings[i]: the kinds of the ending that was taken off token i to know it: જૂનથી is "June" with a "from" behind.
    """

    text: str
    tokens: tuple[Token, ...]
    gaps: tuple[str, ...]
    hits: tuple[dict[Kind, Hit], ...]
    begins: dict[Kind, dict[int, Hit]]
    ends: dict[Kind, dict[int, int]]
    endings: tuple[frozenset[Kind], ...]
    memory: dict[tuple[str, int], object]

    def at(self, i: int, kind: Kind) -> Hit | None:
        """Find the longest phrase of a kind that begins at token i."""
        at = self.begins.get(kind)
        return None if at is None else at.get(i)

    def before(self, i: int, kind: Kind) -> int | None:
        """Find where a phrase of a kind begins that ends right before token i."""
        ends = self.ends.get(kind)
        return None if ends is None else ends.get(i)

    def gap(self, i: int) -> str:
        """Give what stands before token i; behind the last one, the end of the message."""
        return self.gaps[i] if i < len(self.tokens) else "\n"

    def past(self, i: int, kind: Kind) -> int:
        """Step over a phrase of a kind where one begins at token i."""
        hit = self.at(i, kind)
        return hit.end if hit is not None else i

    def ends_with(self, i: int, kind: Kind) -> bool:
        """Whether the ending of token i is a phrase of a kind."""
        return 0 <= i < len(self.tokens) and kind in self.endings[i]

    def is_inside(self, i: int, kind: Kind) -> bool:
        """Whether token i stands inside a phrase of a kind that begins before it."""
        begun = self.begins.get(kind, {}).items()
        return any(first < i < hit.end for first, hit in begun)

    def form(self, i: int) -> Form | None:
        """Tell the form of token i; None outside the message."""
        return self.tokens[i].form if 0 <= i < len(self.tokens) else None

    def place(self, first: int, end: int) -> tuple[int, int]:
        """Give the characters from token `first` to the one before `end`."""
        return self.tokens[first].start, self.tokens[end - 1].end


_LONGEST_PHRASE = 6
_SIGNS = str.maketrans({"،": ",", "॰": ".", "।": ".", "\u200e": None, "\u200f": None})
_POINTS = str.maketrans("٫٬", ".,")  # how Arabic parts decimals and thousands
_NO_KINDS: frozenset[Kind] = frozenset()
_NO_HITS: dict[Kind, Hit] = {}


@lru_cache(maxsize=4)  # detectors asked about one message in one turn read it once
def said(text: str, language: Language) -> Said:
    """Cut a message into tokens and look every phrase up."""
    plain = western_digits(text[:MOST_CHARS]).translate(_POINTS)
    lexicon = lexicon_for(plain, language)
    tokens = tuple(tokens_of(plain, lexicon)[:MOST_TOKENS])
    gaps = tuple(_gap(plain[(tokens[i - 1].end if i else 0) : token.start]) for i, token in enumerate(tokens))
    words = [lexicon.word(token.key) if token.form == "word" else None for token in tokens]
    hits = tuple(_hits(i, words, gaps, lexicon) for i in range(len(tokens)))
    endings = tuple(_NO_KINDS if word is None else word.ending for word in words)
    return Said(text, tokens, gaps, hits, *_by_kind(hits), endings, {})


def _gap(between: str) -> str:
    """Take the spaces away; a comma or full stop of another script is one, and marks of direction are nothing."""
    return between.strip() if between.isascii() else between.translate(_SIGNS).strip()


def _by_kind(hits: tuple[dict[Kind, Hit], ...]) -> tuple[dict[Kind, dict[int, Hit]], dict[Kind, dict[int, int]]]:
    begins: dict[Kind, dict[int, Hit]] = {}
    ends: dict[Kind, dict[int, int]] = {}
    for i, found in enumerate(hits):
        for kind, hit in found.items():
            begins.setdefault(kind, {})[i] = hit
            ends.setdefault(kind, {}).setdefault(hit.end, i)  # of several phrases that end there, the longest
    return begins, ends


def _hits(i: int, words: list[Word | None], gaps: tuple[str, ...], lexicon: Lexicon) -> dict[Kind, Hit]:
    """Look up every phrase that begins at token i; each word as it stands and without its ending."""
    first = words[i]
    if first is None or not (first.meanings or first.begun):  # most of them
        return _NO_HITS
    found = {kind: Hit(meaning, i + 1) for kind, meaning in first.meanings.items()}
    begun = first.begun
    for j in range(i + 1, min(i + _LONGEST_PHRASE, len(words))):
        word = words[j]
        if not begun or word is None or gaps[j] not in _JOINS_PHRASE:
            break
        phrases = [f"{start} {form}" for start in begun for form in word.forms]
        for phrase in reversed(phrases):
            for kind, meaning in lexicon.meanings(phrase).items():
                found[kind] = Hit(meaning, j + 1)
        begun = tuple(phrase for phrase in phrases if lexicon.begins(phrase))
    return found


def asks(bot_message: str, language: Language, kind: Kind) -> bool:
    """Whether what the bot said before has a word of a kind, such as one that asks for a time."""
    return bool(bot_message) and kind in said(bot_message, language).begins
