"""Train Bot prepares the code: it is loaded in the sandbox before anything goes live."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from botyard.app.custom_code import CustomCode
from botyard.bot.compiled import CompiledBot
from botyard.integrations.sandbox.dry_run import CodeCannotRun
from botyard.integrations.sandbox.packages.unusable import PackagesUnavailable
from botyard.integrations.sandbox.sources import Packages, Progress, Sources
from botyard.releases import records
from botyard.releases.encoder_here import OFF, EncoderHere
from botyard.releases.train import TrainerHere
from botyard.settings import Settings
from botyard.store.database import Database, open_database
from botyard.store.secrets import SecretsKey
from botyard.store.up_to_date import bring_up_to_date
from botyard.studio.checked import BotRefused
from botyard.studio.deploy import Deployed, Order, deploy
from botyard.studio.exchange import ImportOrder, imported
from botyard.studio.starter import starter
from tests.attacks.hostile import Yard

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
        return await deploy(
            self.store,
            order,
            known_secrets=(),
            key=KEY,
            now=NOW,
            trainer=TRAINER,
            progress=self.progress,
            prepare=code.prepare,
        )

    async def packages(self) -> str | None:
        """Look up what the newest version's code was prepared with."""
        version = await records.newest_version_of_bot(self.store, 1, "shop")
        assert version is not None
        packages: str | None = version["packages"]
        return packages


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A fresh database on disk."""
    url = f"sqlite:///{tmp_path / 'b.db'}"
    bring_up_to_date(url)
    database = open_database(url)
    yield Shop(database)
    database.close()


def with_code(work: Callable[[CustomCode], Awaitable[None]], settings: Settings | None = None) -> None:
    """Do something with a sandbox of our own."""

    async def run() -> None:
        code = CustomCode(settings or Settings())
        try:
            await work(code)
        finally:
            await code.close()

    asyncio.run(run())


NOWHERE = Settings(runner="/nowhere/runner.sock")


def test_code_that_loads_goes_live_and_its_version_knows_its_packages(yard: Yard, shop: Shop) -> None:
    """Progress is told; the same content deployed again is loaded again and makes no other version."""
    del yard  # where jails cannot be built, this is skipped

    async def work(code: CustomCode) -> None:
        assert (await shop.deploys(code, bot())).version == 1
        assert shop.told[:3] == ["checking", "preparing the code", "loading the code in the sandbox"]
        assert await shop.packages()
        assert await records.has_live_code(shop.store)
        assert (await shop.deploys(code, bot())).version == 1

    with_code(work)


WRONG = [
    (GOOD, b"import nothing_at_all\n", "code/shared.py:1: No module named 'nothing_at_all': it is neither in compat-"),
    (b"PRICES = {}\n\nPRICES['lamp']\n" + GOOD, b"", "code/price.py:3: this file cannot be loaded: KeyError: 'lamp'"),
    (b"import os\nos._exit(3)\n" + GOOD, b"", "code/price.py:1: this file cannot be loaded: the code ended its own"),
    (b"HUGE = bytes(1 << 30)\n" + GOOD, b"", "loading this file takes more memory than the node gives it"),
    (b"from shared import *\n", b"", "code/price.py:1: price.py has no function main(event, context)"),
]  # fmt: skip


@pytest.mark.parametrize(("price", "shared", "sentence"), WRONG, ids=[case[2][-20:] for case in WRONG])
def test_code_that_does_not_load_is_refused_with_the_authors_line(
    yard: Yard, shop: Shop, price: bytes, shared: bytes, sentence: str
) -> None:
    """In training, not in a conversation; and nothing is kept."""
    del yard

    async def work(code: CustomCode) -> None:
        with pytest.raises(BotRefused) as refused:
            await shop.deploys(code, bot(price, shared))
        assert sentence in refused.value.sentence
        assert await records.bots(shop.store, 1) == ()

    with_code(work)


def test_a_bot_with_code_is_refused_where_no_code_can_run(shop: Shop) -> None:
    """With the reason and the fix; a bot without code needs no sandbox."""

    async def work(code: CustomCode) -> None:
        with pytest.raises(CodeCannotRun, match="custom code cannot run here: the sandbox's runner cannot be reached"):
            await shop.deploys(code, bot())
        assert (await shop.deploys(code, starter("Shop"))).version == 1
        assert not await records.has_live_code(shop.store)

    with_code(work, NOWHERE)


def test_a_version_that_was_not_prepared_is_prepared_when_it_goes_live(yard: Yard, shop: Shop) -> None:
    """An import, and a demo, say that code cannot run here and go on; the deployment that can, makes up for it."""
    del yard

    async def kept(code: CustomCode) -> None:
        await imported(
            shop.store,
            ImportOrder(bot()),
            known_secrets=(),
            now=NOW,
            trainer=TRAINER,
            progress=shop.progress,
            prepare=code.prepare,
        )
        assert any("custom code cannot run here" in sentence for sentence in shop.told)
        assert await shop.packages() == ""
        assert (await shop.deploys(code, bot(), needs_sandbox=False)).version >= 1
        assert await records.has_live_code(shop.store)
        assert await shop.packages() == ""

    async def prepared(code: CustomCode) -> None:
        await shop.deploys(code, bot())
        assert await shop.packages()

    with_code(kept, NOWHERE)
    with_code(prepared)


def test_without_walls_one_partner_is_the_most(shop: Shop) -> None:
    """Its operator is told; a second partner's code, or anybody's beside it, is not loaded."""
    partners = 1

    async def count() -> int:
        return partners

    async def run() -> None:
        nonlocal partners
        code = CustomCode(Settings(unsafe_no_sandbox=True), partners=count)
        try:
            await shop.deploys(code, bot())
            assert any("WITHOUT A SANDBOX" in sentence for sentence in shop.told)
            partners = 2
            code._health = None  # else what it said a moment ago counts
            with pytest.raises(CodeCannotRun, match="more than one partner"):
                await shop.deploys(code, bot())
        finally:
            await code.close()

    asyncio.run(run())


def test_packages_that_cannot_be_had_now_do_not_keep_a_demo_from_starting(yard: Yard, shop: Shop) -> None:
    """A demo goes on and says so; a deployment is refused."""
    del yard

    async def work(code: CustomCode) -> None:
        async def none(_bot: CompiledBot, _progress: Progress) -> Packages:
            raise PackagesUnavailable("the index cannot be reached")

        code.sources = Sources(none)
        files = bot(b"import requests\n" + GOOD)
        with pytest.raises(PackagesUnavailable):
            await shop.deploys(code, files)
        await shop.deploys(code, files, needs_sandbox=False)
        assert "the index cannot be reached" in shop.told
        assert await shop.packages() == ""

    with_code(work)
