"""What is wrong with a bot: a sentence in a builder's words, with the file and the line."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Literal, TypeAlias

from msgspec import Struct

# A way through a file: keys and positions, from the outside in.
Path: TypeAlias = tuple[str | int, ...]


class Problem(Struct, frozen=True):
    """One thing a builder must mend, or should look at. line: from 1. Sentences never hold a secret's value."""

    file: str
    line: int
    sentence: str
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        marked = "" if self.severity == "error" else "warning: "
        return f"{self.file}:{self.line}: {marked}{self.sentence}"

    @property
    def is_error(self) -> bool:
        """Whether the bot is refused because of it."""
        return self.severity == "error"


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Sort by place, each problem once."""
    return tuple(sorted(set(problems), key=lambda p: (p.file, p.line, p.severity, p.sentence)))


def suggestion(word: str, known: Iterable[str]) -> str:
    """Say which known word was probably meant: ", did you mean `x`?", or nothing."""
    by_lower = {name.lower(): name for name in known}
    near = get_close_matches(word.lower()[:100], by_lower, n=1, cutoff=0.6)
    return f"; did you mean `{by_lower[near[0]]}`?" if near else ""


def spelt(path: Path) -> str:
    """Write a way through a file as builders do: `entities[0].ask.en`."""
    words = ""
    for part in path:
        words += f"[{part}]" if isinstance(part, int) else f".{part}" if words else part
    return words
