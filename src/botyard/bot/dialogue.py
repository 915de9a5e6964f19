"""A conversation that must hold: what dialogues/*.yaml says. Played by studio/dialogues.py."""

from typing import Any, Literal

from msgspec import Struct

from botyard.bot.problems import Path, Problem
from botyard.bot.reading import Reading
from botyard.bot.yaml_lines import parse
from botyard.nlu.understanding import NodeName


class DialogueTurn(Struct, frozen=True, kw_only=True):
    """One message of the user and what must follow. None: not looked at.

    bot: what is said, in order: texts, or HSL elements as their JSON. entities: value by name.
    """

    user: str
    bot: tuple[Any, ...] | None = None
    node: NodeName | None = None
    entities: dict[str, Any] | None = None
    state: Literal["bot", "pending", "active", "waiting", "complete"] | None = None


class Dialogue(Struct, frozen=True, kw_only=True):
    """webhooks: by node, the recorded answer's JSON body, or `{"fails": …}` with the failure to play."""

    name: str
    webhooks: dict[NodeName, dict[str, Any]] = {}
    turns: tuple[DialogueTurn, ...]


class DialogueRead(Struct, frozen=True):
    """What one file says. dialogue: None where something in it cannot be read. lines: of its parts."""

    dialogue: Dialogue | None
    problems: tuple[Problem, ...]
    lines: dict[Path, int]


def read_dialogue(file: str, source: bytes) -> DialogueRead:
    """Read one dialogue. Raises nothing."""
    document, problems = parse(file, source)
    if document is None:
        return DialogueRead(None, problems, {})
    reading = Reading(file, document)
    found = reading.read(Dialogue, {})
    problems = (*problems, *reading.problems)
    return DialogueRead(None if problems else found, problems, reading.lines)
