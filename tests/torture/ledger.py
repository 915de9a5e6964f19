"""What happened outside the system under test, in a file that it cannot take back; and the verdict over it."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.torture.bot import BREAK, GIVEN_UP, answers


class Ledger:
    """A file of lines, each with its kind."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("a", buffering=1)

    def write(self, kind: str, **facts: Any) -> None:
        """Write down what was seen, before anything else is done about it."""
        self._file.write(json.dumps({"kind": kind, **facts}) + "\n")

    def close(self) -> None:
        """Write no more."""
        self._file.close()


def read(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Read a ledger, by kind."""
    lines: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in path.read_text().splitlines():
        fact = json.loads(line)
        lines[fact["kind"]].append(fact)
    return lines


def verdict(path: Path) -> Counter[str]:
    """Count everything that went wrong, by what it is; empty where every promise was kept.

    The ledger's last lines are the transcripts, as the API gave them once everything was quiet.
    """
    seen = read(path)
    wrong: Counter[str] = Counter()
    said: dict[str, list[str]] = defaultdict(list)
    for fact in seen["accepted"]:
        said[fact["user"]].append(fact["text"])
    shown = {fact["user"]: fact["lines"] for fact in seen["transcript"]}
    for user, texts in said.items():
        lines = shown.get(user, [])
        wrong.update(_heard(texts, [line["text"] for line in lines if line["sender"] == "user"]))
        wrong.update(_answered(texts, [line["text"] for line in lines if line["sender"] == "bot"]))
    wrong.update(_called(seen["called"]))
    wrong.update("refused" for _ in seen["refused"])
    wrong.update(fact["what"] for fact in seen["wrong"])
    wrong.update("another receipt for the same key" for fact in seen["repeated"] if not fact["is_same"])
    handed = {fact["user"] for fact in seen["handed"]}
    wrong.update("hand-over lost" for fact in seen["standing"] if fact["user"] in handed and fact["now"] != "pending")
    return +wrong


def _heard(said: list[str], heard: list[str]) -> Iterator[str]:
    times = Counter(heard)
    for text in said:
        if not times[text]:
            yield "lost"
    for count in times.values():
        yield from ["heard twice"] * (count - 1)
    if sorted(said) == sorted(heard) and said != heard:
        yield "reordered"


def _answered(said: list[str], answered: list[str]) -> Iterator[str]:
    """The n-th answer belongs to the n-th message, and there is one for each."""
    if len(answered) < len(said):
        yield from ["unanswered"] * (len(said) - len(answered))
    for text, count in Counter(answered).items():
        if text not in {BREAK, GIVEN_UP}:
            yield from ["answered twice"] * (count - 1)
    if len(answered) > len(said):
        yield from ["answered too often"] * (len(answered) - len(said))
    elif any(given not in answers(text) for text, given in zip(said, answered, strict=False)):
        yield "answers in another order"


def _called(calls: list[dict[str, Any]]) -> Iterator[str]:
    once = Counter(fact["number"] for fact in calls if fact["path"] == "/call")
    yield from ("called twice" for count in once.values() for _ in range(count - 1))
    names: dict[str, set[str]] = defaultdict(set)
    for fact in calls:
        names[fact["number"]].add(fact["id"])
    yield from ("repeated under another name" for given in names.values() if len(given) > 1)
