"""What a turn may ask for. The shell carries effects out after the commit, each once, in order."""

from datetime import UTC, datetime, timedelta
from typing import Any, Literal, TypeAlias

from msgspec import Struct

from botyard.hsl.elements import Element
from botyard.nlu.understanding import EntityName, EntityValue

Detection: TypeAlias = Literal[
    "message", "user_profile", "default", "structure_value_verified", "structure_value_not_verified"
]

_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)

# Which of a node's responses a message is; integration_* file the webhook's answer by its status.
Role: TypeAlias = Literal[
    "initial", "entity", "reprompt", "final", "before", "follow_up", "integration_success", "integration_failure",
    "disambiguation", "smart_assist", "small_talk", "bot_break",
]  # fmt: skip


class Collected(Struct, frozen=True):
    """One value of an entity as the wire shows it."""

    detection: Detection
    original_text: str
    entity_value: EntityValue


class Say(Struct, frozen=True, tag="say"):
    """Messages for the user, in order."""

    messages: tuple[Element, ...]
    role: Role
    node: str | None


class Call(Struct, frozen=True, tag="call"):
    """Call the integration of a node. What the call must carry is a snapshot; nothing is looked up later.

    call_no: rises with every call of the conversation's life; (conversation, call_no) names the call in one database.
    begun_at: of the turn that asked for it. None: a release before noted the call, and named it without.
    """

    call_no: int
    bot: str
    node: str
    language: str
    conversation_no: int
    conversation_data: dict[str, Any]
    permanent_user_data: dict[str, Any]
    entities: dict[EntityName, tuple[Collected, ...]]
    begun_at: datetime | None = None

    @property
    def moment(self) -> str:
        """When it began, in microseconds: what tells it from the call of the same numbers in another database."""
        return "" if self.begun_at is None else f"{(self.begun_at - _EPOCH) // _MICROSECOND:x}"


class HandOver(Struct, frozen=True, tag="hand_over"):
    """The chat is pending for a team. team: None is the business's default team."""

    team: str | None
    reason: str


class RememberUser(Struct, frozen=True, tag="remember_user"):
    """The user's permanent data after this turn, whole. It replaces what the turn was given, or the turn is retaken."""

    permanent_user_data: dict[str, Any]


class WakeLater(Struct, frozen=True, tag="wake_later"):
    """Move the thread's one alarm: a `TimerFired` is due then. None: there is nothing to wake for."""

    at: datetime | None


class Complete(Struct, frozen=True, tag="complete"):
    """The conversation is over. by: "outside" is an agent, or whoever else closed the chat."""

    by: Literal["bot", "silence", "outside"]


Effect: TypeAlias = Say | Call | HandOver | RememberUser | WakeLater | Complete
