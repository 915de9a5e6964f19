"""What the public API needs of conversations; `conversations.loop.Conversations` is all of it."""

from typing import Protocol

from botyard.conversations.history import Thread
from botyard.conversations.inbound import Accepted, Inbound, Spoken
from botyard.conversations.users.known import KnownUser, Profile


class Users(Protocol):
    """The end users of all partners."""

    async def by_auth_id(self, partner_id: int, auth_id: str) -> KnownUser | None:
        """Find a partner's user by the partner's own name for it."""
        ...

    async def by_user_name(self, partner_id: int, user_name: str) -> KnownUser | None:
        """Find a partner's user by our handle."""
        ...

    async def create_or_update(self, partner_id: int, auth_id: str, said: Profile) -> tuple[KnownUser, bool]:
        """Make the partner's user of this name, or change what was said of it. True: it is new."""
        ...


class History(Protocol):
    """What was said."""

    async def thread(self, business_id: int, user_id: int) -> Thread | None:
        """Find where a user's thread with a business stands; None if they never talked."""
        ...

    async def newest(
        self, business_id: int, user_id: int, conversation_no: int, limit: int = ...
    ) -> tuple[Spoken, ...]:
        """Read the newest lines of one conversation, oldest first."""
        ...


class Talks(Protocol):
    """All conversations."""

    @property
    def users(self) -> Users:
        """Who talks."""
        ...

    @property
    def history(self) -> History:
        """What was said."""
        ...

    async def accept(self, inbound: Inbound) -> Accepted:
        """Store a message: durable on return. A key the user has used before means the same message."""
        ...

    async def settled(self, accepted: Accepted, timeout_s: float = ...) -> tuple[Spoken, ...]:
        """Wait until a message is answered; where that takes too long: what was said so far."""
        ...

    async def hand_over(self, conversation_id: int, team: str, countdown_s: float | None = None) -> None:
        """Ask for a team of agents from outside: durable on return."""
        ...
