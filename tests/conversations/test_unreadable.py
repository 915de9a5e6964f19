"""Rows that cannot be read, damaged or of a newer version, cost nobody but their own conversation anything."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import structlog

from botyard.conversations import records
from botyard.conversations import timers as alarms
from botyard.conversations.mailboxes import Mailboxes
from botyard.conversations.records import conversation, message
from botyard.conversations.timers import Timers
from botyard.conversations.turns.records import call, turn
from botyard.conversations.users.records import end_user
from botyard.store.commit import Row, Store, Write
from tests.conversations.small_shell import BUSINESS, Caller, Shell, beside, clock, inbound, shell
from tests.stores import KIND, on_server

SECRET = "my card is 4111"
DAMAGED = b'{"type":"user_said","text":"' + SECRET.encode()
NEWER = b'{"type":"dreamt","of":"' + SECRET.encode() + b'"}'
NOT_UTF_8 = b'{"user":{"user_id":"","user_name":"\xff"}}'
BREAK = "Sorry, I did not understand that."


def run(test: Coroutine[Any, Any, None]) -> None:
    """Run a test, in half a minute at most; nothing it logs holds what a user wrote."""
    with structlog.testing.capture_logs() as logged:
        asyncio.run(asyncio.wait_for(test, 30))
    assert SECRET not in str(logged)


async def bot_said(it: Shell, user: int, lines: int) -> list[str]:
    """Wait until the bot has said so much."""
    while len(said := [text for sender, text in await it.said(user) if sender == "bot"]) < lines:  # noqa: ASYNC110 - the database tells nobody
        await asyncio.sleep(0.005)
    return said


async def _put_in_the_inbox(it: Shell, happening: bytes) -> None:
    await it.database.commit([records.waits(1, happening, due_at=clock() + timedelta(seconds=5), now=clock())])


@pytest.mark.usefixtures("each_store")
@pytest.mark.parametrize("happening", [DAMAGED, NEWER, NOT_UTF_8, b""], ids=["damaged", "newer", "not UTF-8", "empty"])
def test_what_waits_and_cannot_be_read_is_a_bot_break_and_the_server_starts(tmp_path: Path, happening: bytes) -> None:
    """It is buried with a reason, what was said behind it is answered, and so is everybody else."""

    async def test() -> None:
        async with shell(tmp_path / "b.db") as it:
            user, other = await it.new_user(), await it.new_user("other")
            await it.say(user, "hello")
            await it.conversations.stop(1)
            await _put_in_the_inbox(it, happening)
        async with shell(tmp_path / "b.db") as it:
            assert await it.say(other, "hello") == ["echo: hello"]
            assert await it.say(user, "and now?") == ["echo: and now?"]
            assert await bot_said(it, user, 3) == ["echo: hello", BREAK, "echo: and now?"]
            [_, buried, _] = await it.conversations.history.traces(BUSINESS, user)
            assert buried.trace.happening == "unreadable"
            assert "cannot be read" in buried.trace.steps[0].what

    run(test())


def test_what_waits_and_cannot_be_read_is_taken_up_once_by_one_of_many(postgres: str, tmp_path: Path) -> None:
    """The sweep of whoever comes first buries it; it does not come back."""
    assert postgres

    async def test() -> None:
        url = on_server(tmp_path / "b.db")
        async with beside(url) as a, beside(url) as b:
            user = await a.new_user()
            await a.say(user, "hello")
            await a.conversations.stop(1)
            await _put_in_the_inbox(b, NEWER)
            assert await bot_said(b, user, 2) == ["echo: hello", BREAK]
            assert await b.say(user, "and now?") == ["echo: and now?"]
            await asyncio.sleep(1.5)  # longer than from sweep to sweep
            assert len(await b.said(user)) == 5

    run(test())


@pytest.mark.usefixtures("each_store")
@pytest.mark.parametrize("effect", [DAMAGED, NOT_UTF_8], ids=["damaged", "not UTF-8"])
@pytest.mark.parametrize("state", [None, NOT_UTF_8], ids=["sound", "lost"])
def test_a_call_or_a_state_that_cannot_be_read_ends_the_call_as_interrupted(
    tmp_path: Path, effect: bytes, state: bytes | None
) -> None:
    """Who waits for the answer of a call hears that there is none, though the call or the thread is damaged."""

    async def test() -> None:
        calling = Caller()
        calling.may_answer.clear()
        async with shell(tmp_path / "b.db", calling) as it:
            user = await it.new_user()
            await it.conversations.accept(inbound(user, "call"))
            while not calling.calls:  # noqa: ASYNC110 - the point is to look from outside
                await asyncio.sleep(0.005)
            await it.conversations.stop(0.1)
            await it.database.commit([Write(call.update().values(effect=effect), {})])
            if state is not None:
                await it.database.commit([Write(conversation.update().values(state=state), {})])
        async with shell(tmp_path / "b.db") as it:
            assert await bot_said(it, user, 1) == ["break: interrupted"]
            assert await it.say(user, "and now?") == ["echo: and now?"]

    run(test())


@pytest.mark.usefixtures("each_store")
@pytest.mark.parametrize(
    "state", [b"\x00{", NOT_UTF_8, b"null", b"[" * 100_000], ids=["damaged", "not UTF-8", "null", "deep"]
)
def test_a_thread_that_cannot_be_read_stays_with_its_agents(tmp_path: Path, state: bytes) -> None:
    """The bot does not speak where a team was to answer, whatever became of the context."""

    async def test() -> None:
        async with shell(tmp_path / "b.db") as it:
            user = await it.new_user()
            await it.say(user, "hello")
            await it.conversations.hand_over(1, "sales")
            await it.conversations.stop(1)
            await it.database.commit([Write(conversation.update().values(state=state), {})])
        async with shell(tmp_path / "b.db") as it:
            assert await it.say(user, "and now?") == []
            thread = await it.conversations.history.thread(BUSINESS, user)
            assert thread is not None
            assert (thread.standing, thread.team) == ("pending", "sales")

    run(test())


@pytest.mark.usefixtures("each_store")
def test_history_that_cannot_be_read_hides_nothing_beside_it(tmp_path: Path) -> None:
    """A line whose form is damaged is shown as its text; a trace and a call say that they cannot be read."""

    async def test() -> None:
        async with shell(tmp_path / "b.db") as it:
            user = await it.new_user()
            await it.say(user, "call")
            await it.say(user, "hello")
            damages = (
                message.update().values(body=DAMAGED),
                turn.update().values(trace=NEWER, request=DAMAGED, response=NOT_UTF_8),
                call.update().values(begun_trace=NEWER),
            )
            for damaged in damages:
                await it.database.commit([Write(damaged, {})])
            history = it.conversations.history
            said = [line.body["text"] for line in await history.transcript(BUSINESS, user)]
            assert said == ["call", "answer 1", "hello", "echo: hello"]
            assert ["cannot be read" in took.trace.why for took in await history.traces(BUSINESS, user)] == [True] * 3
            [made] = await history.calls(BUSINESS, user)
            assert "cannot be read" in made.request["error"]
            assert "cannot be read" in made.response["error"]

    run(test())


def test_a_message_whose_text_is_damaged_is_answered_and_the_server_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only SQLite lets a text be no UTF-8; it is shown with a mark where it cannot be read."""
    monkeypatch.delenv(KIND, raising=False)

    async def test() -> None:
        calling = Caller()
        calling.may_answer.clear()
        async with shell(tmp_path / "b.db", calling) as it:
            user, other = await it.new_user(), await it.new_user("other")
            await it.conversations.accept(inbound(user, "call"))
            await it.conversations.accept(inbound(user, SECRET))
            await it.conversations.stop(0.1)
            damaged = message.update().values(text=sa.text("CAST(CAST(text AS BLOB) || x'ff' AS TEXT)"))
            await it.database.commit([Write(damaged, {})])
        async with shell(tmp_path / "b.db") as it:
            assert await it.say(other, "hello") == ["echo: hello"]
            assert await bot_said(it, user, 2) == ["break: interrupted", f"echo: {SECRET}\N{REPLACEMENT CHARACTER}"]

    run(test())


