"""What a receiver hears of two installations, and of one whose database is put back: each order has its own name."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from tests.processes import Client, botyard, serving

BOT = "botyard: 1\nname: Shop\nsystem_name: shop\nlanguages: [en]\n"
NODE = """name: Order
system_name: ORDER
start: true
user_says: {en: [one more please]}
integration: {webhook: {url: "http://127.0.0.1:PORT/order", repeatable: true}}
"""


def test_two_databases_and_a_restored_one_name_no_two_calls_alike(tmp_path: Path) -> None:
    """A receiver that drops what it has seen by its webhook-id drops no order, whoever gives it."""
    with _receiver() as (port, heard):
        here, there = (_home(tmp_path / name, port) for name in ("here", "there"))
        _order(*here, port)
        assert botyard(here[0], "backup", tmp_path / "b.bak", encoder="off").returncode == 0
        _order(*here, port)
        for left in here[0].glob("botyard.db*"):
            if left.suffix != ".key":
                left.unlink()
        restored = botyard(here[0], "restore", tmp_path / "b.bak", encoder="off")
        assert restored.returncode == 0, restored.stderr
        _order(*here, port)
        _order(*there, port)
    assert len(heard) == 4
    assert len({name for name, _ in heard}) == 4, heard
    assert len({trace for _, trace in heard}) == 4, heard
    assert all(re.fullmatch(r"msg_[A-Za-z0-9_-]{1,60}", name) for name, _ in heard), heard


def test_two_sessions_of_botyard_chat_name_no_two_calls_alike(tmp_path: Path) -> None:
    """Nothing is kept of a session, so that its numbers begin anew in the next; the receiver is real all the same."""
    with _receiver() as (port, heard):
        _write_bot(tmp_path / "shop", port)
        for _ in range(2):
            said = botyard(
                tmp_path, "chat", "shop", stdin="one more please\n", encoder="off", egress_allow=f"127.0.0.1/32:{port}"
            )
            assert "ordered" in said.stdout, said
    assert len({name for name, _ in heard}) == 2, heard


def _home(home: Path, port: int) -> tuple[Path, Client]:
    """Set up an installation with the bot deployed."""
    _write_bot(home / "shop", port)
    done = botyard(home, "deploy", "shop", "--json", encoder="off")
    assert done.returncode == 0, done.stderr
    return home, Client(json.loads(done.stdout))


def _write_bot(folder: Path, port: int) -> None:
    (folder / "nodes").mkdir(parents=True)
    (folder / "bot.yaml").write_text(BOT)
    (folder / "nodes" / "order.yaml").write_text(NODE.replace("PORT", str(port)))


def _order(home: Path, client: Client, port: int) -> None:
    """Let the installation's first user give one order."""
    with serving(home, encoder="off", egress_allow=f"127.0.0.1/32:{port}") as server:
        client.knows(server, "asha", name="Asha")
        assert client.says(server, "asha", "one more please") == ["ordered"]
        assert server.stop() == 0


@contextmanager
def _receiver() -> Iterator[tuple[int, list[tuple[str, str]]]]:
    """Listen for orders. Its port, and of each order its webhook-id and its traceparent."""
    heard: list[tuple[str, str]] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            heard.append((self.headers["webhook-id"], self.headers["traceparent"]))
            body = b'{"status": true, "response": ["ordered"]}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port, heard
        server.shutdown()
