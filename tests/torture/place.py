"""Where a server is tortured: a database with the bot deployed, the builder's receiver, a forge for servers."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.processes import botyard, free_port
from tests.torture.bot import write_bot
from tests.torture.door import Door
from tests.torture.receiver import Receiver
from tests.torture.served import Served


class Place:
    """All of it. home: the folder of the database, the logs and the ledgers."""

    def __init__(self, home: Path, deployed: dict[str, Any], receiver: Receiver, server: Served) -> None:
        self.home = home
        self.receiver = receiver
        self.server = server
        self.business_id: int = deployed["business_id"]
        self._credentials = {"client-id": deployed["client_id"], "Authorization": f"Bearer {deployed['token']}"}

    def door(self) -> Door:
        """Open a connection for a client."""
        return Door(self.server.port, self._credentials)


@asynccontextmanager
async def place(home: Path, timeout_s: int = 30) -> AsyncIterator[Place]:
    """Prepare it in an empty folder. timeout_s: how long the bot's webhooks may take."""
    async with Receiver() as receiver:
        allow = f"127.0.0.1/32:{receiver.port}"
        bot = write_bot(home / "bot", f"http://127.0.0.1:{receiver.port}", timeout_s)
        done = await asyncio.to_thread(botyard, home, "deploy", bot, "--json", egress_allow=allow)
        assert done.returncode == 0, done.stderr
        async with Served(home, free_port(), egress_allow=allow) as server:
            yield Place(home, json.loads(done.stdout), receiver, server)
