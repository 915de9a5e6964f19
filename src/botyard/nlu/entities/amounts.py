"""Numbers as they are said: figures, words, and scales that work on both (2 lakh, 10k, two thousand and five)."""

from collections.abc import Iterator
from decimal import Decimal

from msgspec import Struct

from botyard.nlu.entities.said import Hit, Said

_TEN, _HUNDRED, _THOUSAND = 10, 100, 1_000
MOST_FIGURES = 15  # longer ones are codes: they are taken as they stand, and never added to anything
_BETWEEN_WORDS = ("", "-")


class Amount(Struct, frozen=True):
    """A number and its tokens.

    typed: as the user wrote it, without grouping, where it is figures and nothing else. last_scale: 1000 in "3k".
    """

    first: int
    end: int
    value: Decimal
    typed: str | None
    last_scale: Decimal | None = None

    @property
    def text(self) -> str:
        """Write it as a plain decimal: typed figures keep their zeros."""
        return self.typed if self.typed is not None else f"{self.value.normalize():f}"


class _Piece(Struct, frozen=True):
    kind: str  # figures, or a class of the lexicon: count, tens, times, scale, half, quarter, and_half, and, article
    value: Decimal
    end: int
    typed: str | None = None
    scale: Decimal | None = None


def amounts(said: Said) -> Iterator[Amount]:
    """Read all the numbers of a message, in order."""
    i = 0
    while i < len(said.tokens):
        amount = amount_at(said, i)
        if amount is None or _is_pointed_at(said, amount) or _is_a_place_in_a_row(said, amount):
            i += 1
            continue
        yield amount
        i = amount.end


def amount_at(said: Said, first: int) -> Amount | None:
    """Read the number that begins at a token."""
    key = ("amount", first)
    if key not in said.memory:
        said.memory[key] = _read(said, first)
    read = said.memory[key]
    return read if isinstance(read, Amount) else None


def _read(said: Said, first: int) -> Amount | None:
    adding = _Sum()
    is_between = said.before(first, "between") is not None
    i = first
    while i < len(said.tokens) and (i == first or said.gaps[i] in _BETWEEN_WORDS):
        if said.gaps[i] and i > first and "number" in (said.form(i), said.form(i - 1)):
            break  # 10-20 are two numbers, twenty-five is one
        piece = _piece(said, i)
        if piece is None or (is_between and piece.kind == "and_number"):
            break  # "between one hundred and two hundred" are two numbers
        if not adding.takes(piece, _next(said, piece.end)):
            break
        i = piece.end
    value = adding.value()
    if value is None:
        return None
    return _with_decimals(said, Amount(first, adding.end, value, adding.typed, adding.last_scale))


def _with_decimals(said: Said, amount: Amount) -> Amount:
    """Read on behind a point that was said: ninety nine point five, तीन दशमलव पाँच."""
    at = said.past(amount.end, "point")
    if at == amount.end or amount.value != amount.value.to_integral_value() or said.gap(amount.end):
        return amount
    figures, end = "", at
    while end < len(said.tokens) and said.gap(end) == "" and (digit := _digit_at(said, end)) is not None:
        figures, end = figures + digit, end + 1
    if not figures or len(figures) > MOST_FIGURES:
        return amount
    return Amount(amount.first, end, amount.value + Decimal(f"0.{figures}"), None)


def _digit_at(said: Said, i: int) -> str | None:
    """Read one word, or run of figures, as the digits behind a point."""
    token = said.tokens[i]
    if token.form == "number":
        return token.key if token.key.isdigit() else None
    hit = said.at(i, "number")
    piece = _word(hit) if hit is not None and hit.end == i + 1 else None
    return str(piece.value) if piece is not None and piece.kind == "count" and 0 <= piece.value < _TEN else None


def is_whole(amount: Amount, low: int, high: int) -> bool:
    """Whether a number is a whole one within bounds, both included."""
    return low <= amount.value <= high and amount.value == amount.value.to_integral_value()


def _piece(said: Said, i: int) -> _Piece | None:
    token = said.tokens[i]
    if token.form == "number":
        return _figures(said, i, token.key)
    hit = said.at(i, "number")
    if hit is None:
        for sign in ("and_number", "article"):
            found = said.at(i, sign)
            if found is not None:
                return _Piece(sign, Decimal(1), found.end)
        return None
    return _word(hit)


def _word(hit: Hit) -> _Piece:
    assert isinstance(hit.meaning, tuple)  # noqa: S101 - what the lexicon keeps under "number"; says so to the type checker
    return _Piece(hit.meaning[0], hit.meaning[1], hit.end)


def _figures(said: Said, i: int, run: str) -> _Piece:
    typed = run.replace(",", "").replace("−", "-").replace("-.", "-0.")
    typed = f"0{typed}" if typed.startswith(".") else typed
    if len(typed) > MOST_FIGURES:
        return _Piece("figures", Decimal(0), i + 1, typed)
    scale = said.at(i + 1, "glued_scale")
    if scale is not None and said.tokens[i + 1].is_glued and isinstance(scale.meaning, Decimal):
        return _Piece("scaled", Decimal(typed) * scale.meaning, scale.end, scale=scale.meaning)
    return _Piece("figures", Decimal(typed), i + 1, typed)


def _next(said: Said, i: int) -> _Piece | None:
    """Give the piece at i where nothing but space parts it from what stands before."""
    return _piece(said, i) if i < len(said.tokens) and said.gaps[i] in _BETWEEN_WORDS else None


