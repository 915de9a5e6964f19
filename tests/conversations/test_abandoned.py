"""What could not have its turn, for a reason that nobody foresaw, has it later: in its place, and without a restart."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from botyard.conversations import carry_out, records, turn_taking
from botyard.conversations.leases import records as leases
from botyard.conversations.ports import Served
from botyard.conversations.turns import records as turns
from botyard.engine.effects import Call
from botyard.engine.state import User
from botyard.integrations.performed import Performed
from botyard.store.commit import Outcome, Row, StorageFailed, Store, Write
from tests.conversations.small_shell import BUSINESS, Caller, Shell, beside, inbound, names_of_calls, shell
from tests.conversations.test_shared import freeze, kill_session, until
from tests.stores import on_server

# A turn is tried three times, then its dead letter is: so often everything fails twice.
TIMES = 8
MOVES = [records._MOVE, records._MOVE_AND_WAKE]


class Unforeseen(Exception):
    """What no code of ours knows by name."""


def fail(it: Shell, statements: Sequence[object], times: int, why: Exception | None = None) -> None:
    """Let so many commits fail that hold one of these statements."""
    commit, left = it.database.commit, [times]

    async def failing(unit: Sequence[Write], *, then: Callable[[Outcome], None] | None = None) -> list[list[Row]]:
        if left[0] and any(write.statement in statements for write in unit):
            left[0] -= 1
            raise why or Unforeseen
        return await commit(unit, then=then)

    it.database.commit = failing  # type: ignore[method-assign]  # as a driver that raises what nobody expected


@pytest.fixture(autouse=True)
def _rests_shortly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a minute of patience is no use to a test."""
    monkeypatch.setattr(turn_taking, "RESTS_S", 0.01)


@pytest.mark.usefixtures("each_store")
def test_a_message_is_answered_later_and_nothing_overtakes_it(tmp_path: Path) -> None:
    """The one behind it waits for it; other conversations do not notice."""

    async def test() -> None:
        async with shell(tmp_path / "b.db") as it:
            user, other = await it.new_user(), await it.new_user("ravi")
            await it.say(user, "hello")
            fail(it, MOVES, TIMES)
            first = await it.conversations.accept(inbound(user, "one"))
            behind = await it.conversations.accept(inbound(user, "two"))
            assert [line.text for line in await it.conversations.settled(behind, 5)] == ["echo: two"]
            assert [line.text for line in await it.conversations.settled(first, 5)] == ["echo: one"]
            assert [text for who, text in await it.said(user) if who == "bot"] == [
                "echo: hello", "echo: one", "echo: two",
            ]  # fmt: skip
            assert await it.say(other, "and me?") == ["echo: and me?"]

    asyncio.run(test())


@pytest.mark.usefixtures("each_store")
def test_the_return_of_a_call_is_kept_until_its_turn_can_be_taken(tmp_path: Path) -> None:
    """What the receiver answered is said; the conversation does not wait for ever for a call that is back."""

    async def test() -> None:
        async with shell(tmp_path / "b.db") as it:
            user = await it.new_user()
            fail(it, [turns._END], TIMES)
            assert await it.say(user, "call") == ["answer 1"]
            assert await it.say(user, "two") == ["echo: two"]
            assert it.caller.calls == await names_of_calls(it, user)
            assert len(it.caller.calls) == 1

    asyncio.run(test())


@pytest.mark.usefixtures("each_store")
def test_whoever_asked_for_people_is_answered_at_once_and_gets_them_later(tmp_path: Path) -> None:
    """It is kept, so that it can be confirmed; it takes effect as soon as that is possible."""

    async def test() -> None:
        async with shell(tmp_path / "b.db") as it:
            user = await it.new_user()
            await it.say(user, "hello")
            fail(it, [records._DONE], TIMES)
            await asyncio.wait_for(it.conversations.hand_over(1, "care"), 2)

            async def is_handed_over() -> bool:
                thread = await it.conversations.history.thread(BUSINESS, user)
                return thread is not None and (thread.standing, thread.team) == ("pending", "care")

            await until(is_handed_over, 5)

    asyncio.run(test())


@pytest.mark.usefixtures("each_store")
def test_whoever_asks_for_people_does_not_wait_for_a_disk_that_is_full(tmp_path: Path) -> None:
    """It is kept already; its turn comes when the database can write again."""

    async def test() -> None:
        async with shell(tmp_path / "b.db") as it:
            user = await it.new_user()
            await it.say(user, "hello")
            fail(it, [records._DONE], 10**6, StorageFailed("the disk is full"))
            await asyncio.wait_for(it.conversations.hand_over(1, "care"), 5)
            await it.conversations.stop(0.1)

    asyncio.run(test())


@pytest.mark.usefixtures("each_store")
def test_what_cannot_have_its_turn_does_not_keep_a_server_from_stopping(tmp_path: Path) -> None:
    """It waits on disk, and the next server takes it."""

    async def test() -> None:
        async with shell(tmp_path / "b.db") as it:
            user = await it.new_user()
            await it.say(user, "hello")
            fail(it, MOVES, 10**9)
            await it.conversations.accept(inbound(user, "one"))
            await asyncio.sleep(0.05)
            await asyncio.wait_for(it.conversations.stop(), 2)
        async with shell(tmp_path / "b.db") as it:

            async def is_answered() -> bool:
                return ("bot", "echo: one") in await it.said(user)

            await until(is_answered, 5)

    asyncio.run(test())


@pytest.mark.usefixtures("each_store")
def test_a_call_whose_needs_cannot_be_read_is_made_when_the_database_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing was called yet, so nothing is given up: the user gets what the call answers, not the bot break."""
    monkeypatch.setattr(carry_out, "STORAGE_PAUSE_S", 0.01)

    class Unread(Caller):
        """Cannot read the secrets at first."""

        async def __call__(self, call: Call, *, call_id: str, served: Served, user: User) -> Performed:
            """Fail twice."""
            tries.append(call_id)
            if len(tries) <= 2:
                raise StorageFailed("the connection was lost")
            return await super().__call__(call, call_id=call_id, served=served, user=user)

    tries = list[str]()

    async def test() -> None:
        async with shell(tmp_path / "b.db", Unread()) as it:
            assert await it.say(await it.new_user(), "call") == ["answer 1"]
            assert len(it.caller.calls) == 1
            assert len(tries) == 3

    asyncio.run(test())


def test_who_could_not_take_a_conversation_up_tries_again(
    postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database fails between the lease and the reading: the call that was out is found at the second try."""
    assert postgres
    url = on_server(tmp_path / "b.db")
    calls_out, failed = leases.calls_out, list[int]()

    async def fails_once(store: Store, conversation_id: int) -> Any:
        if not failed:
            failed.append(conversation_id)
            raise StorageFailed("the connection was lost")
        return await calls_out(store, conversation_id)

    async def test() -> None:
        hanging = Caller()
        hanging.may_answer.clear()
        async with beside(url, hanging) as a:
            user = await a.new_user()
            await a.conversations.accept(inbound(user, "call"))
            while not hanging.calls:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.01)
            async with beside(url) as b:
                accepted = await b.conversations.accept(inbound(user, "and this?"))
                monkeypatch.setattr(leases, "calls_out", fails_once)
                freeze(a)
                kill_session(url, a)
                assert [line.text for line in await b.conversations.settled(accepted, 10)] == ["echo: and this?"]
                assert failed
                assert [text for who, text in await b.said(user) if who == "bot"] == [
                    "break: interrupted", "echo: and this?",
                ]  # fmt: skip

    asyncio.run(test())
