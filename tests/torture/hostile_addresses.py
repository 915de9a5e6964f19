"""URLs that lead where no webhook may go, in a network where every address answers: connections, counted there.

`tests/integrations/every_address.py` is that network; a seed makes the URLs.
"""

import asyncio
import json
import sys
from collections import Counter

from tests.hostile_urls import is_forbidden
from tests.integrations.every_address import IMPOSSIBLE

MAY_BE_SAID = {"address_refused", "bad_url", "no_connection", "tls", "breaker_open"}


async def call_them(count: int, seed: int) -> tuple[Counter[str], Counter[str]]:
    """Call so many; what was counted, and what went wrong."""
    command = [sys.executable, "-m", "tests.integrations.every_address", str(count), str(seed)]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()
    if process.returncode == IMPOSSIBLE:
        return Counter({"URLs": 0}), Counter({"not run: no network namespace can be made here": 1})
    assert process.returncode == 0
    found = json.loads(said)
    counts = Counter({"URLs": found["urls"]}) + Counter(found["hostile"])
    return counts, judged(found["reached_by_hostile"], found["hostile"], found["reached_by_friendly"])


def judged(reached: dict[str, int], reasons: dict[str, int], by_friendly: dict[str, int]) -> Counter[str]:
    """Count connections to addresses that nobody may be led to, answers nobody may get, and a count that cannot see."""
    wrong = Counter({"connections to a forbidden address": sum(n for to, n in reached.items() if is_forbidden(to))})
    wrong.update({f"answered {reason}": n for reason, n in reasons.items() if reason not in MAY_BE_SAID})
    wrong["public addresses not seen"] = int(not {"8.8.8.8", "10.1.2.3"} <= set(by_friendly))
    return +wrong
