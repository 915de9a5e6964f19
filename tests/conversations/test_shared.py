"""Many processes on one PostgreSQL: one owns a conversation, all may hear and say, and whoever dies is replaced."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import psycopg
import pytest
from structlog.testing import capture_logs

from botyard.conversations import accepting
from botyard.conversations.accepting import MESSAGES_WAITING
from botyard.conversations.dead_letter import dead_letter
from botyard.conversations.inbound import Accepted
from botyard.conversations.mailbox import Waiting
from botyard.conversations.ports import Served
from botyard.engine.happenings import UserSaid
from botyard.errors import TooMuch
from botyard.store.peers import OtherCluster
from botyard.store.postgres.database import PostgresDatabase
from botyard.store.postgres.failures import connection_lost
from botyard.store.postgres.line import Line
from botyard.store.postgres.writing import Unit, Writer
from tests.conversations.small_shell import (
    BUSINESS,
    Caller,
    Shell,
    beside,
    clock,
    inbound,
    names_of_calls,
    said_so_many,
)
from tests.stores import long_up, on_server


@pytest.fixture
def url(postgres: str, tmp_path: Path) -> str:
    """A schema of its own on a server that runs."""
    assert postgres
    return on_server(tmp_path / "b.db")


async def until(holds: Callable[[], Awaitable[bool]], within_s: float = 10) -> None:
    """Wait for something that nobody announces."""
    async with asyncio.timeout(within_s):
        while not await holds():  # noqa: ASYNC110 - see above
            await asyncio.sleep(0.01)


async def owner(url: str) -> int | None:
    """Who owns the one conversation."""
    async with await psycopg.AsyncConnection.connect(url) as connection:
        row = await (await connection.execute("SELECT owner FROM conversation")).fetchone()
    return None if row is None else row[0]


def test_whoever_accepts_it_the_owner_answers_and_everybody_hears(url: str) -> None:
    """A message said to B is answered by A, who owns the conversation; a listener at B hears it and reads the lines."""

    async def test() -> None:
        async with beside(url) as a, beside(url) as b:
            user = await a.new_user()
            assert await a.say(user, "one") == ["echo: one"]
            assert a.peers is not None
            assert await owner(url) == a.peers.id
            with b.announcements.listen(f"conversation/{BUSINESS}/{user}") as listener:
                assert await b.say(user, "two") == ["echo: two"]
                async with asyncio.timeout(5):
                    while await listener.next() != "messages":
                        pass
            assert await owner(url) == a.peers.id
            assert await b.said(user) == [
                ("user", "one"), ("bot", "echo: one"), ("user", "two"), ("bot", "echo: two"),
            ]  # fmt: skip

    asyncio.run(test())


def test_one_that_was_alone_and_told_nobody_tells_whoever_joins(url: str) -> None:
    """Also what happens before it has looked round; a process that shares its database with nobody spares the words."""

    async def test() -> None:
        told = list[tuple[str, str]]()
        async with beside(url) as a:
            tell = a.announcements.tell_others
            assert tell is not None

            def noted(topic: str, what: str) -> None:
                told.append((topic, what))
                tell(topic, what)

            a.announcements.tell_others = noted
            user = await a.new_user()
            await a.say(user, "hello")
            assert told == []
            async with beside(url, takes_turns=False) as b:
                with b.announcements.listen(f"conversation/{BUSINESS}/{user}") as listener:
                    await a.say(user, "and now?")
                    await asyncio.wait_for(listener.next(), 5)  # that something was said, or missed
            await until(lambda: _true(a.announcements._is_alone))
            del told[:]
            await a.say(user, "alone again")
            assert told == []

    asyncio.run(test())


def test_doors_without_turns_leave_them_to_the_workers(url: str) -> None:
    """A process that takes no turns accepts all the same; what it accepted while no worker lived is answered later."""

    async def test() -> None:
        async with beside(url, takes_turns=False) as door:
            user = await door.new_user()
            first = await door.conversations.accept(inbound(user, "anybody?"))
            async with beside(url) as worker:
                assert [line.text for line in await door.conversations.settled(first)] == ["echo: anybody?"]
                assert await door.say(user, "call") == ["answer 1"]
                assert worker.caller.calls
                assert not door.caller.calls

    asyncio.run(test())


def test_messages_said_at_many_doors_keep_the_order_they_were_stored_in(url: str) -> None:
    """Two doors, one worker, 40 messages of one user at once: one answer each, in the order of the transcript."""

    async def test() -> None:
        async with beside(url, takes_turns=False) as a, beside(url, takes_turns=False) as b, beside(url), beside(url):
            user = await a.new_user()
            sent = [
                asyncio.create_task((a, b)[number % 2].say(user, f"no {number}", f"k{number}")) for number in range(40)
            ]
            assert sorted(await asyncio.gather(*sent)) == sorted([f"echo: no {n}"] for n in range(40))
            lines = await a.said(user)
            heard = [text for sender, text in lines if sender == "user"]
            assert [text for sender, text in lines if sender == "bot"] == [f"echo: {text}" for text in heard]

    asyncio.run(test())


@pytest.mark.parametrize("where", ["at its owner's", "at another's"])
def test_a_message_is_answered_whose_client_hung_up_while_it_was_stored(url: str, where: str) -> None:
    """What is on disk has its turn, whether or not somebody still waits for the receipt, and whoever is the owner."""

    async def test() -> None:
        is_owner = where == "at its owner's"
        async with beside(url, takes_turns=is_owner) as door, AsyncExitStack() as others:
            if not is_owner:
                await others.enter_async_context(beside(url))
            user = await door.new_user()
            await door.say(user, "hello")
            accepting = asyncio.create_task(door.conversations.accept(inbound(user, "still there?")))
            await asyncio.sleep(0)  # handed in, and not yet written
            accepting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await accepting
            await said_so_many(door, user, 4)
            assert (await door.said(user))[2:] == [("user", "still there?"), ("bot", "echo: still there?")]

    asyncio.run(test())


def test_what_an_owner_hears_itself_waits_behind_what_another_door_stored_before(url: str) -> None:
    """The word from that door may be late: the owner finds what was stored there when it stores its own."""

    async def test() -> None:
        async with beside(url) as it, beside(url, takes_turns=False) as door:
            user = await it.new_user()
            await it.say(user, "hello")
            door.announcements.tell_others = None  # no word arrives
            await door.conversations.accept(inbound(user, "first"))
            assert await it.say(user, "second") == ["echo: second"]
            assert [text for sender, text in await it.said(user) if sender == "bot"][1:] == [
                "echo: first", "echo: second",
            ]  # fmt: skip

    asyncio.run(test())


def test_units_of_one_conversation_keep_their_order_whoever_else_is_written_beside(url: str) -> None:
    """A process writes with two connections at a time: one conversation's units are never on both."""

    async def test() -> None:
        async with beside(url, takes_turns=False) as door:
            users = [await door.new_user(name) for name in "abcd"]
            threads = [(await door.conversations.accept(inbound(user, "first"))).conversation_id for user in users]
            units = [
                accepting.unit_of(inbound(user, str(number)), thread, clock())
                for number in range(60)
                for user, thread in zip(users, threads, strict=True)
            ]
            async with asyncio.TaskGroup() as group:
                for size in (1, 3, 7):  # so that groups are of any size, and end in the midst of a round
                    for some in range(0, len(units), size):
                        for unit in units[some : some + size]:
                            group.create_task(door.database.commit(unit))
                        await asyncio.sleep(0)
            for user in users:
                said = [int(text) for _, text in (await door.said(user))[1:]]
                assert said == [*range(60)] * 3

    asyncio.run(test())


