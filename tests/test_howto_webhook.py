"""docs/howto/write-a-webhook.md, done as it is written: the bot, the receiver, the chat and the check."""

import re
import subprocess
import sys
from pathlib import Path
from shlex import split

from tests.processes import ROOT, botyard, free_port, until_somebody_listens

PAGE = (ROOT / "docs" / "howto" / "write-a-webhook.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The page's examples in one language, in order."""
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_the_page_can_be_followed_to_the_letter(tmp_path: Path) -> None:
    """Only the port is another one: 9009 may be taken here."""
    port = str(free_port())
    assert botyard(tmp_path, "new", "my_bot").returncode == 0
    for written in blocks("yaml"):
        first, rest = written.replace("9009", port).split("\n", 1)
        path = tmp_path / first.removeprefix("# ").partition(",")[0]
        path.parent.mkdir(exist_ok=True)
        path.write_text((path.read_text() if path.exists() else "") + rest)
    [settings] = blocks("toml")
    (tmp_path / "botyard.toml").write_text(settings)
    [receiver] = blocks("python")
    (tmp_path / "order_receiver.py").write_text(receiver.replace("9009", port))
    assert botyard(tmp_path, "check", "my_bot").stderr == ""
    chat, check = (split(line.replace("\\\n", "").replace("9009", port)) for line in blocks("sh"))
    allow = chat[0].partition("=")[2]
    with subprocess.Popen([sys.executable, "order_receiver.py"], cwd=tmp_path, stderr=subprocess.DEVNULL) as process:
        try:
            until_somebody_listens(int(port))
            said = botyard(tmp_path, *chat[2:], stdin="where is my order\n1234\n", egress_allow=allow)
            assert "Order 1234 left our house this morning." in said.stdout, said
            checked = botyard(tmp_path, *check[2:], egress_allow=allow)
            assert checked.returncode == 0, checked
            assert "ok     no value at all: " in checked.stderr
        finally:
            process.kill()
