"""The users of a server that dies: they send again, under the same key, whatever they got no receipt for."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import count
from time import perf_counter
from typing import Any

from tests.stores import read_up
from tests.torture.bot import KINDS, message
from tests.torture.door import Door, Gone
from tests.torture.ledger import Ledger
from tests.torture.place import Place

TALKERS = 4
SENT_AGAIN = 0.1
MOST_SAID = 400  # with their answers: get_chat_history gives back a thousand lines


class Refused(Exception):
    """The server said no to what it must take; it is written down, and this user goes home."""


class Users:
    """All users of one run, named after it. got: told of each receipt, after it was written down."""

    def __init__(self, place: Place, ledger: Ledger, name: str, chance: random.Random, got: Callable[[], None]) -> None:
        self._place = place
        self._ledger = ledger
        self._name = name
        self._chance = chance
        self._got = got
        self._names: dict[str, str] = {}
        self._said: Counter[str] = Counter()
        self.is_over = False
        self.pause_s, self.quiet_s = 0.004, 20.0
        self.kinds: Sequence[str] = KINDS
        self.hand_overs = 0

    @property
    def messages(self) -> int:
        """Count what was accepted."""
        return self._said.total()

    async def talk(self) -> None:
        """Go on until it is over, and until all that was begun is done."""
        async with asyncio.TaskGroup() as all_of_them:
            for number in range(TALKERS):
                all_of_them.create_task(self._talk_on(f"{self._name}-u{number}"))
            all_of_them.create_task(self._hand_over())

    async def write_transcripts(self) -> None:
        """Write down what each user was shown in the end, and with whom they are."""
        with self._place.door() as door:
            for user in self._names:
                self._ledger.write("transcript", user=user, lines=await self._until_answered(door, user))
        with read_up(self._place.home / "botyard.db") as database:
            standing = dict(database.execute(_STANDING).fetchall())
        for user in self._names:
            self._ledger.write("standing", user=user, now=standing.get(user))

    async def _talk_on(self, user: str) -> None:
        """Be one user after another, each for as long as the API gives back all that was said."""
        with suppress(Refused), self._place.door() as door:
            for life in count():
                if self.is_over:
                    break
                await self._talk(door, f"{user}.{life}")

    async def _talk(self, door: Door, user: str) -> None:
        """Say one thing after another, waiting for receipts only."""
        await self._register(door, user)
        for number in range(1, MOST_SAID + 1):
            if self.is_over:
                break
            text = message(self._chance.choice(self.kinds), number)
            receipt = await self._say(door, user, text, number)
            if self._chance.random() < SENT_AGAIN:
                again = await self._post(door, user, text, number)
                is_same = again["message_id"] == receipt["message_id"]
                self._ledger.write("repeated", user=user, text=text, is_same=is_same)
            await asyncio.sleep(self.pause_s)

    async def _hand_over(self) -> None:
        """Be many users, of whom each asks for a person as soon as the bot has answered."""
        with suppress(Refused), self._place.door() as door:
            for number in count():
                if self.is_over:
                    break
                user = f"{self._name}-h{number}"
                await self._register(door, user)
                await self._say(door, user, message("note", number), number)
                while not _has_answer(await self._until_answered(door, user)) and not self.is_over:
                    pass  # asked while the database is away for longer than readers wait, a person would answer instead
                asked = {"user_name": self._names[user], "business_id": self._place.business_id, "team_name": "Support"}
                await self._done(door, "/integration/external/v1.0/send_chat_to_agent/", asked)
                self._ledger.write("handed", user=user)
                self.hand_overs += 1
                await asyncio.sleep(self.pause_s * 10)

    async def _register(self, door: Door, user: str) -> None:
        kept = await self._done(door, "/v1.0/user/", {"auth_id": user})
        self._names[user] = kept["user_name"]

    async def _say(self, door: Door, user: str, text: str, number: int) -> Any:
        receipt = await self._post(door, user, text, number)
        self._said[user] += 1
        self._ledger.write("accepted", user=user, text=text, message=receipt["message_id"])
        self._got()
        return receipt

    async def _post(self, door: Door, user: str, text: str, number: int) -> Any:
        body = {
            "user": {"auth_id": user}, "message_body": text, "message_type": 0,
            "business_id": self._place.business_id,
        }  # fmt: skip
        return await self._done(door, "/v1.0/log_message_from_user/", body, f"{user}-{number}")

    async def _done(self, door: Door, path: str, body: dict[str, Any], key: str = "") -> Any:
        """Ask until it is done: dead servers, full ones and stopping ones are asked again."""
        while True:
            try:
                status, answer = await door.post(path, body, key)
            except Gone:
                await asyncio.sleep(0.01)
                continue
            if status == 200:
                return answer
            if status not in {429, 503}:
                self._ledger.write("refused", what=f"{status}: {answer}")
                raise Refused(path)
            await asyncio.sleep(0.02)

    async def _until_answered(self, door: Door, user: str) -> list[dict[str, Any]]:
        """Read a transcript once it has an answer to each message, or nothing has come for long."""
        deadline = perf_counter() + self.quiet_s
        query = {"user_name": self._names[user], "business_id": self._place.business_id, "conversation_no": 1}
        lines: list[dict[str, Any]] = []
        while perf_counter() < deadline:
            try:
                _, answer = await door.get("/integration/external/v1.0/get_chat_history/", **query)
            except Gone:
                await asyncio.sleep(0.01)
                continue
            if len(found := answer.get("chat_json", [])) > len(lines):
                deadline = perf_counter() + self.quiet_s
            lines = found
            if sum(line["sender"] == "bot" for line in lines) >= self._said[user]:
                return lines
            await asyncio.sleep(0.02)
        return lines


def _has_answer(lines: list[dict[str, Any]]) -> bool:
    return any(line["sender"] == "bot" for line in lines)


_STANDING = """
SELECT end_user.auth_id, conversation.standing FROM conversation JOIN end_user ON end_user.id = conversation.user_id
"""
