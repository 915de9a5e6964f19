"""How often something happened in the last minute in all processes together, told to and asked of one Redis.

Nobody waits for it: a process counts by itself, and tells Redis beside that what it counted and hears what the others
did. One script does both, for all that was counted since the last, and there is never more than one on its way. When
Redis does not answer, what others counted is forgotten at once, and each process is alone with its own counts.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from hashlib import blake2b, sha1
from secrets import token_hex
from time import monotonic
from typing import TypeAlias

import structlog
from msgspec import Struct
from redis.exceptions import NoScriptError

from botyard.store.redis.connecting import BROKEN, Client
from botyard.store.redis.failures import advice_on

log = structlog.get_logger()

# A kind of request and who makes it.
What: TypeAlias = tuple[str | None, ...]

# The minute as `serving.rates` has it: twelve full slots and the one that runs.
SLOT_S, SLOTS = 5, 12
# How long a little may stay untold; much is told at once.
PAUSE_S = 0.05
# How long Redis is left in peace once it failed.
AGAIN_S = 1.0
AT_ONCE = 100
# As many as a process remembers callers; a flood of made-up ones must not fill the memory.
REMEMBERED = 10_000

# Each process has a field of its own in every slot, so that it can tell others' counts from its own. Time is Redis's:
# no two clocks are compared. A slot of the future is one from before its clock was put back.
_SCRIPT = """
local now, me = tonumber(redis.call('TIME')[1]), ARGV[1]
local slot_s, slots = tonumber(ARGV[2]), tonumber(ARGV[3])
local slot = math.floor(now / slot_s)
local answer = {}
for i, key in ipairs(KEYS) do
  if ARGV[3 + i] ~= '0' then
    redis.call('HINCRBY', key, slot .. ':' .. me, ARGV[3 + i])
    redis.call('EXPIRE', key, (slots + 2) * slot_s)
  end
  local fields, count, oldest = redis.call('HGETALL', key), 0, slot
  for j = 1, #fields, 2 do
    local at, who = string.match(fields[j], '^(%d+):(.*)$')
    at = tonumber(at)
    if at < slot - slots or at > slot then
      redis.call('HDEL', key, fields[j])
    elseif who ~= me then
      count = count + tonumber(fields[j + 1])
      oldest = math.min(oldest, at)
    end
  end
  answer[2 * i - 1] = count
  answer[2 * i] = (oldest + slots + 1) * slot_s - now
end
return answer
"""

_SHA = sha1(_SCRIPT.encode(), usedforsecurity=False).hexdigest()  # how Redis names it


class _Heard(Struct, frozen=True):
    """How often others counted something. ends_at: when the oldest of it is more than a minute ago."""

    count: int
    ends_at: float


class RedisCounts:
    """Serves `serving.rates.Shared`. name: of the database, the same in all its processes."""

    def __init__(self, url: str, *, name: str, seconds: Callable[[], float] = monotonic) -> None:
        self._client = Client(url)
        self._name = name
        self._seconds = seconds
        self._me = token_hex(8)
        self._trouble = ""
        self._rests_until = float("-inf")
        self._untold: dict[What, int] = {}
        self._others: OrderedDict[What, _Heard] = OrderedDict()
        self._must_hurry = asyncio.Event()
        self._telling: asyncio.Task[None] | None = None

    def state(self) -> str:
        """Say "ok", or what keeps this process from counting with the others and how to mend it."""
        return self._trouble or "ok"

    def counted(self, what: What) -> tuple[int, float]:
        """Tell how often others counted this in the last minute, as far as was heard; and for how many seconds."""
        heard = self._others.get(what)
        if heard is None:
            return 0, 0.0
        left_s = heard.ends_at - self._seconds()
        if left_s > 0:
            return heard.count, left_s
        del self._others[what]
        self.tell(what, 0, at_once=0)  # some of it may hold on
        return 0, 0.0

    def tell(self, what: What, more: int, *, at_once: int) -> None:
        """Tell the others that this was counted here. at_once: so much is too much to stay untold."""
        if self._seconds() < self._rests_until or len(self._untold) >= REMEMBERED:
            return
        untold = self._untold[what] = self._untold.get(what, 0) + more
        if untold >= at_once:
            self._must_hurry.set()
        if self._telling is None:
            self._telling = asyncio.create_task(self._tell())

    async def stop(self) -> None:
        """End. What is untold is of no use to anybody."""
        self._rests_until = float("inf")
        self._untold.clear()
        if self._telling is not None:
            self._telling.cancel()
            await asyncio.gather(self._telling, return_exceptions=True)
        await self._client.close()

    async def _tell(self) -> None:
        try:
            while self._untold:
                with suppress(TimeoutError):
                    async with asyncio.timeout(PAUSE_S):
                        await self._must_hurry.wait()
                self._must_hurry.clear()
                some = dict(list(self._untold.items())[:AT_ONCE])
                for one in some:
                    del self._untold[one]
                await self._exchange(some)
        except BROKEN as error:
            self._lost(error)
        finally:
            self._telling = None

    async def _exchange(self, some: dict[What, int]) -> None:
        keys = [self._key(what) for what in some]
        answer = await self._run(len(keys), *keys, self._me, SLOT_S, SLOTS, *some.values())
        now = self._seconds()
        for what, count, ends_in_s in zip(some, answer[::2], answer[1::2], strict=True):
            self._others.pop(what, None)
            if count > 0:
                self._others[what] = _Heard(count, now + ends_in_s)
        while len(self._others) > REMEMBERED:
            self._others.popitem(last=False)
        if self._trouble:
            log.info("counts_shared_again")
        self._trouble = ""

    async def _run(self, *arguments: str | int) -> list[int]:
        answer: list[int]
        try:
            answer = await self._client.ask("EVALSHA", _SHA, *arguments)
        except NoScriptError:  # new to it, or it was started anew
            answer = await self._client.ask("EVAL", _SCRIPT, *arguments)
        return answer

    def _key(self, what: What) -> str:
        """Name a key. A digest: Redis is no place for people's addresses, nor for names of any length."""
        return f"botyard:{self._name}:count:{blake2b(repr(what).encode(), digest_size=16).hexdigest()}"

    def _lost(self, error: Exception) -> None:
        self._others.clear()
        self._untold.clear()
        self._rests_until = self._seconds() + AGAIN_S
        trouble = advice_on(error, "until then each process counts requests on its own")
        if trouble != self._trouble:
            log.warning("counts_alone", advice=trouble)
        self._trouble = trouble
