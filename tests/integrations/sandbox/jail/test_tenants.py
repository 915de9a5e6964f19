"""What one tenant's code takes of a machine, and what is left for the others."""

import asyncio

import msgspec

from botyard.integrations.sandbox.jail.jails import Jails, Source
from botyard.integrations.sandbox.jail.launch import Walls, find_python
from botyard.integrations.sandbox.jail.policy import policy
from botyard.integrations.sandbox.jail.pool import Wanted
from botyard.integrations.sandbox.said import CodeAnswer

_SLOW = (
    "import time\ndef main(event, context):\n    time.sleep(0.3)\n    return {'statusCode': 200, 'body': event['body']}"
)


def source(name: str, tenant: str) -> Source:
    """Make a bot."""
    return Source(name, {"bot.py": _SLOW}, tenant=tenant)


def test_one_tenants_calls_leave_half_of_the_machine_to_others() -> None:
    """However many bots it has: its next call is told `Busy` at once, another tenant's runs; later its own may."""

    async def called() -> tuple[list[CodeAnswer], CodeAnswer]:
        jails = Jails(Walls(policy(), find_python(), is_unsafe=True), most_calls=4)

        def call(bot: Source) -> asyncio.Task[CodeAnswer]:
            wanted = Wanted("bot.py", msgspec.Raw(b'{"body": "hi"}'), "r", "f", "1", "l", 5.0)
            return asyncio.create_task(jails.run(bot, wanted))

        try:
            bots = [source("a", "greedy"), source("b", "greedy"), source("c", "greedy"), source("d", "modest")]
            at_once = await asyncio.gather(*map(call, bots))
            return at_once, await call(bots[2])
        finally:
            await jails.close()

    at_once, later = asyncio.run(called())
    assert [answer.body for answer in (*at_once, later)] == ["hi", "hi", None, "hi", "hi"]
    refused = at_once[2].error
    assert refused is not None
    assert refused.reason == "busy"
    assert refused.message == (
        "2 calls of the same partner's custom code are running on this machine, half of what it takes"
    )
