"""The keys that HSL in a file may have are those that somebody reads."""

from typing import Any

import pytest

from botyard.bot.hsl_keys import strange_keys
from botyard.bot.problems import Path
from botyard.hsl.actionable import Actionable
from botyard.hsl.elements import (
    Buttons,
    Card,
    Carousel,
    Element,
    Field,
    Form,
    NativeAction,
    Receipt,
    Silent,
    System,
    TabList,
    Text,
)
from botyard.hsl.wire import read_element, to_json

ACTION = Actionable(actionable_text="a", payload={"any": 1}, emoji="e")
FULL = (
    Text("a", (ACTION,)),
    Buttons("a", (ACTION,)),
    Carousel(
        "a",
        "THIN",
        (Card(image="i", image_type="t", meta={"any": 1}, actionables=(ACTION,), mini_actionable=ACTION),),
        1.77,
    ),
    Form("a", "b", (Field(key="a"),)),
    System("a", "chat_pinned", {"any": 1}),
    Silent("a", ({"any": 1},)),
    NativeAction("a", "m"),
    TabList("a", {"any": 1}),
    Receipt("a", {"any": 1}),
)


class Noting(dict[str, Any]):
    """A JSON object that notes which of its keys somebody reads."""

    def __init__(self, found: dict[str, Any], path: Path, looked_at: dict[Path, set[str]]) -> None:
        super().__init__({key: noting(part, (*path, key), looked_at) for key, part in found.items()})
        self._here = path
        self._looked_at = looked_at

    def get(self, key: str, default: Any = None) -> Any:
        """Give a value, and note it."""
        self._looked_at.setdefault(self._here, set()).add(key)
        return super().get(key, default)


def noting(value: Any, path: Path, looked_at: dict[Path, set[str]]) -> Any:
    """Make a value note what is read of it."""
    if isinstance(value, dict):
        return Noting(value, path, looked_at)
    if isinstance(value, list):
        return [noting(part, (*path, place), looked_at) for place, part in enumerate(value)]
    return value


@pytest.mark.parametrize("element", FULL, ids=lambda element: type(element).__name__)
def test_a_key_may_be_written_just_where_it_is_read(element: Element) -> None:
    """What is read may be written, and what is not read may not, at every depth; what is handed on is the builder's."""
    looked_at: dict[Path, set[str]] = {}
    spoken = to_json(element)
    assert read_element(noting(spoken, (), looked_at)) == element
    assert not list(strange_keys(spoken))
    for path, keys in looked_at.items():
        for key in (*keys, "nobody_reads_this"):
            changed = to_json(element)
            place: Any = changed
            for step in path:
                place = place[step]
            place[key] = place.get(key)
            assert [(*path, key)] * (key not in keys) == [strange.path for strange in strange_keys(changed)]


def test_all_elements_are_tried() -> None:
    """One that is added needs its keys."""
    assert {type(element) for element in FULL} == set(Element.__args__)
