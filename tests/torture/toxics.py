"""What networks do is done to one link of a server while users talk; then count.

Every kind lasts a moment and is over; then users must be served again. A server that serves nobody afterwards is
counted and killed, so that the ledger is judged all the same.
"""

import asyncio
import random
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from msgspec import Struct

from tests.torture.bot import BREAK
from tests.torture.evidence import keep
from tests.torture.ledger import Ledger, read, verdict
from tests.torture.links import LINKS, Link
from tests.torture.place import Place
from tests.torture.toxic_proxy import FAIR, ToxicProxy, Weather

WEATHERS = {
    "latency": Weather(delay_s=(0.005, 0.05)),
    "slices": Weather(slice_bytes=7),
    "narrow": Weather(bytes_per_s=20_000),
}
# What of each kind shows in the proxy.
MET = {
    "latency": "delayed", "slices": "sliced", "narrow": "narrowed", "reset": "reset", "cut": "cut",
    "half-close": "half-closed", "turned away": "turned away", "swallowed": "swallowed", "unanswered": "unanswered",
    "held back": "held back",
}  # fmt: skip
# swallowed: acknowledged and never passed on, for good. unanswered: likewise, but only what comes back. held back:
# passed on in the end, after who asked has given up.
KINDS = (*WEATHERS, "reset", "cut", "half-close", "turned away", "swallowed", "unanswered", "held back")
SILENCES = ("swallowed", "unanswered", "held back")
# Users ask again when they have waited for so long.
USERS_WAIT_S = 3.0
# For what the proxy waits for where little is said.
_SOON_S = 3.0


class Toxics(Struct, frozen=True):
    """What to do, each kind once. chance: the seed. bugs: what is broken in the server.

    moment_s: how long each kind lasts; silence_s: those that a server must tire of, None: as the link has it.
    back_within_s: users must be served that long after it is over, None: likewise.
    """

    chance: int
    kinds: tuple[str, ...] = KINDS
    bugs: tuple[str, ...] = ()
    moment_s: float = 2.0
    silence_s: float | None = None
    back_within_s: float | None = None
    quiet_s: float = 20.0


class Poisoned(Struct, frozen=True):
    """What came of it. met: what connections met in the proxy. back_s: from the end of each until users were served."""

    counts: Counter[str]
    met: Counter[str]
    wrong: Counter[str]
    back_s: tuple[float, ...]


async def toxics(home: Path, link: str, *plans: Toxics, part: str = "") -> list[Poisoned]:
    """Carry plans out, one after another, each with a server of its own. part: under which evidence is kept, if any."""
    chance = random.Random(plans[0].chance)  # noqa: S311 - a seed that can be used again, no secret
    async with LINKS[link].opened(home, chance) as (here, proxy):
        here.answers_within_s = USERS_WAIT_S
        return [
            await _poisoned((LINKS[link], here, proxy), plan, f"run{plan.chance}-{number}", part)
            for number, plan in enumerate(plans)
        ]


async def _poisoned(on: tuple[Link, Place, ToxicProxy], plan: Toxics, name: str, part: str) -> Poisoned:
    _, here, proxy = on
    ledger = Ledger(here.home / f"{name}.ledger")
    here.receiver.ledger = ledger
    proxy.met = Counter()
    run = _Run(on, plan, ledger, name)
    try:
        await run.to_its_end()
    finally:
        ledger.close()
    wrong = verdict(ledger.path) + run.wrong
    if wrong and part:
        keep(here.home, name, part)
    counts = run.counts + Counter({"messages": run.talkers.messages, "bot breaks": _breaks(ledger.path)})
    return Poisoned(counts, +proxy.met, wrong, tuple(run.back_s))


def _breaks(ledger: Path) -> int:
    return sum(line["text"] == BREAK for fact in read(ledger)["transcript"] for line in fact["lines"])


class _Run:
    def __init__(self, on: tuple[Link, Place, ToxicProxy], plan: Toxics, ledger: Ledger, name: str) -> None:
        link, self._here, self._proxy = on
        self._plan = plan
        self._silence_s = link.silence_s if plan.silence_s is None else plan.silence_s
        self._back_within_s = link.back_within_s if plan.back_within_s is None else plan.back_within_s
        self._chance = random.Random(plan.chance)  # noqa: S311 - likewise
        self._served = asyncio.Event()
        self.talkers = link.talkers(self._here, self._proxy, ledger, name, self._chance, self._served.set)
        self.talkers.quiet_s = plan.quiet_s
        self.counts: Counter[str] = Counter()
        self.wrong: Counter[str] = Counter()
        self.back_s: list[float] = []

    async def to_its_end(self) -> None:
        """Do each thing once while users talk, let all of them finish, and write down what they were shown."""
        await self._start()
        async with asyncio.TaskGroup() as talking:
            talking.create_task(self.talkers.talk())
            for kind in self._chance.sample(self._plan.kinds, len(self._plan.kinds)):
                await self._is_served()
                await _until(lambda: self._proxy.is_in_use)  # a server may do without for a while
                self.counts["toxics"] += 1
                self.counts[f"attempted: {kind}"] += 1
                await self._meet(kind)
                await self._see_that_it_is_over(kind)
            self.talkers.is_over = True
        await self.talkers.write_transcripts()
        for server in self._here.servers:
            server.signal(signal.SIGTERM)
            await server.ended()

    async def _meet(self, kind: str) -> None:
        """Let the connections meet it, and take it away again."""
        proxy, moment = self._proxy, self._moment(kind)
        match kind:
            case "reset" | "cut":
                (proxy.reset_soon if kind == "reset" else proxy.cut_soon)()
                await moment
                await _until(lambda: not proxy.is_ending_some)
            case "half-close":
                proxy.half_close()
                await moment
            case "turned away":
                proxy.turn_away()
                await moment
                await proxy.take_in()
            case "swallowed" | "unanswered":
                proxy.fall_silent(is_heard=kind == "unanswered")
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

    async def _moment(self, kind: str) -> None:
        """Let it last, and on until something met it: where machines are slow, nothing may pass in a moment."""
        await asyncio.sleep(self._silence_s if kind in SILENCES else self._plan.moment_s)
        await _until(lambda: bool(self._proxy.met[MET[kind]]))

    async def _see_that_it_is_over(self, kind: str) -> None:
        over = perf_counter()
        if await self._is_served():
            self.back_s.append(perf_counter() - over)
        else:
            self.wrong[f"nobody served after: {kind}"] += 1
            for server in self._here.servers:
                server.signal()
                await server.ended()
            await self._start()

    async def _start(self) -> None:
        for server in self._here.servers:
            await server.start(bug="+".join(self._plan.bugs))
        await self._here.until_up()

    async def _is_served(self) -> bool:
        """Wait until somebody is served from now on. False: nobody was, for too long."""
        self._served.clear()
        waiting = asyncio.create_task(self._served.wait())
        done, _ = await asyncio.wait({waiting}, timeout=self._back_within_s)
        waiting.cancel()
        return bool(done)


async def _until(is_so: Callable[[], bool]) -> None:
    """Wait for something about the proxy, but not for long: it is no part of what is promised."""
    deadline = perf_counter() + _SOON_S
    while not is_so() and perf_counter() < deadline:  # noqa: ASYNC110 - a proxy tells nobody
        await asyncio.sleep(0.01)
