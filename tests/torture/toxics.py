"""What networks do is done to the way between a server and its PostgreSQL while users talk; then count.

Every kind lasts a moment and is over; then somebody must get a receipt again. A server that serves nobody afterwards is
counted and killed, so that the ledger is judged all the same.
"""

import asyncio
import random
import signal
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path
from time import perf_counter

from msgspec import Struct

from tests.stores import on_server
from tests.torture.evidence import keep
from tests.torture.ledger import Ledger, verdict
from tests.torture.place import Place, place
from tests.torture.talking import Users
from tests.torture.toxic_proxy import FAIR, ToxicProxy, Weather

WEATHERS = {"latency": Weather(delay_s=(0.005, 0.05)), "slices": Weather(slice_bytes=7)}
# swallowed: acknowledged and never passed on, for good. held back: passed on in the end, after who asked has given up.
KINDS = (*WEATHERS, "reset", "half-close", "swallowed", "held back")
SILENCES = ("swallowed", "held back")
# Users ask again when they have waited for so long.
USERS_WAIT_S = 3.0


class Toxics(Struct, frozen=True):
    """What to do, each kind once. chance: the seed. bugs: what is broken in the server.

    moment_s: how long each kind lasts; silence_s: those that a server must tire of. back_within_s: somebody must get a
    receipt that long after it is over.
    """

    chance: int
    kinds: tuple[str, ...] = KINDS
    bugs: tuple[str, ...] = ()
    moment_s: float = 2.0
    silence_s: float = 12.0
    back_within_s: float = 20.0
    quiet_s: float = 20.0


class Poisoned(Struct, frozen=True):
    """What came of it. met: what connections met in the proxy. back_s: from the end of each to the next receipt."""

    counts: Counter[str]
    met: Counter[str]
    wrong: Counter[str]
    back_s: tuple[float, ...]


async def toxics(home: Path, *plans: Toxics, part: str = "") -> list[Poisoned]:
    """Carry plans out, one after another, each with a server of its own. part: under which evidence is kept, if any."""
    url = on_server(home / "botyard.db")
    async with AsyncExitStack() as stack:
        proxy = await stack.enter_async_context(ToxicProxy(url, random.Random(plans[0].chance)))  # noqa: S311 - no secret
        here = await stack.enter_async_context(place(home, database_url=proxy.url(url)))
        return [await _poisoned(here, proxy, plan, f"run{plan.chance}-{no}", part) for no, plan in enumerate(plans)]


async def _poisoned(here: Place, proxy: ToxicProxy, plan: Toxics, name: str, part: str) -> Poisoned:
    ledger = Ledger(here.home / f"{name}.ledger")
    here.receiver.passed, here.receiver.ledger = (lambda _: None), ledger
    here.answers_within_s = USERS_WAIT_S
    proxy.met = Counter()
    run = _Run(here, proxy, plan, ledger, name)
    try:
        await run.to_its_end()
    finally:
        ledger.close()
    wrong = verdict(ledger.path) + run.wrong
    if wrong and part:
        keep(here.home, name, part)
    return Poisoned(run.counts + Counter(messages=run.users.messages), proxy.met, wrong, tuple(run.back_s))


class _Run:
    def __init__(self, here: Place, proxy: ToxicProxy, plan: Toxics, ledger: Ledger, name: str) -> None:
        self._here, self._proxy, self._plan = here, proxy, plan
        self._chance = random.Random(plan.chance)  # noqa: S311 - a seed that can be used again, no secret
        self._receipt = asyncio.Event()
        self.users = Users(here, ledger, name, self._chance, self._receipt.set)
        self.users.quiet_s, self.users.pause_s = plan.quiet_s, 0.02
        self.counts: Counter[str] = Counter()
        self.wrong: Counter[str] = Counter()
        self.back_s: list[float] = []

    async def to_its_end(self) -> None:
        """Do each thing once while users talk, let all of them finish, and write down what they were shown."""
        await self._start()
        async with asyncio.TaskGroup() as talking:
            talking.create_task(self.users.talk())
            for kind in self._chance.sample(self._plan.kinds, len(self._plan.kinds)):
                await self._is_served()
                self.counts["toxics"] += 1
                self.counts[f"attempted: {kind}"] += 1
                await self._meet(kind)
                await self._see_that_it_is_over(kind)
            self.users.is_over = True
        await self.users.write_transcripts()
        self._here.server.signal(signal.SIGTERM)
        await self._here.server.ended()

    async def _meet(self, kind: str) -> None:
        """Let the connections meet it, and take it away again."""
        proxy, moment = self._proxy, asyncio.sleep(self._plan.silence_s if kind in SILENCES else self._plan.moment_s)
        match kind:
            case "reset":
                proxy.reset_soon()
                await moment
            case "half-close":
                proxy.half_close()
                await moment
            case "swallowed":
                proxy.fall_silent()
                await moment
                proxy.speak_again()
            case "held back":
                proxy.flows.clear()
                await moment
                proxy.flows.set()
            case _:
                proxy.weather = WEATHERS[kind]
                await moment
                proxy.weather = FAIR

    async def _see_that_it_is_over(self, kind: str) -> None:
        over = perf_counter()
        if await self._is_served():
            self.back_s.append(perf_counter() - over)
        else:
            self.wrong[f"nobody served after: {kind}"] += 1
            self._here.server.signal()
            await self._here.server.ended()
            await self._start()

    async def _start(self) -> None:
        await self._here.server.start(bug="+".join(self._plan.bugs))
        await self._here.until_up()

    async def _is_served(self) -> bool:
        """Wait until somebody gets a receipt from now on. False: nobody did, for too long."""
        self._receipt.clear()
        waiting = asyncio.create_task(self._receipt.wait())
        done, _ = await asyncio.wait({waiting}, timeout=self._plan.back_within_s)
        waiting.cancel()
        return bool(done)
