"""What every door hands in, and what it gets back."""

from datetime import datetime
from typing import Any

from msgspec import Struct


class Inbound(Struct, frozen=True, kw_only=True):
    """One message of a user to a business. text is raw, hidden `{…}` suffix and all.

    key: the client's own name for this message; the same key from the same user is the same message. None: no name.
    language: what the client says the user speaks, "" where it does not say.
    """

    business_id: int
    user_id: int
    text: str
    language: str = ""
    key: str | None = None


class Accepted(Struct, frozen=True, kw_only=True):
    """The message is stored and will be answered, whatever dies. seq: its place in the conversation's transcript."""

    conversation_id: int
    message_id: int
    seq: int
    created_at: datetime


class Spoken(Struct, frozen=True, kw_only=True):
    """One line of a transcript.

    seq: rises by one within a conversation thread. sender: "user", "bot", "agent(NAME)" or "system".
    body: the message as HSL. role: which response it was, "" for users. caused_by: the message_id it answers, or None.
    """

    message_id: int
    seq: int
    conversation_no: int
    sender: str
    text: str
    body: dict[str, Any]
    role: str = ""
    caused_by: int | None = None
    created_at: datetime
