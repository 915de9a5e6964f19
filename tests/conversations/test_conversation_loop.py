"""What the loop promises: every message one answer, one turn at a time, and nothing lost between them."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import msgspec
import pytest

from botyard.conversations.accepting import MESSAGES_WAITING
from botyard.conversations.records import conversation
from botyard.errors import NotFound, Stopping, TooMuch
from botyard.store.commit import Write
from tests.conversations.small_shell import (
    BUSINESS,
    Caller,
    inbound,
    names_of_calls,
    pretended_turn,
    said_so_many,
    shell,
)

pytestmark = pytest.mark.usefixtures("each_store")


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 30))


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds that nobody announces."""
    while not holds():  # noqa: ASYNC110 - the point is to look from outside
        await asyncio.sleep(0.001)


def test_a_message_is_answered_and_both_stand_in_the_transcript(tmp_path: Path) -> None:
    """The transcript has what was said in order, with the conversation it belongs to and the message it answers."""

    async def test() -> None:
        async with shell(tmp_path / "b.db") as it:
            user = await it.new_user()
            accepted = await it.conversations.accept(inbound(user, "hello"))
            [answer] = await it.conversations.settled(accepted)
            assert answer.caused_by == accepted.message_id
            heard, said = await it.conversations.history.transcript(BUSINESS, user)
            assert (heard.sender, heard.text, heard.seq, heard.conversation_no) == ("user", "hello", 1, 1)
            assert (said.sender, said.text, said.seq, said.conversation_no) == ("bot", "echo: hello", 2, 1)
            assert said.body["text"] == "echo: hello"
            [turn] = await it.conversations.history.traces(BUSINESS, user)
            assert (turn.turn_no, turn.caused_by) == (1, accepted.message_id)

    run(test())


def test_a_message_is_answered_whose_client_hung_up_while_it_was_stored(tmp_path: Path) -> None:
    """What is on disk has its turn, whether or not somebody still waits for the receipt."""

    async def test() -> None:
        async with shell(tmp_path / "b.db") as it:
            user = await it.new_user()
            await it.say(user, "hello")
            accepting = asyncio.create_task(it.conversations.accept(inbound(user, "still there?")))
            await asyncio.sleep(0)  # handed in, and not yet written
            accepting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await accepting
            await said_so_many(it, user, 4)
            assert (await it.said(user))[2:] == [("user", "still there?"), ("bot", "echo: still there?")]

    run(test())


def test_a_call_goes_out_after_its_beginning_is_stored_and_comes_back_as_a_turn(tmp_path: Path) -> None:
    """The call's row is there before the call is made, and afterwards tells the builder what came of it."""

    async def test() -> None:
        caller = Caller()
        caller.may_answer.clear()
        async with shell(tmp_path / "b.db", caller) as it:
            user = await it.new_user()
            accepted = await it.conversations.accept(inbound(user, "call"))
            await until(lambda: bool(caller.calls))
            [out] = await it.conversations.history.calls(BUSINESS, user)
            assert (out.node, out.ended_at, out.outcome) == ("once", None, "")
            caller.may_answer.set()
            assert [line.text for line in await it.conversations.settled(accepted)] == ["answer 1"]
            [ended] = await it.conversations.history.calls(BUSINESS, user)
            assert (ended.outcome, ended.request, ended.response) == ("answered", {"node": "once"}, {"ok": True})
            [name] = caller.calls
            assert name.startswith(f"call_{accepted.conversation_id}_1_")
            assert [name] == await names_of_calls(it, user)

    run(test())