def test_processes_that_want_the_same_conversations_do_not_wait_for_each_other_in_a_ring(url: str) -> None:
    """Groups that hold them in another order: the one waits for the other, and PostgreSQL has nobody to end."""

    async def hear(it: Shell, *threads: int) -> None:
        """Commit a message in each, in one group."""
        units = [accepting.unit_of(inbound(0, ""), one, clock()) for one in threads]
        await asyncio.gather(*map(it.database.commit, units))

    async def both_wait() -> bool:
        return await count("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") == 2

    async def count(what: str) -> int:
        async with await psycopg.AsyncConnection.connect(url) as connection:
            row = await (await connection.execute(what)).fetchone()
        assert row is not None
        return int(row[0])

    async def test() -> None:
        ended = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        before = await count(ended)
        async with beside(url) as a, beside(url) as b:
            accepted = [await a.conversations.accept(inbound(await a.new_user(name), "hi")) for name in "abc"]
            await asyncio.gather(*map(a.conversations.settled, accepted))
            first, second, third = (one.conversation_id for one in accepted)
            async with await psycopg.AsyncConnection.connect(url) as other:
                await other.execute("SELECT FROM conversation WHERE id = %s FOR UPDATE", (third,))
                heard = asyncio.gather(hear(a, first, third, second), hear(b, second, third, first))
                await until(both_wait)
            await heard
        assert await count(ended) == before  # a session's counts are there once it has ended

    asyncio.run(test())


