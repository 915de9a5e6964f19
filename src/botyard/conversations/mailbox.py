"""The one writer of a conversation: what waits for it, and where it stands. In memory only; the inbox is the truth."""

import asyncio
from collections import deque
from datetime import datetime

from msgspec import Struct

from botyard.conversations.unreadable import Unreadable
from botyard.engine.happenings import Happening, UserSaid
from botyard.engine.state import State
from botyard.engine.turn import Turn
from botyard.integrations.performed import Performed


class Waiting(Struct, frozen=True, kw_only=True):
    """One happening that wants a turn.

    inbox_id: its row in the inbox; None for a message and for a call's return, which have rows of their own.
    cause: the message whose answer this is part of. starts: how often the server ended because of it, perhaps.
    performed: what came back, for a call's return. taken: set when its turn is committed, for those who wait for it.
    """

    happening: Happening | Unreadable
    inbox_id: int | None = None
    cause: int | None = None
    starts: int = 0
    performed: Performed | None = None
    taken: asyncio.Future[None] | None = None


class Mailbox:
    """One thread's mailbox.

    state, version: where the last committed turn left the thread; the state's user is filled in per turn.
    alarm: as it stands on disk: when the state wants to be woken, or earlier.
    said: user messages, in order. overtaking: what goes before them. deferred: hand-overs that wait for a turn.
    storing: user messages on their way to the disk; asking: hand-overs on theirs.
    cause_out: the message that the call that is out helps to answer.
    unsure: what wanted a turn whose commit failed, that turn, and the version that it makes; the database may have made
    it all the same.
    is_resting: something could not have its turn, and nothing has one before it is tried again; tried_in_vain: how
    often, since the last turn.
    Where many processes share the database: owner: this process's number, as it took the thread; is_lost: another has
    taken it since; has_news: more waits on disk, past the rows heard_message and heard_inbox.
    """

    def __init__(self, conversation_id: int, business_id: int, user_id: int, state: State, version: int) -> None:
        self.conversation_id = conversation_id
        self.business_id = business_id
        self.user_id = user_id
        self.topic = f"conversation/{business_id}/{user_id}"
        self.state = state
        self.version = version
        self.alarm: datetime | None = None
        self.said: deque[Waiting] = deque()
        self.overtaking: deque[Waiting] = deque()
        self.deferred: list[Waiting] = []
        self.storing = self.asking = 0
        self.cause_out: int | None = None
        self.unsure: tuple[Happening | Unreadable, Turn, int] | None = None
        self.task: asyncio.Task[None] | None = None
        self.is_resting = False
        self.tried_in_vain = 0
        self.owner: int | None = None
        self.is_lost = self.has_news = False
        self.heard_message = self.heard_inbox = 0

    @property
    def is_calling(self) -> bool:
        """Whether a call is out: then the thread is in a turn and hears no user."""
        return self.state.calling is not None

    @property
    def is_idle(self) -> bool:
        """Whether nothing at all waits or runs here, so that it may be dropped from memory."""
        return not (
            self.said
            or self.overtaking
            or self.deferred
            or self.storing
            or self.asking
            or self.has_news
            or self.task is not None
            or self.is_calling
        )

    @property
    def messages_waiting(self) -> int:
        """Count the user messages that have not had their turn."""
        return len(self.said) + self.storing

    def alarm_after(self, turn: Turn, now: datetime) -> datetime | None:
        """Tell where the alarm is to stand after a turn: where it does, if it rings in time.

        Each turn of a chat wants it a little later. It is put off once, when it rings too early, and not by each.
        """
        wanted = turn.state.wake_at
        if wanted is not None and self.alarm is not None and now < self.alarm < wanted:
            return self.alarm
        return wanted

    def made_all_the_same(self, happening: Happening | Unreadable) -> Turn | None:
        """Give back, once, its turn whose commit was made though the answer was lost, when what was read shows it.

        Taken anew, it would find itself done, and the call that it began would never be made.
        """
        if self.unsure is None:
            return None
        whose, turn, version = self.unsure
        if whose is not happening or (self.version, self.state.turns) != (version, turn.state.turns):
            return None
        self.unsure = None
        return turn

    def put_back(self, waiting: Waiting) -> None:
        """Put what was taken out where it was, so that nothing overtakes it."""
        (self.said if isinstance(waiting.happening, UserSaid) else self.overtaking).appendleft(waiting)

    def next(self, *, hears_users: bool = True) -> Waiting | None:
        """Take out what is to have its turn now; None if nothing may."""
        if self.overtaking:
            return self.overtaking.popleft()
        if self.said and hears_users and not self.is_calling:
            return self.said.popleft()
        return None