def test_whoever_waits_is_told_what_the_commit_of_the_last_turn_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The transcript is not read for them once more: a reply costs one look at the database less."""

    async def test() -> None:
        caller = Caller()
        caller.may_answer.clear()
        async with shell(tmp_path / "b.db", caller) as it:
            user = await it.new_user()
            accepted = await it.conversations.accept(inbound(user, "call"))
            await until(lambda: bool(caller.calls))
            waiting = asyncio.create_task(it.conversations.settled(accepted))
            await asyncio.sleep(0)
            with monkeypatch.context() as unreadable:
                unreadable.setattr(it.database, "all", None)
                caller.may_answer.set()
                told = await waiting
            assert told == (await it.conversations.history.transcript(BUSINESS, user))[1:]
            assert told == await it.conversations.settled(accepted)  # nobody waits any more: they are read

    run(test())


def test_messages_wait_while_a_call_is_out_and_are_answered_in_order(tmp_path: Path) -> None:
    """While the conversation is in a turn it hears no user; then it hears them all, first come first served."""

    async def test() -> None:
        caller = Caller()
        caller.may_answer.clear()
        async with shell(tmp_path / "b.db", caller) as it:
            user = await it.new_user()
            accepted = [await it.conversations.accept(inbound(user, text)) for text in ("call", "one", "two", "three")]
            await asyncio.sleep(0.05)
            assert [sender for sender, _ in await it.said(user)] == ["user"] * 4
            caller.may_answer.set()
            for one in accepted:
                await it.conversations.settled(one)
            assert [text for sender, text in await it.said(user) if sender == "bot"] == [
                "answer 1", "echo: one", "echo: two", "echo: three",
            ]  # fmt: skip

    run(test())


def test_the_fifty_first_waiting_message_is_too_much_and_a_known_key_never_is(tmp_path: Path) -> None:
    """50 messages wait; the next is refused, unless it is one of those that wait, sent again."""

    async def test() -> None:
        caller = Caller()
        caller.may_answer.clear()
        async with shell(tmp_path / "b.db", caller) as it:
            user = await it.new_user()
            await it.conversations.accept(inbound(user, "call"))
            await until(lambda: bool(caller.calls))
            first = await it.conversations.accept(inbound(user, "0", "key 0"))
            for number in range(1, MESSAGES_WAITING - 1):
                await it.conversations.accept(inbound(user, str(number)))
            await asyncio.gather(  # a hand-over that is being stored is no message
                it.conversations.hand_over(first.conversation_id, "care", countdown_s=9),
                it.conversations.accept(inbound(user, "the fiftieth")),
            )
            with pytest.raises(TooMuch):
                await it.conversations.accept(inbound(user, "one too many"))
            assert await it.conversations.accept(inbound(user, "0", "key 0")) == first
            caller.may_answer.set()

    run(test())


def test_the_same_key_is_the_same_message_however_often_and_at_once(tmp_path: Path) -> None:
    """Sent eight times at once and once more later: one message, one answer, eight times the same receipt."""

    async def test() -> None:
        async with shell(tmp_path / "b.db") as it:
            user = await it.new_user()
            eight = await asyncio.gather(*(it.conversations.accept(inbound(user, "hi", "k")) for _ in range(8)))
            assert len(set(eight)) == 1
            await it.conversations.settled(eight[0])
            assert await it.conversations.accept(inbound(user, "other words", "k")) == eight[0]
            assert await it.said(user) == [("user", "hi"), ("bot", "echo: hi")]
            # Somebody else's key of the same name is another message.
            assert await it.say(await it.new_user("ravi"), "hi", "k") == ["echo: hi"]

    run(test())


def test_first_messages_at_once_open_one_conversation(tmp_path: Path) -> None:
    """However many tabs say hello first, a user and a business have one thread, without a gap in its numbers."""

    async def test() -> None:
        async with shell(tmp_path / "b.db") as it:
            users = [await it.new_user(f"user {n}") for n in range(20)]
            accepted = await asyncio.gather(
                *(it.conversations.accept(inbound(user, f"m{n}")) for n in range(8) for user in users)
            )
            for one in accepted:
                await it.conversations.settled(one)
            for user in users:
                lines = await it.conversations.history.transcript(BUSINESS, user)
                assert [line.seq for line in lines] == list(range(1, 17))
                assert {line.conversation_no for line in lines} == {1}
                answers = [line.text for line in lines if line.sender == "bot"]
                assert answers == [f"echo: {line.text}" for line in lines if line.sender == "user"]

    run(test())


def test_a_message_behind_an_end_opens_the_next_conversation(tmp_path: Path) -> None:
    """A message accepted while a conversation ends belongs to the one that its own turn opens."""

    async def test() -> None:
        async with shell(tmp_path / "b.db") as it:
            user = await it.new_user()
            ended, late = await asyncio.gather(
                it.conversations.accept(inbound(user, "end")), it.conversations.accept(inbound(user, "late"))
            )
            await it.conversations.settled(ended)
            await it.conversations.settled(late)
            lines = await it.conversations.history.transcript(BUSINESS, user)
            assert {line.text: line.conversation_no for line in lines} == {
                "end": 1, "bye": 1, "late": 2, "echo: late": 2,
            }  # fmt: skip
            assert [line.text for line in await it.conversations.history.newest(BUSINESS, user, 2, 1)] == ["echo: late"]

    run(test())


def test_a_hand_over_takes_effect_at_once_when_no_turn_runs(tmp_path: Path) -> None:
    """When asking returns, the chat is pending for that team, and the bot is silent from then on."""

    async def test() -> None:
        async with shell(tmp_path / "b.db") as it:
            user = await it.new_user()
            await it.say(user, "hello")
            thread = await it.conversations.history.thread(BUSINESS, user)
            assert thread is not None
            await it.conversations.hand_over(thread.conversation_id, "care")
            after = await it.conversations.history.thread(BUSINESS, user)
            assert after is not None
            assert (after.standing, after.team) == ("pending", "care")
            assert await it.say(user, "anybody?") == []

    run(test())


def test_a_hand_over_from_inside_a_turn_never_waits_for_it_and_comes_right_after_it(tmp_path: Path) -> None:
    """The webhook's own replies come before the agent; a message that waited is for the agent."""

    async def test() -> None:
        caller = Caller()
        caller.may_answer.clear()
        async with shell(tmp_path / "b.db", caller) as it:
            user = await it.new_user()
            called = await it.conversations.accept(inbound(user, "call"))
            waiting = await it.conversations.accept(inbound(user, "hello?"))
            await until(lambda: bool(caller.calls))
            await asyncio.wait_for(it.conversations.hand_over(called.conversation_id, "care"), 1)
            caller.may_answer.set()
            assert [line.text for line in await it.conversations.settled(called)] == ["answer 1"]
            assert await it.conversations.settled(waiting) == ()
            turns = await it.conversations.history.traces(BUSINESS, user)
            assert [turn.trace.happening for turn in turns] == [
                "user_said", "call_returned", "hand_over_asked", "user_said",
            ]  # fmt: skip

    run(test())