def test_what_a_dead_process_left_is_taken_up_at_once_and_its_call_is_not_made_again(url: str) -> None:
    """Its session gone, it is dead: another ends the call as interrupted and answers what waited, within seconds."""

    async def test() -> None:
        hanging = Caller()
        hanging.may_answer.clear()
        async with beside(url, hanging) as a:
            user = await a.new_user()
            await a.conversations.accept(inbound(user, "call"))
            await until(lambda: _true(bool(hanging.calls)))
            async with beside(url) as b:
                accepted = await b.conversations.accept(inbound(user, "and this?"))
                freeze(a)
                kill_session(url, a)
                assert [line.text for line in await b.conversations.settled(accepted, 10)] == ["echo: and this?"]
                assert [text for sender, text in await b.said(user) if sender == "bot"] == [
                    "break: interrupted",
                    "echo: and this?",
                ]
                assert not b.caller.calls
                hanging.may_answer.set()  # the call returns to one who has lost the conversation
                await asyncio.sleep(0.3)
                assert len(await b.said(user)) == 4

    asyncio.run(test())


def test_a_hand_over_that_is_committed_late_is_taken_as_well(url: str) -> None:
    """Two doors ask at once, and the one that began first commits last: its owner takes both."""

    async def test() -> None:
        async with beside(url) as a, beside(url, takes_turns=False) as b:
            user = await a.new_user()
            await a.say(user, "one")
            [thread] = [mailbox.conversation_id for mailbox in a.conversations._mailboxes.all()]
            may_commit, is_written = hold_commits(b)
            late = asyncio.create_task(b.conversations.hand_over(thread, "late"))
            await is_written.wait()
            early = asyncio.create_task(a.conversations.hand_over(thread, "early"))
            await asyncio.sleep(0.3)
            may_commit.set()
            await asyncio.gather(late, early)
            await until(lambda: nothing_waits(url))

    asyncio.run(test())


def hold_commits(it: Shell) -> tuple[asyncio.Event, asyncio.Event]:
    """Keep a process's next transactions from COMMIT. What lets them go on, and what says that one is written."""
    may_commit, is_written = asyncio.Event(), asyncio.Event()
    assert isinstance(it.database, PostgresDatabase)

    async def held(writer: Writer, line: Line, units: list[Unit]) -> bool:
        done = await Writer._is_written(writer, line, units)
        if any(b"INSERT INTO inbox" in asked.sql for unit in units for asked in unit.asked):
            is_written.set()
            await may_commit.wait()
        return done

    for writer in it.database._here().writers:
        writer._is_written = partial(held, writer)  # type: ignore[method-assign]  # a slow COMMIT, as on a slow disk
    return may_commit, is_written


async def nothing_waits(url: str) -> bool:
    """Whether the inbox is empty."""
    async with await psycopg.AsyncConnection.connect(url) as connection:
        row = await (await connection.execute("SELECT count(*) FROM inbox")).fetchone()
    return row == (0,)


def test_a_call_is_made_although_the_answer_to_its_commit_was_lost(url: str) -> None:
    """The server has committed and its answer never comes: the turn is not taken again, its call is made once."""

    async def test() -> None:
        async with beside(url) as a:
            user = await a.new_user()
            lose_the_answer(a, to=b"INSERT INTO call")
            assert await a.say(user, "call") == ["answer 1"]
            assert await a.say(user, "and now?") == ["echo: and now?"]
            assert a.caller.calls == await names_of_calls(a, user)
            assert len(a.caller.calls) == 1

    asyncio.run(test())


def lose_the_answer(it: Shell, *, to: bytes) -> None:
    """Let the connection be lost once, right behind the COMMIT of what holds such a statement."""
    assert isinstance(it.database, PostgresDatabase)
    lost = list[Unit]()

    async def written(writer: Writer, units: list[Unit]) -> None:
        await Writer._write(writer, units)
        if not lost and any(to in asked.sql for unit in units for asked in unit.asked):
            lost.extend(units)
            for unit in units:
                unit.outcome = connection_lost()

    for writer in it.database._here().writers:
        writer._write = partial(written, writer)  # type: ignore[method-assign]  # as where the network goes just then


