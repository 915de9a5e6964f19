"""Slow receivers have their own share of the calls that may be out at once."""

import asyncio

import pytest

from botyard.integrations.outbound import NotSent, Outbound
from botyard.integrations.places import Busy, Places
from tests.integrations.raw_server import Answer, http, raw_server, says

pytestmark = pytest.mark.usefixtures("each_loop")

HI = http(b"{}")
HERE, THERE = ("https", "a.example", 443), ("https", "b.example", 443)


async def reason_of(outbound: Outbound, url: str, timeout_s: float) -> str:
    """Call, and tell why it failed; "" if it did not."""
    try:
        await outbound.post(url, b"{}", {}, timeout_s=timeout_s, max_bytes=1000)
    except NotSent as failed:
        return failed.reason
    return ""


def answers_after(seconds: float) -> Answer:
    """Answer after a while."""

    async def write(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(seconds)
        writer.write(HI)

    return write


def test_slow_receivers_do_not_hold_up_the_others() -> None:
    """One endpoint has its own share of the places; over it, calls wait a moment and are refused as busy."""

    async def run() -> list[str]:
        places = Places(per_endpoint=3, in_all=8, wait_s=0.1)
        async with (
            raw_server(answers_after(0.6)) as slow,
            raw_server(says(HI)) as fast,
            Outbound((*slow.allow, *fast.allow), places=places) as outbound,
        ):
            waiting = [asyncio.create_task(reason_of(outbound, slow.url, 2.0)) for _ in range(20)]
            await asyncio.sleep(0.05)
            assert await reason_of(outbound, fast.url, 2.0) == ""
            return await asyncio.gather(*waiting)

    assert sorted(asyncio.run(run())) == [""] * 3 + ["busy"] * 17


@pytest.mark.parametrize(("per_endpoint", "in_all"), [(2, 4), (4, 2)])
def test_a_place_is_given_back_whatever_happens(per_endpoint: int, in_all: int) -> None:
    """After failures, refusals and cancellation as many calls go through as before."""

    async def run() -> None:
        places = Places(per_endpoint=per_endpoint, in_all=in_all, wait_s=0.01)
        async with raw_server(answers_after(0.2)) as server, Outbound(server.allow, places=places) as outbound:
            for _ in range(3):
                calls = [asyncio.create_task(reason_of(outbound, server.url, 0.05)) for _ in range(4)]
                await asyncio.sleep(0.02)
                calls[0].cancel()
                await asyncio.gather(*calls, return_exceptions=True)
            assert await reason_of(outbound, server.url, 2.0) == ""

    asyncio.run(run())


def test_whoever_gives_up_waiting_leaves_nothing_behind() -> None:
    """Neither a place in the queue, nor, where it was handed one just then, a place that nobody has."""

    async def run() -> None:
        places = Places(per_endpoint=1, per_partner=9, in_all=9, wait_s=0.01)
        async with places.one(HERE):
            room = places._rooms[0, HERE]
            for _ in range(3):
                with pytest.raises(Busy):
                    async with places.one(HERE):
                        pass
            assert not room._waiting
            late = asyncio.create_task(room.take())
            await asyncio.sleep(0)
        late.cancel()  # it has the place by now, and does not know
        with pytest.raises(asyncio.CancelledError):
            await late
        assert room.free

    asyncio.run(run())


def test_a_partner_has_places_of_its_own() -> None:
    """Who fills an endpoint, or all places it has, takes none from another partner, also not at the same host."""

    async def run() -> None:
        places = Places(per_endpoint=2, per_partner=3, in_all=9, wait_s=0.01)
        async with places.one(HERE, 1), places.one(HERE, 1), places.one(THERE, 1):
            for full in (HERE, THERE):
                with pytest.raises(Busy):
                    async with places.one(full, 1):
                        pass
            async with places.one(HERE, 2), places.one(HERE, 2):
                pass

    asyncio.run(run())


def test_waiting_for_several_kinds_of_places_takes_no_longer_than_for_one() -> None:
    """The wait is for all of them together; what was taken on the way is given back."""

    async def run() -> float:
        places = Places(per_endpoint=2, per_partner=2, in_all=2, wait_s=1)
        begun = asyncio.get_running_loop().time()
        async with places.one(HERE), places.one(HERE):
            asyncio.get_running_loop().call_later(0.9, places._rooms[0, HERE].give_back)
            with pytest.raises(Busy, match="of this partner"):
                async with places.one(HERE):
                    pass
        return asyncio.get_running_loop().time() - begun

    assert asyncio.run(run()) < 1.8  # one wait after the other would be 1.9 s


@pytest.mark.parametrize(("per_endpoint", "in_all", "other_is_free"), [(2, 9, True), (9, 2, False)])
def test_places_are_counted_per_endpoint_and_in_all(per_endpoint: int, in_all: int, other_is_free: bool) -> None:  # noqa: FBT001 - a table
    """While one call stays out, the next place is taken and given back again and again."""

    async def run() -> None:
        places = Places(per_endpoint=per_endpoint, in_all=in_all, wait_s=0.01)
        async with places.one(HERE):
            for _ in range(3):
                async with places.one(HERE):
                    with pytest.raises(Busy):
                        async with places.one(HERE):
                            pass
                    if other_is_free:
                        async with places.one(THERE):
                            pass

    asyncio.run(run())


def test_an_endpoint_nobody_calls_is_forgotten() -> None:
    """Addresses come from builders: their number has no bound."""

    async def run() -> None:
        places = Places()
        for number in range(100):
            async with places.one(("https", f"{number}.example", 443)):
                pass
        assert not places._rooms

    asyncio.run(run())
