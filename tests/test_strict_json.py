"""What comes in as JSON is read exactly, or refused in words that never repeat it."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botyard.strict_json import NotAnObject, NotJson, parse, parse_object

CAP = 64 * 1024

REFUSED = [
    (b"", "it is empty", None),
    (b" \n", "it is empty", None),
    (b"{", "malformed", 1),
    (b"{'a': 1}", "malformed", 1),
    (b'{"a": True}', "malformed", 6),
    (b'{"a": 1} x', "malformed", None),
    (b'{"a": 1,}', "malformed", None),
    (b"NaN", "malformed", 0),
    (b"[Infinity]", "malformed", 1),
    (b"[-Infinity]", "malformed", None),
    (b"[1e999]", "a number is too large", None),
    (b"[01]", "malformed", None),
    (b'["\x00"]', "malformed", 2),
    (b"\xef\xbb\xbf{}", "byte order mark", 0),
    ('{"a":1}'.encode("utf-16"), "not UTF-8", 0),
    (b'{"a": "\xff"}', "not UTF-8", 7),
    (b'{"\xff": 1}', "not UTF-8", 2),
    (b'"\xed\xa0\x80"', "not UTF-8", 1),
    (b'["\\ud800"]', "surrogate", 1),
    (b'["\\udc00 tail"]', "surrogate", 1),
    (b'["fine \\ud83d\\ude00", "\\ud83d\\u0041"]', "surrogate", 22),
    (b'{"\\ud800": 1}', "surrogate", 1),
    (b'["\\u0000"]', "NUL", 2),
    (b"[" + b"9" * 20 + b"]", "64 bits", 1),
    (b'["a\\\\\\u0000"]', "NUL", 5),
    (b'{"a\\u0000": 1}', "NUL", 3),
    (b'{"a": 1, "a": 2}', "twice", 9),
    (b'{"a": 1, "\\u0061": 2}', "twice", 9),
    (b'[{"x": {"b" : 1, "b" : 1}}]', "twice", 17),
    (b'{"a":1,"a":2,"b":"\\u003a"}', "twice", 7),
    (b'{"a":1,"a":2,"b":"\\u003A"}', "twice", 7),
    (b'{"a":{"b":{}},"a":[]}', "twice", 14),
    (b"18446744073709551616", "64 bits", 0),
    (b"[1, -9223372036854775809]", "64 bits", 4),
    (b'{"n": ' + b"9" * 4000 + b"}", "64 bits", 6),
    (b"[" + b"1" * 5000 + b"]", "a number is too large", None),
    (b"[" * 33 + b"]" * 33, "nested deeper than 32", 32),
    (b'{"a":' * 33 + b"1" + b"}" * 33, "nested deeper than 32", 160),
    (b"[" * 5000 + b"]" * 5000, "nested deeper than 32", 32),
    (b'["[[",' + b"[" * 60_000, "nested deeper than 32", None),
    (b"[" + b"{}," * 40 + b'{"a":' * 32 + b"1" + b"}" * 32 + b"]", "nested deeper than 32", 276),
]


@pytest.mark.parametrize(("body", "what", "at"), REFUSED, ids=range(len(REFUSED)))
def test_what_parsers_let_through_is_refused_with_its_place(body: bytes, what: str, at: int | None) -> None:
    """The sentence says what is wrong; where it can, it says at which byte."""
    with pytest.raises(NotJson, match=re.escape(what)) as refused:
        parse(body, max_bytes=CAP)
    if at is not None:
        assert refused.value.at_byte == at
        assert refused.value.sentence.endswith(f"at byte {at}")


@pytest.mark.parametrize(
    "body",
    [
        b'{"phone_number": 8826755986}',
        b"[18446744073709551615, -9223372036854775808, 0, -0.5, 1e3, 12345678901234567890.5]",
        b'["\\\\u0000", "\\\\\\\\u0000", "a:b", "\\u003a", "\\"", "\\\\"]',
        b'{"a:b": ":", "c": {"a:b": "http://x:80"}, "d\\u003a": 1, "d": 2}',
        b'["\\ud83d\\ude00"]',
        b'["\\u003a", 0.12345678901234567890123, 1e10, -1.5E+3, 12345678901234567890]',
        b"[" * 32 + b"]" * 32,
        b"[" + b"{}," * 40 + b'{"a":' * 31 + b"1" + b"}" * 31 + b"]",
        b'{"a": "1234567890123456789012345"}',
        '{"नाम": "आशा"}'.encode(),
        b" null ",
        b'""',
    ],
)
def test_what_is_fine_is_read_exactly(body: bytes) -> None:
    """Numbers, escapes and colons in texts come out as they went in."""
    assert parse(body, max_bytes=CAP) == json.loads(body)


@pytest.mark.parametrize("body", [b"[18446744073709551616]", b'{"\\u003a": -9223372036854775809}', b"9" * 4_300])
def test_integers_of_any_length_are_exact_where_they_are_asked_for(body: bytes) -> None:
    """Up to what Python itself reads; everything else is refused as before."""
    assert parse(body, max_bytes=CAP, any_integer=True) == json.loads(body)
    for refused in (b"9" * 4_301, b"[1e999]", b'[18446744073709551616, "\\u0000"]'):
        with pytest.raises(NotJson):
            parse(refused, max_bytes=CAP, any_integer=True)


def test_a_body_over_the_size_is_not_read() -> None:
    """The limit itself is allowed, one byte more is not."""
    assert parse(b'"abc"', max_bytes=5) == "abc"
    with pytest.raises(NotJson, match="6 bytes, 5 are allowed"):
        parse(b'"abcd"', max_bytes=5)


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"1", b"1.5", b"true", b"null"])
def test_an_object_is_asked_for_and_nothing_else_will_do(body: bytes) -> None:
    """What is JSON but no object has an error of its own."""
    with pytest.raises(NotAnObject, match="must be an object"):
        parse_object(body, max_bytes=CAP)


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.sampled_from('ab:"\\{}é')), inner),
    max_leaves=20,
)


@given(values, st.booleans(), st.sampled_from([None, 1]))
def test_every_value_survives_every_way_of_writing_it(value: Any, ascii_only: bool, indent: int | None) -> None:  # noqa: FBT001 - Hypothesis draws it
    """Escaped or not, spaced or not: what was written is what is read."""
    body = json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode()
    assert parse(body, max_bytes=10**6) == value


KEYS = ["a", "b", ":", "a:", '"', "\\"]


@st.composite
def objects_and_whether_a_key_comes_twice(draw: st.DrawFn) -> tuple[bytes, bool]:
    """Write objects by hand, keys escaped at random, some of them named twice."""
    twice = False

    def escaped(text: str) -> str:
        return "".join(f"\\u{ord(c):04x}" if c in '"\\' or draw(st.booleans()) else c for c in text)

    def write(depth: int) -> str:
        nonlocal twice
        if depth == 0 or draw(st.booleans()):
            return f'"{escaped(draw(st.sampled_from(KEYS)))}"'
        keys = draw(st.lists(st.sampled_from(KEYS), max_size=4))
        twice |= len(set(keys)) < len(keys)
        return "{" + ",".join(f'"{escaped(key)}" : {write(depth - 1)}' for key in keys) + "}"

    return write(3).encode(), twice


@given(objects_and_whether_a_key_comes_twice())
def test_a_key_named_twice_is_always_found_and_never_imagined(drawn: tuple[bytes, bool]) -> None:
    """However the keys and the texts around them are escaped."""
    body, twice = drawn
    if not twice:
        assert parse(body, max_bytes=CAP) == json.loads(body)
        return
    with pytest.raises(NotJson, match="twice"):
        parse(body, max_bytes=CAP)


@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_read_or_refused_and_never_repeated(body: bytes) -> None:
    """Nothing but NotJson is ever raised, and no refusal holds a piece of the body."""
    repeated = ""
    try:
        parse(b'{"canary-7f": ' + body, max_bytes=CAP)
    except NotJson as refused:
        repeated = f"{refused} {refused.facts}"
    assert "canary-7f" not in repeated
