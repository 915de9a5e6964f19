"""Notices that somebody saved a file of a bot, by looking at the folder twice a second.

Looking works on every file system and for every editor, also for those that write a new file and rename it.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TypeAlias

from botyard.bot.layout import is_known

EVERY_S = 0.5

# What a folder looks like: of each file of the bot, its path, when it was changed, and its size.
Look: TypeAlias = frozenset[tuple[str, int, int]]


class Watch:
    """One folder as it was when this was made; whatever is saved from then on is noticed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known = look(folder)

    async def saves(self) -> AsyncIterator[None]:
        """Tell of each change once nothing has moved between two looks: several files are often saved together."""
        before = self._known
        while True:
            await asyncio.sleep(EVERY_S)
            now = await asyncio.to_thread(look, self._folder)
            if now == before and now != self._known:
                self._known = now
                yield
            before = now


def look(folder: Path) -> Look:
    """Look at a folder; one that is gone has no files."""
    seen = set()
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if not is_known(name):
            continue
        try:
            status = path.stat()
        except OSError:
            continue  # gone since it was listed
        seen.add((name, status.st_mtime_ns, status.st_size))
    return frozenset(seen)
