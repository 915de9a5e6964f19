"""Signatures agree with what others publish, and nothing else passes for one."""

import hashlib
import hmac
import re
from base64 import b64decode, b64encode
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botyard.integrations.signature import (
    _keyed,
    forget_secrets,
    is_signed,
    is_signed_standard,
    sign,
    sign_standard,
    whsec,
)
from botyard.integrations.webhook import headers_of

ROOT = Path(__file__).parents[2]
NOW = 1_700_000_000

PUBLISHED = [
    # GitHub, "Validating webhook deliveries"
    (
        "It's a Secret to Everybody",
        b"Hello, World!",
        "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
    ),
    ("It's a Secret to Everybody", b"Hello, World!", "sha1=01dc10d0c83e72ed246219cdd91669667fe2ca59"),
    # RFC 2202, test cases 2 and 6
    ("Jefe", b"what do ya want for nothing?", "sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
    # RFC 4231, test case 2
    (
        "Jefe",
        b"what do ya want for nothing?",
        "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    ),
]


@pytest.mark.parametrize(("secret", "body", "expected"), PUBLISHED)
def test_published_vectors_come_out(secret: str, body: bytes, expected: str) -> None:
    """GitHub's and the RFCs' own examples."""
    made = sign(body, secret, "sha256") if expected.startswith("sha256") else sign(body, secret)
    assert made == expected
    assert is_signed(expected, body, [secret])


@given(st.binary(), st.text() | st.text(min_size=60, max_size=70))
def test_an_hmac_is_the_one_that_python_makes(body: bytes, secret: str) -> None:
    """Of whatever is signed, with whatever it is signed: also with a secret that is longer than a block."""
    assert sign(body, secret) == f"sha1={hmac.digest(secret.encode(), body, 'sha1').hex()}"
    assert sign(body, secret, "sha256") == f"sha256={hmac.digest(secret.encode(), body, 'sha256').hex()}"


def test_no_secret_is_kept_once_they_are_to_be_forgotten() -> None:
    """What is begun with a secret is as good as the secret."""
    sign(b"", "secret")
    forget_secrets()
    assert not _keyed.cache_info().currsize


def test_the_example_of_standard_webhooks_comes_out() -> None:
    """A hand-made signature over `id.timestamp.body`, as the specification describes it."""
    mac = hmac.new(b"test", b'msg_1.1700000000.{"a":1}', hashlib.sha256).digest()
    expected = "v1," + b64encode(mac).decode()
    assert sign_standard("msg_1", NOW, b'{"a":1}', ["test"]) == expected
    assert whsec("test") == "whsec_dGVzdA=="


def test_a_library_is_given_the_secret_as_the_page_says() -> None:
    """Such a library keys with what stands in base64 behind `whsec_`: what the page shows is this secret's."""
    page = (ROOT / "docs/reference/webhook.md").read_text("utf-8")
    [(secret, written)] = re.findall(r"the secret `([^`]+)` is\s+`(whsec_[^`]+)`", page)
    assert written == whsec(secret)
    key = b64decode(written.removeprefix("whsec_"))
    mac = hmac.new(key, b'msg_1.1700000000.{"a":1}', hashlib.sha256).digest()
    assert sign_standard("msg_1", NOW, b'{"a":1}', [secret]) == "v1," + b64encode(mac).decode()


def test_the_page_names_every_header_of_a_call() -> None:
    """A receiver's programmer finds each in the table."""
    page = (ROOT / "docs/reference/webhook.md").read_text("utf-8")
    ours = headers_of(b"{}", call_id="call_1_1", secrets=("s",), now=NOW)
    assert [name for name in ours if f"`{name}`" not in page] == []


@given(st.binary(), st.text(), st.text())
def test_only_the_same_secret_and_the_same_bytes_verify(body: bytes, secret: str, other: str) -> None:
    """Both methods; a second live secret verifies too; one changed byte does not."""
    for header in (sign(body, secret), sign(body, secret, "sha256")):
        assert header == header.lower()
        assert is_signed(header, body, [other, secret])
        assert is_signed(header.encode(), body, [secret])
        assert not is_signed(header, body + b" ", [secret])
        # HMAC pads keys with NUL, so that "" and "\0" are one key.
        is_same_key = secret.rstrip("\0") == other.rstrip("\0")
        assert is_signed(header, body, [other]) or not is_same_key
        assert is_same_key or not is_signed(header, body, [other])
        assert not is_signed(header.upper(), body, [secret])


@given(st.text() | st.binary())
def test_no_header_can_make_verifying_fail(header: str | bytes) -> None:
    """Whatever stands there, the answer is no, not an exception."""
    assert not is_signed(header, b"body", ["secret"])
    assert not is_signed_standard(header, b"body", ["secret"], message_id="m", timestamp=str(NOW), now=NOW)
    said = header if isinstance(header, str) else header.decode("latin-1")
    assert not is_signed_standard("v1,AAAA", b"body", ["secret"], message_id="m", timestamp=said, now=NOW)


def test_while_a_secret_is_changed_receivers_of_either_verify() -> None:
    """One header carries a signature per live secret."""
    header = sign_standard("msg_1", NOW, b"{}", ["new", "old"])
    for secret in ("new", "old"):
        assert is_signed_standard(header, b"{}", [secret], message_id="msg_1", timestamp=str(NOW), now=NOW)
    assert not is_signed_standard(header, b"{}", ["third"], message_id="msg_1", timestamp=str(NOW), now=NOW)
    assert not is_signed_standard(header, b"{}", ["new"], message_id="msg_2", timestamp=str(NOW), now=NOW)


@pytest.mark.parametrize(("seconds", "is_fresh"), [(-301, False), (-300, True), (300, True), (301, False)])
def test_a_message_is_fresh_for_five_minutes_either_way(seconds: int, is_fresh: bool) -> None:  # noqa: FBT001 - a table
    """Clocks of two machines differ; a recorded message must not be played again later."""
    header = sign_standard("m", NOW, b"{}", ["s"])
    verified = is_signed_standard(header, b"{}", ["s"], message_id="m", timestamp=str(NOW), now=NOW + seconds)
    assert verified is is_fresh
