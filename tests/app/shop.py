"""A shop whose bot answers with custom code, and a database to make it live in."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from botyard.app.custom_code import CustomCode
from botyard.releases import records
from botyard.releases.encoder_here import OFF, EncoderHere
from botyard.releases.train import TrainerHere
from botyard.settings import Settings
from botyard.store.database import Database
from botyard.store.secrets import SecretsKey
from botyard.studio.deploy import Deployed, Order, deploy
from botyard.studio.starter import starter
from botyard.studio.workshop import Workshop

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
KEY = SecretsKey(bytes(32))
TRAINER = TrainerHere(EncoderHere(OFF))
NODE = b"""\
name: Price
system_name: PRICE
start: true
user_says: {en: [what does a lamp cost, price of a lamp, how much is a lamp, tell me what a lamp costs]}
integration:
  code: {file: code/price.py}
"""
GOOD = b"""\
import json
import shared
def main(event, context):
    return {"statusCode": 200, "body": json.dumps({"status": True, "response": [shared.PRICE]})}
"""


def bot(price: bytes = GOOD, shared: bytes = b"PRICE = 'ten'\n") -> dict[str, bytes]:
    """Make a bot with custom code."""
    return starter("Shop") | {"nodes/price.yaml": NODE, "code/price.py": price, "code/shared.py": shared}


class Shop:
    """A database, and what was told while it was worked on."""

    def __init__(self, store: Database) -> None:
        self.store = store
        self.told: list[str] = []

    async def progress(self, sentence: str) -> None:
        """Hear where a long order stands."""
        self.told.append(sentence)

    async def deploys(self, code: CustomCode, files: dict[str, bytes], *, needs_sandbox: bool = True) -> Deployed:
        """Make a bot live."""
        order = Order(files=files, needs_sandbox=needs_sandbox)
        workshop = Workshop((), KEY, TRAINER, code.prepare)
        return await deploy(self.store, order, workshop, now=NOW, progress=self.progress)

    async def packages(self) -> str | None:
        """Look up what the newest version's code was prepared with."""
        version = await records.newest_version_of_bot(self.store, 1, "shop")
        assert version is not None
        packages: str | None = version["packages"]
        return packages


def with_code(work: Callable[[CustomCode], Awaitable[None]], settings: Settings | None = None) -> None:
    """Do something with a sandbox of our own."""

    async def run() -> None:
        code = CustomCode(settings or Settings())
        try:
            await work(code)
        finally:
            await code.close()

    asyncio.run(run())
