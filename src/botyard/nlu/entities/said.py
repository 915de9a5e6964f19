"""A message in tokens, each with what it may mean: what the grammars of numbers, dates, times and places read.

A token is a word or a run of figures with what joins figures. What stands between two tokens is their gap: its
characters without spaces. A run is a number, a clock (10:30), a date (28/02/2021), a pair (28/02), or a code that
nobody reads.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice, pairwise
from typing import Literal, TypeAlias

import regex
from msgspec import Struct

from botyard.nlu.entities.lexicon import Kind, Lexicon, Meaning, key_of, lexicon_for
from botyard.nlu.language import western_digits
from botyard.nlu.understanding import Language

Form: TypeAlias = Literal["word", "number", "clock", "date", "pair", "code"]

MOST_CHARS, MOST_TOKENS = 2_000, 400  # what stands behind them is not searched
_CHUNK = regex.compile(
    r"(?<run>(?:(?<!\S)[-−])?(?:(?<![\p{L}\p{M}\d])\.)?\d(?:[\d.,:/-]*\d)?)|(?<word>[\p{L}\p{M}\u200c\u200d]+)|(?<sign>\p{Sc}|%)|(?<odd>[_@\p{N}]+)"
)
_PLAIN = regex.compile(r"[-−]?(?:\d+(?:\.\d+)?|\.\d+|\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,2}(?:,\d\d)*,\d{3}(?:\.\d+)?)")
_CLOCK = regex.compile(r"\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?")
_DATE = regex.compile(r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}")
_PAIR = regex.compile(r"\d{1,2}/\d{1,2}|\d{1,2}/\d{4}")
_HALVES = regex.compile(r"([^-]+)-([^-]+)")
_LISTED = regex.compile(r"\d+(?:,\d+)+")
_JOINS_PHRASE = frozenset(("", "-", "'", "’", ".", "‑", "–"))
# Letters before figures make a code (abc123), but for these kinds: Rs500, dec25, 10h30, 2026-11-25T10:30.
_BY = frozenset("xX×")  # 2x4 is two numbers
_ALWAYS = ("24", "7")
_MAY_PRECEDE = frozenset(("month", "money", "unit", "clock", "t"))


class Token(Struct, frozen=True):
    """key: the folded word, or the figures as 0-9. is_glued: nothing stands between it and the token before."""

    form: Form
    key: str
    start: int
    end: int
    is_glued: bool


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
_NO_KINDS: frozenset[Kind] = frozenset()


@lru_cache(maxsize=4)  # detectors asked about one message in one turn read it once
def said(text: str, language: Language) -> Said:
    """Cut a message into tokens and look every phrase up."""
    plain = western_digits(text[:MOST_CHARS])
    lexicon = lexicon_for(plain, language)
    tokens = tuple(islice(_tokens(plain, lexicon), MOST_TOKENS))
    gaps = tuple(plain[(tokens[i - 1].end if i else 0) : token.start].strip() for i, token in enumerate(tokens))
    words = [_word(token, lexicon) for token in tokens]
    hits = tuple(_hits(i, words, gaps, lexicon) for i in range(len(tokens)))
    endings = tuple(_ending(token, word, lexicon) for token, word in zip(tokens, words, strict=True))
    return Said(text, tokens, gaps, hits, *_by_kind(hits), endings, {})


def _by_kind(hits: tuple[dict[Kind, Hit], ...]) -> tuple[dict[Kind, dict[int, Hit]], dict[Kind, dict[int, int]]]:
    begins: dict[Kind, dict[int, Hit]] = {}
    ends: dict[Kind, dict[int, int]] = {}
    for i, found in enumerate(hits):
        for kind, hit in found.items():
            begins.setdefault(kind, {})[i] = hit
            ends.setdefault(kind, {}).setdefault(hit.end, i)  # of several phrases that end there, the longest
    return begins, ends


def _hits(i: int, words: list[tuple[str, ...]], gaps: tuple[str, ...], lexicon: Lexicon) -> dict[Kind, Hit]:
    """Look up every phrase that begins at token i; each word as it stands and without its ending."""
    found: dict[Kind, Hit] = {}
    begun = [""]
    for j in range(i, min(i + _LONGEST_PHRASE, len(words))):
        if j > i and gaps[j] not in _JOINS_PHRASE:
            break
        phrases = [f"{start} {word}" if start else word for start in begun for word in words[j]]
        for phrase in reversed(phrases):
            for kind, meaning in lexicon.meanings(phrase).items():
                found[kind] = Hit(meaning, j + 1)
        begun = [phrase for phrase in phrases if lexicon.begins(phrase)]
        if not begun:
            break
    return found


def _ending(token: Token, word: tuple[str, ...], lexicon: Lexicon) -> frozenset[Kind]:
    if not word or token.key.isascii():
        return _NO_KINDS
    taken = lexicon.meanings(lexicon.stem(token.key)[1]) if len(word) > 1 else {}
    is_in = bool(lexicon.in_endings) and token.key.endswith(lexicon.in_endings)
    return frozenset({*taken, "later"} if is_in else taken)


def asks(bot_message: str, language: Language, kind: Kind) -> bool:
    """Whether what the bot said before has a word of a kind, such as one that asks for a time."""
    return bool(bot_message) and kind in said(bot_message, language).begins


def _word(token: Token, lexicon: Lexicon) -> tuple[str, ...]:
    """Give a word as it stands, then without its ending where it has one; nothing for figures."""
    if token.form != "word":
        return ()
    stem, _ = lexicon.stem(token.key)
    return (token.key,) if stem == token.key else (token.key, stem)


def _tokens(plain: str, lexicon: Lexicon) -> Iterator[Token]:
    chunk: list[regex.Match[str]] = []
    last_end = -1
    for match in _CHUNK.finditer(plain):
        if match.start() != last_end and chunk:
            yield from _chunk(chunk, lexicon)
            chunk = []
        chunk.append(match)
        last_end = match.end()
    if chunk:
        yield from _chunk(chunk, lexicon)


def _chunk(chunk: list[regex.Match[str]], lexicon: Lexicon) -> Iterator[Token]:
    """Read what stands without a space: figures and letters in turn, or a code."""
    if _is_code(chunk, lexicon):
        yield Token("code", "", chunk[0].start(), chunk[-1].end(), is_glued=False)
        return
    for n, match in enumerate(chunk):
        sounded = f"to{key_of(chunk[1][0])}" if n == 0 and match[0] == "2" and len(chunk) > 1 else ""
        if sounded and "day" in lexicon.meanings(sounded):  # 2morrow
            yield Token("word", sounded, match.start(), chunk[1].end(), is_glued=False)
            return
        if match["run"] is not None:
            yield from _run(match["run"], match.start(), is_glued=n > 0)
        else:
            yield from _word_parts(match[0], match.start(), lexicon, is_glued=n > 0)


def _word_parts(word: str, start: int, lexicon: Lexicon, *, is_glued: bool) -> Iterator[Token]:
    parts, end = lexicon.parts(key_of(word)), start + len(word)
    for part in parts[:-1]:
        cut = _length_of(part, word)
        yield Token("word", part, start, start + cut, is_glued)
        word, start, is_glued = word[cut:], start + cut, True
    yield Token("word", parts[-1], start, end, is_glued)


def _length_of(part: str, word: str) -> int:
    """Count the letters of a word whose folding is its first part: folding lengthens some and drops others."""
    return next((n for n in range(1, len(word)) if len(key_of(word[:n])) >= len(part)), len(word))


def _is_code(chunk: list[regex.Match[str]], lexicon: Lexicon) -> bool:
    if any(match["odd"] is not None for match in chunk):
        return True
    for n, (before, match) in enumerate(pairwise(chunk)):
        if match["run"] is None or before["word"] is None or not match["run"][0].isdigit():
            continue
        if n and before[0] in _BY and (chunk[n - 1][0], match[0]) != _ALWAYS:
            continue
        kinds = lexicon.meanings(key_of(before["word"]))
        if _MAY_PRECEDE.isdisjoint(kinds):
            return True
    return False


def _run(run: str, start: int, *, is_glued: bool) -> Iterator[Token]:
    form = _form(run)
    if form == "code":
        parts = _parts(run)
        if parts:
            at = 0
            for part in parts:
                at = run.index(part, at)
                yield from _run(part, start + at, is_glued=is_glued and at == 0)
                at += len(part)
            return
    yield Token(form, run, start, start + len(run), is_glued)


def _form(run: str) -> Form:
    if _PLAIN.fullmatch(run):
        return "number"
    if _CLOCK.fullmatch(run):
        return "clock"
    if _DATE.fullmatch(run):
        return "date"
    return "pair" if _PAIR.fullmatch(run) else "code"


def _parts(run: str) -> list[str]:
    """Part what a hyphen or commas join: 10-20, 10:30-11:30, 1/2/26-3/2/26, 1,2,3."""
    if _LISTED.fullmatch(run):
        return run.split(",")
    pair = _HALVES.fullmatch(run)
    parts = [] if pair is None else [pair[1], pair[2]]
    return parts if all(_form(part) != "code" for part in parts) else []
