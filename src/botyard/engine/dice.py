"""Chance, handed in: which of several variants is said."""

from typing import Protocol


class Dice(Protocol):
    """Whoever decides between ways that are as good."""

    def pick(self, ways: int, /) -> int:
        """Choose one of `ways` alternatives: 0 to ways - 1."""
        ...


class First:
    """Dice that always show the first way: for rehearsals, which must end the same every time."""

    def pick(self, _ways: int, /) -> int:
        """Choose the first."""
        return 0
