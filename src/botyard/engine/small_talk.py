"""Courtesies that need no node: who knows them is handed in with a business's bots."""

from typing import Protocol

from botyard.engine.dice import Dice
from botyard.hsl.elements import Element


class SmallTalk(Protocol):
    """What answers courtesies; a turn without one has none."""

    def reply(self, text: str, language: str, personality: str, dice: Dice) -> tuple[Element, ...]:
        """Answer a courtesy; empty when the message is none."""
        ...
