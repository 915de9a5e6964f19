"""A chat page that stays open while its server's database is put back to last night's."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.processes import SAMPLE, Server, botyard, serving


def test_a_page_that_read_beyond_the_backup_hears_what_is_answered_after_the_restore(tmp_path: Path) -> None:
    """It comes back by itself with the cursor it had; it is shown what there is, and then every answer."""
    done = botyard(tmp_path, "deploy", SAMPLE, "--json", encoder="off")
    assert done.returncode == 0, done.stderr
    business = json.loads(done.stdout)["business_id"]
    with serving(tmp_path, encoder="off") as server, _page(server, business) as page:
        token = _next(page, "welcome")["visitor"]
        kept = _said(page, "k1", "hello")
        assert botyard(tmp_path, "backup", tmp_path / "b.bak", encoder="off").returncode == 0
        cursor = _said(page, "k2", "hello again")[-1]["seq"]
        assert server.stop() == 0
    for left in tmp_path.glob("botyard.db*"):
        if left.suffix != ".key":
            left.unlink()
    restored = botyard(tmp_path, "restore", tmp_path / "b.bak", encoder="off")
    assert restored.returncode == 0, restored.stderr
    with (
        serving(tmp_path, encoder="off") as server,
        _page(server, business, visitor=token, after=cursor) as page,
    ):
        assert _next(page, "welcome")["begins_anew"] is True
        assert [line["seq"] for line in _next(page, "messages")] == [line["seq"] for line in kept]
        assert [line["sender"] for line in _said(page, "k3", "hello once more")] == ["user", "bot"]


@contextmanager
def _page(server: Server, business: int, **hello: Any) -> Iterator[ClientConnection]:
    with connect(server.address.replace("http", "ws") + f"/chat/{business}/socket") as page:
        page.send(json.dumps({"hello": hello}))
        yield page


def _said(page: ClientConnection, key: str, text: str) -> list[dict[str, Any]]:
    """Say something; its line and the first answer."""
    page.send(json.dumps({"say": {"key": key, "text": text}}))
    lines: list[dict[str, Any]] = []
    while not any(line["sender"] == "bot" for line in lines):
        lines += _next(page, "messages")
    return lines


def _next(page: ClientConnection, name: str) -> Any:
    while True:
        frame = json.loads(page.recv(timeout=20))
        if name in frame:
            return frame[name]
