"""A message in tokens, each with what it may mean: what the grammars of numbers, dates, times and places read.

What stands between two tokens is their gap: its characters without spaces.
"""

from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise

from msgspec import Struct

from botyard.nlu.entities.grammar.lexicon import Kind, Lexicon, Meaning, Word, lexicon_for
from botyard.nlu.entities.grammar.pieces import gap_of, pieces_of
from botyard.nlu.entities.grammar.tokens import Form, Token
from botyard.nlu.language import western_digits
from botyard.nlu.understanding import MOST_CHARS, Language

MOST_TOKENS = 400  # what stands behind them is not searched
_JOINS_PHRASE = frozenset(("", "-", "'", "’", ".", "‑", "–"))


class Hit(Struct, frozen=True):
    """What a phrase means, and the token behind it."""

    meaning: Meaning
    end: int


class Said(Struct, frozen=True):
    """A message's tokens; gaps[i] stands before token i.

    hits[i]: the kinds of what begins at token i, as keys; begins: those of the whole message. meant[i]: what the word
    at token i means by itself; longer: the phrases of several words that begin at a token, by kind; longer_ends: where
    they begin, by the token behind them. memory: what grammars have read at a token, so that each reads it once.
    endings[i]: the kinds of the ending that was taken off token i to know it: જૂનથી is "June" with a "from" behind.
    """

    text: str
    tokens: tuple[Token, ...]
    gaps: tuple[str, ...]
    hits: tuple[Mapping[Kind, object], ...]
    begins: frozenset[Kind]
    meant: tuple[Mapping[Kind, Meaning], ...]
    longer: dict[int, dict[Kind, Hit]]
    longer_ends: dict[int, dict[Kind, int]]
    endings: tuple[frozenset[Kind], ...]
    memory: dict[tuple[str, int], object]

    def at(self, i: int, kind: Kind) -> Hit | None:
        """Find the longest phrase of a kind that begins at token i."""
        if kind not in self.begins or not 0 <= i < len(self.tokens) or kind not in self.hits[i]:
            return None
        longer = self.longer.get(i)
        hit = None if longer is None else longer.get(kind)
        return Hit(self.meant[i][kind], i + 1) if hit is None else hit

    def before(self, i: int, kind: Kind) -> int | None:
        """Find where a phrase of a kind begins that ends right before token i."""
        if kind not in self.begins:
            return None
        longer = self.longer_ends.get(i)
        if longer is not None and kind in longer:
            return longer[kind]
        if not 0 < i <= len(self.tokens) or kind not in self.meant[i - 1]:
            return None
        return None if kind in self.longer.get(i - 1, _NO_HITS) else i - 1

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
        return any(first < i < by_kind[kind].end for first, by_kind in self.longer.items() if kind in by_kind)

    def form(self, i: int) -> Form | None:
        """Tell the form of token i; None outside the message."""
        return self.tokens[i].form if 0 <= i < len(self.tokens) else None

    def place(self, first: int, end: int) -> tuple[int, int]:
        """Give the characters from token `first` to the one before `end`."""
        return self.tokens[first].start, self.tokens[end - 1].end


_LONGEST_PHRASE = 6
_POINTS = str.maketrans("٫٬", ".,")  # how Arabic parts decimals and thousands
_NO_KINDS: frozenset[Kind] = frozenset()
_NO_HITS: dict[Kind, Hit] = {}
_NO_MEANINGS: dict[Kind, Meaning] = {}


@lru_cache(maxsize=4)  # detectors asked about one message in one turn read it once
def said(text: str, language: Language) -> Said:
    """Cut a message, or what the bot said before it, into tokens and look every phrase up."""
    plain = text[:MOST_CHARS]
    if not plain.isascii():
        plain = western_digits(plain).translate(_POINTS)
    lexicon = lexicon_for(plain, language)
    tokens, gaps, words = _read(plain, lexicon)
    meant = tuple(_NO_MEANINGS if word is None else word.meanings for word in words)
    beginning = [i for i, (word, behind) in enumerate(pairwise(words)) if _may_go_on(word, behind)]  # few do
    longer = {i: found for i in beginning if (found := _longer(i, words, gaps, lexicon))}
    hits: list[Mapping[Kind, object]] = list(meant)
    for i, by_kind in longer.items():
        hits[i] = {**meant[i], **by_kind}
    endings = tuple(_NO_KINDS if word is None else word.ending for word in words)
    begins = frozenset().union(*hits)
    return Said(text, tuple(tokens), tuple(gaps), tuple(hits), begins, meant, longer, _ends(longer), endings, {})


def _read(plain: str, lexicon: Lexicon) -> tuple[list[Token], list[str], list[Word | None]]:
    """Put the pieces of a message together, with their places in it."""
    tokens: list[Token] = []
    gaps: list[str] = []
    words: list[Word | None] = []
    is_open, end = False, 0  # whether anything but space stands behind the last token, and where that ends
    for start, piece in pieces_of(plain, lexicon):
        if not piece.tokens:
            is_open = True
            continue
        gaps += piece.gaps
        if is_open:
            gaps[len(tokens)] = gap_of(plain[end : start + piece.tokens[0].start])
        tokens += [Token(one.form, one.key, one.start + start, one.end + start, one.is_glued) for one in piece.tokens]
        words += piece.words
        is_open, end = piece.behind != "", tokens[-1].end
        if len(tokens) >= MOST_TOKENS:
            break
    return tokens[:MOST_TOKENS], gaps[:MOST_TOKENS], words[:MOST_TOKENS]


def _ends(longer: dict[int, dict[Kind, Hit]]) -> dict[int, dict[Kind, int]]:
    ends: dict[int, dict[Kind, int]] = {}
    for i, by_kind in longer.items():
        for kind, hit in by_kind.items():
            ends.setdefault(hit.end, {}).setdefault(kind, i)  # of several phrases that end there, the longest
    return ends


def _may_go_on(word: Word | None, behind: Word | None) -> bool:
    return bool(word and word.seconds and behind and not word.seconds.isdisjoint(behind.forms))


def _longer(i: int, words: list[Word | None], gaps: list[str], lexicon: Lexicon) -> dict[Kind, Hit]:
    """Look up every phrase of several words that begins at token i; each word as it stands and without its ending."""
    found: dict[Kind, Hit] = {}
    first = words[i]
    begun = () if first is None else first.begun
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
