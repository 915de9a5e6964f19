"""A process without doors: it takes turns beside those that have some, until it is told to stop."""

import asyncio
import signal
from collections.abc import Callable

from botyard.app.running import must_be_on_a_server, running
from botyard.app.server import leave_no_garbage
from botyard.settings import Settings


async def work(settings: Settings, *, ready: Callable[[], None]) -> None:
    """Take turns until SIGINT or SIGTERM; then hand over what is not under way, and end what is. Raises AllAlone."""
    must_be_on_a_server(settings)
    is_told_to_stop = asyncio.Event()
    async with running(settings) as platform:
        loop = asyncio.get_running_loop()
        for wanted in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(wanted, is_told_to_stop.set)
        leave_no_garbage()
        ready()
        await is_told_to_stop.wait()
        platform.stopping()
