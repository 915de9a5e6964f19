"""What all jails of a machine may cost together."""

import asyncio

import msgspec

from botyard.integrations.sandbox.jail.jails import Jails, Source
from botyard.integrations.sandbox.jail.launch import Walls, find_python
from botyard.integrations.sandbox.jail.policy import policy
from botyard.integrations.sandbox.jail.pool import Wanted
from botyard.integrations.sandbox.said import CodeAnswer

_BUDGET_MB = 60.0  # of jails of 24 MB
_WAITS = """
import time
def main(event, context):
    time.sleep(float(event["body"]))
    return {"statusCode": 200, "body": "done"}
"""


def test_short_of_memory_the_jail_that_rested_longest_goes_and_none_that_works() -> None:
    """Bot after bot is called: all are answered, the newest stay, and a call under way is not the price for it."""

    async def called(jails: Jails, bot: str, seconds: str = "0") -> CodeAnswer:
        event = msgspec.Raw(msgspec.json.encode({"body": seconds}))
        return await jails.run(Source(bot, {"bot.py": _WAITS}), Wanted("bot.py", event, "r", "f", "1", "l", 20.0))

    async def story() -> None:
        jails = Jails(Walls(policy(), find_python(), is_unsafe=True), budget_mb=_BUDGET_MB)
        try:
            assert (await called(jails, "slow")).body == "done"
            working = asyncio.create_task(called(jails, "slow", "2"))
            await asyncio.sleep(0)
            for bot in ("a", "b", "c", "d"):
                assert (await called(jails, bot)).body == "done"
            jails.reap()
            assert set(jails.pools) == {"slow", "d"}
            assert sum(pool.memory_mb for pool in jails.pools.values()) <= _BUDGET_MB
            assert (await working).body == "done"
        finally:
            await jails.close()

    asyncio.run(story())