async def _true(held: bool) -> bool:  # noqa: FBT001 - a condition that is known already
    return held


def freeze(it: Shell) -> None:
    """Let a process look around no more, as one that hangs."""
    shared = it.conversations._shared
    assert shared is not None
    assert shared._lookout._looking is not None
    shared._lookout._looking.cancel()


def kill_session(url: str, it: Shell) -> None:
    """End the session that holds a process's lock, as its death does; server and cluster are long up."""
    assert it.peers is not None
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s"
            " AND classid = 'process'::regclass::oid",
            [it.peers.id],
        )


def test_a_process_that_takes_up_what_waits_long_goes_on_saying_that_it_lives(url: str) -> None:
    """A dead process's call is taken up, and its bot takes long to load: nobody takes who loads it for dead."""

    async def beat_at(it: Shell) -> object:
        assert it.peers is not None
        async with await psycopg.AsyncConnection.connect(url) as connection:
            found = await connection.execute("SELECT beat_at FROM process WHERE id = %s", (it.peers.id,))
            return await found.fetchone()

    async def test() -> None:
        hanging = Caller()
        hanging.may_answer.clear()
        async with beside(url, hanging) as a:
            await a.conversations.accept(inbound(await a.new_user(), "again"))
            await until(lambda: _true(bool(hanging.calls)))
            async with beside(url) as b:
                loads, is_loaded, served = asyncio.Event(), asyncio.Event(), b.live.served

                async def slow(business_id: int) -> Served:
                    loads.set()
                    await is_loaded.wait()
                    return await served(business_id)

                b.live.served = slow  # type: ignore[method-assign]  # a bot that must be trained anew
                freeze(a)
                kill_session(url, a)
                async with asyncio.timeout(10):
                    await loads.wait()
                before = await beat_at(b)

                async def beats() -> bool:
                    return await beat_at(b) != before

                await until(beats)
                is_loaded.set()
                await until(lambda: _true(bool(b.caller.calls)))
                assert b.caller.calls == hanging.calls  # by one name: its receiver drops what it has seen

    asyncio.run(test())


def test_a_process_that_hangs_is_taken_for_dead_and_its_late_turn_is_refused(url: str) -> None:
    """Its lock still held, its heart silent: another owns the conversation now, and its late commit says nothing."""

    async def test() -> None:
        async with beside(url) as a:
            user = await a.new_user()
            assert await a.say(user, "one") == ["echo: one"]
            freeze(a)
            with psycopg.connect(url) as connection:
                connection.execute("UPDATE process SET beat_at = beat_at - interval '16 s'")
            async with beside(url) as b:
                shared = b.conversations._shared
                assert shared is not None

                async def is_taken() -> bool:
                    return await shared.take_up(1) is not None

                await until(is_taken)  # a server that has just begun buries nobody for some seconds
                mailbox = await a.conversations._mailboxes.of(BUSINESS, user)
                a.conversations._turns.overtake(mailbox, Waiting(happening=UserSaid("too late")))
                await until(lambda: _true(mailbox.is_lost))
                assert await b.say(user, "two") == ["echo: two"]
                assert await b.said(user) == [
                    (who, text) for n in ("one", "two") for who, text in (("user", n), ("bot", f"echo: {n}"))
                ]

    asyncio.run(test())


def test_when_all_sessions_are_cut_at_once_every_call_keeps_its_answer(url: str) -> None:
    """A proxy was restarted, or a standby is the primary now: all processes live, and nobody is taken for dead."""

    async def test() -> None:
        await long_up(url)
        callers = [Caller() for _ in range(3)]
        async with beside(url, callers[0]) as a, beside(url, callers[1]) as b, beside(url, callers[2]) as c:
            users = dict[int, Shell]()
            for caller, it in zip(callers, (a, b, c), strict=True):
                caller.may_answer.clear()
                user = await it.new_user(f"user {len(users)}")
                users[user] = it
                await it.conversations.accept(inbound(user, "call"))
                await until(partial(calls_out, caller))
            before = [it.peers and it.peers.id for it in users.values()]
            ended = cut_all_sessions(url)
            await until(lambda: all_hold_their_locks(url, len(users), ended))
            for caller in callers:
                caller.may_answer.set()
            for user, it in users.items():
                await until(partial(has_answer, it, user))
                assert [text for who, text in await it.said(user) if who == "bot"] == ["answer 1"]
            assert [it.peers and it.peers.id for it in users.values()] == before

    asyncio.run(test())


