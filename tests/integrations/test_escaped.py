"""A secret is found in JSON, whoever wrote it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botyard.integrations.record import MASK, masked

SPECIAL = "\"\\/<>&'+=`\n\té🎉 ab1"
secrets = st.text(SPECIAL, min_size=6, max_size=12)


def _hex(characters: str, text: str) -> str:
    for one in characters:
        text = text.replace(one, f"\\u{ord(one):04x}")
    return text


WRITERS: dict[str, Callable[[Any], str]] = {
    "Python": json.dumps,
    "JavaScript": lambda value: json.dumps(value, ensure_ascii=False),
    "PHP": lambda value: json.dumps(value).replace("/", "\\/"),
    "PHP, letters as they are": lambda value: json.dumps(value, ensure_ascii=False).replace("/", "\\/"),
    "Go": lambda value: _hex("<>&", json.dumps(value, ensure_ascii=False)),
    "Gson": lambda value: _hex("<>&='", json.dumps(value, ensure_ascii=False)),
}


@pytest.mark.parametrize("name", WRITERS)
@given(secret=secrets)
def test_a_secret_is_masked_in_json_that_anybody_wrote(name: str, secret: str) -> None:
    """Also in JSON that is a string inside JSON, as HSL is in an answer; what is left is JSON still."""
    writes = WRITERS[name]
    shown = masked(writes([f"X {secret} X", writes({"text": secret})]), {secret})
    plain, nested = json.loads(shown)
    assert plain == f"X {MASK} X"
    assert json.loads(nested) == {"text": MASK}


def test_a_secret_is_masked_as_net_writes_it() -> None:
    """Which escapes as no other does: "+" of a base64 secret, and quotes."""
    text = '{"key": "k\\u002Bey/ab\\u0022\\u00E9"}'
    assert json.loads(text) == {"key": 'k+ey/ab"é'}
    assert masked(text, {'k+ey/ab"é'}) == f'{{"key": "{MASK}"}}'


@pytest.mark.parametrize("text", ["C:\\users\\ab", '{"a": "\\u0939\\/"}', "ab/cd12 \\ ab\\cd12"])
def test_a_text_without_the_secret_stays_as_it_is(text: str) -> None:
    """However many backslashes it has."""
    assert masked(text, {"ab/cd123", "users/ab", 'a": "u0939'}) == text
