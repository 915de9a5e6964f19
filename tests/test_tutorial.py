"""The tutorial works as printed."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

DOCS = Path(__file__).parent.parent / "docs"
BOTYARD = Path(sys.executable).parent / "botyard"


@pytest.fixture
def workshop(tmp_path: Path) -> Path:
    """The folder that somebody has who typed every file of the tutorial."""
    for block in re.findall(r"```yaml\n(.*?)```", (DOCS / "tutorial" / "first-bot.md").read_text(), re.DOTALL):
        first_line, _, _ = block.partition("\n")
        file = tmp_path / "workshop" / first_line.removeprefix("# ")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(block)
    return tmp_path / "workshop"


def botyard(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([BOTYARD, command, folder], cwd=folder.parent, capture_output=True, text=True, check=False)


def test_the_bot_of_the_tutorial_is_in_order(workshop: Path) -> None:
    """`botyard check` is silent."""
    done = botyard("check", workshop)
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


def test_the_dialogue_of_the_tutorial_holds(workshop: Path) -> None:
    """`botyard test` passes, and shows a difference after a text was changed."""
    assert botyard("test", workshop).returncode == 0
    node = workshop / "nodes" / "repair.yaml"
    node.write_text(node.read_text().replace("takes a day", "takes a week"))
    done = botyard("test", workshop)
    assert done.returncode == 1
    assert "takes a week" in done.stderr


def test_the_receiver_of_the_howto_is_python() -> None:
    """The program in the how-to compiles."""
    [program] = re.findall(r"```python\n(.*?)```", (DOCS / "howto" / "write-a-webhook.md").read_text(), re.DOTALL)
    compile(program, "receiver.py", "exec")


def test_the_custom_code_of_the_howto_answers() -> None:
    """The program in the how-to is what `botyard check` wants, and says where the shop is."""
    [program] = re.findall(r"```python\n(.*?)```", (DOCS / "howto" / "custom-code.md").read_text(), re.DOTALL)
    names: dict[str, Any] = {}
    exec(program, names)  # noqa: S102 - a program of our own page
    body = {"entities": {"city": [{"entity_value": {"value": "Pune"}}]}, "copy": {"no_shop": "Not yet."}}
    answer = json.loads(names["main"]({"body": json.dumps(body)}, None)["body"])
    assert answer == {"status": True, "response": ["Our shop in Pune: 4 MG Road"]}