def cut_all_sessions(url: str) -> list[int]:
    """End every session of every process, together; says which those were."""
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute(
            "SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'botyard%'"
        )
        return [pid for pid, _ in found.fetchall()]


async def all_hold_their_locks(url: str, processes: int, ended: list[int]) -> bool:
    """Whether all processes have taken theirs again since such sessions were ended."""
    async with await psycopg.AsyncConnection.connect(url) as connection:
        found = await connection.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = 'process'::regclass"
            " AND granted AND pid <> ALL (%s)",
            [ended],
        )
        return await found.fetchone() == (processes,)


async def calls_out(caller: Caller) -> bool:
    """Whether it was asked for something."""
    return bool(caller.calls)


async def has_answer(it: Shell, user: int) -> bool:
    """Whether the bot has said something."""
    return any(who == "bot" for who, _ in await it.said(user))


def test_a_database_that_takes_no_writes_is_told_of_once_with_its_cure(url: str) -> None:
    """A look is made ten times a second; whoever reads the log finds what to mend, and not under thousands of lines."""

    async def test() -> None:
        async with beside(url) as a:
            with capture_logs() as logged:
                a.database.close()
                await asyncio.sleep(1)
            [line] = [line for line in logged if line["event"] == "look_failed"]
            assert "closed" in line["error"]

    asyncio.run(test())


def test_one_that_was_buried_alive_comes_back_under_a_new_number(url: str) -> None:
    """A process that wakes after its burial drops what it had, joins again, and goes on taking turns."""

    async def test() -> None:
        async with beside(url) as a:
            user = await a.new_user()
            assert await a.say(user, "one") == ["echo: one"]
            assert a.peers is not None
            before = a.peers.id
            with psycopg.connect(url) as connection:
                connection.execute("DELETE FROM process")
            await until(lambda: _true(a.peers is not None and a.peers.id != before))
            assert await a.say(user, "two") == ["echo: two"]
            assert await owner(url) == a.peers.id

    asyncio.run(test())


def test_who_leaves_in_order_hands_its_conversations_over(url: str) -> None:
    """A call under way is finished by the process that made it; then another answers what waited."""

    async def test() -> None:
        hanging = Caller()
        hanging.may_answer.clear()
        async with beside(url, takes_turns=False) as door, beside(url) as b, beside(url, hanging) as a:
            user = await door.new_user()
            mine = await a.conversations.accept(inbound(user, "call"))
            await until(lambda: _true(bool(hanging.calls)))
            behind = await door.conversations.accept(inbound(user, "behind"))
            ending = asyncio.create_task(a.conversations.stop(5))
            await asyncio.sleep(0.3)
            hanging.may_answer.set()
            await ending
            assert [line.text for line in await a.conversations.settled(mine, 0.1)] == ["answer 1"]
            assert [line.text for line in await door.conversations.settled(behind, 5)] == ["echo: behind"]
            assert b.peers is not None
            assert await owner(url) == b.peers.id
            assert hanging.calls == await names_of_calls(b, user)
            assert len(hanging.calls) == 1

    asyncio.run(test())


def test_a_change_of_a_user_is_seen_by_whoever_owns_the_conversation(url: str) -> None:
    """What one process has cached of a user is forgotten when another changes it."""

    async def test() -> None:
        async with beside(url) as a, beside(url) as b:
            user = await a.new_user()
            assert await a.say(user, "remember k v") == ["noted"]
            known = await b.conversations.users.by_id(user)
            assert known.user.permanent_user_data == {"k": "v"}
            assert await a.say(user, "remember l w") == ["noted"]

            async def is_seen() -> bool:
                return (await b.conversations.users.by_id(user)).user.permanent_user_data == {"k": "v", "l": "w"}

            await until(is_seen, 2)

    asyncio.run(test())


def test_a_hand_over_asked_for_anywhere_takes_effect_before_it_is_confirmed(url: str) -> None:
    """Its owner takes it, not the process that was asked."""

    async def test() -> None:
        async with beside(url) as a, beside(url, takes_turns=False) as door:
            user = await a.new_user()
            assert await a.say(user, "one") == ["echo: one"]
            thread = await door.conversations.history.thread(BUSINESS, user)
            assert thread is not None
            await door.conversations.hand_over(thread.conversation_id, "care")
            thread = await door.conversations.history.thread(BUSINESS, user)
            assert thread is not None
            assert (thread.standing, thread.team) == ("pending", "care")

    asyncio.run(test())


