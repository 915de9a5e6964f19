"""A version runs with the very packages that it was trained with, wherever and whenever it runs."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from botyard.app.custom_code import CustomCode
from botyard.app.sandbox import packages_named, tidy_packages
from botyard.bot.model import CodeSettings
from botyard.integrations.sandbox.jail.pool import Wanted
from botyard.integrations.sandbox.packages.building import is_built
from botyard.integrations.sandbox.sources import silently
from botyard.releases import records, versions
from botyard.releases.encoder_here import OFF, EncoderHere
from botyard.releases.live import LiveBots
from botyard.settings import Settings
from tests.app.package_index import PACKAGE, publish, served
from tests.app.shop import Shop, bot, with_code
from tests.attacks.hostile import Yard

CODE = f"""\
import {PACKAGE}
def main(event, context):
    return {{"statusCode": 200, "body": {PACKAGE}.VERSION}}
""".encode()
CALL = Wanted("price.py", msgspec.Raw(b"{}"), "r", "f", "1", "log")


@pytest.fixture
def machine() -> Iterator[Path]:
    """Where a machine keeps packages; the runner is another user."""
    with tempfile.TemporaryDirectory(prefix="botyard-packages-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


async def live_version_says(shop: Shop, code: CustomCode, business_id: int) -> tuple[str, str | None]:
    """Load what is live as a server does, and run it: what it was locked to, and what the code found."""
    live = await LiveBots(shop.store, EncoderHere(OFF)).of(business_id)
    answer = await code.sandbox.run(await code.sources.of(live.bot, "production", "1"), CALL)
    assert answer.error is None, answer.error
    return live.version.lock, answer.body


def test_a_version_means_the_same_packages_on_a_machine_that_never_saw_it(
    yard: Yard, shop: Shop, machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its lock is kept with it: not a newer release, nor training it there again, changes what it imports."""
    del yard  # where jails cannot be built, this is skipped
    settings = Settings(code_packages=str(machine))
    files = bot(CODE) | {"requirements.txt": b"botyard-test-greeting\n"}
    with served(tmp_path) as index:
        monkeypatch.setenv("UV_INDEX", index)
        publish(tmp_path, "1.0")
        business_id = 0

        async def trained(code: CustomCode) -> None:
            nonlocal business_id
            business_id = (await shop.deploys(code, files)).business_id

        async def on_a_fresh_machine(code: CustomCode) -> None:
            lock, found = await live_version_says(shop, code, business_id)
            assert (lock.splitlines()[0], found) == ("botyard-test-greeting==1.0 \\", "1.0")
            forget_the_locks(machine)
            await shop.deploys(code, files)
            assert await live_version_says(shop, code, business_id) == (lock, found)

        async def changed(code: CustomCode) -> None:
            newer = files | {"requirements.txt": b"# the newest\nbotyard-test-greeting\n"}
            await shop.deploys(code, newer)
            assert (await live_version_says(shop, code, business_id))[1] == "2.0"

        with_code(trained, settings)
        publish(tmp_path, "2.0")
        forget_the_index(machine)
        with_code(on_a_fresh_machine, settings)
        with_code(changed, settings)


def forget_the_index(machine: Path) -> None:
    """Leave nothing of what was built, locked, or heard of the index."""
    for folder in machine.iterdir():
        shutil.rmtree(folder)


def forget_the_locks(machine: Path) -> None:
    """Leave nothing that this machine locked by itself."""
    shutil.rmtree(machine / "locks", ignore_errors=True)


def test_what_no_version_names_goes_and_what_one_names_stays(
    yard: Yard, shop: Shop, machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder of packages that was only tried is tidied away after a week; that of a kept version never is."""
    del yard
    settings = Settings(code_packages=str(machine))
    with served(tmp_path) as index:
        monkeypatch.setenv("UV_INDEX", index)
        publish(tmp_path, "1.0")
        publish(tmp_path, "2.0")

        async def work(code: CustomCode) -> None:
            files = bot(CODE) | {"requirements.txt": b"botyard-test-greeting==1.0\n"}
            await shop.deploys(code, files)
            wanted = CodeSettings()
            tried = await packages_named(settings, wanted, "botyard-test-greeting==2.0\n", silently)
            make_old(machine)
            assert await packages_named(settings, wanted, "botyard-test-greeting==2.0\n", silently) == tried
            await tidy_packages(settings, await records.locks(shop.store))
            assert is_built(Path(tried.folders[0]))  # somebody has just used it
            make_old(machine)
            await tidy_packages(settings, await records.locks(shop.store))
            assert not is_built(Path(tried.folders[0]))
            kept = await versions.live_or_newest(shop.store, 1, "shop")
            assert kept is not None
            found = await packages_named(settings, wanted, "botyard-test-greeting==1.0\n", unheard, lock=kept[0].lock)
            assert len(found.folders) == 2

        with_code(work, settings)


def make_old(machine: Path) -> None:
    """Let eight days pass for every environment."""
    then = time.time() - 8 * 86400
    for mark in machine.glob("*/.whole"):
        os.utime(mark, (then, then))


async def unheard(sentence: str) -> None:
    """Be told nothing: a folder that is still there is not built."""
    raise AssertionError(sentence)


def test_a_version_without_requirements_has_no_lock(yard: Yard, shop: Shop) -> None:
    """Nothing is locked where nothing was asked for."""
    del yard

    async def work(code: CustomCode) -> None:
        await shop.deploys(code, bot())
        found = await versions.live_or_newest(shop.store, 1, "shop")
        assert found is not None
        assert found[0].lock == ""

    with_code(work)
