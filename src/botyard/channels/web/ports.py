"""What the chat page needs from the shell; the room app/ says by whom."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from msgspec import Struct

from botyard.conversations.history import CallMade, TurnTaken
from botyard.conversations.inbound import Accepted, Inbound, Spoken


class Visitor(Struct, frozen=True, kw_only=True):
    """Somebody at the chat page. token: 256 random bits that only this browser holds; it is all that names them.

    language: "" where they chose none. standing: who answers them now. typing: whether a call for them is out at this
    moment. last_seq: of the newest line there is of them.
    """

    token: str
    user_id: int
    language: str = ""
    standing: str = "bot"
    typing: bool = False
    last_seq: int = 0


class Facts(Struct, frozen=True, kw_only=True):
    """What the page shows of a business. languages: at least one, the first is what it speaks by default.

    suggestions: a few things to say first, in the builder's own words; none is fine.
    """

    business: str
    languages: tuple[str, ...]
    suggestions: tuple[str, ...] = ()


class Chats(Protocol):
    """The shell, as the chat page sees it. What is refused is a BotyardError whose sentence a visitor may read."""

    async def visitor(self, business_id: int, token: str | None, address: str) -> Visitor:
        """Find whom a token names, or make somebody new where it names nobody of this business.

        address: where the page is; only so many new ones may come from there. Raises TooMuch.
        """
        ...

    def admit(self, address: str, user_id: int) -> None:
        """Count something that a visitor makes us keep. Raises TooMuch where it is too often."""
        ...

    async def facts(self, business_id: int) -> Facts:
        """Tell what a business shows. Raises NotFound; NotAllowed where it is switched off."""
        ...

    async def accept(self, message: Inbound) -> Accepted:
        """Store a message: from here on it will be answered. The same key is the same message.

        Raises TooMuch; NotAllowed where the business is switched off.
        """
        ...

    async def accepted_before(self, message: Inbound) -> Accepted | None:
        """Find the message of this key, if it was stored already."""
        ...

    async def set_language(self, user_id: int, language: str) -> None:
        """Remember which of the business's languages a visitor chose."""
        ...

    async def transcript(self, business_id: int, user_id: int, after: int) -> tuple[Spoken, ...]:
        """Read what was said after a seq, oldest first, at most `history.MOST` lines at a time."""
        ...

    def listen(self, business_id: int, user_id: int) -> AbstractAsyncContextManager[AsyncIterator[str]]:
        """Hear what happens to one visitor: messages, typing_on, typing_off, standing, trace; any other means "look".

        So is a deployment of the business told: it may have been switched off.

        Words are wake-ups: what happened is read from the transcript, so none may be lost and none counts twice.
        """
        ...

    async def may_see_traces(self, business_id: int, key: str) -> bool:
        """Tell whether this key is a builder's of this business. Compared in constant time."""
        ...

    def trouble(self, business_id: int) -> str:
        """Say, for its builders only, why a business's newest bot, or its code, does not do what it might; or ""."""
        ...

    async def turns(self, business_id: int, user_id: int, after: int) -> tuple[TurnTaken, ...]:
        """Read the turns after a turn's number, in order."""
        ...

    async def calls(self, business_id: int, user_id: int, after: int) -> tuple[CallMade, ...]:
        """Read the calls after a call's number, in order; one that is out has no `ended_at`."""
        ...
