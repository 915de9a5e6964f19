"""A message cut into tokens: words, and runs of figures with what joins figures.

A run is a number, a clock (10:30), a date (28/02/2021), a pair (28/02), or a code that nobody reads.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Literal, TypeAlias

import regex
from msgspec import Struct

from botyard.nlu.entities.grammar.lexicon import Lexicon, key_of

Form: TypeAlias = Literal["word", "number", "clock", "date", "pair", "code"]

_RUN = r"(?:(?<![^\s(])[-−])?(?:(?<![\p{L}\p{M}\d])\.)?\d(?:[\d.,:/\u200e\u200f-]*\d)?"
_OTHERS = r"(?<word>[\p{L}\p{M}\u200c\u200d]+)|(?<sign>\p{Sc}|%)|(?<odd>[_@\p{N}]+)"
_CHUNK = regex.compile(rf"(?<run>{_RUN})|{_OTHERS}")
# Where a comma parts decimals, a space may part thousands: 1 250,50.
_SPACED = r"(?<![\d.,:/-])\d{1,3}(?:[\u00a0\u202f ]\d{3})+(?:,\d+)?(?![\d/:-]|[.,]\d| \d)"
_CHUNK_OF_COMMAS = regex.compile(rf"(?<run>{_SPACED}|{_RUN})|{_OTHERS}")
_PLAIN = regex.compile(r"[-−]?(?:\d+(?:\.\d+)?|\.\d+|\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,2}(?:,\d\d)*,\d{3}(?:\.\d+)?)")
_CLOCK = regex.compile(r"\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?")
_DATE = regex.compile(r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}")
_PAIR = regex.compile(r"\d{1,2}/\d{1,2}|\d{1,2}/\d{4}")
_GROUPED = r"\d{1,3}(?:[.\u00a0\u202f ]\d{3})+"
_COMMA_DECIMAL = regex.compile(rf"(?<sign>[-−]?)(?<whole>{_GROUPED}|\d+(?=,))(?:,(?<part>\d+))?")
_HALVES = regex.compile(r"([^-]+)-([^-]+)")
_LISTED = regex.compile(r"\d+(?:,\d+)+")
_BY = frozenset("xX×")  # 2x4 is two numbers
_GENERATIONS = frozenset("23456")  # of mobile networks
_ALWAYS = ("24", "7")
# Letters before figures make a code (abc123), but for these kinds: Rs500, dec25, 10h30, 2026-11-25T10:30.
_MAY_BEGIN = frozenset(("month", "money"))  # not H2O, though h is an hour
_MAY_PRECEDE = frozenset(("month", "money", "unit", "clock", "t"))


class Token(Struct, frozen=True):
    """key: the folded word, or the figures as 0-9. is_glued: nothing stands between it and the token before."""

    form: Form
    key: str
    start: int
    end: int
    is_glued: bool


def tokens_of(plain: str, lexicon: Lexicon) -> list[Token]:
    """Cut a message; figures must be western already."""
    found: list[Token] = []
    matches = list((_CHUNK_OF_COMMAS if lexicon.decimal_comma else _CHUNK).finditer(plain))
    i = 0
    while i < len(matches):
        start, end = matches[i].span()
        j = i + 1
        while j < len(matches) and matches[j].start() == end:
            end = matches[j].end()
            j += 1
        if j == i + 1 and matches[i].lastgroup == "word":  # most of them
            found += _word_parts(matches[i][0], start, lexicon, is_glued=False)
        else:
            found += _chunk(matches[i:j], lexicon)
        i = j
    return found


def _chunk(chunk: list[regex.Match[str]], lexicon: Lexicon) -> Iterator[Token]:
    """Read what stands without a space: figures and letters in turn, or a code."""
    if _is_code(chunk, lexicon):
        yield Token("code", "", chunk[0].start(), chunk[-1].end(), is_glued=False)
        return
    if [match[0] for match in chunk[1:]] == ["G"] and chunk[0][0] in _GENERATIONS:  # 4G
        yield Token("code", "", chunk[0].start(), chunk[-1].end(), is_glued=False)
        return
    for n, match in enumerate(chunk):
        sounded = f"to{key_of(chunk[1][0])}" if n == 0 and match[0] == "2" and len(chunk) > 1 else ""
        if sounded and "day" in lexicon.meanings(sounded):  # 2morrow
            yield Token("word", sounded, match.start(), chunk[1].end(), is_glued=False)
            return
        if match["run"] is not None:
            read = _runs_with_comma if lexicon.decimal_comma else _run
            yield from read(match["run"], match.start(), is_glued=n > 0)
        else:
            yield from _word_parts(match[0], match.start(), lexicon, is_glued=n > 0)


def _word_parts(word: str, start: int, lexicon: Lexicon, *, is_glued: bool) -> list[Token]:
    found: list[Token] = []
    for key, length in _cut(lexicon, word):
        found.append(Token("word", key, start, start + length, is_glued))
        start, is_glued = start + length, True
    return found


def _cut(lexicon: Lexicon, word: str) -> tuple[tuple[str, int], ...]:
    """Part a word: the key of each part, and how many letters it has."""
    parts, found = lexicon.parts(key_of(word)), []
    for part in parts[:-1]:
        length = _length_of(part, word)
        found.append((part, length))
        word = word[length:]
    return (*found, (parts[-1], len(word)))


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
        if (_MAY_PRECEDE if n else _MAY_BEGIN).isdisjoint(kinds):
            return True
    return False


def _run(run: str, start: int, *, is_glued: bool) -> Iterator[Token]:
    if "\u200f" in run or "\u200e" in run:  # Arabic puts marks of direction into its dates
        plain = run.replace("\u200f", "").replace("\u200e", "")
        yield Token(_form(plain), plain, start, start + len(run), is_glued)
        return
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


def _runs_with_comma(run: str, start: int, *, is_glued: bool) -> Iterator[Token]:
    """Read 1.250,50 as its writers mean it, on either side of a hyphen too; what is not written so is read as ever."""
    parts = [run] if run.count("-") != 1 or run.startswith("-") else run.split("-")
    read = [_point_for_comma(part) for part in parts]
    if not any(read):
        yield from _run(run, start, is_glued=is_glued)
        return
    for part, plain in zip(parts, read, strict=True):
        if plain is None:
            yield from _run(part, start, is_glued=is_glued)
        else:
            yield Token("number", plain, start, start + len(part), is_glued)
        start, is_glued = start + len(part) + 1, False


def _point_for_comma(run: str) -> str | None:
    """Write 1.250,50 as 1250.50; three figures behind a lone comma are thousands in these languages as well."""
    match = _COMMA_DECIMAL.fullmatch(run)
    if match is None:
        return None
    whole, part = match["whole"], match["part"]
    if whole.isdigit() and len(part) == len("000") and whole != "0":
        return None
    bare = match["sign"] + "".join(filter(str.isdigit, whole))
    return bare if part is None else f"{bare}.{part}"


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
