"""Plays one schedule: processes on one real database, clients who talk through them, and whatever may go wrong.

Chance (Hypothesis, as a rule) says what happens next while it is chaos. Then it is calm: everything goes on in the
order it came, nothing dies any more, and in the end the tables are held against what was confirmed.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Any

import msgspec
from msgspec import Struct

from botyard.conversations.inbound import Accepted, Inbound
from botyard.errors import BotyardError
from tests.conversations.small_shell import BUSINESS
from tests.interleavings.one_of_many import Process
from tests.interleavings.scheduler import Scheduler
from tests.interleavings.tables import USER, Tables

KINDS = ("hello", "call", "again", "remember", "hand over")
# Steps: each lets one thing go on.
CHAOS_AT_MOST, STEPS_AT_MOST = 250, 6_000
CALM_S, QUIET_S = 40.0, 1.5


class Endless(Exception):
    """So many steps, and still no rest: something goes round and round."""


class Saying(Struct, frozen=True):
    """kind: one of KINDS. again: it is sent once more, under the same key, although it was confirmed."""

    kind: str
    again: bool


class Plan(Struct, frozen=True):
    """What happens in one play beside the order of it, which is chosen step by step.

    tabs: what is said in one conversation, in each of its tabs; beside: what the same user says to another business.
    deaths, silences, ends: at which steps a process is killed, falls silent, is told to end. cut: by their number, the
    calls whose process is killed when they have gone out. faults: which commits fail, by number, and how. lost: which
    words are.
    """

    tabs: tuple[tuple[Saying, ...], ...]
    beside: tuple[Saying, ...]
    processes: int
    is_shared: bool
    deaths: frozenset[int] = frozenset()
    silences: frozenset[int] = frozenset()
    ends: frozenset[int] = frozenset()
    cut: frozenset[int] = frozenset()
    faults: tuple[tuple[int, str], ...] = ()
    lost: frozenset[int] = frozenset()


class Ledger(Struct):
    """What the world outside knows: confirmed messages by key, hand-overs, calls that arrived, and what was seen."""

    confirmed: dict[str, tuple[str, Accepted]] = msgspec.field(default_factory=dict)
    handed: set[int] = msgspec.field(default_factory=set)
    called: list[tuple[str, str]] = msgspec.field(default_factory=list)
    wrong: list[str] = msgspec.field(default_factory=list)
    steps: list[str] = msgspec.field(default_factory=list)


class Gate(Struct, eq=False):
    """Where something of a process waits."""

    of: Process
    lane: str
    what: str
    chosen: asyncio.Future[None]


class World:
    """Serves `one_of_many.World`. choose: which of so many."""

    def __init__(self, plan: Plan, tables: Tables, choose: Callable[[int], int]) -> None:
        self.loop = Scheduler()
        self.loop.set_exception_handler(self._failed)
        self.ledger = Ledger()
        self._plan, self._tables, self._choose = plan, tables, choose
        self._processes: list[Process] = []
        self._gates: list[Gate] = []
        self._words: list[tuple[Process, str, str]] = []
        self._owners: dict[int, Process] = {}
        self._of_number: dict[int, Process] = {}
        self._silent: set[int] = set()
        self._dying: list[Process] = []
        self._step = self._commits = self._told = self._asked = 0
        self._calm_since = self._nothing_left_since = float("inf")
        self._clients: list[asyncio.Task[None]] = []
        self._over: asyncio.Future[None] = self.loop.create_future()

    def play(self) -> Ledger:
        """Play it to its end."""
        try:
            self.loop.run_until_complete(self._played())
        finally:
            self._close()
        return self.ledger

    async def _played(self) -> None:
        for _ in range(self._plan.processes if self._plan.is_shared else 1):
            self._start()
        talks = [self._talk(f"tab{number}", BUSINESS, said) for number, said in enumerate(self._plan.tabs)]
        talks.append(self._talk("beside", BUSINESS + 1, self._plan.beside))
        self._clients = [asyncio.create_task(talk) for talk in talks]
        self.loop.at_rest = self._at_rest
        await self._over

    def _failed(self, _loop: asyncio.AbstractEventLoop, what: dict[str, Any]) -> None:
        """Note what nobody caught. That somebody died with work under way is no news."""
        if not isinstance(what.get("exception"), BotyardError | None):
            self.ledger.wrong.append(f"{what['exception']!r} that nobody caught")

    def _close(self) -> None:
        """Take everything down; what is left of those who died is nobody's to wait for."""
        self.loop.at_rest = None
        for one in self._live:
            one.die()
        left = asyncio.all_tasks(self.loop)
        for task in left:
            task._log_destroy_pending = False  # type: ignore[attr-defined]  # asyncio's own
            task.cancel()
        self.loop.run_until_complete(asyncio.sleep(0))
        for one in self._processes:
            one.real.close()
        self.loop.run_until_complete(asyncio.sleep(0))
        self.loop.close()

    # ── what processes ask of it ──────────────────────────────────────────────────────────────────────

    async def gate(self, of: Process, lane: str, what: str = "") -> None:
        """Wait to be chosen."""
        if of.is_gone:
            raise asyncio.CancelledError
        gate = Gate(of, lane, what, self.loop.create_future())
        self._gates.append(gate)
        await gate.chosen

    def fails(self) -> str:
        """Say what goes wrong with this commit."""
        self._commits += 1
        return "" if self._is_calm else dict(self._plan.faults).get(self._commits, "")

    def tell(self, of: Process, topic: str, what: str) -> None:
        """Send a word, unless it is lost. Those of which nothing depends are not sent at all."""
        if topic.startswith(("inbox/", "user/")):
            self._told += 1
            if self._is_calm or self._told not in self._plan.lost:
                self._words.append((of, topic, what))

    def number(self, of: Process) -> int:
        """Give the next number."""
        number = next(self._tables.numbers)
        self._of_number[number] = of
        return number

    def lives(self, number: int) -> bool:
        """Tell whether it does, as far as others can see."""
        one = self._of_number.get(number)
        return one is not None and not one.is_gone and number not in self._silent

    def called(self, call_id: str, node: str, of: Process) -> None:
        """Note a call."""
        self.ledger.called.append((call_id, node))
        if len(self.ledger.called) in self._plan.cut and not self._is_calm:
            self._dying.append(of)

    def took(self, conversation_id: int, of: Process) -> None:
        """Note an owner."""
        self._owners[conversation_id] = of

    def moved(self, conversation_id: int, of: Process) -> None:
        """Note a turn, and whether it was its process's to take."""
        if self._plan.is_shared and self._owners.get(conversation_id) is not of:
            self.ledger.wrong.append("past the fence")

    # ── what happens next ─────────────────────────────────────────────────────────────────────────────

    @property
    def _is_calm(self) -> bool:
        return self._calm_since < float("inf")

    @property
    def _live(self) -> list[Process]:
        return [one for one in self._processes if not one.is_gone]

    def _at_rest(self) -> None:
        """Let one thing go on."""
        for one in self._live:
            if one.could_not_start:
                one.die()
        self._step += 1
        if self._step > STEPS_AT_MOST:
            raise Endless(self.ledger.steps[-40:])
        if self._is_calm:
            self._go_on_in_order()
            return
        self._let_happen()
        ways = [*self._ways(), self._pass_time]
        ways[self._choose(len(ways)) if len(ways) > 1 else 0]()
        is_said = all(client.done() for client in self._clients)
        if self._step >= CHAOS_AT_MOST or (is_said and self._step > max(self._events, default=0)):
            self._calm_since = self.loop.time()

    @property
    def _events(self) -> frozenset[int]:
        return self._plan.deaths | self._plan.silences | self._plan.ends

    def _let_happen(self) -> None:
        """Let die, fall silent or end whom chance picks, if it is time for it."""
        while self._dying:
            one = self._dying.pop()
            if not one.is_gone:
                self._note(one, "dies, its call out")
                one.die()
        live = self._live
        if self._step not in self._events or not live:
            return
        one = live[self._choose(len(live)) if len(live) > 1 else 0]
        if self._step in self._plan.deaths:
            self._note(one, "dies")
            one.die()
        elif self._step in self._plan.silences and one.peers is not None:
            self._note(one, "is silent")
            self._silent.add(one.peers.id)
        elif self._step in self._plan.ends:
            self._note(one, "is told to end")
            one.run(self._end(one))

    async def _end(self, one: Process) -> None:
        await one.conversations.stop()
        self.loop.call_soon(one.die)

    def _ways(self) -> list[Callable[[], None]]:
        """List what may happen: whatever waits at a gate or is on its way, the oldest first; a start."""
        self._gates = [gate for gate in self._gates if not gate.of.is_gone]
        first_of_lanes = {(gate.of, gate.lane): gate for gate in reversed(self._gates)}
        ways: list[Callable[[], None]] = [
            partial(self._let_through, gate) for gate in self._gates if first_of_lanes[gate.of, gate.lane] is gate
        ]
        if self._words:
            ways.append(self._deliver)
        wanted = self._plan.processes if self._plan.is_shared else 1
        if len(self._live) < wanted:
            ways.append(self._start)
        return ways

    def _go_on_in_order(self) -> None:
        """Let the oldest go on; where nothing is left to do, see whether that stays so, and end."""
        if not any(self._is_well(one) for one in self._live):
            self._start()
            return
        if ways := self._ways():
            ways[0]()
            return
        if not self._is_done():
            self._nothing_left_since = float("inf")
        elif self._nothing_left_since == float("inf"):
            self._nothing_left_since = self.loop.time()
        now = self.loop.time()
        if now - self._nothing_left_since > QUIET_S or now - self._calm_since > CALM_S:
            self._over.set_result(None)
            return
        self._pass_time()

    def _is_done(self) -> bool:
        return all(client.done() for client in self._clients) and not self._tables.waiting()

    def _is_well(self, one: Process) -> bool:
        return one.peers is None or one.peers.id not in self._silent

    def _let_through(self, gate: Gate) -> None:
        self._gates.remove(gate)
        self._note(gate.of, f"{gate.lane} {gate.what}")
        if not gate.chosen.done():
            gate.chosen.set_result(None)

    def _deliver(self) -> None:
        of, topic, what = self._words.pop(0)
        for one in self._live:
            if one is not of:
                one.hear(topic, what)

    def _pass_time(self) -> None:
        self.loop.pass_time()

    def _start(self) -> None:
        one = Process(self, self._tables.open(), is_shared=self._plan.is_shared)
        self._processes.append(one)
        self._note(one, "starts")

    def _note(self, one: Process, what: str) -> None:
        self.ledger.steps.append(f"{self.loop.time():.1f} p{self._processes.index(one)} {what}")

    # ── clients ───────────────────────────────────────────────────────────────────────────────────────

    async def _talk(self, name: str, business: int, said: Sequence[Saying]) -> None:
        """Say one thing after another, each until it is confirmed."""
        thread = 0
        for number, saying in enumerate(said):
            if saying.kind == "hand over":
                if thread:
                    await self._hand_over(thread)
                continue
            key = f"{name}-{number}"
            text = f"remember {key} v" if saying.kind == "remember" else f"{saying.kind} {key}"
            inbound = Inbound(business_id=business, user_id=USER, text=text, key=key)
            for _ in range(2 if saying.again else 1):
                accepted = await self._ask(lambda one, inbound=inbound: one.conversations.accept(inbound))  # type: ignore[misc]  # as above
                before = self.ledger.confirmed.setdefault(key, (text, accepted))[1]
                if (before.message_id, before.seq) != (accepted.message_id, accepted.seq):
                    self.ledger.wrong.append("another receipt")
                thread = accepted.conversation_id

    async def _hand_over(self, thread: int) -> None:
        await self._ask(lambda one: one.conversations.hand_over(thread, "care"))
        self.ledger.handed.add(thread)

    async def _ask(self, act: Callable[[Process], Coroutine[Any, Any, Any]]) -> Any:
        """Ask one after another, until one does it."""
        while True:
            if live := [one for one in self._live if one.started.done()]:
                self._asked += 1
                one = live[self._asked % len(live)]
                task = one.run(act(one))
                await asyncio.wait({task, one.gone}, return_when=asyncio.FIRST_COMPLETED)
                if task.done():
                    try:
                        return task.result()
                    except (BotyardError, asyncio.CancelledError):
                        pass  # it says "later", or it ended
            await asyncio.sleep(0.1)
