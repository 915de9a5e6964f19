"""Where a server is tortured: a database with the bot deployed, the builder's receiver, a forge for servers."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from tests.processes import botyard, free_port
from tests.torture.bot import write_bot
from tests.torture.door import ANSWERS_WITHIN_S, Door, Gone
from tests.torture.receiver import Receiver
from tests.torture.served import Served


class Place:
    """All of it. home: the folder of the database, the logs and the ledgers. servers: each with a port of its own."""

    def __init__(self, home: Path, deployed: dict[str, Any], receiver: Receiver, servers: Sequence[Served]) -> None:
        self.home = home
        self.receiver = receiver
        self.servers = servers
        self.server = servers[0]
        self.answers_within_s = ANSWERS_WITHIN_S
        self.business_id: int = deployed["business_id"]
        self.credentials = {"client-id": deployed["client_id"], "Authorization": f"Bearer {deployed['token']}"}

    async def until_up(self) -> None:
        """Wait until each server answers."""
        for server in self.servers:
            with Door([server.port], self.credentials) as door:
                await self._until_answered(door)

    async def _until_answered(self, door: Door) -> None:
        while True:
            try:
                await door.get("/livez")
            except Gone:
                await asyncio.sleep(0.02)
            else:
                return

    def door(self) -> Door:
        """Open a connection for a client, who turns from one server to the next where one does not answer."""
        door = Door([server.port for server in self.servers], self.credentials)
        door.answers_within_s = self.answers_within_s
        return door


@asynccontextmanager
async def place(
    home: Path,
    *,
    also: Sequence[int] = (),
    servers: int = 1,
    surroundings: Sequence[Mapping[str, str]] = (),
    **settings: str,
) -> AsyncIterator[Place]:
    """Prepare it. home: an empty folder, or one whose bot is written already. also: ports that may be called, too.

    surroundings: variables of each server's environment that are no settings; where given, there are so many servers.
    """
    async with Receiver() as receiver, AsyncExitStack() as stack:
        allow = ",".join(f"127.0.0.1/32:{port}" for port in (receiver.port, *also))
        bot = home / "bot"
        if not bot.exists():
            write_bot(bot, f"http://127.0.0.1:{receiver.port}")
        done = await asyncio.to_thread(botyard, home, "deploy", bot, "--json", egress_allow=allow, encoder="off")
        assert done.returncode == 0, done.stderr
        settings = {"egress_allow": allow, "encoder": "off", **settings}
        each = [
            await stack.enter_async_context(Served(home, free_port(), around, **settings))
            for around in surroundings or [{}] * servers
        ]
        yield Place(home, json.loads(done.stdout), receiver, each)
