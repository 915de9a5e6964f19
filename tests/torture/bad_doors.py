"""Bad input at every door of a real server: requests, the widget's socket, answers of webhooks and code, imports."""

import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from math import inf
from pathlib import Path

from msgspec import Struct

from tests.torture.bad_answers import Hostile, answers
from tests.torture.bad_code import add_hostile_code, code_answers
from tests.torture.bad_folders import folders
from tests.torture.bad_frames import frames
from tests.torture.bad_input import requests
from tests.torture.bot import write_bot
from tests.torture.place import Place, place

GROWTH_MB = 50
_INPUTS = ("requests", "socket frames", "webhook answers", "code answers", "imports")


class Portion(Struct, frozen=True):
    """How much for each door."""

    requests: int = 0
    frames: int = 0
    answers: int = 0
    folders: int = 0
    codes: int = 0


@asynccontextmanager
async def place_with_doors(home: Path, *, has_code: bool = False) -> AsyncIterator[tuple[Place, Hostile]]:
    """Prepare a place whose webhooks are answered by somebody hostile. has_code: and code is, where jails can be."""
    async with Hostile() as hostile:
        write_bot(home / "bot", f"http://127.0.0.1:{hostile.port}")
        if has_code:
            add_hostile_code(home / "bot")
        async with place(home, also=[hostile.port]) as here:
            yield here, hostile


async def hurl(
    here: Place, hostile: Hostile, portion: Portion, seed: int, *, may_grow_mb: float = inf
) -> tuple[Counter[str], Counter[str]]:
    """Hurl it at one door after another; what was counted, and what went wrong.

    may_grow_mb: for a server that has loaded all that it loads once.
    """
    chance = random.Random(seed)  # noqa: S311 - a seed that can be used again, no secret
    before_mb, unforeseen = _memory_mb(here.server.pid), _unforeseen(here)
    found = [
        await requests(here, portion.requests, chance),
        await frames(here, portion.frames, chance),
        await answers(here, hostile, portion.answers, chance),
        await folders(here, portion.folders, chance),
        await code_answers(here, portion.codes, chance),
    ]
    counts, wrong = (sum((one[which] for one in found), Counter[str]()) for which in (0, 1))
    counts["inputs"] = sum(counts[kind] for kind in _INPUTS)
    with here.door() as door:
        status, _ = await door.post("/v1.0/user/", {"auth_id": "still there?"})
    if status != 200:
        wrong["good requests refused afterwards"] += 1
    if _memory_mb(here.server.pid) - before_mb > may_grow_mb:
        wrong["memory"] += 1
    if more := _unforeseen(here) - unforeseen:
        wrong["errors that nobody foresaw in the log"] += more
    return counts, wrong


def _memory_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:", 1)[1].split()[0]) / 1024


def _unforeseen(here: Place) -> int:
    return (here.home / "server.log").read_text(errors="replace").count("Traceback (most recent call last)")
