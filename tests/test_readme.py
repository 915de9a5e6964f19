"""What the README shows works against what `make demo` runs."""

import json
import shlex
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.demo_process import found, running_demo

README = Path(__file__).parent.parent / "README.md"


@pytest.fixture(scope="module")
def demo() -> Iterator[str]:
    """What a running demo printed."""
    with running_demo() as printed:
        yield printed


def curls(text: str) -> list[list[str]]:
    """The curl commands in a text, each as its words."""
    whole = text.replace("\\\n", " ")
    return [shlex.split(line) for line in whole.splitlines() if line.lstrip().startswith("curl ")]


def filled_in(words: list[str], printed: str) -> list[str]:
    """A command of the README with the values that the demo printed."""
    values = {
        "$CLIENT_ID": found(r"client-id: (\w+)", printed),
        "$TOKEN": found(r"Bearer ([\w-]+)", printed),
        "http://127.0.0.1:8000": found(r"(http://127\.0\.0\.1:\d+)/chat", printed),
    }
    for name, value in values.items():
        words = [word.replace(name, value) for word in words]
    return words


def run(words: list[str]) -> dict[str, Any]:
    """Do what curl would do with these words."""
    headers = [words[n + 1] for n, word in enumerate(words) if word == "-H"]
    body = words[words.index("-d") + 1].encode()
    given = dict(header.split(": ", 1) for header in headers)
    request = urllib.request.Request(words[1], data=body, headers=given)  # noqa: S310 - an address of this machine
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - an address of this machine
        parsed: dict[str, Any] = json.loads(answer.read())
        return parsed


def test_the_curl_commands_of_the_readme_work(demo: str) -> None:
    """Register a user, ask for a price and wait, order without waiting: as printed, but for the values."""
    kept, replies, logged = (run(filled_in(words, demo)) for words in curls(README.read_text()))
    assert kept["auth_id"] == "asha"
    assert "1599" in replies["message"][0]["body"]["text"]
    assert logged["message_body"] == "i will take it"


def test_the_demo_prints_the_commands_of_the_readme(demo: str) -> None:
    """The two that register and ask are the README's, word for word but for the order of options."""
    printed = [sorted(words) for words in curls(demo)]
    shown = [sorted(filled_in(words, demo)) for words in curls(README.read_text())[:2]]
    assert [_parsed(words) for words in printed] == [_parsed(words) for words in shown]


def _parsed(words: list[str]) -> list[Any]:
    """JSON by its content, not by the order of its keys."""
    return [json.loads(word) if word.startswith("{") else word for word in words]
