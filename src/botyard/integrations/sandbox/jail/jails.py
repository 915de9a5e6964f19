"""All jails of a runner: one for each version of a bot, built when it is called, gone when nobody calls."""

import asyncio
import os
from collections.abc import Callable, Mapping
from time import monotonic

from msgspec import Struct
from msgspec.structs import replace

from botyard.integrations.sandbox.jail.cell import build
from botyard.integrations.sandbox.jail.launch import NoJail, Walls
from botyard.integrations.sandbox.jail.limits import allowed
from botyard.integrations.sandbox.jail.pool import Pool, Wanted
from botyard.integrations.sandbox.jail.shares import Shares
from botyard.integrations.sandbox.jail.slots import Busy
from botyard.integrations.sandbox.said import CodeAnswer, CodeError, Reason

_CALLS_PER_CORE = 64  # most of a call is waiting for somebody else's server


class Source(Struct, frozen=True):
    """The code of one version of a bot. key: changes with anything in it. files: by path below /var/task.

    packages: absolute folders of the runner's machine, read-only in the jail and on the path beside the runner's own.
    trusted: the operator approved them, so that process 1 may import from them ahead. bot: what all versions of the
    bot share and no other tenant or environment has; a name for what outlives a version. tenant: what all code of one
    tenant shares.
    """

    key: str
    files: dict[str, str]
    max_calls: int = 1000
    packages: tuple[str, ...] = ()
    trusted: bool = True
    bot: str = ""
    tenant: str = ""


class Jails:
    """Runs code. budget_mb: what all jails together may cost, half of the machine's memory where not said.

    most_calls: how many run at once; shares.py says how many of them are one tenant's.
    """

    def __init__(
        self,
        walls: Walls,
        *,
        budget_mb: float | None = None,
        most_calls: int | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._walls = walls
        self._clock = clock
        self._budget_mb = budget_mb or os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**20 / 2
        self._pools: dict[str, Pool] = {}
        self._building: dict[str, asyncio.Lock] = {}
        self._shares = Shares(most_calls or _CALLS_PER_CORE * (os.cpu_count() or 1))

    @property
    def pools(self) -> Mapping[str, Pool]:
        """The jails there are, by the key of their source."""
        return self._pools

    async def run(self, source: Source, wanted: Wanted) -> CodeAnswer:
        """Make one call. Raises nothing but cancellation: what goes wrong is the answer's `error`."""
        limits = self._walls.policy.limits
        if len(wanted.event) > limits.event_kb * 1024:
            return _failed("EventTooLarge", f"the event has over {limits.event_kb} KB", "bad_event")
        if wanted.file not in source.files:
            return _failed("NoFile", f"the bot has no file {wanted.file}", "bad_event")
        try:
            self._shares.take(source.tenant)
        except Busy as busy:
            return _failed("Busy", busy.sentence, "busy")
        try:
            pool = self._pools.get(source.key)
            if pool is None or not pool.cell.is_alive:
                pool = await self._built(source)
            return await pool.run(wanted, allowed(limits, timeout_s=wanted.timeout_s, memory_mb=wanted.memory_mb))
        except NoJail as none:
            return _failed("NoJail", none.sentence, "no_sandbox")
        finally:
            self._shares.give_back(source.tenant)

    def reap(self) -> None:
        """Let go of what nobody has needed for a while or works unasked; short of memory, of what rested longest."""
        for key, pool in list(self._pools.items()):
            pool.reap()
            works_unasked = pool.works_unasked()
            is_forgotten = self._clock() - pool.used_at > self._walls.policy.limits.idle_jail_s
            if not pool.cell.is_alive or works_unasked or (is_forgotten and not pool.busy):
                self._close(key)
        self._keep_budget()

    async def close(self) -> None:
        """End every jail, and wait until they are gone."""
        pools = list(self._pools.values())
        self._pools.clear()
        for pool in pools:
            pool.close()
        await asyncio.gather(*(pool.cell.closed() for pool in pools))

    async def _built(self, source: Source) -> Pool:
        """Build the version's jail; whoever comes meanwhile waits for the same."""
        lock = self._building.setdefault(source.key, asyncio.Lock())
        try:
            async with lock:
                pool = self._pools.get(source.key)
                if pool is None or not pool.cell.is_alive:
                    self._keep_budget()
                    cell = await build(_walls_of(self._walls, source), source.files)
                    pool = Pool(cell, self._walls.policy.limits, source.max_calls, clock=self._clock)
                    self._pools[source.key] = pool
                return pool
        finally:
            if not lock.locked():
                self._building.pop(source.key, None)

    def _keep_budget(self) -> None:
        resting = sorted((key for key, pool in self._pools.items() if not pool.busy), key=self._used_at)
        while resting and sum(pool.memory_mb for pool in self._pools.values()) > self._budget_mb:
            self._close(resting.pop(0))

    def _used_at(self, key: str) -> float:
        return self._pools[key].used_at

    def _close(self, key: str) -> None:
        self._pools.pop(key).close()


def _walls_of(walls: Walls, source: Source) -> Walls:
    """Give a jail its own packages."""
    python = walls.python
    packages = (*source.packages, *python.packages)
    return replace(walls, python=replace(python, packages=packages, trusted=python.trusted and source.trusted))


def _failed(kind: str, message: str, reason: Reason) -> CodeAnswer:
    return CodeAnswer(error=CodeError(kind, message, reason=reason))