def _is_pointed_at(said: Said, amount: Amount) -> bool:
    """Whether it is the "one" of "this one", which is no number."""
    is_one = amount.value == 1 and amount.end == amount.first + 1 and not amount.typed
    return is_one and any(said.before(amount.first, kind) is not None for kind in ("points", "ordinal"))


def _is_a_place_in_a_row(said: Said, amount: Amount) -> bool:
    """Whether it is the 8 of "8th floor", which counts nothing."""
    mark = said.at(amount.end, "ordinal_mark") if amount.typed else None
    return mark is not None and said.tokens[amount.end].is_glued and said.tokens[amount.end].key.isascii()


class _Sum:
    """Adds up pieces as they are said: two lakh fifty thousand three hundred and five.

    total: what scales have closed. part: what is being said below the next scale. room: what may still be added is
    less than this. below: the last scale; the next must be smaller.
    """

    def __init__(self) -> None:
        self.end = 0
        self.typed: str | None = None
        self.last_scale: Decimal | None = None
        self._total = Decimal(0)
        self._part: Decimal | None = None
        self._room: Decimal | None = None
        self._quarter = Decimal(0)
        self._last: _Piece | None = None

    def takes(self, piece: _Piece, ahead: _Piece | None) -> bool:
        """Add a piece, or refuse it: then the number ends before it. ahead: what adjoins it on the right."""
        if not self._fits(piece, ahead):
            return False
        self._add(piece)
        self.typed = piece.typed if self._last is None else None
        self._last = piece
        if piece.kind not in ("and_number", "quarter", "article"):
            self.end = piece.end
        elif self.end:
            self.typed = None
        return True

    def value(self) -> Decimal | None:
        """Give the sum, or None where nothing was taken that is a number."""
        return self._total + (self._part or 0) if self.end else None

    def _fits(self, piece: _Piece, ahead: _Piece | None) -> bool:  # noqa: C901, PLR0911 - one answer for each kind
        if self._last is None:
            return self._may_begin(piece, ahead)
        if self._last.typed and len(self._last.typed) > MOST_FIGURES:
            return False
        match piece.kind:
            case "count" | "tens" | "half":
                return self._has_room(piece.value)
            case "figures" | "scaled":
                is_scaled = piece.kind == "scaled" or _is_scale(ahead, self.last_scale)
                return self._last.kind == "quarter" or (
                    self._part is None and is_scaled and self._has_room(piece.value)
                )
            case "times":
                if self._part is None:
                    return self._last.kind in ("quarter", "article", "scale", "and_number")
                return self._last.kind in ("count", "figures", "tens", "half") and self._part < _HUNDRED
            case "scale":
                return self.last_scale is None or piece.value < self.last_scale
            case "and_half":
                return self._last.kind in ("count", "figures", "scale", "times", "article")
            case "and_number":
                return self._last.kind in ("times", "scale", "count") and ahead is not None and self._adds(ahead)
            case "quarter":
                return self._last.kind == "scale" and ahead is not None and ahead.kind in ("count", "figures")
            case _:
                return False

    def _may_begin(self, piece: _Piece, ahead: _Piece | None) -> bool:
        match piece.kind:
            case "and_number" | "and_half":
                return False
            case "article":  # "a hundred"; a lone article is no number
                return ahead is not None and ahead.kind in ("times", "scale")
            case _:
                return True

    def _adds(self, ahead: _Piece) -> bool:
        return ahead.kind in ("count", "tens", "half", "figures") and self._has_room(ahead.value)

    def _has_room(self, value: Decimal) -> bool:
        if self._last is not None and self._last.kind in ("quarter", "article"):
            return True
        return self._room is None or 0 < value < self._room

    def _add(self, piece: _Piece) -> None:
        match piece.kind:
            case "quarter":
                self._quarter = piece.value
            case "figures" | "count" | "tens" | "half" | "scaled":
                # A word for two hundred is quartered by the hundred: सव्वा दोनशे is 225.
                step = max(_room_behind(piece), Decimal(1)) if piece.kind == "count" else Decimal(1)
                self._part = (self._part or 0) + piece.value + self._quarter * step
                self._quarter = Decimal(0)
                if piece.kind == "count" and step == _THOUSAND:  # one word for two thousand closes the thousands
                    self._total, self._part = self._total + self._part, None
                self._room = _room_behind(piece)
                self.last_scale = piece.scale or self.last_scale
            case "times":
                self._part = (1 + self._quarter if self._part is None else self._part) * piece.value
                self._quarter, self._room = Decimal(0), piece.value
            case "scale":
                whole = 1 + self._quarter if self._part is None else self._part
                self._total += whole * piece.value
                self._part, self._quarter, self._room = None, Decimal(0), piece.value
                self.last_scale = piece.value
            case "and_half":
                self._add_half(piece.value)
            case _:
                pass

    def _add_half(self, half: Decimal) -> None:
        """Two and a half; two lakh and a half is half a lakh more."""
        if self._part is None and self.last_scale is not None:
            self._total += half * self.last_scale
        else:
            self._part = (self._part or 0) + half
        self._room = Decimal(0)


def _room_behind(piece: _Piece) -> Decimal:
    """Twenty leaves room for five; a word for two thousand leaves room for three hundred; twenty-one for nothing."""
    if piece.kind == "tens":
        return Decimal(_TEN)
    if piece.kind == "count":
        for step in (_THOUSAND, _HUNDRED):
            if piece.value >= step and piece.value % step == 0:
                return Decimal(step)
    return Decimal(0)


def _is_scale(ahead: _Piece | None, below: Decimal | None) -> bool:
    """2 lakh 50 thousand is one number; 2 lakh 50 are two."""
    return ahead is not None and ahead.kind in ("times", "scale") and (below is None or ahead.value < below)
