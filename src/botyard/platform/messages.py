"""Messages that a client's systems send for a user, waiting for the bot or not. Source: docs/reference/bot-api.md."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from botyard.auth.caller import Caller
from botyard.auth.people import KnownBusinesses
from botyard.conversations.inbound import Accepted, Inbound
from botyard.errors import BadRequest, NotAllowed
from botyard.platform.ports import Talks
from botyard.platform.users import AuthId, registered
from botyard.serving.endpoint import Asked

MESSAGE_CHARS = 4_000
# Kinds of messages that are a text a user wrote or tapped: regular, form, task tap, launch.
TEXTS = frozenset({0, 17, 38, 47})

BusinessId = Annotated[int, Meta(ge=1, le=2**63 - 1)]


class ByAuthId(Struct, frozen=True):
    """The client's own name for its user."""

    auth_id: AuthId


class MessageFromUser(Struct, frozen=True, kw_only=True):
    """What a user said to a business."""

    user: ByAuthId
    message_body: Annotated[str, Meta(max_length=MESSAGE_CHARS)]
    business_id: BusinessId
    message_type: int = 0


class MessageLogged(Struct, frozen=True, kw_only=True):
    """The message is kept and will be answered. created_at: ISO 8601 in UTC, with milliseconds."""

    message_id: int
    message_body: str
    created_at: str
    message_type: int


class Gogo(Struct, frozen=True):
    """The bot, as an agent."""

    id: int = 1
    name: str = "gogo"
    profile_image: str = ""
    is_automated: bool = True


class Reply(Struct, frozen=True):
    """One message of the bot. body: HSL."""

    id: int
    body: dict[str, Any]


class Replies(Struct, frozen=True, kw_only=True):
    """All that the bot said to one message, in order."""

    version: str = "1.0"
    timestamp: str
    agent: Gogo = Gogo()
    message: tuple[Reply, ...]


class Messages:
    """Takes messages in. clock: aware, UTC."""

    def __init__(self, businesses: KnownBusinesses, talks: Talks, clock: Callable[[], datetime]) -> None:
        self._businesses = businesses
        self._talks = talks
        self._clock = clock

    async def log(self, asked: Asked[Caller, MessageFromUser]) -> MessageLogged:
        """Send a message as a user; the bot answers through its channel.

        The answer does not wait for the bot.
        """
        said = asked.body
        accepted = await self._accept(asked.caller, said, asked.key)
        return MessageLogged(
            message_id=accepted.message_id,
            message_body=said.message_body,
            created_at=iso(accepted.created_at),
            message_type=said.message_type,
        )

    async def answered(self, asked: Asked[Caller, MessageFromUser]) -> Replies:
        """Send a message as a user and wait for the bot's answer.

        That is all it says to it, or what there is after 35 s.
        """
        spoken = await self._talks.settled(await self._accept(asked.caller, asked.body, asked.key))
        replies = tuple([Reply(one.message_id, one.body) for one in spoken if one.sender == "bot"])
        return Replies(timestamp=iso(self._clock()), message=replies)

    async def _accept(self, caller: Caller, said: MessageFromUser, key: str | None) -> Accepted:
        if not said.message_body.strip():
            raise BadRequest("message_body is blank")
        if said.message_type not in TEXTS:
            raise BadRequest(f"message_type must be one of {', '.join(map(str, sorted(TEXTS)))}")
        user = await registered(self._talks.users, caller, said.user.auth_id)
        business = await self._businesses.of(caller.partner_id, said.business_id)
        if business is None:
            raise NotAllowed("invalid business_id provided")
        if not business.active:
            raise NotAllowed(f'business "{business.id}" is inactive')
        inbound = Inbound(
            business_id=business.id,
            user_id=user.id,
            text=said.message_body,
            language=user.user.language_code,
            key=key,
        )
        return await self._talks.accept(inbound)


def iso(moment: datetime) -> str:
    """Write a moment as the API does: 2026-11-25T12:00:00.000Z."""
    whole_seconds = msgspec.to_builtins(moment.astimezone(UTC))[: len("2026-11-25T12:00:00")]
    return f"{whole_seconds}.{moment.microsecond // 1000:03}Z"
