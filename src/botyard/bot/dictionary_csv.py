"""An entity's dictionary as a spreadsheet writes it: `value,variant1|variant2`, one value a line."""

import csv
import io

from botyard.bot.problems import Problem

MAX_BYTES = 8 * 1024 * 1024
_COLUMNS = 2


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


def write_dictionary(dictionary: dict[str, tuple[str, ...]]) -> bytes:
    """Write value -> variants."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerows([value, "|".join(variants)] if variants else [value] for value, variants in dictionary.items())
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
        return "a line is `value,variant1|variant2`; this one has more than one comma (quote a value that has commas)"
    if not row[0].strip():
        return "this line has no value before the comma"
    if row[0].strip() in found:
        return f"the value `{row[0].strip()[:60]}` is written twice"
    return None
