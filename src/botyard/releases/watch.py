"""Notices that somebody saved a file of a bot, by looking at the folder twice a second.

Looking works on every file system and for every editor, also for those that write a new file and rename it.
"""

import asyncio
from collections.abc import AsyncIterator
from os import stat_result
from pathlib import Path
from stat import S_ISDIR
from typing import TypeAlias

from botyard.bot.layout import is_hidden

EVERY_S = 0.5

# What a folder looks like: of each file that is not passed over, its path, when it was changed, and its size. Files
# that are part of no bot count too: they can make a bot unreadable, and it is readable again when they are gone.
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
        if is_hidden(name):
            continue
        try:
            status = _status(path)
        except OSError:
            continue  # gone since it was listed
        if not S_ISDIR(status.st_mode):  # a folder changes with every file that is passed over
            seen.add((name, status.st_mtime_ns, status.st_size))
    return frozenset(seen)


def _status(path: Path) -> stat_result:
    """Look at a file, and at a link itself where it leads nowhere, in a ring, or to a folder."""
    try:
        status = path.stat()
    except OSError:
        return path.lstat()
    return path.lstat() if S_ISDIR(status.st_mode) else status
