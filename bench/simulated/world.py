"""A thousand workers on one database, while they die, hang and miss wake-ups: lease, stream and sweep, simulated.

The database is what it promises to be: it commits one unit after the other, and a guard sees what was committed before.
Everything else may fail. A worker is one process with one core: what it computes waits in line, calls do not. A hung
one does nothing, and then goes on where it was, not knowing; a dead one's session is gone, so the others can see it.
"""

import random
from collections import deque
from collections.abc import Callable
from functools import partial
from itertools import islice

from msgspec import Struct, field

from bench.simulated.clock import Clock
from bench.simulated.plan import Plan


class Message(Struct, eq=False):
    """commits, calls: how often it was answered, and its webhook called; both should end at 1 and at most 1."""

    number: int
    accepted: float
    has_call: bool
    call_begun: bool = False
    calls: int = 0
    commits: int = 0
    answered: float = -1.0
    is_interrupted: bool = False


class Conversation(Struct, eq=False):
    """owner: the process that has its lease; fence: how often it was taken. left: when, and how, an owner failed it."""

    number: int
    owner: int = 0
    fence: int = 0
    waiting: deque[Message] = field(default_factory=deque)
    last_answered: int = -1
    left: tuple[float, str] | None = None


class Worker(Struct, eq=False):
    """life: which start of it this is. process: its number among the others; another one where it was buried alive.

    working: the conversations whose first message it is at, each with the fence it took.
    """

    life: int = 0
    process: int = 0
    is_dead: bool = False
    hung_until: float = 0.0
    busy_until: float = 0.0
    beat: float = 0.0
    working: dict[int, int] = field(default_factory=dict)


class Turn(Struct, frozen=True, eq=False):
    """One attempt at a message: what a worker has in hand, and the fence that it believes in."""

    worker: Worker
    conversation: Conversation
    message: Message
    fence: int


