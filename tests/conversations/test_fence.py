"""A process that hung and comes back must not overwrite what its successor did."""

import asyncio
from pathlib import Path

import pytest
import sqlalchemy as sa
from msgspec.json import decode, encode

from botyard.conversations import accepting
from botyard.conversations.mailbox import Waiting
from botyard.conversations.records import inbox, message, waits
from botyard.conversations.turns.records import call, calls_out
from botyard.engine.happenings import HandOverAsked, UserSaid
from botyard.store.commit import Write
from botyard.store.opening import open_store
from tests.conversations.small_shell import BUSINESS, Caller, Shell, clock, inbound, said_so_many, shell
from tests.stores import url_for

pytestmark = pytest.mark.usefixtures("each_store")


async def took_so_many(it: Shell, user: int, turns: int) -> None:
    """Wait until a thread has had so many turns."""
    async with asyncio.timeout(5):
        while len(await it.conversations.history.traces(BUSINESS, user)) < turns:  # noqa: ASYNC110 - likewise
            await asyncio.sleep(0.005)


async def dies(text: str, path: Path) -> list[str]:
    """Let a server die while the call that this message leads to is out. The names under which it was made."""
    hanging = Caller()
    hanging.may_answer.clear()
    async with shell(path, hanging) as it:
        user = await it.new_user()
        await it.conversations.accept(inbound(user, text))
        async with asyncio.timeout(5):
            while not hanging.calls:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.005)
        for task in list(it.conversations._turns._running):
            task.cancel()
    return hanging.calls


def test_a_turn_decided_on_an_old_state_is_taken_again(tmp_path: Path) -> None:
    """Two servers on one file: the one that was away reads again before it commits, and no turn is lost or repeated."""

    async def test() -> None:
        async with shell(tmp_path / "b.db") as zombie, shell(tmp_path / "b.db") as successor:
            user = await zombie.new_user()
            assert await zombie.say(user, "call") == ["answer 1"]
            assert await successor.say(user, "call") == ["answer 2"]
            assert await successor.say(user, "remember k v") == ["noted"]
            # The zombie still believes in one call, and in no permanent data.
            assert await zombie.say(user, "call") == ["answer 3"]
            assert await zombie.say(user, "remember l w") == ["noted"]
            turns = await zombie.conversations.history.traces(BUSINESS, user)
            assert [turn.turn_no for turn in turns] == list(range(1, 9))
            zombie.conversations.users.forget(user)
            assert (await zombie.conversations.users.by_id(user)).user.permanent_user_data == {"k": "v", "l": "w"}

    asyncio.run(test())


def test_a_message_that_somebody_else_answered_is_not_answered_again(tmp_path: Path) -> None:
    """The turn of a happening that has had its turn is refused, and says nothing."""

    async def test() -> None:
        async with shell(tmp_path / "b.db") as it:
            user = await it.new_user()
            accepted = await it.conversations.accept(inbound(user, "hello"))
            await it.conversations.settled(accepted)
            mailbox = await it.conversations._mailboxes.of(BUSINESS, user)
            again = Waiting(happening=UserSaid("hello"), cause=accepted.message_id)
            await it.conversations._turns._take(mailbox, again)
            assert await it.said(user) == [("user", "hello"), ("bot", "echo: hello")]
            assert await it.say(user, "still there?") == ["echo: still there?"]

    asyncio.run(test())


def test_a_repeatable_call_is_made_again_by_the_same_name_and_another_never(tmp_path: Path) -> None:
    """What had begun when the server died: a repeatable call is repeated, any other ends as interrupted."""

    async def test() -> None:
        for text, said in (("again", "answer 1"), ("call", "break: interrupted")):
            path = tmp_path / f"{text}.db"
            first = await dies(text, path)
            caller = Caller()
            async with shell(path, caller) as it:
                user = await it.new_user()
                await said_so_many(it, user, 2)
                assert await it.said(user) == [("user", text), ("bot", said)]
            assert caller.calls == (first if text == "again" else [])

    asyncio.run(test())


