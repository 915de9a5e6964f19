"""What every detector is and gives."""

from collections.abc import Callable
from typing import TypeAlias

from botyard.nlu.understanding import EntityFound, EntityValue, Language

# (the user's message, the language they speak, what the bot said before) -> values in order of their place.
Detect: TypeAlias = Callable[[str, Language, str], list[EntityFound]]


def standing(text: str, start: int, end: int, value: EntityValue) -> EntityFound:
    """Pair a value with the user's own characters at its place."""
    return EntityFound(value=value, start=start, end=end, original_text=text[start:end])
