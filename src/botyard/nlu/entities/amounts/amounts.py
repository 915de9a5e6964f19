"""Numbers as they are said: figures, words, and scales that work on both (2 lakh, 10k, two thousand and five)."""

from calendar import monthrange
from collections.abc import Iterator
from decimal import Decimal

from msgspec import Struct, structs

from botyard.nlu.entities.amounts.amount_sum import HUNDRED, MOST_FIGURES, TEN, THOUSAND, Piece, Sum
from botyard.nlu.entities.grammar.said import Hit, Said

_BETWEEN_WORDS = ("", "-")
_NUMBERED = frozenset(("number", "article", "ordinal"))
_GOES_ON = frozenset(("number", "and_number", "article", "glued_scale", "point"))
_ALL = ("amounts", -1)
_MILLIARD = 10**9
_MILLION = Decimal(10**6)
_FRACTION_DIGITS = 4  # as the words for a third have
_QUARTER = Decimal("0.25")
_MOST_DAYS, _A_LEAP_YEAR = 31, 2028


class Amount(Struct, frozen=True):
    """A number and its tokens.

    typed: as the user wrote it, without grouping, where it is figures and nothing else. last_scale: 1000 in "3k",
    100 in "three hundred".
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


def amounts(said: Said) -> tuple[Amount, ...]:
    """Read all the numbers of a message, in order; once for all who ask."""
    read = said.memory.get(_ALL)
    if not isinstance(read, tuple):
        read = said.memory[_ALL] = tuple(_amounts(said))
    return read


def _amounts(said: Said) -> Iterator[Amount]:
    i = 0
    while i < len(said.tokens):
        if said.tokens[i].form == "word" and _NUMBERED.isdisjoint(said.hits[i]):  # most of them
            i += 1
            continue
        amount = amount_at(said, i)
        if amount is None or _counts_nothing(said, amount):
            i = max(i + 1, _end_of_ordinal(said, i))
            continue
        yield _below_zero(said, amount)
        i = amount.end


def amount_at(said: Said, first: int) -> Amount | None:
    """Read the number that begins at a token."""
    if first >= len(said.tokens):
        return None
    form = said.form(first)
    if form != "number" and "number" not in said.hits[first]:
        if "article" in said.hits[first]:
            return _of_article(said, first)
        return _fraction(said, first) if form == "pair" else None
    key = ("amount", first)
    if key not in said.memory:
        said.memory[key] = _read(said, first)
    read = said.memory[key]
    return read if isinstance(read, Amount) else None


def _of_article(said: Said, first: int) -> Amount | None:
    """Read "a hundred": only where a number's word follows; before most words an article is no number."""
    behind = said.past(first, "article")
    return _added_up(said, first) if behind < len(said.tokens) and "number" in said.hits[behind] else None


def _fraction(said: Said, i: int) -> Amount | None:
    """Read 1/2 and 3/4 where something is measured; else they are days of a month."""
    a, _, b = said.tokens[i].key.partition("/")
    if said.at(i + 1, "measure") is None or said.gap(i + 1) or not 0 < int(a) < int(b) < TEN:
        return None
    return Amount(i, i + 1, round(Decimal(a) / Decimal(b), _FRACTION_DIGITS), None)


def _read(said: Said, first: int) -> Amount | None:
    return _alone(said, first) or _added_up(said, first)


def _alone(said: Said, i: int) -> Amount | None:
    """Read a number that nothing goes on behind, which most are; what does is added up."""
    end = i + 1
    if said.form(end) == "number" or (end < len(said.tokens) and not _GOES_ON.isdisjoint(said.hits[end])):
        return None
    if said.form(i) == "number":
        piece = _figures(said, i, said.tokens[i].key)
        return Amount(i, piece.end, piece.value, piece.typed, piece.scale)
    hit = said.at(i, "number")
    if hit is None or hit.end != end or not isinstance(hit.meaning, tuple) or hit.meaning[0] not in ("count", "tens"):
        return None
    return Amount(i, end, hit.meaning[1], None)


def _added_up(said: Said, first: int) -> Amount | None:
    adding = Sum()
    is_between = said.before(first, "between") is not None
    i = first
    while i < len(said.tokens) and (i == first or said.gaps[i] in _BETWEEN_WORDS):
        if said.gaps[i] and i > first and "number" in (said.form(i), said.form(i - 1)):
            break  # 10-20 are two numbers, twenty-five is one
        if i > first and said.ends_with(i - 1, "to"):
            break  # ಐದು ಸಾವಿರದಿಂದ ಏಳು ಸಾವಿರ runs from one to the other
        piece = _piece(said, i)
        if piece is None or (is_between and piece.kind == "and_number"):
            break  # "between one hundred and two hundred" are two numbers
        if not adding.takes(piece, _next(said, piece.end)):
            break
        i = piece.end
    value = adding.value()
    if value is None:
        return None
    amount = Amount(first, adding.end, value, adding.typed, adding.last_scale or adding.hundred)
    return _with_decimals(said, _with_hundreds(said, amount))


