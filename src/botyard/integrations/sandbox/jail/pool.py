"""The workers of one version of a bot: which of them takes a call, when there are more, and when one has served."""

import asyncio
import secrets
from collections.abc import Callable, Iterator
from time import monotonic, perf_counter
from typing import TypeAlias

import msgspec
from msgspec import Struct

from botyard.integrations.sandbox.jail.cell import Cell
from botyard.integrations.sandbox.jail.limits import Allowed
from botyard.integrations.sandbox.jail.policy import Limits
from botyard.integrations.sandbox.jail.slots import Busy, Slots
from botyard.integrations.sandbox.jail.witness import Seen
from botyard.integrations.sandbox.jail.worker import Worker
from botyard.integrations.sandbox.said import CodeAnswer, CodeError, Reply, Returned

_UNASKED_S = 0.5  # of a processor, between two looks

Kind: TypeAlias = tuple[str, int]  # the file a worker has loaded, and its memory


class Wanted(Struct, frozen=True):
    """One call. event: JSON. function_name, function_version, log_stream, request_id: what `context` says.

    only_loads: `main` is not called; the answer says how loading the file went, and a worker is ready for a call.
    """

    file: str
    event: msgspec.Raw
    request_id: str
    function_name: str
    function_version: str
    log_stream: str
    timeout_s: float | None = None
    memory_mb: int | None = None
    only_loads: bool = False


class Pool:
    """The workers of one jail. max_calls: after so many a worker is replaced. used_at: when it was last needed."""

    def __init__(self, cell: Cell, limits: Limits, max_calls: int, *, clock: Callable[[], float] = monotonic) -> None:
        self.cell = cell
        self.used_at = clock()
        self._limits = limits
        self._max_calls = max_calls
        self._clock = clock
        self._slots = Slots(limits.workers, limits.queue_s)
        self._idle: dict[Kind, list[tuple[float, Worker]]] = {}
        self._starting: set[asyncio.Task[None]] = set()
        self._alive: set[Worker] = set()
        self._seen = Seen()
        self._rested: tuple[float, float] | None = None  # used_at, and the processor time until then

    @property
    def busy(self) -> int:
        """How many calls are running."""
        return self._slots.taken

    @property
    def memory_mb(self) -> float:
        """Guess what the jail costs: workers share what process 1 imported, so each further one costs little."""
        most = max((worker.max_rss_kb for worker in self._alive), default=0) / 1024
        return max(self._seen.memory_mb, 12 + most + 4 * max(0, len(self._alive) - 1))

    async def run(self, wanted: Wanted, allowed: Allowed) -> CodeAnswer:
        """Make one call. Raises nothing but cancellation."""
        if not self._slots.take_free():
            try:
                await self._slots.wait()
            except Busy as busy:
                return CodeAnswer(error=CodeError("Busy", busy.sentence, reason="busy"))
        try:
            return await self._run((wanted.file, allowed.memory_mb), wanted, allowed.timeout_s)
        finally:
            self._slots.give_back()
            self.used_at = self._clock()

    def works_unasked(self) -> bool:
        """Look at the jail's processes: whether they worked since the last look, although nobody had called them.

        Threads that Python knows of end their worker after its call; this finds what it does not know, and signals that
        a clock sends.
        """
        self._seen = self.cell.seen()
        if self.busy or self._starting:
            self._rested = None
            return False
        before, self._rested = self._rested, (self.used_at, self._seen.cpu_s)
        return before is not None and before[0] == self.used_at and self._seen.cpu_s - before[1] > _UNASKED_S

    def reap(self) -> None:
        """Let go of workers that nobody has needed for a while; one is kept for the next call."""
        for idle in self._idle.values():
            while len(idle) > 1 and self._clock() - idle[0][0] > self._limits.idle_worker_s:
                self._let_go(idle.pop(0)[1])

    def close(self) -> None:
        """End everything at once."""
        for task in self._starting:
            task.cancel()
        self.cell.close()

    async def _run(self, kind: Kind, wanted: Wanted, timeout_s: float) -> CodeAnswer:
        started = perf_counter()
        worker = self._taken(kind)
        if worker is None:
            worker = self._new(kind)
            loaded = await self._loaded(worker)
            if loaded is not None:
                return _answer(worker, started, error=loaded)
        try:
            if wanted.only_loads:
                return _answer(worker, started)
            call, started = next(_CALL_IDS), perf_counter()
            reply = await worker.ask(call, _frame(call, wanted, timeout_s, worker), timeout_s)
            if isinstance(reply, CodeError):
                return _answer(worker, started, error=reply)
            return _answer(worker, started, result=reply.result, error=reply.error)
        finally:
            self._back(kind, worker)

    def _taken(self, kind: Kind) -> Worker | None:
        """Take the worker that served last: the others may then be reaped."""
        idle = self._idle.get(kind, [])
        while idle:
            worker = idle.pop()[1]
            if worker.is_alive:
                return worker
            self._alive.discard(worker)
        return None

    def _new(self, kind: Kind) -> Worker:
        if len(self._alive) >= self._limits.workers:
            self._make_room()
        worker = self.cell.worker(*kind)
        self._alive.add(worker)
        return worker

    def _make_room(self) -> None:
        """Let go of one that waits for calls of another file."""
        for idle in self._idle.values():
            if idle:
                self._let_go(idle.pop(0)[1])
                return

    async def _loaded(self, worker: Worker) -> CodeError | None:
        """Wait until it can take calls; what went wrong otherwise."""
        reply: Reply | CodeError | None = None
        try:
            reply = await worker.loaded(self._limits.load_s)
        finally:
            if not isinstance(reply, Reply) or reply.error is not None:
                self._let_go(worker)
        return reply if isinstance(reply, CodeError) else reply.error

    def _back(self, kind: Kind, worker: Worker) -> None:
        """Keep a worker for the next call, or have another ready instead."""
        if worker.is_alive and not self._has_served(worker, kind):
            self._idle.setdefault(kind, []).append((self._clock(), worker))
            return
        self._let_go(worker)
        if not self._idle.get(kind) and self.cell.is_alive:
            task = asyncio.get_running_loop().create_task(self._replace(kind))
            self._starting.add(task)
            task.add_done_callback(self._starting.discard)

    def _has_served(self, worker: Worker, kind: Kind) -> bool:
        """Whether it has done its calls, grown large, or left threads behind, which would work between calls."""
        grown = worker.max_rss_kb > self._limits.recycle_share * kind[1] * 1024
        return worker.calls >= self._max_calls or grown or worker.threads > 1

    async def _replace(self, kind: Kind) -> None:
        worker = self._new(kind)
        if await self._loaded(worker) is None:
            self._idle.setdefault(kind, []).append((self._clock(), worker))

    def _let_go(self, worker: Worker) -> None:
        self._alive.discard(worker)
        worker.stop()


