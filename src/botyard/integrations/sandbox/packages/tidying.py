"""Environments that are no longer wanted go away: those that no kept version names and nobody has used for a week.

Whoever runs code looks for its packages again every hour, and a jail without calls lasts minutes: so none that is in
use is a week old, whichever process on this machine uses it. One that went too early is built again from its lock.
"""

import asyncio
import os
import re
import shutil
import time
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from botyard.integrations.sandbox.packages.building import UNFINISHED, Recipe, id_of, last_used
from botyard.integrations.sandbox.packages.environments import SETS, python_of_jails, recipe_of, usual_roots

_UNUSED_S = 7 * 86400.0
_NAME = re.compile(r"[0-9a-f]{64}")


async def tidy(locks: Collection[str], *, root: Path | None = None) -> int:
    """Remove what nobody wants; how many environments that were. Raises PackagesUnavailable.

    locks: of all kept versions. root: None where it is usual.
    """
    place = root or usual_roots()[0]
    old = await asyncio.to_thread(_unused, place)
    if not old:
        return 0
    python = await python_of_jails()
    recipes = [*(recipe_of(name) for name in SETS), *(Recipe(lock=lock) for lock in locks)]
    wanted = {id_of(recipe, python) for recipe in recipes}
    going = [folder for folder in old if folder.name not in wanted]
    return sum(await asyncio.gather(*(asyncio.to_thread(_removed, folder) for folder in going)))


def _unused(root: Path) -> list[Path]:
    """List what nobody has used for long."""
    with suppress(OSError):  # there may be none yet
        return [folder for folder in root.iterdir() if _NAME.fullmatch(folder.name) and _is_old(folder)]
    return []


def _is_old(folder: Path) -> bool:
    return time.time() - last_used(folder) > _UNUSED_S


def _removed(folder: Path) -> bool:
    """Take an environment out of its place whole: nobody finds half of it. Somebody may just have begun to use it."""
    aside = folder.with_name(f"{UNFINISHED}{folder.name}-{os.getpid()}")
    with suppress(OSError):  # another process was faster, or only root may
        folder.rename(aside)
        if not _is_old(aside):
            aside.rename(folder)
            return False
        shutil.rmtree(aside, ignore_errors=True)
        return True
    return False
