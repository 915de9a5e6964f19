"""What must be done by others; the room `app` says by whom."""

from typing import Protocol

from msgspec import Struct

from botyard.bot.business import EnvironmentName
from botyard.bot.compiled import Bots
from botyard.engine.effects import Call
from botyard.engine.small_talk import SmallTalk
from botyard.engine.state import User
from botyard.integrations.performed import Performed
from botyard.nlu.understanding import Understand


class Served(Struct, frozen=True):
    """What answers for a business at this moment: its bots, by bot name their understanding and their small talk."""

    partner_id: int
    bots: Bots
    understand: dict[str, Understand]
    environment: EnvironmentName
    small_talk: dict[str, SmallTalk] = {}


class Live(Protocol):
    """Which bots are live (served by releases)."""

    async def served(self, business_id: int) -> Served:
        """Load, or take from the cache, what answers for a business now, be it switched off. Raises NotFound.

        Whether something new may come in is the doors' question.
        """
        ...


class Perform(Protocol):
    """Who carries out calls (served by integrations)."""

    async def __call__(self, call: Call, *, call_id: str, served: Served, user: User) -> Performed:
        """Make the call, at most once. Whatever goes wrong is an `Unusable` answer.

        Raises only StorageFailed, before anything was called: what the call needs could not be read.

        call_id: names the call for ever, the same when a repeatable call is made again after a crash.
        """
        ...
