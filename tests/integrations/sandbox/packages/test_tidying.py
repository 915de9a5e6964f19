"""Old packages go away, and never any that somebody uses."""

import asyncio
import os
import time
from pathlib import Path

import pytest

from botyard.bot.compiled import CompiledBot
from botyard.bot.model import Code, Integration
from botyard.integrations.sandbox.packages.building import Recipe, id_of, mark_used
from botyard.integrations.sandbox.packages.environments import SETS, python_of_jails, recipe_of
from botyard.integrations.sandbox.packages.tidying import tidy
from botyard.integrations.sandbox.sources import NO_PACKAGES, Packages, Progress, Sources
from tests.integrations.calls import a_bot

LOCK = "six==1.17.0\n"
DAY_S = 86400


def environment(root: Path, recipe: Recipe, days: int) -> Path:
    """Make an environment as it is found on a disk, without its packages. days: since it was used last."""
    folder = root / id_of(recipe, asyncio.run(python_of_jails()))
    folder.mkdir()
    (folder / ".whole").write_text("")
    os.utime(folder / ".whole", (0, time.time() - days * DAY_S))
    return folder


def test_what_no_lock_names_and_nobody_used_for_a_week_goes(tmp_path: Path) -> None:
    """The approved sets, what kept versions name, what was used lately and what is none of ours stay."""
    sets = [environment(tmp_path, recipe_of(name), 365) for name in SETS]
    named = environment(tmp_path, Recipe(lock=LOCK), 365)
    lately = environment(tmp_path, Recipe(lock="idna==3.10\n"), 6)
    old = environment(tmp_path, Recipe(lock="idna==2.8\n"), 8)
    others = [tmp_path / name for name in ("cache", "locks", "mine")]
    for other in others:
        other.mkdir()
    assert asyncio.run(tidy([LOCK], root=tmp_path)) == 1
    assert set(tmp_path.iterdir()) == {*sets, named, lately, *others}
    assert not old.exists()
    assert asyncio.run(tidy([LOCK], root=tmp_path)) == 0


def test_what_somebody_has_just_begun_to_use_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look and the removal somebody finds it: it is put back."""
    old = environment(tmp_path, Recipe(lock="idna==2.8\n"), 8)
    rename = Path.rename

    def found_meanwhile(self: Path, target: Path) -> Path:
        mark_used(self)
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", found_meanwhile)
    assert asyncio.run(tidy([], root=tmp_path)) == 0
    assert old.is_dir()


def test_where_there_are_no_packages_nothing_is_done(tmp_path: Path) -> None:
    """On a machine that never ran code, nor has a Python for it, a server starts all the same."""
    assert asyncio.run(tidy([LOCK], root=tmp_path / "nowhere")) == 0


def test_packages_that_are_used_are_looked_for_every_hour() -> None:
    """So they are marked, on whichever disk, long before a week is over; and built again where they are gone."""
    now, looks = 0.0, 0

    async def found(_bot: CompiledBot, _progress: Progress) -> Packages:
        nonlocal looks
        looks += 1
        return NO_PACKAGES

    async def work() -> None:
        nonlocal now
        sources = Sources(found, clock=lambda: now)
        bot = CompiledBot(a_bot(Integration(code=Code(file="code/a.py"))), "1", {"requirements.txt": b"six"})
        for moment, expected in ((1.0, 1), (3000.0, 1), (3700.0, 2), (3800.0, 2)):
            now = moment
            await sources.of(bot, "test", "1")
            assert looks == expected

    asyncio.run(work())