def test_a_hand_over_whose_countdown_runs_out_silences_the_running_turn(tmp_path: Path) -> None:
    """Nothing of the bot reaches the user after the hand-over, not even what its webhook answers later."""

    async def test() -> None:
        caller = Caller()
        caller.may_answer.clear()
        async with shell(tmp_path / "b.db", caller) as it:
            user = await it.new_user()
            called = await it.conversations.accept(inbound(user, "call"))
            await until(lambda: bool(caller.calls))
            await it.conversations.hand_over(called.conversation_id, "care", countdown_s=0.05)
            assert await it.conversations.settled(called) == ()
            caller.may_answer.set()
            await asyncio.sleep(0.1)
            [late] = await it.conversations.history.calls(BUSINESS, user)
            assert late.outcome == "answered"
            assert await it.said(user) == [("user", "call")]

    run(test())


def test_a_message_that_breaks_its_turn_is_a_bot_break_and_others_go_on(tmp_path: Path) -> None:
    """A poison message is tried three times and buried: the user hears a bot break, the trace says why."""
    tries = 0

    def counting(*args: Any, **kwargs: Any) -> Any:
        nonlocal tries
        tries += getattr(args[2], "text", "") == "boom"
        return pretended_turn(*args, **kwargs)

    async def test() -> None:
        async with shell(tmp_path / "b.db", turn=counting) as it:
            user, other = await it.new_user(), await it.new_user("other")
            poison, fine = await asyncio.gather(it.say(user, "boom"), it.say(other, "hello"))
            assert poison == ["Sorry, I did not understand that."]
            assert fine == ["echo: hello"]
            assert await it.say(user, "and now?") == ["echo: and now?"]
            [buried, _] = await it.conversations.history.traces(BUSINESS, user)
            assert "ZeroDivisionError" in buried.trace.steps[0].what
            assert "boom" not in msgspec.json.encode(buried).decode()

    run(test())
    assert tries == 3


