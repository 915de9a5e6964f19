"""One happening in, a new state and effects out: the whole story of a turn on one page."""

from datetime import datetime
from typing import Protocol

from msgspec import Struct

from botyard.bot.compiled import Bots
from botyard.engine.effects import Effect
from botyard.engine.happenings import Happening
from botyard.engine.state import State
from botyard.engine.trace import Trace
from botyard.nlu.understanding import Understand


class Turn(Struct, frozen=True):
    """What one happening changes. effects: in order."""

    state: State
    effects: tuple[Effect, ...]
    trace: Trace


class Dice(Protocol):
    """Chance, handed in."""

    def pick(self, ways: int) -> int:
        """Choose one of `ways` alternatives: 0 to ways - 1."""
        ...


def turn(
    bots: Bots, state: State, happening: Happening, *, now: datetime, dice: Dice, understand: dict[str, Understand]
) -> Turn:
    """Decide what one happening changes in one conversation."""
    raise NotImplementedError
