"""The working set of one turn: what it was given, and what it has decided so far.

The only thing in the engine that changes; it lives for one call of `turn` and nobody outside sees it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from botyard.bot.business import Business
from botyard.bot.compiled import CompiledBot
from botyard.bot.model import Node
from botyard.engine.dice import Dice
from botyard.engine.effects import Collected, Effect
from botyard.engine.hidden import Heard
from botyard.engine.small_talk import SmallTalk
from botyard.engine.state import State
from botyard.engine.trace import Notes
from botyard.nlu.understanding import EntityName, NodeName, Ranked, Understand

_NOTHING = Heard("")


class Given(Struct, frozen=True):
    """What a turn was handed and never changes."""

    business: Business
    bot: CompiledBot
    understand: Understand
    now: datetime
    dice: Dice
    small_talk: SmallTalk | None = None


class Scene:
    """One turn in progress.

    language: of this turn's replies. raw, heard: the message, empty where none was said. structured: values behind it.
    asked_before: the dialogue that answered the message before. ranked: what the message is like, once asked for.
    visited: the nodes this turn was at; no turn goes in a circle.
    """

    def __init__(self, given: Given, state: State) -> None:
        self.given = given
        self.state = state
        self.language = state.language or given.bot.bot.languages[0]
        self.raw = ""
        self.heard = _NOTHING
        self.structured: dict[EntityName, tuple[Collected, ...]] = {}
        self.asked_before = ""
        self.ranked: Sequence[Ranked] | None = None
        self.visited: set[NodeName] = set()
        self.effects: list[Effect] = []
        self.notes = Notes()

    def listen(self, raw: str, heard: Heard) -> None:
        """Take a message as the one this turn is about."""
        self.raw, self.heard, self.notes.heard = raw, heard, heard.visible

    def change(self, **fields: Any) -> None:
        """Move the state on."""
        self.state = replace(self.state, **fields)

    def ask_for(self, effect: Effect) -> None:
        """Add an effect, after those asked for before."""
        self.effects.append(effect)

    def node(self) -> Node | None:
        """Where the conversation stands; None when it stands nowhere, or the node is gone from this version."""
        return self.given.bot.nodes.get(self.state.node) if self.state.node else None
