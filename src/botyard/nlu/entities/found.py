"""What every detector is given, and what it gives."""

from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Protocol, TypeAlias

from msgspec import Struct

from botyard.nlu.understanding import EntityFound, EntityValue, Language


class Heard(Struct, frozen=True):
    """Around a message: the language it is in, what the bot said before it, and the user's own time.

    clock: aware, or the user's local time. timezone: the user's.
    """

    language: Language = "en"
    bot_message: str = ""
    clock: datetime | None = None
    timezone: tzinfo | None = None

    @property
    def now(self) -> datetime | None:
        """What a clock on the user's wall shows, without a zone; a time without one is taken to be that already.

        None where nobody knows: what depends on it ("tomorrow") is then not found rather than guessed.
        """
        if self.clock is None or self.clock.tzinfo is None:
            return self.clock
        return (self.clock.astimezone(self.timezone) if self.timezone is not None else self.clock).replace(tzinfo=None)


Find: TypeAlias = Callable[[str, Heard], list[EntityFound]]  # values in order of their place


class Detect(Protocol):
    """A prepared detector, as `Understanding` and the command line call it."""

    def __call__(
        self,
        text: str,
        language: Language,
        bot_message: str = "",
        *,
        now: datetime | None = None,
        timezone: tzinfo | None = None,
    ) -> list[EntityFound]:
        """Find values in order of their place. now: aware, or the user's local time; timezone: the user's."""
        ...


def standing(text: str, start: int, end: int, value: EntityValue) -> EntityFound:
    """Pair a value with the user's own characters at its place."""
    return EntityFound(value=value, start=start, end=end, original_text=text[start:end])
