"""What ends the server is told from what only stands beside it."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from botyard.bot.compiled import Bots
from botyard.conversations import accepting
from botyard.conversations.mailbox import Waiting
from botyard.conversations.records import message
from botyard.conversations.suspects.records import counts_a_try
from botyard.engine.happenings import Happening, UserSaid
from botyard.engine.state import State
from botyard.engine.turn import Turn
from botyard.store.commit import Write
from tests.conversations.small_shell import clock, inbound, pretended_turn, shell


def test_what_only_stands_beside_what_ends_the_server_is_not_counted(tmp_path: Path) -> None:
    """Of two suspects the one whose turn has not come, or is over, has not been tried while the other is."""
    path, seen = tmp_path / "b.db", list[list[tuple[str, int | None]]]()

    def looks(bots: Bots, state: State, happening: Happening, **known: Any) -> Turn:
        if isinstance(happening, UserSaid) and happening.text in ("one", "other"):
            with closing(sqlite3.connect(path)) as connection:
                seen.append(connection.execute("SELECT text, starts FROM message WHERE sender = 'user'").fetchall())
        return pretended_turn(bots, state, happening, **known)

    async def test() -> None:
        async with shell(path) as it:
            users = [await it.new_user(name) for name in ("asha", "ravi")]
            await asyncio.gather(*(it.say(user, "hello") for user in users))
            await it.conversations.stop(1)
            for thread, text in enumerate(("one", "other"), 1):
                await it.database.commit(accepting.unit_of(inbound(users[thread - 1], text), thread, clock()))
            await it.database.commit([Write(message.update().where(message.c.starts == 0).values(starts=3), {})])
        async with shell(path, turn=looks) as it:
            for user in users:
                async with asyncio.timeout(5):
                    while len(await it.said(user)) < 4:  # noqa: ASYNC110 - the database tells nobody
                        await asyncio.sleep(0.005)

    asyncio.run(test())
    assert [sorted(starts for text, starts in line if text != "hello" and starts) for line in seen] == [[3, 4], [4]]


def test_a_try_that_is_counted_late_makes_nothing_wait_again(tmp_path: Path) -> None:
    """Another process may have answered a suspect just then: counted, it would wait for a turn a second time."""
    path = tmp_path / "b.db"

    async def test() -> None:
        async with shell(path) as it:
            await it.say(await it.new_user("asha"), "hello")
            await it.conversations.stop(1)
            suspect = Waiting(happening=UserSaid("hello", ""), cause=1, starts=2)
            await it.database.commit([counts_a_try(suspect)])

    asyncio.run(test())
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT id, text, starts FROM message WHERE sender = 'user'").fetchall() == [
            (1, "hello", None)
        ]
