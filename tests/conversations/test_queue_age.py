"""How long the oldest message waits, as operators are told."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from botyard.conversations import accepting
from botyard.conversations.queue.records import age_s
from tests.conversations.small_shell import Caller, clock, inbound, shell

pytestmark = pytest.mark.usefixtures("each_store")


def test_the_age_is_that_of_the_oldest_message_that_no_turn_has_taken(tmp_path: Path) -> None:
    """Nothing waits: 0. What waits behind a call of its own conversation waits for no worker, so it does not count."""

    async def test() -> None:
        now, caller = clock(), Caller()
        async with shell(tmp_path / "b.db", caller) as it:
            users = [await it.new_user(name) for name in ("asha", "ravi")]
            await it.say(users[0], "hello")
            assert await age_s(it.database, now) == 0
            caller.may_answer.clear()
            await it.conversations.accept(inbound(users[1], "call"))
            await asyncio.sleep(0.05)
            await it.conversations.accept(inbound(users[1], "behind it"))
            assert await age_s(it.database, now + timedelta(seconds=60)) == 0
            for age in (2, 9):
                then = now - timedelta(seconds=age)
                await it.database.commit(accepting.unit_of(inbound(users[0], "waits"), 1, then))
            assert await age_s(it.database, now) == pytest.approx(9, abs=0.01)
            caller.may_answer.set()

    asyncio.run(test())
