"""So many calls at once: per endpoint and in all, so that slow receivers do not hold up the others."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeAlias

from botyard.errors import TooMuch

Endpoint: TypeAlias = tuple[str, str, int]  # scheme, host, port


class Busy(TooMuch):
    """All places are taken, and none became free in time."""

    code = "busy"


class Places:
    """Places for calls that are out. wait_s: how long a call waits for one before it is refused."""

    def __init__(self, *, per_endpoint: int = 50, in_all: int = 400, wait_s: float = 1.0) -> None:
        self._per_endpoint = per_endpoint
        self._in_all = asyncio.Semaphore(in_all)
        self._wait_s = wait_s
        self._endpoints: dict[Endpoint, asyncio.Semaphore] = {}
        self._here: Counter[Endpoint] = Counter()

    @asynccontextmanager
    async def one(self, endpoint: Endpoint) -> AsyncIterator[None]:
        """Hold one place while the block runs. Raises Busy."""
        at_endpoint = self._endpoints.setdefault(endpoint, asyncio.Semaphore(self._per_endpoint))
        self._here[endpoint] += 1
        try:
            # The endpoint's own place first: whoever waits for a slow receiver must not hold a place of all.
            await self._take(at_endpoint, "the receiver answers too slowly: too many calls to it are still out")
            try:
                await self._take(self._in_all, "too many calls are out at once")
                try:
                    yield
                finally:
                    self._in_all.release()
            finally:
                at_endpoint.release()
        finally:
            self._left(endpoint)

    async def _take(self, places: asyncio.Semaphore, why: str) -> None:
        if not places.locked():
            await places.acquire()  # at once: there is a free one
            return
        try:
            async with asyncio.timeout(self._wait_s):
                await places.acquire()
        except TimeoutError:
            raise Busy(why) from None

    def _left(self, endpoint: Endpoint) -> None:
        self._here[endpoint] -= 1
        if not self._here[endpoint]:
            del self._here[endpoint], self._endpoints[endpoint]
