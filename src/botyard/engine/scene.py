"""The working set of one turn: what it was given, and what it has decided so far.

The only thing in the engine that changes; it lives for one call of `turn` and nobody outside sees it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct, field
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
from botyard.nlu.understanding import EntityName, Language, NodeName, Ranked, Understand

_NOTHING = Heard("")


class Given(Struct, frozen=True):
    """What a turn was handed and never changes."""

    business: Business
    bot: CompiledBot
    understand: Understand
    now: datetime
    dice: Dice
    small_talk: SmallTalk | None = None


class Scene(Struct):
    """One turn in progress.

    language: of this turn's replies. raw, heard: the message, empty where none was said. structured: values behind it.
    asked_before: the dialogue that answered the message before. ranked: what the message is like, once asked for.
    visited: the nodes this turn was at; no turn goes in a circle. has_spoken: not only because nobody else did.
    """

    given: Given
    state: State
    language: Language
    raw: str = ""
    heard: Heard = _NOTHING
    structured: dict[EntityName, tuple[Collected, ...]] = {}
    asked_before: str = ""
    ranked: Sequence[Ranked] | None = None
    visited: set[NodeName] = set()
    has_spoken: bool = False
    effects: list[Effect] = []
    notes: Notes = field(default_factory=Notes)

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
