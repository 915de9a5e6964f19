"""Conversations on a real database beside a model of them in plain Python: every statement does what the model says.

The statements are those that processes make, in any order: also by one that was buried, with an old fence, or late.
"""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, precondition, rule
from msgspec import Struct, field
from msgspec.json import encode
from msgspec.structs import replace

from botyard.conversations import accepting, records
from botyard.conversations.inbound import Inbound
from botyard.conversations.leases import records as leases
from botyard.conversations.mailbox import Mailbox, Waiting
from botyard.conversations.mailboxes import NOBODY, Mailboxes
from botyard.conversations.recover import what_was_said
from botyard.conversations.suspects.records import SUSPECT, counts_a_start, counts_a_try
from botyard.conversations.unit import unit_of
from botyard.conversations.unreadable import Unreadable
from botyard.conversations.users.known import Users
from botyard.engine.effects import Call, Say
from botyard.engine.happenings import Answered, CallReturned, HandOverAsked, Happening
from botyard.hsl.elements import Text
from botyard.integrations.performed import Performed
from botyard.store.backup import back_up
from botyard.store.commit import Conflict, OpenStore, Row, Stale, Write
from botyard.store.records import leaves
from tests.conversations.small_shell import PARTNER, clock, pretended_turn
from tests.interleavings.one_of_many import ENTER
from tests.interleavings.tables import USER, Tables
from tests.stores import TURNS

WORDS = ("hello", "call", "again", "end", "remember k v")
KEYS = (None, "k1", "k2")


class Line(Struct):
    """A message. starts: None where it waits for nothing."""

    seq: int
    sender: str
    starts: int | None = None
    key: str | None = None


class Thread(Struct):
    """What must be on disk of one conversation. lines: by message id. inbox: starts by id. calls: whether ended."""

    owner: int | None = None
    version: int = 0
    last_seq: int = 0
    turns: int = 0
    lines: dict[int, Line] = field(default_factory=dict)
    inbox: dict[int, int] = field(default_factory=dict)
    calls: dict[int, bool] = field(default_factory=dict)


class Lease(Struct, frozen=True):
    """What a process has in memory of a conversation it took; for ever, so that it may be old."""

    process: int
    mailbox: Mailbox
    users: Users