def test_a_state_that_cannot_be_read_begins_again_and_numbers_go_on(tmp_path: Path) -> None:
    """A damaged row costs its own conversation the context, no message, and nobody else anything."""

    async def first() -> None:
        async with shell(tmp_path / "b.db") as it:
            user = await it.new_user()
            await it.say(user, "call")
            await it.database.commit([Write(conversation.update().values(state=b"\x00{"), {})])

    async def then() -> None:
        async with shell(tmp_path / "b.db") as it:
            user = await it.new_user()
            assert await it.say(user, "hello") == ["echo: hello"]
            assert await it.say(user, "call") == ["answer 2"]

    run(first())
    run(then())


def test_two_conversations_of_one_user_lose_none_of_its_permanent_data(tmp_path: Path) -> None:
    """Many businesses write different keys at once: a stale turn is taken again, all keys are kept."""

    async def test() -> None:
        async with shell(tmp_path / "b.db") as it:
            user = await it.new_user()
            accepted = await asyncio.gather(
                *(
                    it.conversations.accept(
                        msgspec.structs.replace(inbound(user, f"remember k{n} v{n}"), business_id=n)
                    )
                    for n in range(12)
                )
            )
            for one in accepted:
                assert [line.text for line in await it.conversations.settled(one)] == ["noted"]
            known = await it.conversations.users.by_id(user)
            assert known.user.permanent_user_data == {f"k{n}": f"v{n}" for n in range(12)}

    run(test())


def test_who_listens_hears_messages_and_typing_in_order(tmp_path: Path) -> None:
    """Doors are woken when there is something to read, and told while a call is out."""

    async def test() -> None:
        async with shell(tmp_path / "b.db") as it:
            user = await it.new_user()
            heard: list[str] = []
            with it.announcements.listen(f"conversation/{BUSINESS}/{user}") as listener:

                async def listen() -> None:
                    async for what in listener:
                        heard.append(what)  # noqa: PERF401 - listening never ends by itself

                listening = asyncio.create_task(listen())
                await asyncio.sleep(0)
                await it.say(user, "call")
                await asyncio.sleep(0.01)
                listening.cancel()
            assert [word for word in heard if word != "trace"] == ["typing_on", "typing_off", "messages"]
            assert "trace" in heard

    run(test())


def test_stopping_lets_the_running_turn_end_and_leaves_waiting_messages_to_the_next_start(tmp_path: Path) -> None:
    """A deploy breaks nothing: the call that is out is answered, what waits is answered by the next process, once."""

    async def first() -> None:
        caller = Caller()
        caller.may_answer.clear()
        async with shell(tmp_path / "b.db", caller) as it:
            user = await it.new_user()
            await it.conversations.accept(inbound(user, "call"))
            await it.conversations.accept(inbound(user, "later"))
            await until(lambda: bool(caller.calls))
            stopping = asyncio.create_task(it.conversations.stop(5))
            await asyncio.sleep(0.01)
            with pytest.raises(Stopping):
                await it.conversations.accept(inbound(user, "too late"))
            caller.may_answer.set()
            await stopping

    async def then() -> None:
        async with shell(tmp_path / "b.db") as it:
            user = await it.new_user()
            await said_so_many(it, user, 4)
            assert await it.said(user) == [
                ("user", "call"), ("user", "later"), ("bot", "answer 1"), ("bot", "echo: later"),
            ]  # fmt: skip

    run(first())
    run(then())


def test_a_client_that_hangs_up_is_answered_all_the_same(tmp_path: Path) -> None:
    """Accepting that is cancelled half-way leaves a message with an answer, never one that nobody answers."""

    async def test() -> None:
        async with shell(tmp_path / "b.db") as it:
            user = await it.new_user()
            await it.say(user, "hello")
            hanging_up = asyncio.create_task(it.conversations.accept(inbound(user, "bye")))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            hanging_up.cancel()
            await said_so_many(it, user, 4)
            assert (await it.said(user))[2:] == [("user", "bye"), ("bot", "echo: bye")]

    run(test())


def test_nobody_speaks_for_a_user_that_does_not_exist(tmp_path: Path) -> None:
    """An unknown user is refused before anything is stored."""

    async def test() -> None:
        async with shell(tmp_path / "b.db") as it:
            with pytest.raises(NotFound):
                await it.conversations.accept(inbound(999, "hello"))

    run(test())