def _with_hundreds(said: Said, amount: Amount) -> Amount:
    """Read on behind the comma that parts thousands in words: two thousand, five hundred and twelve."""
    scale, behind = amount.last_scale, amount.end
    if scale is None or scale < THOUSAND or amount.value % scale or said.gap(behind) != ",":
        return amount
    rest = amount_at(said, behind) if said.form(behind) == said.form(behind - 1) == "word" else None
    if rest is None or rest.typed is not None or not HUNDRED <= rest.value < scale or rest.last_scale == scale:
        return amount
    return Amount(amount.first, rest.end, amount.value + rest.value, None, rest.last_scale)


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
    return str(piece.value) if piece is not None and piece.kind == "count" and 0 <= piece.value < TEN else None


def is_whole(amount: Amount, low: int, high: int) -> bool:
    """Whether a number is a whole one within bounds, both included."""
    return low <= amount.value <= high and amount.value == amount.value.to_integral_value()


def _piece(said: Said, i: int) -> Piece | None:
    token = said.tokens[i]
    if token.form == "number":
        return _figures(said, i, token.key)
    hit = said.at(i, "number")
    if hit is None:
        for sign in ("and_number", "article"):
            found = said.at(i, sign)
            if found is not None:
                return Piece(sign, Decimal(1), found.end)
        return None
    return _word(hit)


def _word(hit: Hit) -> Piece:
    assert isinstance(hit.meaning, tuple)  # noqa: S101 - what the lexicon keeps under "number"; says so to the type checker
    return Piece(hit.meaning[0], hit.meaning[1], hit.end)


def _figures(said: Said, i: int, run: str) -> Piece:
    typed = run.replace(",", "").replace("−", "-").replace("-.", "-0.")
    typed = f"0{typed}" if typed.startswith(".") else typed
    if len(typed) > MOST_FIGURES:
        return Piece("figures", Decimal(0), i + 1, typed)
    scale = said.at(i + 1, "glued_scale")
    if scale is not None and isinstance(scale.meaning, Decimal) and _belongs(said, i + 1, scale.end):
        return Piece("scaled", Decimal(typed) * scale.meaning, scale.end, scale=scale.meaning)
    if _is_millions(said, i):
        return Piece("scaled", Decimal(typed) * _MILLION, i + 2, scale=_MILLION)
    end = i + 1
    while len(typed) + len("000") <= MOST_FIGURES and _is_a_group(said, end, run):
        typed, end = f"{typed}000", end + 1
    return Piece("figures", Decimal(typed), end, typed)


def _is_millions(said: Said, i: int) -> bool:
    """Whether an m stands for millions, as in $1.5m; behind anything but money it is metres."""
    after = said.tokens[i + 1] if i + 1 < len(said.tokens) else None
    is_m = after is not None and after.is_glued and after.key == "m"
    return is_m and said.before(i, "money") is not None and said.gap(i) == ""


def _belongs(said: Said, i: int, end: int) -> bool:
    """Whether a letter multiplies the figures before it: 2k; 2 k only where no word follows that it could belong to."""
    if said.tokens[i].is_glued:
        return True
    is_letter = said.at(i, "number") is None  # scales are read elsewhere
    is_followed = said.form(end) == "word" and not said.hits[end]
    return is_letter and said.gap(i) == "" and (said.text[said.tokens[i].start].isupper() or not is_followed)


def _is_a_group(said: Said, i: int, run: str) -> bool:
    """Whether three zeros continue the figures before them: 1 000 000."""
    is_short = run.isdigit() and len(run) <= len("000") and run[0] != "0"
    return is_short and said.form(i) == "number" and said.tokens[i].key == "000" and said.gap(i) == ""


def _next(said: Said, i: int) -> Piece | None:
    """Give the piece at i where nothing but space parts it from what stands before."""
    return _piece(said, i) if i < len(said.tokens) and said.gaps[i] in _BETWEEN_WORDS else None


def _counts_nothing(said: Said, amount: Amount) -> bool:
    return (
        _is_pointed_at(said, amount)
        or _is_a_place_in_a_row(said, amount)
        or _is_of_a_label(said, amount)
        or _end_of_ordinal(said, amount.first) > amount.end
        or said.ends_with(amount.end - 1, "ordinal_ending")
        or _is_part_of_an_ordinal(said, amount)
        or _is_an_occasion(said, amount)
        or _is_a_day_of_no_month(said, amount)
        or _is_given(said, amount)
        or _is_a_quarter_of_nothing(said, amount)
        or _is_a_lone_milliard(said, amount)
    )


