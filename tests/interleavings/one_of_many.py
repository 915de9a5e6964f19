"""One pretended process of many on a real database: all its code is real, and its store waits at gates.

It may die at any gate: then nothing of it ever runs again, as after SIGKILL. Or its heart falls silent, so that the
others bury it while it goes on.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from contextvars import Context, ContextVar, copy_context
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy.sql import Executable

from botyard.conversations import records
from botyard.conversations.leases import records as leases
from botyard.conversations.loop import Conversations
from botyard.conversations.ports import Served
from botyard.engine.effects import Call
from botyard.engine.happenings import Answered
from botyard.engine.state import User
from botyard.hsl.elements import Text
from botyard.integrations.performed import Performed
from botyard.store.announce import Announcements
from botyard.store.commit import OpenStore, Outcome, Row, StorageFailed, Write, tell
from botyard.store.peers import Seen
from botyard.store.records import leaves, process, retires
from tests.conversations.small_shell import First, OneBot, pretended_turn
from tests.interleavings.scheduler import Scheduler

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
T = TypeVar("T")
RUNS_IN: ContextVar["Process"] = ContextVar("RUNS_IN")

_b = sa.bindparam
ENTER = sa.insert(process).values(
    id=_b("id"), name="", cluster="", takes_turns=True, started_at=_b("now"), beat_at=_b("now")
)
_ALL = sa.select(process.c.id, process.c.takes_turns).order_by(process.c.id)


class World(Protocol):
    """What processes have in common: gates, words, numbers, and a ledger of what reached the world outside."""

    loop: Scheduler

    async def gate(self, of: "Process", lane: str, what: str = "") -> None:
        """Wait to be chosen. In one lane of a process nobody overtakes."""

    def fails(self) -> str:
        """Say what goes wrong with the commit that is being made: "", "before" or "after" it."""

    def tell(self, of: "Process", topic: str, what: str) -> None:
        """Send a word to the others; it may be late, or lost."""

    def number(self, of: "Process") -> int:
        """Give a process its number, never given before."""

    def lives(self, number: int) -> bool:
        """Tell whether a process's lock is held and its heart beats."""

    def called(self, call_id: str, node: str, of: "Process") -> None:
        """Note that a call reached its receiver."""

    def took(self, conversation_id: int, of: "Process") -> None:
        """Note whose a conversation is from now on."""

    def moved(self, conversation_id: int, of: "Process") -> None:
        """Note that a turn was committed."""


