"""The sample receiver does what the seed's does, and a little more; it runs as its own program."""

import hashlib
import hmac
import json
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parent.parent.parent / "examples" / "receiver.py"
SECRET = "geheim-é"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Run the receiver, and give its port."""
    program = [sys.executable, str(SCRIPT), "--port", "0", "--secret", SECRET]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline()
        yield int(address.rpartition(":")[2].partition("/")[0])
        process.terminate()


def send(
    port: int, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
) -> tuple[int, str, bytes]:
    """Ask the receiver: status, content type, body."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    found = answer.status, answer.headers.get_content_type(), answer.read()
    connection.close()
    return found


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    """Make the headers of a call."""
    signature = hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()
    return {"Content-Type": "application/json", "X-Hub-Signature": f"sha1={signature}"}


def call(port: int, path: str, *, language: str = "en", data: dict[str, Any] | None = None, **entities: Any) -> Any:
    """Make a signed call and read its answer; None where it is refused with 400."""
    listed = {
        name: [{"detection": "message", "original_text": "", "entity_value": value}] for name, value in entities.items()
    }
    told = {"user": {"language_code": language}, "entities": listed, "conversation_data": data or {}}
    body = json.dumps(told, ensure_ascii=False).encode()
    status, _, answer = send(port, "POST", path, body, signed(body))
    assert status in (200, 400)
    return json.loads(answer) if status == 200 else None


@pytest.mark.parametrize("path", ["/", "/price", "/price?from=test"])
def test_it_says_what_a_product_costs(port: int, path: str) -> None:
    """The seed's two products and prices; the product is remembered."""
    speaker = call(port, path, product_name="speaker")
    assert speaker["status"] is True
    assert "Rs. 1599" in speaker["response"][0]
    assert speaker["conversation_data"] == {"last_product": "speaker"}
    assert "Rs. 1799" in call(port, path, product_name="powerbank")["response"][0]


def test_it_answers_in_the_users_language(port: int) -> None:
    """Hindi where the user speaks it, English where we do not know better."""
    hindi = call(port, "/price", language="hi", product_name="speaker")["response"][0]
    assert "1599" in hindi
    assert "स्पीकर" in hindi
    assert "can be yours" in call(port, "/price", language="ta", product_name="speaker")["response"][0]


def test_it_confirms_an_order_with_the_total(port: int) -> None:
    """The product may be the one asked for last; a number comes as a text or with its unit; a phone is remembered."""
    order = call(port, "/order", product_name="powerbank", quantity="3")
    assert order["status"] is True
    assert "5397" in order["response"][0]
    assert "permanent_user_data" not in order
    later = call(
        port,
        "/order",
        data={"last_product": "speaker"},
        quantity={"value": "2", "unit": None},
        phone_number="919820334455",
    )
    assert "3198" in later["response"][0]
    assert later["permanent_user_data"] == {"phone_number": "919820334455"}


@pytest.mark.parametrize("quantity", ["0", "-1", "many", "101", "2.5", None])
def test_an_order_of_no_sensible_number_is_refused(port: int, quantity: object) -> None:
    """In words, so that the user may say another; nothing is remembered."""
    answer = call(port, "/order", product_name="speaker", quantity=quantity)
    assert (answer["status"], list(answer)) == (False, ["status", "response"])
    assert "from 1 to 99" in answer["response"][0]


@pytest.mark.parametrize(
    ("path", "entities"),
    [
        ("/price", {}),
        ("/price", {"product_name": "car"}),
        ("/", {"product_name": {"a": 1}}),
        ("/order", {"product_name": "speaker", "quantity": ["2"]}),
        ("/x", {"product_name": "speaker"}),
    ],
)
def test_what_it_does_not_know_is_refused(port: int, path: str, entities: dict[str, Any]) -> None:
    """An unknown product, none at all, an unknown path."""
    assert call(port, path, **entities) is None


@pytest.mark.parametrize(
    "body", [b"{}", b"[]", b"nonsense", b"\xff", b'{"entities": []}', b'{"entities": {"product_name": [7]}}']
)
def test_a_signed_call_that_makes_no_sense_is_refused(port: int, body: bytes) -> None:
    """With an answer, not with a connection that ends."""
    assert send(port, "POST", "/price", body, signed(body))[0] == 400


def test_the_form_is_checked_before_the_signature(port: int) -> None:
    """Another content type, or nothing in it: 400."""
    assert send(port, "POST", "/", b"{}", signed(b"{}") | {"Content-Type": "text/plain"})[0] == 400
    assert send(port, "POST", "/", b"", signed(b""))[0] == 400
    assert send(port, "POST", "/", b"{}", signed(b"{}") | {"Content-Type": "application/json; charset=utf-8"})[0] == 400
    assert send(port, "POST", "/", b"{}", {"Content-Type": "application/json; charset=utf-8"})[0] == 401


@pytest.mark.parametrize("signature", ["", "sha1=", "sha1=0", "SHA1=0", "ü", "sha256=0"])
def test_a_wrong_signature_is_refused(port: int, signature: str) -> None:
    """401, whatever stands there."""
    headers = {"Content-Type": "application/json", "X-Hub-Signature": signature}
    assert send(port, "POST", "/", b"{}", headers)[0] == 401
    assert send(port, "POST", "/", b"{}", signed(b"{}", "other"))[0] == 401


def test_it_says_hello(port: int) -> None:
    """For somebody with a browser."""
    status, kind, body = send(port, "GET", "/")
    assert (status, kind) == (200, "text/html")
    assert b"Test Server" in body
