"""What one visitor and one address may do at the chat page of a real server."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from botyard.app.chat_limits import MESSAGES_A_MINUTE, NEWCOMERS_A_MINUTE
from tests.processes import SAMPLE, Server, botyard, serving


def test_who_takes_too_much_is_told_so_and_hurts_nobody_else(tmp_path: Path) -> None:
    """Messages count for their visitor, new visitors for their address; others go on talking."""
    done = botyard(tmp_path, "deploy", SAMPLE, "--json")
    assert done.returncode == 0, done.stderr
    business = json.loads(done.stdout)["business_id"]
    with serving(tmp_path, rate_limit="on", trusted_proxies="127.0.0.1") as server:
        with _page(server, business, "203.0.113.1") as flooding:
            for number in range(MESSAGES_A_MINUTE + 1):
                _send(flooding, say={"key": f"k{number}", "text": "hello"})
            refusals = [_next(flooding, "accepted", "refused") for _ in range(MESSAGES_A_MINUTE + 1)]
            assert "very much" in refusals[-1]["why"]
            assert 0 < refusals[-1]["retry_after_s"] <= 65
            _send(flooding, say={"key": "k0", "text": "hello"})  # a page that did not hear that it was accepted
            assert _next(flooding, "accepted", "refused")["seq"] == 1
            for _ in range(NEWCOMERS_A_MINUTE):
                _send(flooding, start_over=True)
            assert "new visitors" in _next(flooding, "refused")["why"]
        with _page(server, business, "203.0.113.1", is_welcome=False) as late:
            assert "new visitors" in _next(late, "refused")["why"]
        with _page(server, business, "203.0.113.2") as other:
            _send(other, say={"key": "k", "text": "hello"})
            assert _next(other, "accepted", "refused")["key"] == "k"


@contextmanager
def _page(server: Server, business: int, address: str, *, is_welcome: bool = True) -> Iterator[ClientConnection]:
    socket = server.address.replace("http", "ws") + f"/chat/{business}/socket"
    with connect(socket, additional_headers={"X-Forwarded-For": address}) as page:
        _send(page, hello={})
        if is_welcome:
            _next(page, "welcome")
        yield page


def _send(page: ClientConnection, **frame: Any) -> None:
    page.send(json.dumps(frame))


def _next(page: ClientConnection, *names: str) -> Any:
    """Take frames until one of these comes."""
    while True:
        frame = json.loads(page.recv(timeout=20))
        for name in names:
            if name in frame:
                return frame[name]
