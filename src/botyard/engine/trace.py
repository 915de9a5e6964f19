"""What a turn saw and why it decided as it did: the builder's window into a bot."""

from typing import Any

from msgspec import Struct

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
