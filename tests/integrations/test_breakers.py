"""Endpoints that answer nobody are left alone for a while, and nobody else suffers from them."""

import asyncio
import re

import pytest
from structlog.testing import capture_logs

from botyard.bot.model import Webhook
from botyard.engine.happenings import Unusable
from botyard.integrations.breaker import CALLS, RESTS_S
from botyard.integrations.breakers import Breakers
from botyard.integrations.outbound import NotSent, Outbound
from botyard.integrations.perform import Performer
from botyard.integrations.places import Places
from botyard.observe import metrics
from tests.integrations.calls import USER, a_call, compiled
from tests.integrations.raw_server import http, raw_server, says
from tests.integrations.test_places import answers_after

pytestmark = pytest.mark.usefixtures("each_loop")

HI = http(b"{}")


class Clock:
    """A clock that a test moves."""

    now = 1000.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


async def failure_of(outbound: Outbound, url: str, *, partner_id: int = 1, timeout_s: float = 2.0) -> NotSent | None:
    """Call, and tell how it failed."""
    try:
        await outbound.post(url, b"{}", {}, timeout_s=timeout_s, max_bytes=1000, partner_id=partner_id)
    except NotSent as failed:
        return failed
    return None


def opened_so_far() -> float:
    """How often a breaker opened in this process."""
    lines = metrics()[0].decode().splitlines()
    return float(next(line for line in lines if line.startswith("botyard_breaker_trips_total")).split()[1])


async def open_it(outbound: Outbound, url: str) -> None:
    """Let enough calls time out."""
    failures = await asyncio.gather(*(failure_of(outbound, url, timeout_s=0.1) for _ in range(CALLS)))
    assert {failure.reason for failure in failures if failure} == {"timeout"}


def test_an_endpoint_that_hangs_is_left_alone_then_tried_and_called_again() -> None:
    """Closed, open, half-open, closed: seen in what calls hear, in connections that are made, in log and metrics."""

    async def run() -> None:
        clock = Clock()
        before = opened_so_far()
        slowness = [5.0]

        async def answer(writer: asyncio.StreamWriter) -> None:
            await asyncio.sleep(slowness[0])
            writer.write(HI)

        breakers = Breakers(clock, lambda: 1_700_000_000.0)
        async with raw_server(answer) as server, Outbound(server.allow, breakers=breakers) as outbound:
            with capture_logs() as lines:
                await open_it(outbound, server.url)
            assert [(line["event"], line["endpoint"]) for line in lines] == [("breaker_opened", server.url.rstrip("/"))]
            assert opened_so_far() == before + 1
            clock.now += 10
            connections = server.connections
            failure = await failure_of(outbound, server.url)
            assert failure is not None
            assert failure.reason == "breaker_open"
            assert f"the breaker of {server.url.rstrip('/')} is open since 22:13:10 UTC, next try in 20 s" in str(
                failure
            )
            assert server.connections == connections
            clock.now += RESTS_S
            slowness[0] = 0.2
            results = await asyncio.gather(*(failure_of(outbound, server.url) for _ in range(5)))
            assert [result.reason if result else "" for result in results] == ["", *["breaker_open"] * 4]
            assert await failure_of(outbound, server.url) is None

    asyncio.run(run())


@pytest.mark.parametrize("answer", [http(b"{}", "404 Not Found"), http(b"no", "500 Oops")], ids=["404", "500"])
def test_whatever_answers_is_not_sick(answer: bytes) -> None:
    """A status is an answer: the turn breaks on it, the breaker does not."""

    async def run() -> None:
        async with raw_server(says(answer)) as server, Outbound(server.allow) as outbound:
            for _ in range(2 * CALLS):
                assert await failure_of(outbound, server.url) is None

    asyncio.run(run())


def test_calls_that_never_went_out_say_nothing_of_the_endpoint() -> None:
    """Refused addresses, full places and cancelled calls are not counted."""

    async def run() -> None:
        places = Places(per_endpoint=1, wait_s=0.01)
        async with raw_server(answers_after(0.5)) as server, Outbound(server.allow, places=places) as outbound:
            for _ in range(2 * CALLS):
                refused = await failure_of(outbound, "http://127.0.0.1:9/")
                assert refused is not None
                assert refused.reason == "address_refused"
            calls = [asyncio.create_task(failure_of(outbound, server.url)) for _ in range(2 * CALLS)]
            await asyncio.sleep(0.1)
            calls[0].cancel()
            await asyncio.gather(*calls, return_exceptions=True)
            assert await failure_of(outbound, server.url) is None

    asyncio.run(run())


def test_one_partners_failures_do_not_stop_another_at_the_same_host() -> None:
    """Who gives up after a tenth of a second must not shut the host for those with patience."""

    async def run() -> None:
        async with raw_server(answers_after(0.3)) as server, Outbound(server.allow) as outbound:
            await open_it(outbound, server.url)
            failure = await failure_of(outbound, server.url)
            assert failure is not None
            assert failure.reason == "breaker_open"
            assert await failure_of(outbound, server.url, partner_id=2) is None

    asyncio.run(run())


def test_an_endpoint_that_hangs_holds_up_no_other() -> None:
    """A hundred calls hang at one endpoint; each call to another is answered while they do, then they fail at once."""

    async def run() -> None:
        places = Places(per_endpoint=25, wait_s=0.2)
        async with (
            raw_server(answers_after(30)) as hanging,
            raw_server(says(HI), keep_alive=True) as fast,
            Outbound((*hanging.allow, *fast.allow), places=places) as outbound,
        ):
            stuck = [asyncio.create_task(failure_of(outbound, hanging.url, timeout_s=3)) for _ in range(100)]
            await asyncio.sleep(0.05)
            for _ in range(50):
                assert await failure_of(outbound, fast.url) is None
            assert sum(not task.done() for task in stuck) >= 25, "they were to hang meanwhile"
            reasons = [failure.reason for failure in await asyncio.gather(*stuck) if failure]
            assert sorted(set(reasons)) == ["busy", "timeout"]
            assert hanging.connections == 25
            failure = await failure_of(outbound, hanging.url)
            assert failure is not None
            assert failure.reason == "breaker_open"
            assert await failure_of(outbound, fast.url) is None

    asyncio.run(run())


def test_a_turn_hears_of_an_open_breaker_at_once_and_in_words() -> None:
    """Its answer is unusable, as after any failed call; the sentence is what the builder's trace shows."""

    async def run() -> Unusable:
        async with raw_server(answers_after(5)) as server, Outbound(server.allow) as outbound:
            await open_it(outbound, server.url)
            bot = compiled(Webhook(url=server.url), production=None)
            performer = Performer(outbound, lambda _: None, partner_id=1)
            performed = await performer.perform(a_call(), call_id="c1", bot=bot, environment="production", user=USER)
            assert server.connections == CALLS
            assert isinstance(performed.answer, Unusable)
            assert performed.request["url"] == server.url
            return performed.answer

    answer = asyncio.run(run())
    assert answer.reason == "breaker_open"
    assert re.search(
        r"the breaker of http://127\.0\.0\.1:\d+ is open since [\d:]{8} UTC, next try in \d+ s", answer.why
    )


def test_endpoints_that_were_called_long_ago_are_forgotten() -> None:
    """Endpoints come from builders: their number has no bound."""
    clock = Clock()
    breakers = Breakers(clock)
    for number in range(5_000):
        clock.now += 1
        with breakers.watch(1, ("https", f"{number}.example", 443)):
            pass
    assert len(breakers._of) <= 1_000
