"""One timer for one call after the other."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from botyard.integrations.sandbox.jail.deadline import Deadline


def told(work: Callable[[Deadline], Awaitable[None]], *, within_s: float) -> list[tuple[float, float, str]]:
    """Do something with a deadline; list when it told of what, in seconds since it began."""
    heard: list[tuple[float, float, str]] = []

    async def run() -> None:
        began = time.monotonic()
        deadline = Deadline(
            asyncio.get_running_loop(),
            lambda limit_s, what: heard.append((time.monotonic() - began, limit_s, what)),
        )
        await work(deadline)
        await asyncio.sleep(within_s)

    asyncio.run(run())
    return heard


def test_a_short_limit_after_a_long_one_is_kept() -> None:
    """The timer that was set for the long one rings too late for it."""

    async def work(deadline: Deadline) -> None:
        deadline.is_in(30, "a long call")
        deadline.is_met()
        deadline.is_in(0.05, "a short call")

    [(at, limit_s, what)] = told(work, within_s=0.2)
    assert (limit_s, what) == (0.05, "a short call")
    assert 0.05 <= at < 0.15


def test_a_long_limit_after_a_short_one_is_not_cut() -> None:
    """The timer that was set for the short one rings too early for it."""

    async def work(deadline: Deadline) -> None:
        deadline.is_in(0.05, "a short call")
        deadline.is_met()
        deadline.is_in(0.2, "a long call")

    [(at, limit_s, what)] = told(work, within_s=0.4)
    assert (limit_s, what) == (0.2, "a long call")
    assert at >= 0.2


def test_what_was_done_in_time_is_told_of_by_nobody() -> None:
    """Nor is anything once it is closed; and a late one is told of once."""

    async def work(deadline: Deadline) -> None:
        deadline.is_in(0.02, "done in time")
        deadline.is_met()
        await asyncio.sleep(0.05)
        deadline.is_in(0.02, "closed")
        deadline.close()
        await asyncio.sleep(0.05)
        deadline.is_in(0.02, "late")

    assert [what for _, _, what in told(work, within_s=0.1)] == ["late"]
