"""A receiver hangs for many conversations, while others take turns whose receiver answers at once; then count and time.

Every message is acknowledged, every fast turn answered by its webhook, every hanging one in the end by the bot break:
by its timeout where its call got a place, after a second's wait where all places at the receiver were taken.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from time import perf_counter
from typing import Any

from msgspec import Struct

from tests.torture.bot import BREAK, add_node, write_bot
from tests.torture.door import Door
from tests.torture.ledger import Ledger
from tests.torture.place import Place, place
from tests.torture.receiver import Receiver, answer_of

AT_ONCE = "at once"
FAST, _SLOW = "bravo", ("alpha", "charlie", "delta", "echo", "foxtrot")
TALKERS, PAUSE_S = 4, 0.1
SENDERS = 4


class Hang(Struct, frozen=True):
    """How much hangs, and how long. every_s: from one hanging message to the next. idle_s: of fast turns before.

    receivers: of the one partner, that hang; five take all the calls that a partner may have out.
    """

    conversations: int = 1_000
    timeout_s: int = 30
    every_s: float = 0.015
    idle_s: float = 15.0
    receivers: int = 1


class Hung(Struct, frozen=True):
    """What came of it; times in seconds. idle_s, beside_s: fast turns before, and while the others hang."""

    counts: Counter[str]
    wrong: Counter[str]
    idle_s: tuple[float, ...]
    beside_s: tuple[float, ...]
    acknowledged_s: tuple[float, ...]

    def times(self) -> tuple[tuple[str, tuple[float, ...]], ...]:
        """Name what was timed."""
        return (
            ("fast turns alone", self.idle_s),
            ("fast turns beside", self.beside_s),
            ("acknowledgements", self.acknowledged_s),
        )


async def hang(home: Path, plan: Hang, *, bugs: Sequence[str] = ("",)) -> list[Hung]:
    """Run the plan on one server after another, each with what is broken in it."""
    async with AsyncExitStack() as stack:
        late = [_Told("too late", plan.timeout_s + 0.5) for _ in range(plan.receivers)]
        slow = [await stack.enter_async_context(one) for one in late]
        fast = await stack.enter_async_context(_Told(AT_ONCE))
        write_bot(home / "bot", "http://127.0.0.1:1")
        for name, receiver in ((FAST, fast), *zip(_SLOW, slow, strict=False)):
            add_node(home / "bot", name, f"http://127.0.0.1:{receiver.port}/", plan.timeout_s)
        here = await stack.enter_async_context(place(home, also=[one.port for one in (fast, *slow)]))
        here.receiver.passed, here.receiver.ledger = (lambda _: None), Ledger(home / "ledger")
        stack.callback(here.receiver.ledger.close)
        return [await _Run(here, plan, slow, f"run{number}").to_its_end(bug) for number, bug in enumerate(bugs)]


class _Told(Receiver):
    """Says one thing after a while. came: how many calls arrived."""

    def __init__(self, text: str, after_s: float = 0.0) -> None:
        super().__init__()
        self._text, self._after_s = text, after_s
        self.passed = lambda _: None
        self.came = 0

    async def _answer(self, path: str, call_id: str, body: Any) -> bytes:
        self.came += 1
        await asyncio.sleep(self._after_s)
        return answer_of(self._text)


class _Run:
    def __init__(self, here: Place, plan: Hang, slow: list[_Told], name: str) -> None:
        self._here, self._plan, self._slow, self._name = here, plan, slow, name
        self._wrong: Counter[str] = Counter()
        self._acknowledged_s: list[float] = []
        self._users: dict[str, str] = {}

    async def to_its_end(self, bug: str) -> Hung:
        """Take fast turns alone, then beside those that hang until the last of them has its answer."""
        came = self._came()
        await self._here.server.start(bug=bug)
        await self._here.until_up()
        await self._each(self._register)
        idle_s = await self._fast_turns_while(asyncio.sleep(self._plan.idle_s))
        beside_s = await self._fast_turns_while(self._let_them_hang())
        await self._each(self._read)
        self._here.server.signal()
        await self._here.server.ended()
        counts = Counter({"hanging": self._plan.conversations, "fast turns beside": len(beside_s)})
        counts["calls that were let out"] = self._came() - came
        return Hung(counts, +self._wrong, tuple(idle_s), tuple(beside_s), tuple(self._acknowledged_s))

    async def _let_them_hang(self) -> None:
        await self._each(self._say, self._plan.every_s * SENDERS)
        await asyncio.sleep(self._plan.timeout_s + 1.5)

    async def _fast_turns_while(self, something: Any) -> list[float]:
        over, took_s = asyncio.ensure_future(something), list[float]()
        await asyncio.gather(over, *(self._talk(f"{self._name}-f{no}", over, took_s) for no in range(TALKERS)))
        return took_s

    async def _talk(self, user: str, over: "asyncio.Future[None]", took_s: list[float]) -> None:
        with self._here.door() as door:
            await door.post("/v1.0/user/", {"auth_id": user})
            while not over.done():
                began = perf_counter()
                status, answer = await door.post("/v1.0/sync_message_from_user/", self._message(user, f"go to {FAST}"))
                took_s.append(perf_counter() - began)
                if status != 200 or [one["body"]["text"] for one in answer["message"]] != [AT_ONCE]:
                    self._wrong["fast turns not answered by their webhook"] += 1
                await asyncio.sleep(PAUSE_S)

    async def _each(self, does: Any, pause_s: float = 0.0) -> None:
        """Do it for each conversation that is to hang, a few side by side."""

        async def some(first: int) -> None:
            with self._here.door() as door:
                for number in range(first, self._plan.conversations, SENDERS):
                    await does(door, f"{self._name}-s{number}")
                    await asyncio.sleep(pause_s)

        await asyncio.gather(*map(some, range(SENDERS)))

    async def _register(self, door: Door, user: str) -> None:
        _, kept = await door.post("/v1.0/user/", {"auth_id": user})
        self._users[user] = kept["user_name"]

    async def _say(self, door: Door, user: str) -> None:
        node = _SLOW[int(user.rpartition("-s")[2]) % self._plan.receivers]
        began = perf_counter()
        status, _ = await door.post("/v1.0/log_message_from_user/", self._message(user, f"go to {node}"), user)
        self._acknowledged_s.append(perf_counter() - began)
        self._wrong["messages refused"] += status != 200

    async def _read(self, door: Door, user: str) -> None:
        query = {"user_name": self._users[user], "business_id": self._here.business_id, "conversation_no": 1}
        _, answer = await door.get("/integration/external/v1.0/get_chat_history/", **query)
        said = [line["text"] for line in answer.get("chat_json", []) if line["sender"] == "bot"]
        self._wrong["hanging turns without their bot break"] += said != [BREAK]

    def _came(self) -> int:
        return sum(one.came for one in self._slow)

    def _message(self, user: str, text: str) -> dict[str, Any]:
        business = self._here.business_id
        return {"user": {"auth_id": user}, "message_body": text, "message_type": 0, "business_id": business}
