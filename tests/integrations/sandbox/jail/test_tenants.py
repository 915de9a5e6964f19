"""What one tenant's code takes of a machine, and what is left for the others."""

import asyncio
from collections import Counter
from itertools import count
from math import inf

import msgspec
import pytest

from botyard.integrations.sandbox.jail.jails import Jails, Source
from botyard.integrations.sandbox.jail.launch import Walls, find_python
from botyard.integrations.sandbox.jail.policy import policy
from botyard.integrations.sandbox.jail.pool import Wanted
from botyard.integrations.sandbox.jail.shares import Shares
from botyard.integrations.sandbox.jail.slots import Busy
from botyard.integrations.sandbox.said import CodeAnswer

_SLOW = """
import time
def main(event, context):
    time.sleep(0.05)
    return {'statusCode': 200, 'body': event['body']}
"""
_CALLS = 30
_PLACES = 8
_ALL_BUT_THE_RESERVE = 7


def source(name: str, tenant: str) -> Source:
    """Make a bot."""
    return Source(name, {"bot.py": _SLOW}, tenant=tenant)


async def called(jails: Jails, bot: Source) -> CodeAnswer:
    """Make a call."""
    return await jails.run(bot, Wanted("bot.py", msgspec.Raw(b'{"body": "hi"}'), "r", "f", "1", "l", 5.0))


def taken(shares: Shares, tenant: str, most: int) -> int:
    """Take as many places as there are for a tenant, up to `most`."""
    for got in range(most):
        try:
            shares.take(tenant)
        except Busy:
            return got
    return most


def test_whoever_is_alone_has_all_but_a_reserve() -> None:
    """However many bots it has: its next call is told `Busy` at once, another tenant's runs; later its own may."""

    async def at_once_and_later() -> tuple[list[CodeAnswer], CodeAnswer]:
        jails = Jails(Walls(policy(), find_python(), is_unsafe=True), most_calls=4)
        try:
            bots = [source(name, "greedy") for name in "abcd"] + [source("e", "modest")]
            return await asyncio.gather(*(called(jails, bot) for bot in bots)), await called(jails, bots[3])
        finally:
            await jails.close()

    at_once, later = asyncio.run(at_once_and_later())
    assert [answer.body for answer in (*at_once, later)] == ["hi", "hi", "hi", None, "hi", "hi"]
    refused = at_once[3].error
    assert refused is not None
    assert refused.reason == "busy"
    assert refused.message == (
        "3 calls of the same partner's custom code are running on this machine, and what is left of its 4 is for others"
    )


def test_one_that_calls_without_end_does_not_starve_a_second() -> None:
    """Both try again the moment they are refused: the second has its share of what is answered, from its first call."""

    async def raced() -> tuple[CodeAnswer, int]:
        jails = Jails(Walls(policy(), find_python(), is_unsafe=True), most_calls=_PLACES)
        served: Counter[str] = Counter()

        async def caller(bot: Source, calls: float) -> None:
            while calls:
                answer = await called(jails, bot)
                served[bot.tenant] += answer.error is None
                calls -= answer.error is None
                await asyncio.sleep(0.001)

        greedy, modest = source("a", "greedy"), source("b", "modest")
        await asyncio.gather(*(called(jails, bot) for bot in (greedy, modest) for _ in range(2)))  # both are warm
        many = [asyncio.create_task(caller(greedy, inf)) for _ in range(2 * _PLACES)]
        try:
            await asyncio.sleep(0.5)
            first = await called(jails, modest)
            served.clear()
            await asyncio.wait_for(asyncio.gather(*(caller(modest, _CALLS / 2) for _ in range(2))), 30)
        finally:
            for one in many:
                one.cancel()
            await asyncio.gather(*many, return_exceptions=True)
            await jails.close()
        return first, served["greedy"]

    first, of_the_other = asyncio.run(raced())
    assert first.error is None
    assert of_the_other < 7 * _CALLS  # of 8 places it wants 2: three times as many would be fair


@pytest.mark.parametrize("tenants", [1, 2, 3, 7])
def test_there_is_a_place_for_one_tenant_more(tenants: int) -> None:
    """Whoever was there first, as many as they are: once each has its share or less, who comes need not wait."""
    shares = Shares(_PLACES)
    held = [str(number) for number in range(tenants) for _ in range(taken(shares, str(number), _PLACES))]
    for tenant in held:  # calls end, and each tenant calls again at once
        shares.give_back(tenant)
        taken(shares, tenant, 1)
    newcomer, waits = "new", count()
    while not taken(shares, newcomer, 1):
        assert next(waits) < _PLACES, "it starves"
        tenant = held.pop(0)
        shares.give_back(tenant)
        if taken(shares, tenant, 1):
            held.append(tenant)


def test_alone_again_a_tenant_has_the_machine_again() -> None:
    """What another has given back is not kept from the one that is left."""
    shares = Shares(_PLACES)
    assert taken(shares, "first", _PLACES) == _ALL_BUT_THE_RESERVE
    shares.take("second")
    shares.give_back("first")
    assert taken(shares, "first", 1) == 0
    shares.give_back("second")
    assert taken(shares, "first", 1) == 1
