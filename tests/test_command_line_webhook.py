"""`botyard webhook check` as a process, against the sample's receiver and against bad ones."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.processes import botyard, free_port, receiver

SAID = {"status": True, "response": ["Rs. 1599"]}


@contextmanager
def answering(answer: Callable[[BaseHTTPRequestHandler, bytes], tuple[int, bytes]]) -> Iterator[int]:
    """A receiver that answers each call as it is told; its port."""

    class Bad(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, said = answer(self, body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Bad)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def looked_at(home: Path, port: int, *options: str) -> dict[str, dict[str, Any]]:
    """What was found, by call."""
    url = f"http://127.0.0.1:{port}/price"
    done = botyard(
        home, "webhook", "check", url, "--secret", "test", "--json", *options, egress_allow=f"127.0.0.1/32:{port}"
    )
    report = json.loads(done.stdout)
    assert done.returncode == (0 if report["ok"] else 1)
    return {finding["call"]: finding for finding in report["findings"]}


def wrong(found: dict[str, dict[str, Any]]) -> set[str]:
    """The calls that a receiver takes wrongly."""
    return {call for call, finding in found.items() if finding["verdict"] == "wrong"}


def test_nothing_is_wrong_with_the_samples_receiver(tmp_path: Path) -> None:
    """As a list for people; forged calls are refused, a product that it does not have is worth a word."""
    port = free_port()
    with receiver(port):
        done = botyard(
            tmp_path,
            *("webhook", "check", f"http://127.0.0.1:{port}/price", "--secret", "test"),
            egress_allow=f"127.0.0.1/32:{port}",
        )
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
        lines = done.stderr.splitlines()
        assert [line.split()[0] for line in lines] == ["ok"] * 6 + ["note"] * 2
        assert any("a wrong signature: refused with 401" in line for line in lines)


def test_other_entities_than_the_samples_can_be_sent(tmp_path: Path) -> None:
    """A receiver is asked for what it knows; here it needs two values."""
    port = free_port()
    with receiver(port):
        options = ("--node", "BUY", "--entity", "product_name=speaker", "--entity", "quantity=2")
        order = botyard(
            tmp_path,
            *("webhook", "check", f"http://127.0.0.1:{port}/order", "--secret", "test", "--json", *options),
            egress_allow=f"127.0.0.1/32:{port}",
        )
        assert json.loads(order.stdout)["ok"]
        assert looked_at(tmp_path, port, "--entity", "colour=red")["a signed call"]["verdict"] == "wrong"


def test_a_receiver_with_another_secret_is_told_so(tmp_path: Path) -> None:
    """Every signed call is refused; the sentence asks about the secret, and no line holds it."""
    port = free_port()
    with receiver(port):
        url = f"http://127.0.0.1:{port}/price"
        done = botyard(
            tmp_path, "webhook", "check", url, "--secret", "s3cr3t-of-mine", egress_allow=f"127.0.0.1/32:{port}"
        )
    assert done.returncode == 1
    assert "does the receiver check signatures with this node's secret?" in done.stderr
    assert "s3cr3t-of-mine" not in done.stderr


def test_a_receiver_that_never_looks_at_signatures(tmp_path: Path) -> None:
    """Anybody could call it."""
    with answering(lambda _, __: (200, json.dumps(SAID).encode())) as port:
        found = looked_at(tmp_path, port)
    assert wrong(found) == {"a wrong signature", "no signature", "a changed body"}
    assert "401" in found["no signature"]["sentence"]


def test_a_receiver_that_breaks_on_what_it_does_not_know(tmp_path: Path) -> None:
    """Unknown values, missing values, new keys and other alphabets are things that will happen to it."""

    def fragile(_: BaseHTTPRequestHandler, body: bytes) -> tuple[int, bytes]:
        call = json.loads(body)
        price = {"speaker": 1599}.get((call["entities"].get("product_name") or [{}])[0].get("entity_value", ""))
        if price is None or len(call) != 7 or not body.isascii():
            return 500, b""
        return 200, json.dumps(SAID).encode()

    with answering(fragile) as port:
        found = looked_at(tmp_path, port)
    broken = {"a call in Hindi", "a key it does not know", "a value it does not know", "no value at all"}
    assert broken < wrong(found)


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (b'{"status": true, "response": []}', "no message"),
        (b"{'status': True}", "Python dict"),
        (b'{"response": ["hello"]}', "status is missing"),
        (b'{"status": true, "response": "hello"}', "list"),
        (b"<html></html>", "web page"),
    ],
)
def test_an_answer_that_no_turn_can_use(tmp_path: Path, answer: bytes, complaint: str) -> None:
    """The same words as in a turn's trace."""
    with answering(lambda _, __: (200, answer)) as port:
        found = looked_at(tmp_path, port)
    assert found["a signed call"]["verdict"] == "wrong"
    assert complaint in found["a signed call"]["sentence"]


def test_a_private_address_is_only_called_if_the_operator_lists_it(tmp_path: Path) -> None:
    """The refusal says how, and nothing was called."""
    called = []

    def remember(_: BaseHTTPRequestHandler, body: bytes) -> tuple[int, bytes]:
        called.append(body)
        return 200, b"{}"

    with answering(remember) as port:
        refused = botyard(tmp_path, "webhook", "check", f"http://127.0.0.1:{port}/", "--secret", "s")
    assert refused.returncode == 1
    assert f"BOTYARD_EGRESS_ALLOW=127.0.0.1/32:{port}" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert called == []


def test_an_address_that_nobody_may_list_is_refused_without_that_advice(tmp_path: Path) -> None:
    """Where clouds hand out credentials, no setting helps."""
    refused = botyard(tmp_path, "webhook", "check", "https://169.254.169.254/", "--secret", "s")
    assert refused.returncode == 1
    assert "never called" in refused.stderr
    assert "BOTYARD_EGRESS_ALLOW" not in refused.stderr
