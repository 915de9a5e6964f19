"""Silence, with the real engine and the real store; only the clock is in the test's hand."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from botyard.bot.model import BotSays, FollowUp
from botyard.conversations.intake import TakeTurn
from botyard.conversations.loop import Conversations
from botyard.conversations.ports import Served
from botyard.conversations.records import businesses_talked_to, conversation
from botyard.conversations.users.known import Profile
from botyard.engine.turn import turn as take_turn
from botyard.store.announce import Announcements
from botyard.store.opening import bring_up_to_date, open_store
from tests.conversations.small_shell import BUSINESS, PARTNER, Caller, First, inbound
from tests.rehearsal import Rehearsal, bot_of, says, start_node
from tests.stores import url_for

pytestmark = pytest.mark.usefixtures("each_store")

HOURS = start_node(
    "HOURS",
    "when are you open",
    bot_says=BotSays(final=says("Ten to eight."), follow_up=FollowUp(after=60, says=says("Anything else?"))),
)


class Clock:
    """A clock that can be put forward."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        """Tell the time."""
        return datetime.now(UTC) + self.ahead


class Cafe:
    """A `Live` that serves one small bot."""

    def __init__(self) -> None:
        stage = Rehearsal(bot_of(HOURS))
        self._served = Served(PARTNER, stage.bots, stage.understand, "test")

    async def served(self, business_id: int) -> Served:
        """Serve it, for whatever business."""
        assert business_id == BUSINESS
        return self._served


@asynccontextmanager
async def running(path: Path, clock: Clock, turn: TakeTurn = take_turn) -> AsyncIterator[Conversations]:
    """Run conversations on a database file."""
    bring_up_to_date(url_for(path))
    database = open_store(url_for(path))
    conversations = Conversations(database, Cafe(), Caller(), Announcements(), clock, First(), turn=turn)
    await conversations.start()
    try:
        yield conversations
    finally:
        await conversations.stop(5)
        database.close()


async def said(conversations: Conversations, user_id: int, lines: int) -> list[str]:
    """Wait until the transcript has so many lines, or for five seconds."""
    found: list[str] = []
    for _ in range(50):
        found = [line.text for line in await conversations.history.transcript(BUSINESS, user_id)]
        if len(found) >= lines:
            break
        await asyncio.sleep(0.1)
    return found


async def standing(conversations: Conversations, user_id: int, wanted: str) -> str:
    """Wait until the thread stands as wanted, or for five seconds; how it stands."""
    thread = await conversations.history.thread(BUSINESS, user_id)
    for _ in range(50):
        if thread is not None and thread.standing == wanted:
            break
        await asyncio.sleep(0.1)
        thread = await conversations.history.thread(BUSINESS, user_id)
    return thread.standing if thread is not None else ""


async def alarms(path: Path) -> list[datetime]:
    """When the alarms on disk ring."""
    database = open_store(url_for(path))
    try:
        return [row["wake_at"] for row in await database.all(sa.select(conversation.c.wake_at), {})]
    finally:
        database.close()


def test_silence_brings_the_follow_up_and_then_completes_also_after_a_restart(tmp_path: Path) -> None:
    """The alarm is in the database: a server that was down meanwhile does at its start what is overdue, once."""

    async def script() -> None:
        clock = Clock()
        async with running(tmp_path / "b.db", clock) as conversations:
            user, _ = await conversations.users.create_or_update(PARTNER, "asha", Profile())
            await conversations.settled(await conversations.accept(inbound(user.id, "when are you open")))
            clock.ahead += timedelta(seconds=61)
            expected = ["when are you open", "Ten to eight.", "Anything else?"]
            assert await said(conversations, user.id, 3) == expected
        clock.ahead += timedelta(minutes=8)
        async with running(tmp_path / "b.db", clock) as conversations:
            assert await standing(conversations, user.id, "complete") == "complete"
            assert await said(conversations, user.id, 4) == expected
            await conversations.settled(await conversations.accept(inbound(user.id, "when are you open")))
            assert {line.conversation_no for line in await conversations.history.transcript(BUSINESS, user.id)} == {
                1,
                2,
            }

    asyncio.run(script())


def test_a_user_who_answers_in_time_hears_no_follow_up(tmp_path: Path) -> None:
    """The alarm of the first turn rings too early for the second: it is put off, without a turn, until that is due."""

    async def script() -> None:
        clock = Clock()
        async with running(tmp_path / "b.db", clock) as conversations:
            user, _ = await conversations.users.create_or_update(PARTNER, "asha", Profile())
            for _ in range(2):
                await conversations.settled(await conversations.accept(inbound(user.id, "when are you open")))
                clock.ahead += timedelta(seconds=40)
            [rings_at] = await alarms(tmp_path / "b.db")
            assert rings_at < clock()
            async with asyncio.timeout(5):
                while await alarms(tmp_path / "b.db") == [rings_at]:  # noqa: ASYNC110 - the database tells nobody
                    await asyncio.sleep(0.05)
            assert len(await conversations.history.traces(BUSINESS, user.id)) == 2
            assert "Anything else?" not in await said(conversations, user.id, 4)
            clock.ahead += timedelta(seconds=25)
            assert (await said(conversations, user.id, 5))[4:] == ["Anything else?"]

    asyncio.run(script())


def test_silence_completes_a_chat_also_where_every_turn_breaks(tmp_path: Path) -> None:
    """A message that was buried sets the alarm as any other; an alarm that is buried itself goes off no second time."""

    def broken(*_args: Any, **_named: Any) -> Any:
        raise ZeroDivisionError

    async def script() -> None:
        clock = Clock()
        async with running(tmp_path / "b.db", clock, broken) as conversations:
            user, _ = await conversations.users.create_or_update(PARTNER, "asha", Profile())
            await conversations.settled(await conversations.accept(inbound(user.id, "when are you open")))
            assert await standing(conversations, user.id, "bot") == "bot"
            clock.ahead += timedelta(minutes=8)
            assert await standing(conversations, user.id, "complete") == "complete"
            await asyncio.sleep(1.2)
            assert len(await conversations.history.traces(BUSINESS, user.id)) == 2

    asyncio.run(script())


def test_a_business_is_talked_to_until_silence_completes_its_conversations(tmp_path: Path) -> None:
    """A start loads the bots of those that are: somebody who spoke a moment ago is likely to go on."""

    async def talked_to() -> list[int]:
        database = open_store(url_for(tmp_path / "b.db"))
        try:
            return await businesses_talked_to(database, at_most=10)
        finally:
            database.close()

    async def script() -> None:
        clock = Clock()
        async with running(tmp_path / "b.db", clock) as conversations:
            for name in ("asha", "ravi"):
                user, _ = await conversations.users.create_or_update(PARTNER, name, Profile())
                await conversations.settled(await conversations.accept(inbound(user.id, "when are you open")))
        assert await talked_to() == [BUSINESS]
        clock.ahead += timedelta(minutes=10)
        async with running(tmp_path / "b.db", clock) as conversations:
            for user_id in (1, 2):
                await standing(conversations, user_id, "complete")
        assert await talked_to() == []

    asyncio.run(script())
