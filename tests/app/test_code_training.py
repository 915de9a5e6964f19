"""Train Bot prepares the code: it is loaded in the sandbox before anything goes live."""

import asyncio

import pytest

from botyard.app.custom_code import CustomCode
from botyard.bot.compiled import CompiledBot
from botyard.integrations.sandbox.dry_run import CodeCannotRun
from botyard.integrations.sandbox.packages.unusable import PackagesUnavailable
from botyard.integrations.sandbox.sources import Packages, Progress, Sources
from botyard.releases import records
from botyard.settings import Settings
from botyard.studio.checked import BotRefused
from botyard.studio.exchange import ImportOrder, imported
from botyard.studio.starter import starter
from botyard.studio.workshop import Workshop
from tests.app.shop import GOOD, KEY, NOW, TRAINER, Shop, bot, with_code
from tests.attacks.hostile import Yard

NOWHERE = Settings(runner="/nowhere/runner.sock")


def test_code_that_loads_goes_live_and_its_version_knows_its_packages(yard: Yard, shop: Shop) -> None:
    """Progress is told; the same content deployed again is loaded again and makes no other version."""
    del yard  # where jails cannot be built, this is skipped

    async def work(code: CustomCode) -> None:
        assert (await shop.deploys(code, bot())).version == 1
        steps = [
            step for step in shop.told if not step.startswith("custom code has no network")
        ]  # true of some machines
        assert steps[:3] == ["checking", "preparing the code", "loading the code in the sandbox"]
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
            Workshop((), KEY, TRAINER, code.prepare),
            now=NOW,
            progress=shop.progress,
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