class Process:
    """gone: done when it died, or ended in order. is_shared: others are beside it on the same database."""

    def __init__(self, world: World, store: OpenStore, *, is_shared: bool) -> None:
        self.world, self.real = world, store
        self.gone: asyncio.Future[None] = world.loop.create_future()
        self.context: Context = copy_context()
        self.context.run(RUNS_IN.set, self)
        self.announcements = Announcements()
        gated = GatedStore(self, store)
        self.peers = PretendedPeers(self, gated) if is_shared else None
        if is_shared:
            self.announcements.tell_others = lambda topic, what: world.tell(self, topic, what)
        self.conversations = Conversations(
            gated, OneBot(), self._perform, self.announcements, self._clock, First(), turn=pretended_turn,
            peers=self.peers,
        )  # fmt: skip
        self.started = self.run(self.conversations.start())

    @property
    def is_gone(self) -> bool:
        """Whether nothing of it runs any more."""
        return self.gone.done()

    @property
    def could_not_start(self) -> bool:
        """Whether it ends with a sentence, as a server whose database fails while it starts."""
        return self.started.done() and not self.started.cancelled() and self.started.exception() is not None

    def run(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Do something in this process: it dies with it."""
        return self.world.loop.create_task(work, context=self.context)

    def hear(self, topic: str, what: str) -> None:
        """Hear a word of another process."""
        self.world.loop.call_soon(self.announcements.heard, topic, what, context=self.context)

    def die(self) -> None:
        """Let nothing of it ever run again; only when the loop is at rest."""
        self.gone.set_result(None)
        for alarm in self.world.loop._scheduled:  # type: ignore[attr-defined]  # asyncio's own
            if alarm._context.get(RUNS_IN) is self:
                alarm.cancel()

    def _clock(self) -> datetime:
        return BEGAN + timedelta(seconds=self.world.loop.time())

    async def _perform(self, call: Call, *, call_id: str, served: Served, user: User) -> Performed:
        await self.world.gate(self, f"{call_id} goes out")
        self.world.called(call_id, call.node, self)
        await self.world.gate(self, f"{call_id} comes back")
        return Performed(answer=Answered((Text(f"answer {call.call_no}"),), status=True))


class GatedStore:
    """A real store behind gates: whoever asks waits before, and waits again for the answer.

    As in the real ones, what is handed in first is done first, and answered first.
    """

    def __init__(self, of: Process, real: OpenStore) -> None:
        self._of, self._real = of, real

    async def commit(self, unit: Sequence[Write], *, then: Callable[[Outcome], None] | None = None) -> list[list[Row]]:
        """Commit, unless it fails; it may also be made and its answer be lost."""
        try:
            outcome = await self._committed(unit)
        except Exception as error:
            tell(then, error)
            raise
        tell(then, outcome)
        return outcome

    async def _committed(self, unit: Sequence[Write]) -> list[list[Row]]:
        world, what = self._of.world, _name(unit)
        await world.gate(self._of, "commit", what)
        fails = world.fails()
        if fails == "before":
            raise StorageFailed("not made")
        outcome = await world.loop.works(self._real.commit(unit))
        self._note(unit)
        await world.gate(self._of, "committed", what)
        if fails == "after":
            raise StorageFailed("made, and the answer was lost")
        return outcome

    async def all(self, statement: Executable, parameters: Mapping[str, Any]) -> list[Row]:
        """Read rows."""
        return await self._read(self._real.all(statement, parameters))

    async def first(self, statement: Executable, parameters: Mapping[str, Any]) -> Row | None:
        """Read the first row."""
        return await self._read(self._real.first(statement, parameters))

    async def _read(self, reading: Coroutine[Any, Any, T]) -> T:
        try:
            await self._of.world.gate(self._of, "read")
            found = await self._of.world.loop.works(reading)
        finally:
            reading.close()  # it was never begun where its process died first
        await self._of.world.gate(self._of, "have read")
        return found

    def _note(self, unit: Sequence[Write]) -> None:
        for write in unit:
            if write.statement is leases._TAKE:
                self._of.world.took(write.parameters["id_"], self._of)
            elif write.statement in (records._MOVE, records._MOVE_AND_WAKE):
                self._of.world.moved(write.parameters["id_"], self._of)


class PretendedPeers:
    """Serves `store.peers.Peers`: the table is real, lock and heart are pretended."""

    takes_turns = True

    def __init__(self, of: Process, store: GatedStore) -> None:
        self._of, self._store = of, store
        self.id = 0
        self.workers: tuple[int, ...] = ()
        self.is_alone = False

    async def join(self) -> None:
        """Become one of them."""
        self.id = self._of.world.number(self._of)
        await self._store.commit([Write(ENTER, {"id": self.id, "now": BEGAN})])
        await self.look()

    async def make_sure_it_is_ours(self) -> None:
        """There is one installation here."""

    async def look(self) -> Seen:
        """See who is there; bury the dead."""
        found = {row["id"]: row["takes_turns"] for row in await self._store.all(_ALL, {})}
        if self.id not in found:
            return Seen(was_buried=True)
        dead = [one for one in found if not self._of.world.lives(one) and one != self.id]
        for one in dead:
            await self._store.commit([leaves(one)])
        self.workers = tuple(one for one, takes_turns in found.items() if takes_turns and one not in dead)
        self.is_alone = len(found) - len(dead) == 1
        return Seen(somebody_died=bool(dead))

    def is_sure(self) -> bool:
        """Tell whether nobody can have taken it for dead."""
        return self._of.world.lives(self.id)

    async def retire(self) -> None:
        """Take nothing up any more."""
        await self._last(retires(self.id))

    async def leave(self) -> None:
        """End."""
        await self._last(leaves(self.id))

    async def _last(self, write: Write) -> None:
        with suppress(StorageFailed):
            await self._store.commit([write])


def _name(unit: Sequence[Write]) -> str:
    return "+".join(dict.fromkeys(str(getattr(write.statement, "table", "read")) for write in unit))
