"""What understanding yields, and what it must be told: the values between `nlu` and everybody else."""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Literal, Protocol, TypeAlias

from msgspec import Struct

Language: TypeAlias = str  # ISO 639-1
NodeName: TypeAlias = str  # a node's system name
EntityName: TypeAlias = str

# Text where a value is one, an object where it is not: "speaker", {"dd": 23, "mm": 12, "yy": 2019}.
EntityPart: TypeAlias = str | int | float | bool | None
EntityValue: TypeAlias = str | dict[str, EntityPart]

# A turn has 50 ms to understand whatever a user pastes. Only detection sees it cut; the turn keeps the whole message.
MOST_CHARS = 2_000

# The scope of everything that can begin a conversation; any other scope is the system name of a parent node.
OPENING = ""
Scope: TypeAlias = str

EntityType: TypeAlias = Literal[
    "text", "number", "regex", "date", "time", "phone_number", "email", "person_name", "currency", "budget",
    "number_range", "city", "location", "pnr", "pan", "aadhaar", "otp", "url", "attachment", "any",
]  # fmt: skip


class Sentences(Struct, frozen=True):
    """What one node is taught in one scope and language. negative: sentences that must not reach it."""

    node: NodeName
    says: tuple[str, ...]
    negative: tuple[str, ...] = ()


class TrainingSet(Struct, frozen=True):
    """Everything one language of one bot is taught, by scope: `OPENING` and one scope per parent with dependents.

    strictness: share of a node's own recognised training sentences that the learnt threshold may turn away, 0-0.5.
    threshold: set by hand on the raw score, or None to learn it.
    """

    language: Language
    scopes: dict[Scope, tuple[Sentences, ...]]
    strictness: float = 0.10
    threshold: float | None = None


class Digits(Struct, frozen=True):
    """How many digits a number may have; None where open."""

    min: int | None = None
    max: int | None = None

    def allow(self, count: int) -> bool:
        """Whether a number may have so many."""
        return (self.min is None or count >= self.min) and (self.max is None or count <= self.max)


class EntitySpec(Struct, frozen=True, kw_only=True):
    """One entity as a detector needs it.

    dictionary: value -> variants; a value stands for itself too. patterns: sentences with `[what is said](value)`.
    role: which end of a journey a city is; one said to be the other is not found. None: whatever is said.
    """

    name: EntityName
    type: EntityType
    dictionary: dict[str, tuple[str, ...]] = {}
    fuzzy: bool = True
    patterns: tuple[str, ...] = ()
    regex: str | None = None
    digits: Digits = Digits()
    unit: str | None = None
    locale: str | None = None
    past: bool = False
    role: Literal["from", "to"] | None = None


# Where every scope's threshold sits on the scale that builders see.
CONFIDENT = 0.5


class Ranked(Struct, frozen=True):
    """One node a sentence may be for.

    score: raw, comparable within one scope. confidence: 0-1, the scope's threshold sits at 0.5, comparable
    between scopes. nearest: the training sentence most like it, as the builder wrote it.
    """

    node: NodeName
    scope: Scope
    score: float
    confidence: float
    nearest: str

    @property
    def is_above(self) -> bool:
        """Whether the bot would answer with this node."""
        return self.confidence >= CONFIDENT


class EntityFound(Struct, frozen=True):
    """One value the user gave, and where in their message it stood.

    start, end: offsets into the raw text in characters; end is exclusive. original_text is text[start:end].
    """

    value: EntityValue
    start: int
    end: int
    original_text: str


Among: TypeAlias = Mapping[Scope, frozenset[NodeName]]  # the nodes that are eligible right now, by scope


class Understand(Protocol):
    """What a turn may ask of a trained bot; asked lazily, for what is eligible."""

    def exact(self, text: str, among: Among) -> tuple[Scope, NodeName] | None:
        """Find the node taught exactly this sentence (letters and digits equal), in any of the bot's languages."""
        ...

    def rank(self, text: str, language: Language, among: Among) -> tuple[Ranked, ...]:
        """Order the eligible nodes by confidence, best first; nodes that a negative sentence rules out are left out."""
        ...

    def guess_language(self, text: str, languages: Sequence[Language]) -> Language:
        """Name the one of these languages that a text is in, "" where that is not sure."""
        ...

    def find(
        self,
        entities: Sequence[EntityName],
        text: str,
        language: Language,
        bot_message: str,
        *,
        asked: EntityName | None = None,
        now: datetime | None = None,
        timezone: tzinfo | None = None,
    ) -> dict[EntityName, tuple[EntityFound, ...]]:
        """Find values of these entities; a part of the message belongs to one. Entities without a value are left out.

        asked: what the bot has just asked for has first claim, then the more specific types have.
        now, timezone: the user's; without them "tomorrow" is not found.
        """
        ...