def test_an_alarm_that_fails_holds_up_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of three threads that are due the first cannot be read at all; the others are woken."""

    async def test() -> None:
        async with shell(tmp_path / "b.db") as it:
            users = [await it.new_user(name) for name in ("asha", "ravi", "mina")]
            for user in users:
                await it.say(user, "hello")
            await it.conversations.stop(1)
            await it.database.commit([Write(conversation.update().values(wake_at=clock()), {})])
        woken, thread = list[int](), records.thread

        async def damaged(store: Store, conversation_id: int) -> Row | None:
            if conversation_id == 1:
                raise ZeroDivisionError
            return await thread(store, conversation_id)

        monkeypatch.setattr(records, "thread", damaged)
        async with shell(tmp_path / "b.db") as it:
            mailboxes = Mailboxes(it.database, it.conversations.users, clock)
            timers = Timers(
                it.database, mailboxes, clock=clock, overtake=lambda mailbox, _: woken.append(mailbox.conversation_id)
            )
            await timers.look()
        assert sorted(woken) == [2, 3]

    run(test())


def test_more_alarms_than_one_look_takes_up_are_not_left_for_a_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two of three are woken, so the next look comes at once; where none of those found can be woken, it does not."""
    monkeypatch.setattr(alarms, "AT_ONCE", 2)

    async def test() -> None:
        async with shell(tmp_path / "b.db") as it:
            for name in ("asha", "ravi", "mina"):
                await it.say(await it.new_user(name), "hello")
            await it.conversations.stop(1)
            mailboxes = Mailboxes(it.database, it.conversations.users, clock)
            timers = Timers(
                it.database, mailboxes, clock=clock, overtake=lambda one, rings: one.overtaking.append(rings)
            )
            assert not await timers.look()
            await it.database.commit([Write(conversation.update().values(wake_at=clock()), {})])
            assert await timers.look()
            assert not await timers.look()

    run(test())


def test_what_is_known_of_a_user_and_cannot_be_read_is_forgotten_and_the_user_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only SQLite lets JSON be damaged; its user is answered, and what is remembered from then on is kept."""
    monkeypatch.delenv(KIND, raising=False)

    async def test() -> None:
        async with shell(tmp_path / "b.db") as it:
            user = await it.new_user()
            await it.say(user, "remember city Pune")
            damaged = end_user.update().values(permanent_user_data=sa.text("'{\"city\":'"))
            await it.database.commit([Write(damaged, {})])
        async with shell(tmp_path / "b.db") as it:
            assert await it.say(user, "hello") == ["echo: hello"]
            assert await it.say(user, "remember city Goa") == ["noted"]
        async with shell(tmp_path / "b.db") as it:
            assert (await it.conversations.users.by_id(user)).user.permanent_user_data == {"city": "Goa"}

    run(test())