class SharedInbox(RuleBasedStateMachine):
    """Steps of processes, each compared with the model. tables, store: of the class that is made for a test."""

    tables: Tables
    store: OpenStore
    loop: asyncio.AbstractEventLoop
    home: Path
    taken = 0  # steps, of all runs

    processes: Bundle[int] = Bundle("processes")
    threads: Bundle[int] = Bundle("threads")
    held: Bundle[Lease] = Bundle("held")

    def __init__(self) -> None:
        super().__init__()
        self.tables.begin_anew()
        self.live: set[int] = set()
        self.model: dict[int, Thread] = {}
        self.businesses: dict[int, int] = {}

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Wait for a store."""
        return self.loop.run_until_complete(work)

    def refused(self, unit: list[Write], by: type[Exception] | None) -> list[list[Row]] | None:
        """Commit a unit that must be refused, or must not; what it returned."""
        found: list[list[Row]] | None = None
        refused: type[Exception] | None = None
        try:
            found = self.do(self.store.commit(unit))
        except (Stale, Conflict) as error:
            refused = type(error)
        assert refused is by
        return found

    # ── processes and leases ──────────────────────────────────────────────────────────────────────────

    @initialize(target=processes)
    def first(self) -> int:
        """There is one."""
        return self._joined()

    @rule(target=processes)
    def join(self) -> int:
        """Another begins."""
        return self._joined()

    def _joined(self) -> int:
        number = next(self.tables.numbers)
        self.do(self.store.commit([Write(ENTER, {"id": number, "now": clock()})]))
        self.live.add(number)
        return number

    @rule(one=processes)
    def bury(self, one: int) -> None:
        """It is dead, or taken for dead."""
        self.do(self.store.commit([leaves(one)]))
        self.live.discard(one)

    @rule(target=held, one=processes, thread=threads)
    def take(self, one: int, thread: int) -> Any:
        """It takes a conversation that is its own or free; where its owner died, a start is counted."""
        known = self.model[thread]
        is_free = known.owner is None or known.owner not in self.live
        may = known.owner == one or is_free
        if self.refused(leases.takes(thread, one), None if may else Stale) is None:
            return multiple()
        if known.owner not in (None, one):
            self._count_a_start(known)
        known.owner, known.version = one, known.version + 1
        users = Users(self.store, clock)
        return Lease(one, self.do(Mailboxes(self.store, users, clock).by_id(thread)), users)

    @rule(one=processes, thread=threads)
    def give_back(self, one: int, thread: int) -> None:
        """It gives up what it owns; what it does not own stays its owner's."""
        self.do(self.store.commit([leases.gives_back([thread], one)]))
        if self.model[thread].owner == one:
            self.model[thread].owner = None

    @rule(one=processes)
    def look(self, one: int) -> None:
        """It finds exactly what is unfinished and its own or free."""
        found = self.do(leases.to_do(self.store, one, 100))
        assert sorted(found) == sorted(
            thread
            for thread, known in self.model.items()
            if (known.owner in (None, one) or known.owner not in self.live)
            and (self._waiting(known) or known.inbox or not all(known.calls.values()))
        )

    # ── what comes in ─────────────────────────────────────────────────────────────────────────────────

    @rule(target=threads, business=st.integers(1, 3))
    def open(self, business: int) -> int:
        """A conversation is opened, once for a user and a business."""
        opens = records.opens_thread(partner_id=PARTNER, business_id=business, user_id=USER, now=clock())
        if self.refused([opens], Conflict if business in self.businesses else None) is not None:
            row = self.do(records.thread_of(self.store, business, USER))
            self.businesses[business] = row["id"]
            self.model[row["id"]] = Thread()
        return self.businesses[business]

    @rule(thread=threads, text=st.sampled_from(WORDS), key=st.sampled_from(KEYS), heard=st.integers(0, 3))
    def hear(self, thread: int, text: str, key: str | None, heard: int) -> None:
        """A message is stored at the end, under a key that was never used; its door learns the owner and what waits."""
        known = self.model[thread]
        after = max([0, *(number for number in known.lines if number > 0)][: heard + 1])
        first = next(((number, line) for number, line in known.lines.items() if key and line.key == key), None)
        inbound = Inbound(business_id=1, user_id=USER, text=text, key=key)
        unit = accepting.shared_unit_of(inbound, thread, clock(), after=after)
        found = self.refused(unit, Conflict if first else None)
        if first is not None:
            accepted = self.do(records.first_time(self.store, thread, key))
            assert (accepted.message_id, accepted.seq) == (first[0], first[1].seq)
        if found is not None:
            [row], _, [*before, message] = found
            known.last_seq += 1
            assert (message["seq"], row["owner"]) == (known.last_seq, known.owner)
            assert all(message["id"] > number for number in known.lines)
            waiting = sorted(number for number, line in known.lines.items() if line.starts is not None)
            assert [one["id"] for one in before] == [number for number in waiting if number > after]
            known.lines[message["id"]] = Line(known.last_seq, "user", 0, key)

    @rule(thread=threads)
    def ask_for_people(self, thread: int) -> None:
        """A hand-over is kept."""
        waits = records.waits(thread, encode(HandOverAsked("care")), due_at=clock(), now=clock())
        [[owner], [row]] = self.refused([leases.tells_owner(thread), waits], None) or []
        assert owner["owner"] == self.model[thread].owner
        self.model[thread].inbox[row["id"]] = 0

    # ── turns, in time or late ────────────────────────────────────────────────────────────────────────

    @rule(lease=held, which=st.integers(0, 3))
    def hear_a_message(self, lease: Lease, which: int) -> None:
        """A message has its turn, if the fence is the last and it has had none."""
        known = self.model[lease.mailbox.conversation_id]
        said = [number for number, line in known.lines.items() if line.sender == "user"]
        if not said:
            return
        number = said[which % len(said)]
        rows = self.tables.rows(f"SELECT text FROM message WHERE id = {number}")  # noqa: S608 - a number
        row = {"id": number, "text": rows[0][0], "language": "", "starts": known.lines[number].starts or 0}
        if self._turn(lease, what_was_said(row), is_there=known.lines[number].starts is not None):
            known.lines[number].starts = None

    @rule(lease=held)
    def hear_of_a_call(self, lease: Lease) -> None:
        """What came back has its turn, as long as nothing else ended the call."""
        if lease.mailbox.state.calling is None:
            return
        number, known = lease.mailbox.state.calling.call_no, self.model[lease.mailbox.conversation_id]
        answer = Answered((Text("answer"),), status=True)
        waiting = Waiting(happening=CallReturned(number, answer), performed=Performed(answer=answer))
        if self._turn(lease, waiting, is_there=not known.calls[number]):
            known.calls[number] = True

    @rule(lease=held, which=st.integers(0, 3))
    def hand_over(self, lease: Lease, which: int) -> None:
        """A hand-over has its turn, once."""
        known = self.model[lease.mailbox.conversation_id]
        if not known.inbox:
            return
        number = list(known.inbox)[which % len(known.inbox)]
        if self._turn(lease, Waiting(happening=HandOverAsked("care"), inbox_id=number), is_there=True):
            del known.inbox[number]

    def _turn(self, lease: Lease, waiting: Waiting, *, is_there: bool) -> bool:
        """Commit a turn, and tell whether it must have been, and was."""
        mailbox = lease.mailbox
        known = self.model[mailbox.conversation_id]
        lease.users.forget(USER)
        user = self.do(lease.users.by_id(USER))
        assert not isinstance(waiting.happening, Unreadable)
        decided = _decided(mailbox, waiting.happening, user.user)
        unit = unit_of(mailbox, waiting, decided, user, alarm=None, now=clock())
        is_current = mailbox.version == known.version
        if self.refused(unit, None if is_current and is_there else Stale) is None:
            return False
        mailbox.state, mailbox.version = replace(decided.state, user=NOBODY), mailbox.version + 1
        known.version, known.turns = known.version + 1, known.turns + 1
        for effect in decided.effects:
            if isinstance(effect, Say):
                for _ in effect.messages:
                    known.last_seq += 1
                    known.lines[-known.last_seq] = Line(known.last_seq, "bot")
            elif isinstance(effect, Call):
                known.calls[effect.call_no] = False
        return True

    # ── suspects ──────────────────────────────────────────────────────────────────────────────────────

    @rule()
    def start_alone(self) -> None:
        """A start counts against what is first in line, everywhere."""
        self.refused(counts_a_start(), None)
        for known in self.model.values():
            self._count_a_start(known)

    @rule(thread=threads, starts=st.integers(0, 4))
    def count_a_try(self, thread: int, starts: int) -> None:
        """A try counts, unless it is told late: what has had its turn waits no more."""
        for number, line in self.model[thread].lines.items():
            if line.sender == "user":
                self.refused([counts_a_try(Waiting(happening=HandOverAsked(""), cause=number, starts=starts))], None)
                line.starts = None if line.starts is None else max(line.starts, starts + 1)
                return

    def _count_a_start(self, known: Thread) -> None:
        waiting = self._waiting(known)
        if waiting and (waiting[0].starts or 0) < SUSPECT:
            waiting[0].starts = (waiting[0].starts or 0) + 1
        for number, starts in known.inbox.items():
            known.inbox[number] = starts + (starts < SUSPECT)

    def _waiting(self, known: Thread) -> list[Line]:
        return [line for line in known.lines.values() if line.starts is not None]

    # ── what is on disk ───────────────────────────────────────────────────────────────────────────────

    @invariant()
    def holds_what_the_model_says(self) -> None:
        """Every row of every table."""
        type(self).taken += 1
        assert self._on_disk(self.tables) == self._as_modelled()

    @precondition(lambda self: self.tables.is_embedded)
    @rule()
    def back_up(self) -> None:
        """A backup has the same in it."""
        copy = self.home / f"copy{next(self.tables.numbers)}.db"
        back_up(self.tables.url, copy)
        with Tables.of_file(copy) as copied:
            assert self._on_disk(copied) == self._as_modelled()
        copy.unlink()

    def _as_modelled(self) -> list[list[tuple[Any, ...]]]:
        threads = sorted(self.model.items())
        lines = [(number, one) for number, known in threads for one in known.lines.values()]
        return [
            [(number, one.owner, one.version, one.last_seq) for number, one in threads],
            sorted(((n, one.seq, one.sender, one.starts) for n, one in lines), key=lambda line: line[:2]),
            [(number, row, starts) for number, one in threads for row, starts in sorted(one.inbox.items())],
            [(number, no, int(ended)) for number, one in threads for no, ended in sorted(one.calls.items())],
            [(number, one.turns) for number, one in threads if one.turns],
        ]

    def _on_disk(self, tables: Tables) -> list[list[tuple[Any, ...]]]:
        return [tables.rows(sql) for sql in _ALL_OF_IT]


