"""Courtesies that need no node: who knows them is handed in with a business's bots."""

from typing import Protocol

from botyard.hsl.elements import Element


class Chance(Protocol):
    """Dice, as a turn is given them."""

    def pick(self, ways: int) -> int:
        """Choose one of `ways` alternatives: 0 to ways - 1."""
        ...


class SmallTalk(Protocol):
    """What answers courtesies; a turn without one has none."""

    def reply(self, text: str, language: str, personality: str, dice: Chance) -> tuple[Element, ...]:
        """Answer a courtesy; empty when the message is none."""
        ...
