"""Users of two servers, who give one a number and ask the other which it was, over and over.

Only who reads what the newest turn left can tell. Every request must be answered, and soon: what stands between the
two may make them slow to hear of each other, and nothing else.
"""

import asyncio
import random
from collections.abc import Callable
from contextlib import closing
from time import perf_counter
from typing import Any

from tests.stores import read_up
from tests.torture.door import Door, Gone
from tests.torture.ledger import Ledger
from tests.torture.place import Place
from tests.torture.toxic_proxy import ToxicProxy
from tools.scale import faults_in

ASKERS = 4
# A word that is lost is made up for by two sweeps, one of the owner's and one of whoever waits, each once a second.
ANSWERED_WITHIN_S = 5.0


class Askers:
    """All of them. served: told of each right answer, after it was compared."""

    def __init__(
        self,
        place: Place,
        _: ToxicProxy,
        ledger: Ledger,
        name: str,
        chance: random.Random,
        served: Callable[[], None],
    ) -> None:
        self._place, self._ledger, self._name, self._served = place, ledger, name, served
        self.is_over = False
        self.quiet_s = 20.0
        self.messages = 0

    async def talk(self) -> None:
        """Ask until it is over."""
        async with asyncio.TaskGroup() as all_of_them:
            for number in range(ASKERS):
                all_of_them.create_task(self._ask_on(f"{self._name}-a{number}", number))

    async def write_transcripts(self) -> None:
        """Look into the tables: what stands there was read through no cache."""
        with closing(read_up(self._place.home / "botyard.db")) as database:
            for fault in faults_in(database):
                self._ledger.write("wrong", what=f"in the database: {fault.split(':')[0]}")

    async def _ask_on(self, user: str, number: int) -> None:
        one, other = self._doors() if number % 2 else reversed(self._doors())
        with one, other:
            await self._post(one, "/v1.0/user/", {"auth_id": user})
            turn = 0
            while not self.is_over:
                turn += 1
                given = f"n{turn}" if turn > 1 else "please note n1"
                await self._ask(one, user, given, f"noted n{turn}")
                await self._ask(other, user, "please note", f"noted n{turn}")
                one, other = other, one
                await asyncio.sleep(0.02)

    def _doors(self) -> tuple[Door, Door]:
        one, other = (Door([server.port], self._place.credentials) for server in self._place.servers)
        one.answers_within_s = other.answers_within_s = self.quiet_s
        return one, other

    async def _ask(self, door: Door, user: str, text: str, expected: str) -> None:
        body = {
            "user": {"auth_id": user}, "message_body": text, "message_type": 0,
            "business_id": self._place.business_id,
        }  # fmt: skip
        began = perf_counter()
        answer = await self._post(door, "/v1.0/sync_message_from_user/", body)
        if answer is None:
            return
        self.messages += 1
        said = [line["body"]["text"] for line in answer["message"]]
        if perf_counter() - began > ANSWERED_WITHIN_S:
            self._ledger.write("wrong", what="answered late", user=user, text=text, said=said)
        if said != [expected]:
            what = "answered from an older state" if said else "not answered"
            self._ledger.write("wrong", what=what, user=user, text=text, said=said, expected=expected)
        else:
            self._served()

    async def _post(self, door: Door, path: str, body: dict[str, Any]) -> Any:
        """Ask once: nothing that is needed for an answer stands behind the proxy."""
        try:
            status, answer = await door.post(path, body)
        except Gone:
            self._ledger.write("wrong", what="no answer at all", path=path)
            return None
        if status != 200:
            self._ledger.write("wrong", what=f"refused: {status}", path=path, answer=answer)
            return None
        return answer
