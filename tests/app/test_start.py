"""A start: what it must have before it takes turns, and what may not hold it up."""

import asyncio
from collections.abc import Iterable
from pathlib import Path

import psycopg
import pytest

from botyard.app import running as start
from botyard.app.live import LiveBusinesses
from botyard.app.publish import deploy
from botyard.app.running import Platform, running
from botyard.settings import Settings
from botyard.store.peers import OtherCluster
from botyard.studio.starter import starter
from tests.stores import on_server

KEY = "ab" * 32


class Loading:
    """Stands in for the loading of bots; it lasts until it is let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.may_end = asyncio.Event()
        loading = self

        async def load_ahead(_live: LiveBusinesses, _business_ids: Iterable[int]) -> None:
            await loading.may_end.wait()

        monkeypatch.setattr(LiveBusinesses, "load_ahead", load_ahead)


async def is_ready(platform: Platform) -> bool:
    """Ask it as a load balancer does."""
    return (await platform.ready()).ready


def test_a_server_is_not_ready_before_the_bots_people_talked_to_are_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until then /readyz says no and why; the doors are open meanwhile, for it may be the only server there is."""

    async def test() -> None:
        loading = Loading(monkeypatch)
        async with running(Settings(database_url=f"sqlite:///{tmp_path / 'b.db'}")) as platform:
            assert "being loaded" in (await platform.ready()).checks["bots"]
            loading.may_end.set()
            await asyncio.sleep(0.01)
            assert await is_ready(platform)

    asyncio.run(test())


def test_bots_that_take_long_to_load_keep_no_start_from_being_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of them may have to be trained anew, which takes minutes."""
    monkeypatch.setattr(start, "LOADS_AHEAD_S", 0.2)

    async def test() -> None:
        Loading(monkeypatch)
        async with running(Settings(database_url=f"sqlite:///{tmp_path / 'b.db'}")) as platform:
            assert not await is_ready(platform)
            await asyncio.sleep(0.3)
            assert await is_ready(platform)

    asyncio.run(test())


def test_a_worker_takes_no_turns_before_the_bots_are_loaded(
    postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Among many it is no process yet, so that those which have the bots take what comes; but not for ever."""
    assert postgres
    url = on_server(tmp_path / "b.db")

    def processes() -> int:
        with psycopg.connect(url) as connection:
            return len(connection.execute("SELECT 1 FROM process").fetchall())

    async def test() -> None:
        loading = Loading(monkeypatch)
        done = asyncio.Event()

        async def worker() -> None:
            async with running(Settings(database_url=url, key=KEY)):
                await done.wait()

        working = asyncio.create_task(worker())
        await asyncio.sleep(1.5)
        assert not processes()
        loading.may_end.set()
        async with asyncio.timeout(10):
            while not processes():  # noqa: ASYNC110 - the database tells nobody
                await asyncio.sleep(0.05)
        done.set()
        await working

    asyncio.run(test())


def test_another_installation_deploys_nothing_where_one_runs(postgres: str, tmp_path: Path) -> None:
    """Its key would keep the bot's secrets so that those who run could call nothing any more; it hears what to do."""
    assert postgres
    url, folder = on_server(tmp_path / "b.db"), tmp_path / "bot"
    for name, content in starter("Shop").items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)

    async def silent(_sentence: str) -> None:
        pass

    async def deployed(key: str) -> int:
        ours = Settings(database_url=url, key=key, encoder="off")
        done = await deploy(ours, folder, teams=(), human_assistance=None, new_token=False, progress=silent)
        return done.business_id

    async def test() -> None:
        async with running(Settings(database_url=url, key=KEY)):
            with pytest.raises(OtherCluster, match="BOTYARD_KEY"):
                await deployed("cd" * 32)
            assert await deployed(KEY) == 1

    asyncio.run(test())