def test_a_call_that_was_out_during_an_update_is_made_again_by_its_old_name(tmp_path: Path) -> None:
    """The release before named calls by their numbers alone, and a receiver knows the repeat by that name."""

    async def test() -> None:
        await dies("again", tmp_path / "b.db")
        store = open_store(url_for(tmp_path / "b.db"))
        [row] = await calls_out(store)
        before = decode(row["effect"])
        del before["begun_at"]
        await store.commit([Write(sa.update(call).values(effect=sa.bindparam("effect_")), {"effect_": encode(before)})])
        store.close()
        async with shell(tmp_path / "b.db") as it:
            await said_so_many(it, await it.new_user(), 2)
            assert it.caller.calls == [f"call_{row['conversation_id']}_1"]

    asyncio.run(test())


def test_a_hand_over_asked_for_inside_a_call_survives_the_server(tmp_path: Path) -> None:
    """It was answered "success", so it takes effect after the interrupted turn has said its last."""

    async def test() -> None:
        hanging = Caller()
        hanging.may_answer.clear()
        async with shell(tmp_path / "b.db", hanging) as it:
            user = await it.new_user()
            accepted = await it.conversations.accept(inbound(user, "call"))
            await asyncio.sleep(0.05)
            await it.conversations.hand_over(accepted.conversation_id, "care")
            for task in list(it.conversations._turns._running):
                task.cancel()
        async with shell(tmp_path / "b.db") as it:
            await took_so_many(it, user, 3)
            turns = await it.conversations.history.traces(BUSINESS, user)
            assert [turn.trace.happening for turn in turns] == ["user_said", "call_returned", "hand_over_asked"]
            thread = await it.conversations.history.thread(BUSINESS, user)
            assert thread is not None
            assert (thread.standing, thread.team) == ("pending", "care")

    asyncio.run(test())


def test_a_message_that_ended_the_server_again_and_again_is_buried(tmp_path: Path) -> None:
    """The server ended five times when its turn had come: it is tried no more; what waits behind it is answered."""

    async def waits(starts: int, name: str) -> list[tuple[str, str]]:
        path = tmp_path / f"{starts}.db"
        async with shell(path) as it:
            user = await it.new_user(name)
            await it.say(user, "hello")
            await it.conversations.stop(1)
            for text in ("deadly", "behind it"):
                await it.database.commit(accepting.unit_of(inbound(user, text), 1, clock()))
            await it.database.commit(
                [Write(message.update().where(message.c.text == "deadly").values(starts=starts), {})]
            )
        async with shell(path) as it:
            await said_so_many(it, user, 6)
            return [line for line in await it.said(user) if line[0] == "bot"][1:]

    async def test() -> None:
        assert await waits(4, "asha") == [("bot", "echo: deadly"), ("bot", "echo: behind it")]
        assert await waits(5, "asha") == [("bot", "Sorry, I did not understand that."), ("bot", "echo: behind it")]

    asyncio.run(test())


def test_a_hand_over_that_ended_the_server_again_and_again_takes_effect(tmp_path: Path) -> None:
    """Whoever asked was told that it would: its turn is not tried any more, and the chat waits for the team."""

    async def test() -> None:
        path = tmp_path / "b.db"
        async with shell(path) as it:
            user = await it.new_user()
            await it.say(user, "hello")
            await it.conversations.stop(1)
            asked = waits(1, encode(HandOverAsked("care")), due_at=clock(), now=clock())
            await it.database.commit([asked, Write(inbox.update().values(starts=5), {})])
        async with shell(path) as it:
            await took_so_many(it, user, 2)
            thread = await it.conversations.history.thread(BUSINESS, user)
            assert thread is not None
            assert (thread.standing, thread.team) == ("pending", "care")

    asyncio.run(test())
