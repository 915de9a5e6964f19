"""The allow-list of addresses, against the tricks that browsers fall for."""

from itertools import product
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botyard.hsl.links import safe_href

BAD_SCHEMES = [
    "javascript", "JaVaScRiPt", "vbscript", "data", "blob", "file", "ftp", "intent", "ms-msdt", "feed", "smb", "about",
    "view-source", "chrome", "filesystem", "jar", "ws", "wss", "livescript", "mocha", "sms", "market",
]  # fmt: skip
NOISE = ["", " ", "\t", "\n", "\r\n", "\x00", "\x01", "\x1f", "\u2028", "\u200b", "\u00a0", "\ufeff", "/", "\\", "%0a"]


@pytest.mark.parametrize(
    ("url", "opened"),
    [
        ("XYZ.COM", "https://XYZ.COM"),
        ("shop.example:8080/cart?x=1#y", "https://shop.example:8080/cart?x=1#y"),
        ("localhost:3000", "https://localhost:3000"),
        ("दुकान.भारत/क", "https://दुकान.भारत/क"),
        (" https://a.example/ b ", "https://a.example/%20b"),
        ("HTTP://a.example", "http://a.example"),
        ("ht\ntps://a.exa\tmple", "https://a.example"),
        ("https:a.example", "https://a.example"),
        ("https:\\\\a.example\\b?c\\d", "https://a.example/b?c\\d"),
        ("//a.example/b", "https://a.example/b"),
        ("tel:+911234", "tel:+911234"),
        ("MAILTO:a@b.example", "mailto:a@b.example"),
    ],
)
def test_what_a_builder_means_is_opened(url: str, opened: str) -> None:
    """Addresses come out absolute, with a scheme, as a browser would read them."""
    assert safe_href(url) == opened


@pytest.mark.parametrize(
    "url", ["", " ", "click here", "/cart", "#top", "?q", "cart", "https://", "https://u@", "tel:"]
)
def test_what_is_no_address_stays_text(url: str) -> None:
    """A path of the chat's own host is no link of the builder's."""
    assert safe_href(url) is None


def test_no_script_gets_through_however_it_is_dressed() -> None:
    """Every bad scheme with noise before, inside and after its name: nothing but an allowed scheme comes out."""
    tried = 0
    for scheme, before, inside, after in product(BAD_SCHEMES, NOISE, NOISE, NOISE):
        url = f"{before}{scheme[:2]}{inside}{scheme[2:]}{after}:alert(document.domain)//"
        tried += 1
        assert safe_href(url) is None, url
    assert tried > 50_000


@given(st.text() | st.builds("{}:{}".format, st.sampled_from([*BAD_SCHEMES, "https", "tel"]), st.text()))
def test_whatever_comes_out_has_an_allowed_scheme(url: str) -> None:
    """The law of the allow-list; and asking again changes nothing."""
    opened = safe_href(url)
    if opened is not None:
        assert urlsplit(opened).scheme in ("http", "https", "tel", "mailto")
        assert safe_href(opened) == opened
