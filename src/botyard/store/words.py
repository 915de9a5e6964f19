"""Words on their way between processes: how they are written for a carrier, and taken in from one.

What comes in may be from a newer version, or from a person: whatever it is, it ends no listening, and no log holds it.
"""

from collections.abc import Iterable
from itertools import islice
from typing import TypeAlias

import msgspec
import structlog

from botyard.store.announce import MISSED_SOME, Announcements

log = structlog.get_logger()

# A topic and what is said of it.
Word: TypeAlias = tuple[str, str]

write = msgspec.json.Encoder().encode
_read = msgspec.json.Decoder(list[Word]).decode


def first_of(untold: Iterable[Word], *, at_most: int, bytes_at_most: int) -> list[Word]:
    """List the first words that travel together; one that is too long alone travels alone."""
    some, size = list[Word](), len("[]")
    for word in islice(untold, at_most):
        size += len(write(word)) + len(",")
        if some and size > bytes_at_most:
            break
        some.append(word)
    return some


def take_in(told: bytes, announcements: Announcements) -> None:
    """Pass on what another process told."""
    try:
        words = _read(told)
    except (ValueError, RecursionError):  # a ValueError of its own where it is no UTF-8
        log.warning("news_unreadable")
        return
    for word in words:
        try:
            if word == MISSED_SOME:
                announcements.missed_some()
            else:
                announcements.heard(*word)
        except Exception as error:  # noqa: BLE001 - one follower that fails must not keep others from the next word
            log.warning("news_not_understood", error=type(error).__name__)
