"""The 30-second rule, in real seconds: an answer after 29.9 s counts, one after 30.1 s is too late.

So many calls may be out to one address at once that two hundred need four receivers. They start one after another, so
that the machine has done with one call's beginning when the next begins: a tenth of a second is all there is.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from time import perf_counter
from typing import Any, TypeAlias

from msgspec import Struct

from tests.torture.bot import BREAK, add_node, write_bot
from tests.torture.door import Gone
from tests.torture.ledger import Ledger
from tests.torture.place import Place, place
from tests.torture.receiver import Receiver, answer_of

IN_TIME = "in time"
BEGINS_EVERY_S = 0.06
_NAMES = ("alpha", "bravo", "charlie", "delta")


class Edge(Struct, frozen=True):
    """Where the edge is, and how near it is walked. each: calls to each of the four receivers."""

    limit_s: int = 30
    beside_it_s: float = 0.1
    each: int = 50


Found: TypeAlias = tuple[Counter[str], Counter[str]]  # what was counted, and what went wrong


async def edges(home: Path, edge: Edge, *, bugs: Sequence[str] = ("",)) -> list[Found]:
    """Make all calls, many of them out at once, to one server after another; each with what is broken in it."""
    async with AsyncExitStack() as stack:
        beside = (-edge.beside_it_s, -edge.beside_it_s, edge.beside_it_s, edge.beside_it_s)
        slow = [await stack.enter_async_context(Slow(edge.limit_s, one)) for one in beside]
        write_bot(home / "bot", "http://127.0.0.1:1")
        for name, receiver in zip(_NAMES, slow, strict=True):
            add_node(home / "bot", name, f"http://127.0.0.1:{receiver.port}/edge", edge.limit_s)
        here = await stack.enter_async_context(place(home, also=[receiver.port for receiver in slow]))
        here.receiver.passed = lambda _: None
        here.receiver.ledger = Ledger(home / "ledger")
        stack.callback(here.receiver.ledger.close)
        return [await _walked(here, slow, edge.each, bug) for bug in bugs]


async def _walked(here: Place, slow: "list[Slow]", each: int, bug: str) -> Found:
    await here.server.start(bug=bug)
    await here.until_up()
    begun = []
    for number in range(each * len(_NAMES)):
        begun.append(asyncio.create_task(_told(here, _NAMES[number % len(_NAMES)], number)))
        await asyncio.sleep(BEGINS_EVERY_S)
    answers = await asyncio.gather(*begun)
    here.server.signal()
    await here.server.ended()
    return _judged(answers, slow)


def _judged(answers: list[str], slow: "list[Slow]") -> Found:
    counts, wrong = Counter({"turns": len(answers)}), Counter[str]()
    for number, answer in enumerate(answers):
        receiver = slow[number % len(slow)]
        counts["in time" if receiver.expected == IN_TIME else "too late"] += 1
        if answer != receiver.expected:
            wrong[f"{answer!r} instead of {receiver.expected!r}"] += 1
    counts["answers that the receiver itself was late with"] = sum(receiver.overslept for receiver in slow)
    return counts, wrong


class Slow(Receiver):
    """A receiver that takes its time. overslept: how often it answered on the other side of the edge than it meant."""

    def __init__(self, limit_s: float, beside_it_s: float) -> None:
        super().__init__()
        self._limit_s, self._beside_it_s = limit_s, beside_it_s
        self.passed = lambda _: None
        self.overslept = 0

    async def _answer(self, path: str, call_id: str, body: Any) -> bytes:
        came = perf_counter()
        await asyncio.sleep(self._limit_s + self._beside_it_s)
        self.overslept += self.expected == IN_TIME and perf_counter() - came > self._limit_s
        return answer_of(IN_TIME)

    @property
    def expected(self) -> str:
        """What its callers should be told."""
        return IN_TIME if self._beside_it_s < 0 else BREAK


async def _told(here: Place, name: str, number: int) -> str:
    """Be a user who makes one call; what the bot says to it in the end."""
    user = {"auth_id": f"{name}-{number}"}
    with here.door() as door:
        door.answers_within_s = 60.0
        try:
            await door.post("/v1.0/user/", user)
            said = {"user": user, "message_body": f"go to {name}", "business_id": here.business_id}
            status, answer = await door.post("/v1.0/sync_message_from_user/", said)
        except Gone:
            return "the server hung up"
    return " ".join(one["body"]["text"] for one in answer["message"]) if status == 200 else f"{status}: {answer}"
