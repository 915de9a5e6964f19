"""Numbers in figures of any script, grouped or not, and in words.

What stands in a date, a time or a code (28/02/2021, 10:30, abc123) is no number. Scales work on both: 2 lakh, 10k.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Literal

import regex
from msgspec import Struct

from botyard.nlu.entities import number_words as words
from botyard.nlu.entities.found import Detect, standing
from botyard.nlu.language import western_digits
from botyard.nlu.understanding import Digits, EntityFound, EntitySpec, EntityValue, Language

# A run of figures with whatever joins figures, or a word; which runs are numbers is decided below.
_PIECE = regex.compile(
    r"(?<![\p{L}\p{M}\p{N}_@])(?P<run>(?:(?<!\S)-)?\.?\d(?:[\d.,:/-]*\d)?)(?P<suffix>[\p{L}\p{M}]*)(?P<code>[\p{N}_@])?"
    r"|(?<![\p{L}\p{M}\p{N}_@])(?P<word>[\p{L}\p{M}]+)(?P<more>[\p{N}_@]*)"
)
_PLAIN = regex.compile(r"-?(?:\d+(?:\.\d+)?|\.\d+|\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,2}(?:,\d\d)*,\d{3}(?:\.\d+)?)")
_SEVERAL = regex.compile(r"\d+(?:,\d+)+|\d+(?:\.\d+)?-\d+(?:\.\d+)?")
_BETWEEN = regex.compile(r"[\s-]*")
_TEN, _HUNDRED = 10, 100
_MOST_FIGURES_IN_SUM = 15  # longer ones are codes: they are taken as they stand, and never added to anything

_Kind = Literal["figures", "small", "tens", "half", "quarter", "hundred", "scale", "and", "other"]


class _Piece(Struct, frozen=True):
    """typed: the figures without grouping, where the piece is figures that nothing multiplied."""

    kind: _Kind
    start: int
    end: int
    value: Decimal = Decimal(0)
    typed: str | None = None
    word: str = ""


def prepare(spec: EntitySpec) -> Detect:
    """Find numbers whose whole part has as many digits as asked for; with a unit asked for, the unit is named too."""

    def detect(text: str, language: Language, bot_message: str) -> list[EntityFound]:
        del bot_message
        read = _numbers(list(_pieces(western_digits(text), language)), text)
        fitting = ((a, b, value) for a, b, value in read if _has_digits(value, spec.digits))
        return [standing(text, a, b, _with_unit(value, spec.unit)) for a, b, value in fitting]

    return detect


def _pieces(plain: str, language: Language) -> Iterator[_Piece]:
    for match in _PIECE.finditer(plain):
        if match["word"] is not None:
            yield _word(match["word"] if not match["more"] else "", match.start(), match.end("word"), language)
        elif match["code"] is not None:
            yield _Piece("other", *match.span())
        else:
            yield from _figures(match["run"], match["suffix"], match.start())


def _figures(run: str, suffix: str, start: int) -> Iterator[_Piece]:
    end = start + len(run)
    if _PLAIN.fullmatch(run):
        typed = run.replace(",", "").replace("-.", "-0.")
        typed = f"0{typed}" if typed.startswith(".") else typed
        scale = words.SUFFIXES.get(words.number_key(suffix)) if len(typed) <= _MOST_FIGURES_IN_SUM else None
        if scale is None:
            value = Decimal(typed) if len(typed) <= _MOST_FIGURES_IN_SUM else Decimal(0)
            yield _Piece("figures", start, end, value, typed)
        else:
            yield _Piece("figures", start, end + len(suffix), Decimal(typed) * scale)
        if scale is None and suffix:
            yield _Piece("other", end, end + len(suffix))
    elif _SEVERAL.fullmatch(run):
        for part in regex.finditer(r"[\d.]+", run):
            yield from _figures(part[0], "", start + part.start())
            yield _Piece("other", start + part.end(), start + part.end())
    else:
        yield _Piece("other", start, end)


def _word(word: str, start: int, end: int, language: Language) -> _Piece:
    key = words.number_key(word)
    if language == "hi" and key in words.HINDI_IN_LATIN:
        return _Piece("small", start, end, words.HINDI_IN_LATIN[key])
    tables: tuple[tuple[_Kind, dict[str, Decimal]], ...] = (
        ("small", words.ENGLISH_SMALL), ("tens", words.ENGLISH_TENS), ("small", words.HINDI),
        ("half", words.HALVES), ("quarter", words.QUARTERS), ("scale", words.SCALES),
    )  # fmt: skip
    for kind, table in tables:
        if key in table:
            return _Piece(kind, start, end, table[key], word=key)
    kind_: _Kind = "hundred" if key in words.HUNDRED else "and" if key in words.AND else "other"
    return _Piece(kind_, start, end, Decimal(100), word=key)


def _numbers(pieces: list[_Piece], text: str) -> Iterator[tuple[int, int, str]]:
    i = 0
    while i < len(pieces):
        adding = _Sum()
        j = i
        while j < len(pieces) and adding.takes(pieces[j], _ahead(pieces, j, text)):
            j += 1
            if _ahead(pieces, j - 1, text) is None:
                break
        j -= adding.dangling
        value = adding.value()
        if j > i and value is not None and not _is_pointed_at(pieces, i, j):
            yield pieces[i].start, pieces[j - 1].end, value
        i = max(j, i + 1)


class _Sum:
    """Adds up pieces as they are said: two lakh fifty thousand three hundred and five.

    total: what scales have closed. part: what is being said below the next scale. below: the last scale; the next
    must be smaller. dangling: pieces at the end that belong to nothing, such as an "and".
    """

    def __init__(self) -> None:
        self.dangling = 0
        self._total = Decimal(0)
        self._part: Decimal | None = None
        self._below: Decimal | None = None
        self._quarter = Decimal(0)
        self._last: _Piece | None = None
        self._typed: str | None = None

    def takes(self, piece: _Piece, ahead: _Piece | None) -> bool:
        """Add a piece, or refuse it: then the number ends before it. ahead: what adjoins it on the right."""
        if not self._fits(piece, ahead):
            return False
        self._add(piece)
        self._typed = piece.typed if self._last is None else None
        self.dangling = 1 if piece.kind in ("and", "quarter") else 0
        self._last = piece
        return True

    def value(self) -> str | None:
        """Write the number down, or None where nothing was taken that is one."""
        if self._typed is not None:
            return self._typed
        if self._part is None and self._below is None:
            return None
        return f"{(self._total + (self._part or 0)).normalize():f}"

    def _fits(self, piece: _Piece, ahead: _Piece | None) -> bool:  # noqa: PLR0911 - one answer for each kind
        if self._last is None:
            return piece.kind not in ("and", "other")
        if self._last.typed and len(self._last.typed) > _MOST_FIGURES_IN_SUM:
            return False
        match piece.kind:
            case "small" | "tens" | "half":
                return self._part is None or self._follows(piece)
            case "figures":
                return self._part is None and (self._last.kind == "quarter" or self._is_scaled_next(ahead))
            case "hundred":
                return self._part is None or self._part < _HUNDRED
            case "scale":
                return self._last.kind != "scale" and (self._below is None or piece.value < self._below)
            case "and":
                return self._last.kind in ("hundred", "scale")
            case "quarter" | "other":
                return False

    def _follows(self, piece: _Piece) -> bool:
        """Twenty five; a hundred (and) five."""
        assert self._part is not None  # noqa: S101 - the caller has looked; says so to the type checker
        last = self._last.kind if self._last is not None else None
        if last == "tens":
            return piece.kind == "small" and 0 < piece.value < _TEN
        return last in ("hundred", "and") and piece.value < _HUNDRED

    def _is_scaled_next(self, ahead: _Piece | None) -> bool:
        """2 lakh 50 thousand is one number; 2 lakh 50 are two."""
        is_scale = ahead is not None and ahead.kind in ("hundred", "scale")
        return is_scale and (self._below is None or ahead is None or ahead.value < self._below)

    def _add(self, piece: _Piece) -> None:
        match piece.kind:
            case "quarter":
                self._quarter = piece.value
            case "figures" | "small" | "tens" | "half":
                self._part = (self._part or 0) + piece.value + self._quarter
                self._quarter = Decimal(0)
            case "hundred":
                self._part = (1 + self._quarter if self._part is None else self._part) * piece.value
            case "scale":
                self._total += (1 + self._quarter if self._part is None else self._part) * piece.value
                self._part, self._below = None, piece.value
            case "and" | "other":
                pass


def _ahead(pieces: list[_Piece], i: int, text: str) -> _Piece | None:
    """Give the piece after i where nothing but space or a hyphen parts them."""
    adjoins = i + 1 < len(pieces) and _BETWEEN.fullmatch(text, pieces[i].end, pieces[i + 1].start)
    return pieces[i + 1] if adjoins else None


def _is_pointed_at(pieces: list[_Piece], i: int, j: int) -> bool:
    is_one = j - i == 1 and pieces[i].word == "one"
    return is_one and i > 0 and pieces[i - 1].word in words.POINTS_AT_ONE


def _has_digits(value: str, asked: Digits) -> bool:
    digits = len(value.lstrip("-").partition(".")[0])
    return (asked.min is None or digits >= asked.min) and (asked.max is None or digits <= asked.max)


def _with_unit(value: str, unit: str | None) -> EntityValue:
    return value if unit is None else {"value": value, "unit": unit}
