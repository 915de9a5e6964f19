"""What a turn saw and why it decided as it did: the builder's window into a bot."""

from collections.abc import Collection
from typing import Any

from msgspec import Struct

from botyard.engine.effects import Collected
from botyard.engine.happenings import Timing


class Candidate(Struct, frozen=True):
    """A node that could have answered. confidence: 0-1, 0.5 is the threshold. nearest: the sentence it resembles."""

    node: str
    confidence: float
    score: float
    nearest: str


class EntitySeen(Struct, frozen=True):
    """A value the turn collected, and where it came from."""

    entity: str
    value: Any
    original_text: str
    detection: str


class CallSeen(Struct, frozen=True):
    """A call that went out or came back. outcome: "asked", "answered" or the reason of `Unusable`; why: in words."""

    node: str
    outcome: str
    why: str = ""


class Step(Struct, frozen=True):
    """One decision, in words a builder uses. part: the file of the engine that took it."""

    part: str
    what: str


class Standpoint(Struct, frozen=True):
    """Where the conversation stood, before or after."""

    standing: str
    conversation_no: int
    node: str | None
    awaiting: str | None
    entities: dict[str, Any]
    conversation_data: dict[str, Any]


class Trace(Struct, frozen=True, kw_only=True):
    """One turn. Timings are added by the shell: the core has no clock."""

    turn: int
    happening: str
    heard: str = ""
    language: str = ""
    dialogue: str = ""
    why: str = ""
    candidates: tuple[Candidate, ...] = ()
    entities: tuple[EntitySeen, ...] = ()
    calls: tuple[CallSeen, ...] = ()
    steps: tuple[Step, ...] = ()
    warnings: tuple[str, ...] = ()
    before: Standpoint
    after: Standpoint
    timings: tuple[Timing, ...] = ()


# What the trace shows of a value that its builder called personal (platform §11.3).
MASK = "******"


class Notes(Struct):
    """What a turn writes down while it decides; it becomes the trace at the end."""

    heard: str = ""
    hidden: set[str] = set()
    language: str = ""
    dialogue: str = ""
    why: str = ""
    candidates: tuple[Candidate, ...] = ()
    entities: list[EntitySeen] = []
    calls: list[CallSeen] = []
    steps: list[Step] = []
    warnings: list[str] = []

    def hide(self, values: tuple[Collected, ...]) -> None:
        """Keep personal values out of the message as the trace shows it, whether said or written as understood."""
        for one in values:
            self.hidden.add(one.original_text)
            if isinstance(one.entity_value, str):
                self.hidden.add(one.entity_value)

    def step(self, part: str, what: str) -> None:
        """Write down one decision."""
        self.steps.append(Step(part, what))

    def decided(self, dialogue: str, why: str) -> None:
        """Write down which dialogue answers. The first one decides; a later one is a step on the way."""
        if self.dialogue:
            self.step(dialogue, why)
        else:
            self.dialogue, self.why = dialogue, why

    def trace(self, turn: int, happening: str, before: Standpoint, after: Standpoint) -> Trace:
        """Close the notes."""
        return Trace(
            turn=turn,
            happening=happening,
            heard=_masked(self.heard, self.hidden) if self.hidden else self.heard,
            language=self.language,
            dialogue=self.dialogue,
            why=self.why,
            candidates=self.candidates,
            entities=tuple(self.entities),
            calls=tuple(self.calls),
            steps=tuple(self.steps),
            warnings=tuple(self.warnings),
            before=before,
            after=after,
        )


def _masked(text: str, hidden: Collection[str]) -> str:
    for one in sorted(hidden, key=len, reverse=True):
        if one.strip(MASK):  # what is of asterisks only, or empty, would put masks into masks
            text = text.replace(one, MASK)
    return text
