"""Reading YAML: what words mean, and what is refused, with its line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botyard.bot.exchange import read
from botyard.bot.yaml_lines import MAX_BYTES, parse


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("no", "no"), ("yes", "yes"), ("on", "on"), ("Off", "Off"), ("0012", "0012"), ("12:30", "12:30"),
        ("1_000", "1_000"), ("2026-01-15", "2026-01-15"), ("00.5", "00.5"), ("<<", "<<"), ("=", "="), ("y", "y"),
        ("true", True), ("False", False), ("null", None), ("~", None), ("", None), ("12", 12), ("-3", -3), ("0", 0),
        ("0x1F", 31), ("0o17", 15), ("1.50", 1.5), (".5", 0.5), ("1e3", 1000.0), ('"12"', "12"), ("'true'", "true"),
    ],
)  # fmt: skip
def test_words_mean_what_yaml_1_2_says(written: str, meant: object) -> None:
    """Only true, false, null and numbers are not text; numbers with leading zeros are."""
    document, problems = parse("x.yaml", f"a: {written}".encode())
    assert problems == ()
    assert document is not None
    assert document.value == {"a": meant}
    assert type(document.value["a"]) is type(meant)


def test_keys_are_always_text() -> None:
    """A language called no and a value called 1 are words."""
    document, problems = parse("x.yaml", b"no: a\n1: b\ntrue: c\nnull: d\n")
    assert problems == ()
    assert document is not None
    assert document.value == {"no": "a", "1": "b", "true": "c", "null": "d"}


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        (b"a: 1\nb: 2\na: 3\n", 3, "written twice; it is also on line 1"),
        (b"a: 1\n'a': 3\n", 2, "written twice"),
        (b"a: &x 1\nb: 2\n", 1, "anchors"),
        (b"a: 1\nb: *x\n", 2, "anchors"),
        (b"a: 1\nb: !!str 1\n", 2, "tags"),
        (b"a: 1\n---\nb: 1\n", 2, "second document"),
        (b"%YAML 1.1\n---\nb: 1\n", 1, "directives"),
        (b"a: 1\n? [b]\n: c\n", 2, "a key must be a text"),
        (b"a:\n\tb: 1\n", 2, "tab"),
        (b"a: [1, 2\nb: 3\n", 2, "not YAML"),
        (b"a: 1\nb: \xff\n", 2, "UTF-8"),
        (b"a: 1\nb: \x00\n", 2, "U+0000"),
        ("a: 1\nb: x\u2028y\n".encode(), 2, "U+2028"),
        (b"a: .nan\n", 1, "no number"),
        (b"a: 1\nb: 1e999\n", 2, "no number"),
        (b"a: 1\nb: 12345678901234567890\n", 2, "no number"),
        (b"a: " + b"[" * 40 + b"]" * 40, 1, "nested deeper"),
        (b"a: " + b"x" * MAX_BYTES, 1, "larger than"),
    ],
)
def test_what_would_mislead_a_reviewer_is_refused_with_its_line(source: bytes, line: int, words: str) -> None:
    """A file says one thing, once, in text that can be seen."""
    _, problems = parse("x.yaml", source)
    assert any(problem.line == line and words in problem.sentence for problem in problems), problems


def test_of_a_key_written_twice_the_first_is_read() -> None:
    """What is said about the rest of the file is about what stands there first."""
    document, _ = parse("x.yaml", b"a: 1\nb: {c: 2, c: {d: 3}}\na: [4]\n")
    assert document is not None
    assert document.value == {"a": 1, "b": {"c": 2}}


def test_every_part_knows_its_line() -> None:
    """Keys and list items have the line they begin on."""
    document, _ = parse("x.yaml", b"# c\na:\n  - b: 1\n    c: {d: 2,\n      e: 3}\n  - f\n")
    assert document is not None
    assert document.line(("a",)) == 2
    assert document.line(("a", 0, "c")) == 4
    assert document.line(("a", 0, "c", "e")) == 5
    assert document.line(("a", 1)) == 6
    assert document.line(("a", 1, "nowhere")) == 6


@given(st.binary(max_size=60) | st.text("a:-[]{}&*!|>'\"#%\n \t,?", max_size=40).map(str.encode))
def test_no_file_makes_reading_fail(source: bytes) -> None:
    """Whatever a file holds, reading answers with a document or with problems."""
    document, problems = parse("x.yaml", source)
    assert document is not None or problems
    names = ("bot.yaml", "nodes/a.yaml", "entities/a.yaml", "entities/a.csv", "faqs.yaml", "copy.yaml", "business.yaml")
    found = read(dict.fromkeys(names, source))
    assert found.bot is None
    assert all(problem.line >= 1 for problem in found.problems)
