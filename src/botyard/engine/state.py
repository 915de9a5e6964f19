"""Where a conversation stands, and what must always be true of it."""

from datetime import datetime
from typing import Any, Literal, TypeAlias

from msgspec import Struct

from botyard.engine.effects import Collected
from botyard.nlu.understanding import EntityName, NodeName

Standing: TypeAlias = Literal["bot", "pending", "active", "waiting", "complete"]


class User(Struct, frozen=True, kw_only=True):
    """Who the bot talks to. What is not known is "". device_platform: docs/reference/device-platforms.md."""

    user_id: str
    user_name: str
    full_name: str = ""
    email: str = ""
    mobile_no: str = ""
    language_code: str = ""
    device_platform: int = 5
    auth_id: str = ""
    auth_code: str = ""
    permanent_user_data: dict[str, Any] = {}


class Calling(Struct, frozen=True):
    """The call that is out. While there is one, the conversation is in a turn and hears no user."""

    call_no: int
    node: NodeName


class Choice(Struct, frozen=True):
    """One button of a "did you mean", as it was offered."""

    label: str
    scope: str
    node: NodeName


class State(Struct, frozen=True, kw_only=True):
    """One conversation thread: one user and one business, over all their conversations.

    user: a snapshot of the user's row; it is not kept with the thread.
    conversation_no: 0 before the first message. standing "complete": the next message opens a conversation.
    node, entities, awaiting, reprompts: the context; it outlives a completion by silence (platform §3.10).
    is_answered: the current node said its last response or its integration answered; entering it again with
    nothing new is a bot break.
    calls: how many calls this thread ever made. turns: how many turns it took.
    conversation_data lives until data_until, 3 hours from its last write.
    last_dialogue: which dialogue answered last: "disambiguation", "bot_break", … or "".
    choices: what a "did you mean" offered; form: field keys of a form that was shown. Both for the next message only.
    last_active: when the user or the bot last spoke. heard_at: when the user did.
    follow_up_at: when the node's follow-up is due. complete_at: when silence completes the conversation.
    pending_text: the message that a call interrupted, taken up again when a function says to go on.
    """

    user: User
    standing: Standing = "complete"
    team: str | None = None
    conversation_no: int = 0
    turns: int = 0
    calls: int = 0
    bot: str = ""
    node: NodeName | None = None
    is_answered: bool = False
    awaiting: EntityName | None = None
    reprompts: int = 0
    entities: dict[EntityName, tuple[Collected, ...]] = {}
    language: str = ""
    last_bot_message: str = ""
    last_dialogue: str = ""
    choices: tuple[Choice, ...] = ()
    form: tuple[str, ...] = ()
    pending_text: str = ""
    calling: Calling | None = None
    conversation_data: dict[str, Any] = {}
    data_until: datetime | None = None
    last_active: datetime | None = None
    heard_at: datetime | None = None
    follow_up_at: datetime | None = None
    complete_at: datetime | None = None

    @property
    def wake_at(self) -> datetime | None:
        """When the next timer is due."""
        if self.follow_up_at is None or self.complete_at is None:
            return self.follow_up_at or self.complete_at
        return min(self.follow_up_at, self.complete_at)