def test_a_key_sent_again_elsewhere_waits_for_the_answer_that_is_under_way(url: str) -> None:
    """B knows nothing of the message that A has a call out for; its answer is the same, not the nothing so far."""

    async def test() -> None:
        hanging = Caller()
        hanging.may_answer.clear()
        async with beside(url, hanging) as a, beside(url) as b:
            user = await a.new_user()
            first = await a.conversations.accept(inbound(user, "call", "key"))
            await until(lambda: _true(bool(hanging.calls)))
            again = await b.conversations.accept(inbound(user, "call", "key"))
            assert again == first
            waits = asyncio.create_task(b.conversations.settled(again))
            await b.say(await b.new_user("other"), "meanwhile")
            assert not waits.done()
            hanging.may_answer.set()
            assert [line.text for line in await waits] == ["answer 1"]
            once_more = await b.conversations.accept(inbound(user, "call", "key"))
            assert [line.text for line in await b.conversations.settled(once_more)] == ["answer 1"]

    asyncio.run(test())


def test_fifty_messages_wait_however_many_are_sent_at_once_and_where(url: str) -> None:
    """The next ones are refused, but one of those that wait, sent again, never is."""

    async def test() -> None:
        hanging = Caller()
        hanging.may_answer.clear()
        async with beside(url, hanging) as a, beside(url) as b:
            user = await a.new_user()
            await a.conversations.accept(inbound(user, "call"))
            await until(lambda: _true(bool(hanging.calls)))
            known = await b.conversations.accept(inbound(user, "known", "key"))
            sent = [door.conversations.accept(inbound(user, "more")) for door in (a, b) for _ in range(40)]
            outcomes = await asyncio.gather(*sent, return_exceptions=True)
            assert Counter(map(type, outcomes)) == {Accepted: MESSAGES_WAITING - 1, TooMuch: 80 - MESSAGES_WAITING + 1}
            assert await a.conversations.accept(inbound(user, "known", "key")) == known
            hanging.may_answer.set()

    asyncio.run(test())


def test_a_hand_over_with_a_countdown_waits_for_it_where_no_turn_runs_as_well(url: str) -> None:
    """The bot goes on until then, on every database."""

    async def test() -> None:
        async with beside(url) as a:
            user = await a.new_user()
            await a.say(user, "hello")
            await a.conversations.hand_over(1, "care", countdown_s=1.0)
            assert await a.say(user, "still you?") == ["echo: still you?"]

            async def is_handed_over() -> bool:
                thread = await a.conversations.history.thread(BUSINESS, user)
                return thread is not None and (thread.standing, thread.team) == ("pending", "care")

            await until(is_handed_over)
            assert await a.say(user, "anybody?") == []

    asyncio.run(test())


def test_two_installations_on_one_database_are_refused_with_a_sentence(url: str) -> None:
    """Another key for secrets while the first one runs: it is told what to do, and the first one goes on."""

    async def test() -> None:
        async with beside(url) as a:
            with pytest.raises(OtherCluster, match="BOTYARD_KEY"):
                async with beside(url, cluster="theirs"):
                    pass
            user = await a.new_user()
            assert await a.say(user, "one") == ["echo: one"]

    asyncio.run(test())


def test_a_turn_that_shows_itself_late_while_its_message_is_buried_is_carried_out(url: str) -> None:
    """Its message is answered by what was committed, not left waiting for the next start."""

    async def test() -> None:
        async with beside(url) as a:
            user = await a.new_user()
            await a.say(user, "one")
            [mailbox] = a.conversations._mailboxes.all()
            said, taken = UserSaid("two", ""), []
            decided = dead_letter(mailbox.state, said, "tried", now=clock())
            mailbox.unsure = said, decided, mailbox.version + 1

            async def came_late(*_: object) -> bool:
                mailbox.state, mailbox.version = decided.state, mailbox.version + 1
                taken.append(mailbox.version)
                return False

            a.conversations._turns._intake._is_committed = came_late  # type: ignore[method-assign,assignment]  # the server was slow
            assert await a.conversations._turns._intake._bury(mailbox, Waiting(happening=said), "tried") is decided
            assert len(taken) == 1

    asyncio.run(test())