def _end_of_ordinal(said: Said, i: int) -> int:
    """Find the end of an ordinal that a number may begin: the first of "twenty-first"."""
    ordinal = said.at(i, "ordinal")
    return ordinal.end if ordinal is not None else 0


def _is_part_of_an_ordinal(said: Said, amount: Amount) -> bool:
    """Whether an ordinal goes on behind it: ninety-ninth, one third; but "one first class ticket" is one."""
    ordinal = said.at(amount.end, "ordinal") if said.form(amount.first) == "word" else None
    if ordinal is None or not isinstance(ordinal.meaning, int) or said.gap(amount.end) not in _BETWEEN_WORDS:
        return False
    last = said.at(amount.end - 1, "number")
    is_open = last is not None and isinstance(last.meaning, tuple) and last.meaning[0] in ("tens", "times", "scale")
    return (ordinal.meaning > 2 or is_open) and said.tokens[amount.first].key.isascii()  # noqa: PLR2004 - the second is a unit of time, too


def _is_an_occasion(said: Said, amount: Amount) -> bool:
    """Whether it is the বার of দুই বার, "two times": alone it is twelve."""
    is_one_word = amount.end == amount.first + 1 and said.at(amount.first, "occasion") is not None
    return is_one_word and any(said.before(amount.first, kind) is not None for kind in ("number", "ordinal"))


def _is_a_day_of_no_month(said: Said, amount: Amount) -> bool:
    """Whether it is the 31 of "31 February", "June 31", "31 de febrero": no date, and still no quantity."""
    behind = said.past(said.past(amount.end, "of"), "the")
    before = said.before(amount.first, "month") if said.form(amount.end) != "word" else None  # in June 31 people
    months = [said.at(at, "month") for at in (behind, before) if at is not None]
    return any(
        isinstance(month.meaning, int) and monthrange(_A_LEAP_YEAR, month.meaning)[1] < amount.value <= _MOST_DAYS
        for month in months
        if month is not None
    )


def _is_given(said: Said, amount: Amount) -> bool:
    """Whether it is the दो of दे दो and भेज दो, "give" and "send": alone it is two."""
    is_one_word = amount.end == amount.first + 1 and said.form(amount.first) == "word" and amount.value == 2  # noqa: PLR2004 - it is the word that means both
    return is_one_word and said.before(amount.first, "giving") is not None


def _is_a_quarter_of_nothing(said: Said, amount: Amount) -> bool:
    """Whether it is a word for a quarter before nothing that is measured: those words mean other things, too."""
    is_alone = amount.value == _QUARTER and amount.typed is None and said.form(amount.first) == "word"
    return is_alone and amount.end == amount.first + 1 and said.at(amount.end, "measure") is None


def _is_a_lone_milliard(said: Said, amount: Amount) -> bool:
    """Whether it is a scale like अरब that nothing counts: the word is Arabia as well."""
    is_alone = amount.end == amount.first + 1 and amount.typed is None
    return is_alone and amount.value >= _MILLIARD and said.form(amount.first) == "word"


def _below_zero(said: Said, amount: Amount) -> Amount:
    """Take in a "minus" that no number stands before: "minus five", but not "9 minus 5"."""
    sign = said.before(amount.first, "minus_sign")
    if sign is None or said.gap(amount.first) or amount.value <= 0 or _is_number(said, sign - 1):
        return amount
    typed = None if amount.typed is None else f"-{amount.typed}"
    return structs.replace(amount, first=sign, value=-amount.value, typed=typed)


def _is_number(said: Said, i: int) -> bool:
    return said.form(i) == "number" or said.before(i + 1, "number") is not None


def _is_pointed_at(said: Said, amount: Amount) -> bool:
    """Whether it is the "one" of "this one", which is no number."""
    is_one = amount.value == 1 and amount.end == amount.first + 1 and not amount.typed
    return is_one and any(said.before(amount.first, kind) is not None for kind in ("points", "ordinal"))


def _is_of_a_label(said: Said, amount: Amount) -> bool:
    """Whether it is the 12 of "flat A-12": a capital letter and a hyphen make a label of it."""
    i = amount.first
    if not amount.typed or i == 0 or said.gap(i) != "-" or said.form(i - 1) != "word":
        return False
    before = said.tokens[i - 1]
    return (
        before.end - before.start == 1 and said.text[before.start].isupper() and said.tokens[i].start == before.end + 1
    )


def _is_a_place_in_a_row(said: Said, amount: Amount) -> bool:
    """Whether it is the 8 of "8th floor", which counts nothing."""
    mark = said.at(amount.end, "ordinal_mark") if amount.typed else None
    return mark is not None and said.tokens[amount.end].is_glued and said.tokens[amount.end].key.isascii()
