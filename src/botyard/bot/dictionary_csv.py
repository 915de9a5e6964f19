"""An entity's dictionary as a spreadsheet writes it: `value,variant1|variant2`, one value a line."""

import csv
import io
import re
from collections.abc import Iterator, Sequence

from botyard.bot.problems import Problem

MAX_BYTES = 8 * 1024 * 1024
_COLUMNS = 2
# What parts the columns of a table where it is no comma: a spreadsheet's of half of Europe, and one pasted.
_OTHER_COMMAS = re.compile("[;\t]")


def read_dictionary(file: str, source: bytes) -> tuple[dict[str, tuple[str, ...]], tuple[Problem, ...]]:
    """Read value -> variants. Raises nothing."""
    text, problem = _decoded(file, source)
    if problem is not None:
        return {}, (problem,)
    found: dict[str, tuple[str, ...]] = {}
    problems: list[Problem] = []
    rows = csv.reader(io.StringIO(text, newline=""))
    try:
        for row in rows:
            if wrong := _wrong(row, found):
                problems.append(Problem(file, rows.line_num, wrong))
            elif row:
                found[row[0].strip()] = _variants(row)
    except csv.Error as error:
        problems.append(Problem(file, max(rows.line_num, 1), f"this line cannot be read as CSV: {error}"))
    return found, tuple(problems)


def misread(file: str, source: bytes) -> Iterator[Problem]:
    """Find what can be read, and does not say what its author sees: values would be lost.

    It refuses what comes anew; reading does not, so that a version which was kept before goes on.
    """
    text, unreadable = _decoded(file, source)
    if unreadable is not None:
        return
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    begins = 1
    try:
        for row in rows:
            if trouble := _seems_other(row):
                yield Problem(file, begins, trouble)
            begins = rows.line_num + 1
    except csv.Error:
        if '"' in text:  # else reading says it
            yield Problem(file, begins, _NOT_CLOSED)


def write_dictionary(dictionary: dict[str, tuple[str, ...]]) -> bytes:
    """Write value -> variants."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    for value, variants in dictionary.items():
        is_alone = not variants and not _OTHER_COMMAS.search(value)
        lines.writerow([value] if is_alone else [value, "|".join(variants)])
    return out.getvalue().encode()


def _decoded(file: str, source: bytes) -> tuple[str, Problem | None]:
    if len(source) > MAX_BYTES:
        return "", Problem(file, 1, f"this dictionary is larger than {MAX_BYTES // 1024 // 1024} MB")
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        return "", Problem(file, line, "this line is not UTF-8 text; save the file as UTF-8")
    if "\0" in text:
        return "", Problem(file, text.count("\n", 0, text.index("\0")) + 1, "this line holds a NUL character")
    return text, None


def _variants(row: list[str]) -> tuple[str, ...]:
    parts = row[1].split("|") if len(row) == _COLUMNS else []
    return tuple(part.strip() for part in parts if part.strip())


def _wrong(row: list[str], found: dict[str, tuple[str, ...]]) -> str | None:
    if not row:
        return None
    if len(row) > _COLUMNS:
        return (
            _in_another_form(row)
            or "a line is `value,variant1|variant2`; this one has more than one comma (quote a value that has commas)"
        )
    if not row[0].strip():
        return "this line has no value before the comma"
    if row[0].strip() in found:
        return f"the value `{row[0].strip()[:60]}` is written twice"
    return None


# ── what seems to say something else ────────────────────────────────────────────────────────────────────────────────

_NOT_CLOSED = (
    "a quote that begins in this line is not closed where its value ends, and what follows would be lost in it; "
    'a quote that belongs to a value is written twice, as in "7"" tablet"'
)


def _seems_other(row: Sequence[str]) -> str | None:
    if any(re.search("[\r\n]", cell) for cell in row):
        return _NOT_CLOSED
    if any(re.match(r'\s+"', cell) for cell in row):
        return (
            'a space stands before a quote, which would be a letter of the value; write `value,"variant, with comma"`'
        )
    return _in_another_form(row)


def _in_another_form(row: Sequence[str]) -> str | None:
    """Show a line in our form that was written in another's: `word|variant,variant` is an upload of other platforms."""
    if len(row) == 1 and _OTHER_COMMAS.search(row[0]):
        ours = _ours(_OTHER_COMMAS.split(row[0].replace("|", ";")))
        return f"a line is value,variant1|variant2; write {ours}; or, if the value has it, put a comma at the end"
    if row and "|" in row[0]:
        return f"a line is value,variant1|variant2; write {_ours('|'.join(row).split('|'))}"
    return None


def _ours(words: Sequence[str]) -> str:
    value, *variants = (word.strip() for word in words)
    return f"`{','.join((value, '|'.join(filter(None, variants))))[:80]}`"