class World:
    """One run of a plan. `messages`, `take_overs` and `reordered` tell what came of it."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.clock = Clock()
        self.chance = random.Random(plan.seed)  # noqa: S311 - what breaks is no secret, and must break again
        self.workers = [Worker() for _ in range(plan.workers)]
        self.conversations = [Conversation(number) for number in range(plan.conversations)]
        self.registered: dict[int, Worker] = {}  # the table of processes
        self.unfinished: dict[int, Conversation] = {}
        self.messages: list[Message] = []
        self.take_overs: dict[str, list[float]] = {"death": [], "hang": []}
        self.reordered = self.refused = 0
        self._failed: dict[int, Worker] = {}  # processes that may have to be buried
        self._processes = 0

    def run(self) -> None:
        """Let it all happen, then a quiet time in which everything that was promised must be done."""
        plan = self.plan
        for worker in self.workers:
            self._start(worker)
        self.clock.after(0.0, self._accept)
        for kind, often in ((self._kill, plan.deaths), (self._hang, plan.hangs)):
            for _ in range(often):
                self.clock.at(self.chance.uniform(0.0, plan.seconds), kind)
        self.clock.run_until(plan.seconds + plan.longest_hang + 2 * plan.silent + 4 * plan.sweeps)

    # ── what comes in, and what breaks ────────────────────────────────────────────────────────────────

    def _accept(self) -> None:
        if self.clock.now > self.plan.seconds:
            return
        conversation = self.chance.choice(self.conversations)
        message = Message(len(self.messages), self.clock.now, self.chance.random() < self.plan.with_call)
        self.messages.append(message)
        conversation.waiting.append(message)
        self.unfinished[conversation.number] = conversation
        if self.chance.random() >= self.plan.lost_wake_ups:
            self.clock.after(self.plan.wake_up, partial(self._wake, conversation))
        self.clock.after(self.chance.expovariate(self.plan.rate), self._accept)

    def _wake(self, conversation: Conversation) -> None:
        """Tell the owner; where there is none, whoever reads the stream next."""
        worker = self.registered.get(conversation.owner)
        if worker is None:
            readers = [one for one in self.chance.choices(self.workers, k=8) if self._is_well(one)]
            if not readers:
                return
            worker = readers[0]
        self._as(worker, worker.life, partial(self._look_into, worker, conversation))

    def _kill(self) -> None:
        worker = self.chance.choice(self.workers)
        if worker.is_dead:
            return
        self._note_what_is_left(worker, "death")
        worker.is_dead = True
        self._failed[worker.process] = worker
        self.clock.after(self.plan.back_after, partial(self._start, worker))

    def _hang(self) -> None:
        worker = self.chance.choice(self.workers)
        if not self._is_well(worker):
            return
        self._note_what_is_left(worker, "hang")
        worker.hung_until = self.clock.now + self.chance.uniform(1.0, self.plan.longest_hang)
        self._failed[worker.process] = worker

    def _note_what_is_left(self, worker: Worker, how: str) -> None:
        for number in worker.working:
            self.conversations[number].left = (self.clock.now, how)

    def _is_well(self, worker: Worker) -> bool:
        return not worker.is_dead and worker.hung_until <= self.clock.now

    # ── a worker ──────────────────────────────────────────────────────────────────────────────────────

    def _start(self, worker: Worker) -> None:
        """Begin anew, with no memory of what was."""
        worker.life += 1
        worker.is_dead, worker.hung_until, worker.busy_until = False, 0.0, 0.0
        self._join(worker)
        chance = self.chance.random
        self._later(worker, chance() * self.plan.beats, partial(self._beat, worker))
        if self.plan.sweeps_at_all:
            self._later(worker, chance() * self.plan.sweeps, partial(self._sweep, worker))

    def _join(self, worker: Worker) -> None:
        """Become one of the others under a new number; turns in hand go on until a commit of theirs is refused."""
        self._processes += 1
        worker.process, worker.beat, worker.working = self._processes, self.clock.now, {}
        self.registered[worker.process] = worker

    def _as(self, worker: Worker, life: int, does: Callable[[], None]) -> None:
        """Do something in this life of a worker: not at all once it is dead, and later while it hangs."""
        if worker.life != life or worker.is_dead:
            return
        if worker.hung_until > self.clock.now:
            self.clock.at(worker.hung_until, partial(self._as, worker, life, does))
            return
        does()

    def _later(self, worker: Worker, delay_s: float, does: Callable[[], None]) -> None:
        self.clock.after(delay_s, partial(self._as, worker, worker.life, does))

    def _compute(self, worker: Worker, cpu_s: float, then: Callable[[], None]) -> None:
        """Use its one core, behind what it has to do already."""
        worker.busy_until = max(worker.busy_until, self.clock.now) + cpu_s
        self._later(worker, worker.busy_until - self.clock.now, then)

    def _beat(self, worker: Worker) -> None:
        """Beat, see whether one was buried alive, and bury who died or fell silent."""
        if worker.process not in self.registered:
            self._join(worker)
        worker.beat = self.clock.now
        for process, other in list(self._failed.items()) if self.plan.buries else ():
            is_gone = other.process != process or other.is_dead
            if is_gone or self.clock.now - other.beat > self.plan.silent:
                del self._failed[process]
                self.registered.pop(process, None)
                self._take_what_waits(worker)
            elif self._is_well(other):
                del self._failed[process]
        self._later(worker, self.plan.beats, partial(self._beat, worker))

    def _sweep(self, worker: Worker) -> None:
        """Whatever was missed is found here."""
        self._take_what_waits(worker)
        self._later(worker, self.plan.sweeps, partial(self._sweep, worker))

    def _take_what_waits(self, worker: Worker) -> None:
        oldest = islice(self.unfinished.values(), 10 * self.plan.batch)
        free = [one for one in oldest if one.owner == worker.process or self._is_free(one)]
        for conversation in self.chance.sample(free, min(len(free), self.plan.batch)):
            self._look_into(worker, conversation)

    def _is_free(self, conversation: Conversation) -> bool:
        return conversation.owner not in self.registered

    # ── a conversation at a worker ────────────────────────────────────────────────────────────────────

    def _look_into(self, worker: Worker, conversation: Conversation) -> None:
        """Take its lease if it is to be had, and begin with what is first in line."""
        if conversation.owner != worker.process and not self._take(worker, conversation):
            return
        if conversation.number not in worker.working and conversation.waiting:
            worker.working[conversation.number] = conversation.fence
            self._begin(Turn(worker, conversation, conversation.waiting[0], conversation.fence))

    def _take(self, worker: Worker, conversation: Conversation) -> bool:
        is_doubtful = self.clock.now - worker.beat > self.plan.sure  # it may be buried by now
        if is_doubtful or worker.process not in self.registered or not self._is_free(conversation):
            return False
        conversation.owner = worker.process
        conversation.fence += 1
        if conversation.left is not None:
            since, how = conversation.left
            self.take_overs[how].append(self.clock.now - since)
            conversation.left = None
        return True

    def _begin(self, turn: Turn) -> None:
        then = partial(self._call if turn.message.has_call else self._answer, turn)
        committed = partial(self._later, turn.worker, self.plan.commit, then)
        self._compute(turn.worker, self.plan.turn_cpu, committed)

    def _call(self, turn: Turn) -> None:
        """Commit that the call begins, then make it; one that had begun before is not made again."""
        if self._is_refused(turn):
            return
        if turn.message.call_begun and self.plan.keeps_calls:
            turn.message.is_interrupted = True
            self._later(turn.worker, self.plan.commit, partial(self._answer, turn))
            return
        turn.message.call_begun = True
        self._later(turn.worker, self.plan.commit, partial(self._called, turn))

    def _called(self, turn: Turn) -> None:
        turn.message.calls += 1
        took = self.chance.lognormvariate(0.0, 0.7) * self.plan.call
        answer = partial(self._later, turn.worker, self.plan.commit, partial(self._answer, turn))
        self._later(turn.worker, took, partial(self._compute, turn.worker, self.plan.turn_cpu / 2, answer))

    def _answer(self, turn: Turn) -> None:
        """Commit the turn: the answer, and that the message waits no more."""
        if self._is_refused(turn):
            return
        message, conversation = turn.message, turn.conversation
        message.commits += 1
        self.reordered += message.number < conversation.last_answered
        conversation.last_answered = max(conversation.last_answered, message.number)
        if message.answered < 0:
            message.answered = self.clock.now
            conversation.waiting.remove(message)
            conversation.left = None
        self._lay_down(turn)
        if not conversation.waiting:
            self.unfinished.pop(conversation.number, None)
        elif conversation.owner == turn.worker.process:
            self._look_into(turn.worker, conversation)

    def _is_refused(self, turn: Turn) -> bool:
        """Tell whether the guard of a commit refuses it: somebody has taken the conversation since."""
        if not self.plan.has_fence or turn.fence == turn.conversation.fence:
            return False
        self.refused += 1
        self._lay_down(turn)
        return True

    def _lay_down(self, turn: Turn) -> None:
        if turn.worker.working.get(turn.conversation.number) == turn.fence:
            del turn.worker.working[turn.conversation.number]
