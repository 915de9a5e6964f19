"""Courtesies that need no node. The hook: what a personality says comes with the issue on understanding."""

from typing import Protocol

from botyard.hsl.elements import Element


class SmallTalk(Protocol):
    """What answers courtesies; a bot without one has none."""

    def reply(self, text: str, language: str, personality: str) -> tuple[Element, ...]:
        """Answer a courtesy; empty when the message is none."""
        ...
