"""How the parts of a number add up as they are said: what may follow what, and what scales and halves do."""

from decimal import Decimal

from msgspec import Struct

TEN, HUNDRED, THOUSAND = 10, 100, 1_000
MOST_FIGURES = 15  # longer ones are codes: they are taken as they stand, and never added to anything


class Piece(Struct, frozen=True):
    """One part of a number as it is said.

    kind: figures, scaled (3k), and_number, article, or a class of the lexicon: count, tens, times, scale, half,
    quarter, and_half. end: the token behind it.
    """

    kind: str
    value: Decimal
    end: int
    typed: str | None = None
    scale: Decimal | None = None


class Sum:
    """Adds up pieces as they are said: two lakh fifty thousand three hundred and five.

    end: the token behind what was taken, 0 where that is no number. typed: the figures, where it is one run of them
    and nothing else. last_scale: the next must be smaller. hundred: what was multiplied by last, if it ends so.
    """

    def __init__(self) -> None:
        self.end = 0
        self.typed: str | None = None
        self.last_scale: Decimal | None = None
        self.hundred: Decimal | None = None
        self._total = Decimal(0)  # what scales have closed
        self._part: Decimal | None = None  # what is being said below the next scale
        self._room: Decimal | None = None  # what may still be added is less than this
        self._quarter = Decimal(0)  # a quarter that was said and waits for what it adds to
        self._last: Piece | None = None

    def takes(self, piece: Piece, ahead: Piece | None) -> bool:
        """Add a piece, or refuse it: then the number ends before it. ahead: what adjoins it on the right."""
        if not self._fits(piece, ahead):
            return False
        self._add(piece)
        self.typed = piece.typed if self._last is None else None
        self.hundred = piece.value if piece.kind == "times" else None
        self._last = piece
        if piece.kind not in ("and_number", "quarter", "article"):
            self.end = piece.end
        elif self.end:
            self.typed = None
        return True

    def value(self) -> Decimal | None:
        """Give the sum, or None where nothing was taken that is a number."""
        return self._total + (self._part or 0) if self.end else None

    def _fits(self, piece: Piece, ahead: Piece | None) -> bool:  # noqa: C901, PLR0911 - one answer for each kind
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
                return self._last.kind in ("count", "figures", "tens", "half") and self._part < HUNDRED
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

    def _may_begin(self, piece: Piece, ahead: Piece | None) -> bool:
        match piece.kind:
            case "and_number" | "and_half":
                return False
            case "article":  # "a hundred"; a lone article is no number
                return ahead is not None and ahead.kind in ("times", "scale")
            case _:
                return True

    def _adds(self, ahead: Piece) -> bool:
        if ahead.kind == "times":  # "a thousand and hundred"
            return self._part is None and self._has_room(ahead.value)
        return ahead.kind in ("count", "tens", "half", "figures") and self._has_room(ahead.value)

    def _has_room(self, value: Decimal) -> bool:
        if self._last is not None and self._last.kind in ("quarter", "article"):
            return True
        return self._room is None or 0 < value < self._room

    def _add(self, piece: Piece) -> None:
        match piece.kind:
            case "quarter":
                self._quarter = piece.value
            case "figures" | "count" | "tens" | "half" | "scaled":
                # A word for two hundred is quartered by the hundred: सव्वा दोनशे is 225.
                step = max(_room_behind(piece), Decimal(1)) if piece.kind == "count" else Decimal(1)
                self._part = (self._part or 0) + piece.value + self._quarter * step
                self._quarter = Decimal(0)
                if piece.kind == "count" and step == THOUSAND:  # one word for two thousand closes the thousands
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


def _room_behind(piece: Piece) -> Decimal:
    """Twenty leaves room for five; a word for two thousand leaves room for three hundred; twenty-one for nothing."""
    if piece.kind == "tens":
        return Decimal(TEN)
    if piece.kind == "count":
        for step in (THOUSAND, HUNDRED):
            if piece.value >= step and piece.value % step == 0:
                return Decimal(step)
    return Decimal(0)


def _is_scale(ahead: Piece | None, below: Decimal | None) -> bool:
    """2 lakh 50 thousand is one number; 2 lakh 50 are two."""
    return ahead is not None and ahead.kind in ("times", "scale") and (below is None or ahead.value < below)
