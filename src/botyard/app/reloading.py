"""Work that goes on with a bot folder's newest good version."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from botyard.errors import BotyardError
from botyard.releases.watch import Watch


@asynccontextmanager
async def on_every_save(
    watch: Watch, take_over: Callable[[], Awaitable[str]], tell: Callable[[str], None]
) -> AsyncIterator[None]:
    """Take over what is saved, for as long as the block runs; a broken save is told, and the last good version goes on.

    take_over: answers what to tell. Raises BotyardError where what was saved cannot be used.
    """

    async def follow() -> None:
        async for _ in watch.saves():
            try:
                tell(await take_over())
            except BotyardError as error:
                tell(f"{error.sentence}\nThe last good version goes on.")

    following = asyncio.create_task(follow())
    try:
        yield
    finally:
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following
