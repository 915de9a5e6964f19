"""A business that is switched off while people talk to it: the door closes, and what came in before is answered."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.processes import Client, Server, botyard, serving

BOT = """\
botyard: 1
name: Echo
system_name: echo
languages: [en]
environments: {{test: {{base_url: "{receiver}"}}, production: {{base_url: "{receiver}"}}}}
bot_break: {{en: [Sorry?]}}
"""
NODE = "name: {name}\nsystem_name: {name}\nstart: true\nuser_says: {{en: [{says}]}}\n{does}\n"
FILES = {
    "order": NODE.format(name="ORDER", says="where is my order", does="integration: {webhook: {path: /}}"),
    "hello": NODE.format(name="HELLO", says="good morning", does="bot_says: {initial: {en: [Good morning]}}"),
}


def test_what_came_in_before_a_business_was_switched_off_is_answered(tmp_path: Path) -> None:
    """What its webhook says, which was called already, and the message that waited behind it; nothing is buried."""
    receiver = _Held()
    with receiver.listening() as address:
        client = Client(_deployed(tmp_path, address, is_active=True))
        with serving(tmp_path, encoder="off", egress_allow=f"127.0.0.1/32:{receiver.port}") as server:
            user_name = client.knows(server, "asha")["user_name"]
            assert _said(client, server, "where is my order") == 200
            assert receiver.called.wait(20)
            assert _said(client, server, "good morning") == 200
            client.knows(server, "ravi")
            _deployed(tmp_path, address, is_active=False)
            deadline = time.monotonic() + 20
            while _said(client, server, "still there?", who="ravi") == 200 and time.monotonic() < deadline:
                time.sleep(0.05)  # a business is remembered for a second
            assert _said(client, server, "good morning") == 403
            receiver.answers.set()
            heard = ["where is my order", "good morning", "On its way", "Good morning"]
            assert _history(client, server, user_name, lines=4) == heard
            assert not [line for line in server.log if "dead_letter" in line or "turn_failed" in line]


def test_an_open_page_is_closed_as_a_fresh_one_is(tmp_path: Path) -> None:
    """At once, with the same words and the code that tells it not to come back."""
    business = _deployed(tmp_path, "http://127.0.0.1:1", is_active=True)["business_id"]
    with serving(tmp_path, encoder="off") as server, _page(server, business) as page:
        assert "welcome" in json.loads(page.recv(timeout=20))
        _deployed(tmp_path, "http://127.0.0.1:1", is_active=False)
        assert _end_of(page) == (4403, [f"business {business} is switched off"])
        with _page(server, business) as fresh:
            assert _end_of(fresh) == (4403, [f"business {business} is switched off"])


class _Held:
    """A webhook that answers when it is let."""

    def __init__(self) -> None:
        self.called, self.answers, self.port = Event(), Event(), 0

    @contextmanager
    def listening(self) -> Iterator[str]:
        """Its address, for as long as the block runs."""
        held = self

        class Answers(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["content-length"]))
                held.called.set()
                assert held.answers.wait(20)
                body = json.dumps({"status": True, "response": ["On its way"]}).encode()
                self.send_response(200)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
            self.port = server.server_port
            Thread(target=server.serve_forever, daemon=True).start()
            try:
                yield f"http://127.0.0.1:{self.port}"
            finally:
                self.answers.set()
                server.shutdown()


def _deployed(home: Path, receiver: str, *, is_active: bool) -> dict[str, Any]:
    folder = home / "echo"
    (folder / "nodes").mkdir(parents=True, exist_ok=True)
    (folder / "bot.yaml").write_text(BOT.format(receiver=receiver))
    (folder / "business.yaml").write_text(f"name: Echo\nenvironment: production\nactive: {str(is_active).lower()}\n")
    for name, content in FILES.items():
        (folder / "nodes" / f"{name}.yaml").write_text(content)
    allow = receiver.removeprefix("http://").replace(":", "/32:")
    done = botyard(home, "deploy", folder, "--json", encoder="off", egress_allow=allow)
    assert done.returncode == 0, done.stderr
    deployed: dict[str, Any] = json.loads(done.stdout)
    return deployed


def _said(client: Client, server: Server, text: str, who: str = "asha") -> int:
    """Say something and do not wait for the answer; the status."""
    said = {"user": {"auth_id": who}, "message_body": text, "business_id": client.business_id}
    return client.post(server, "/v1.0/log_message_from_user/", said)[0]


def _history(client: Client, server: Server, user_name: str, *, lines: int) -> list[str]:
    """What was said, once it is so much."""
    query = urlencode({"user_name": user_name, "business_id": client.business_id, "conversation_no": 1})
    address = f"{server.address}/integration/external/v1.0/get_chat_history/?{query}"
    deadline = time.monotonic() + 20
    while True:
        with urlopen(Request(address, headers=client.headers), timeout=20) as answer:  # noqa: S310 - our own server
            said = [line["text"] for line in json.load(answer)["chat_json"]]
        if len(said) >= lines or time.monotonic() > deadline:
            return said
        time.sleep(0.05)


@contextmanager
def _page(server: Server, business: int) -> Iterator[ClientConnection]:
    with connect(server.address.replace("http", "ws") + f"/chat/{business}/socket") as page:
        page.send('{"hello": {}}')
        yield page


def _end_of(page: ClientConnection) -> tuple[int, list[str]]:
    """With which code a page is closed, and what it was refused before."""
    whys: list[str] = []
    try:
        while True:
            frame: dict[str, Any] = json.loads(page.recv(timeout=10))
            whys += [frame["refused"]["why"]] if "refused" in frame else []
    except ConnectionClosed as closed:
        return (closed.rcvd.code if closed.rcvd else 0), whys