def how(runs: int, *, is_the_same: bool = True) -> settings:
    """So many runs. is_the_same: each time."""
    return settings(
        max_examples=runs, stateful_step_count=40, database=None, deadline=None, derandomize=is_the_same,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck), phases=(Phase.generate,),
    )  # fmt: skip


@contextmanager
def machine(tables: Tables, home: Path) -> Iterator[type[SharedInbox]]:
    """Make the machine for these tables, on a store of its own."""
    store, loop = tables.open(), asyncio.new_event_loop()
    try:
        yield type("Here", (SharedInbox,), {"tables": tables, "store": store, "loop": loop, "home": home})
    finally:
        store.close()
        loop.close()


def _decided(mailbox: Mailbox, happening: Happening, user: Any) -> Any:
    return pretended_turn(
        None, replace(mailbox.state, user=user), happening, now=clock(), dice=None, understand={}, small_talk={}  # type: ignore[arg-type]  # it looks at neither
    )  # fmt: skip


_ALL_OF_IT = (
    "SELECT id, owner, version, last_seq FROM conversation ORDER BY id",
    "SELECT conversation_id, seq, sender, starts FROM message ORDER BY conversation_id, seq",
    "SELECT conversation_id, id, starts FROM inbox ORDER BY conversation_id, id",
    "SELECT conversation_id, call_no, CASE WHEN ended_at IS NULL THEN 0 ELSE 1 END FROM call ORDER BY 1, 2",
    f"SELECT conversation_id, count(*) FROM {TURNS} GROUP BY conversation_id ORDER BY conversation_id",  # noqa: S608 - our own
)
