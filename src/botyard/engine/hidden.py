"""What a message hides: trailing `{…}` groups that clients do not show (platform §4.6, §6.8)."""

import re

from msgspec import Struct

# One trailing group; braces inside it would be another protocol. Bounded, so that no text can make it slow.
_TRAILING_GROUP = re.compile(r"\{([^{}]{0,500})\}\s*$")
_MAX_GROUPS = 8


class Heard(Struct, frozen=True):
    """A message taken apart. visible: what the user sees of it. fields: `{api_name:x, key:value}`."""

    visible: str
    fields: tuple[tuple[str, str], ...] = ()


def hear(text: str) -> Heard:
    """Take the hidden groups off the end of a raw message."""
    fields: list[tuple[str, str]] = []
    for _ in range(_MAX_GROUPS):
        group = _TRAILING_GROUP.search(text)
        if group is None:
            break
        text = text[: group.start()]
        for part in group[1].split(","):
            key, colon, value = part.partition(":")
            if colon:
                fields.append((key.strip().lower(), value.strip()))
    return Heard(visible=text.strip(), fields=tuple(fields))