def _random_ids() -> Iterator[str]:
    """Nobody can guess them. Chance is asked for many at once: for each call it would be a system call more."""
    while True:
        drawn = secrets.token_hex(_ID_BYTES * _IDS_AT_ONCE)
        yield from (drawn[at : at + 2 * _ID_BYTES] for at in range(0, len(drawn), 2 * _ID_BYTES))


_ID_BYTES, _IDS_AT_ONCE = 8, 256
_CALL_IDS = _random_ids()


def _frame(call: str, wanted: Wanted, timeout_s: float, worker: Worker) -> bytes:
    """Write what a worker is asked. What it was told by the call before, and is still so, is not said again."""
    asked = {"id": call, "event": wanted.event, "request_id": wanted.request_id, "timeout_s": timeout_s}
    named = (wanted.function_name, wanted.function_version, wanted.log_stream)
    if worker.named != named:
        worker.named = named
        asked |= zip(("function_name", "function_version", "log_stream"), named, strict=True)
    body = msgspec.json.encode(asked)
    return len(body).to_bytes(4, "big") + body


def _answer(
    worker: Worker, started: float, *, result: Returned | None = None, error: CodeError | None = None
) -> CodeAnswer:
    """Say what came of it, what it wrote, how long it took and what it used."""
    duration_ms = int((perf_counter() - started) * 1e6) / 1000  # `round` takes longer than all the rest of this
    max_rss_mb = int(worker.max_rss_kb / 102.4) / 10
    status_code, body = (result.status_code, result.body) if result else (None, None)
    return CodeAnswer(status_code, body, *worker.output(), error, duration_ms, max_rss_mb)
