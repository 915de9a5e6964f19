"""What answers for a business in a running Botyard, and what its calls meet when that has changed meanwhile."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest

from botyard.app.calls import Calls
from botyard.app.custom_code import CustomCode
from botyard.app.live import FRESH_S, BusinessInactive, LiveBusinesses
from botyard.app.secrets import KnownSecrets
from botyard.conversations.ports import Served
from botyard.engine.effects import Call
from botyard.engine.happenings import Unusable
from botyard.engine.state import User
from botyard.errors import NotFound
from botyard.integrations.outbound import Outbound
from botyard.releases.encoder_here import OFF, EncoderHere
from botyard.releases.live import LiveBots
from botyard.releases.train import TrainerHere
from botyard.settings import Settings
from botyard.store.database import Database, open_database
from botyard.store.secrets import SecretsKey
from botyard.store.up_to_date import bring_up_to_date
from botyard.studio.deploy import Deployed, Order, deploy
from botyard.studio.starter import starter
from botyard.studio.workshop import Workshop

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
KEY = SecretsKey(bytes(32))
FILES = starter("Shop")
WITHOUT = EncoderHere(OFF)
# wire.md §5
PROMISED_S = 2.0


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    """A fresh database on disk."""
    url = f"sqlite:///{tmp_path / 'b.db'}"
    bring_up_to_date(url)
    database = open_database(url)
    yield database
    database.close()


async def deployed(store: Database, order: Order) -> Deployed:
    async def silent(_sentence: str) -> None:
        pass

    prepare = CustomCode(Settings()).prepare
    return await deploy(store, order, Workshop((), KEY, TrainerHere(WITHOUT), prepare), now=NOW, progress=silent)


def changed(line: str) -> Order:
    """The same bot with one more line in its file: another version."""
    return Order(files=FILES | {"bot.yaml": FILES["bot.yaml"] + line.encode()})


def test_another_processs_deployment_is_served_within_the_promise(store: Database) -> None:
    """What was read counts for a second and not once more below; who deploys here says so, and it counts at once."""
    seconds = 0.0

    async def test() -> None:
        nonlocal seconds
        live = LiveBusinesses(store, LiveBots(store, WITHOUT), lambda: seconds)
        business = (await deployed(store, Order(files=FILES))).business_id
        first = (await live.served(business)).bots.by_name["shop"].version
        await deployed(store, changed("# one\n"))
        assert (await live.served(business)).bots.by_name["shop"].version == first
        seconds = FRESH_S
        second = (await live.served(business)).bots.by_name["shop"].version
        assert second != first
        await deployed(store, changed("# two\n"))
        live.forget(business)
        assert (await live.served(business)).bots.by_name["shop"].version not in {first, second}

    assert FRESH_S < PROMISED_S
    asyncio.run(test())


def test_nothing_is_taken_in_for_a_business_that_is_unknown_or_switched_off(store: Database) -> None:
    """The two are told apart: here asks the shell, no stranger. What came in before it was switched off is answered."""

    async def test() -> None:
        live = LiveBusinesses(store, LiveBots(store, WITHOUT), lambda: 0.0)
        with pytest.raises(NotFound):
            await live.served(1)
        off = Order(files=FILES | {"business.yaml": b"name: Shop\nactive: false\n"})
        business = (await deployed(store, off)).business_id
        with pytest.raises(BusinessInactive):
            await live.served_at_the_door(business)
        assert "shop" in (await live.served(business)).bots.by_name
        await deployed(store, Order(files=FILES))
        live.forget(business)
        assert "shop" in (await live.served_at_the_door(business)).bots.by_name

    asyncio.run(test())


def test_a_call_of_a_bot_that_is_gone_comes_back_as_an_answer(store: Database) -> None:
    """The bot was renamed while its call was out: no exception reaches the conversation, its builder reads why."""

    async def test() -> None:
        live = LiveBusinesses(store, LiveBots(store, WITHOUT), lambda: 0.0)
        served = await live.served((await deployed(store, Order(files=FILES))).business_id)
        async with Outbound(()) as outbound:
            calls = Calls(outbound, KnownSecrets({}, store, KEY), CustomCode(Settings()))
            call = Call(1, "old_name", "HOURS", "en", 1, {}, {}, {})
            performed = await calls(call, call_id="call_1_1", served=served, user=User(user_id="1", user_name="u"))
        assert isinstance(performed.answer, Unusable)
        assert performed.answer.reason == "no_integration"
        assert "old_name" in performed.answer.why

    asyncio.run(test())


def test_many_first_messages_at_once_load_a_bot_once(store: Database) -> None:
    """Those who come while it is loaded wait for the same: a start under load must not load it for each."""

    async def test() -> None:
        business = (await deployed(store, Order(files=FILES))).business_id
        bots = LiveBots(store, WITHOUT)
        found = await asyncio.gather(*(bots.of(business) for _ in range(8)))
        assert all(one is found[0] for one in found)

    asyncio.run(test())


def test_what_is_loaded_ahead_is_there_when_somebody_asks(store: Database) -> None:
    """After a restart no first message waits for a bot; a business that nothing answers for holds up no other."""

    async def test() -> None:
        live = LiveBusinesses(store, LiveBots(store, WITHOUT), lambda: 0.0)
        business = (await deployed(store, Order(files=FILES))).business_id
        await live.load_ahead([business + 1, business])
        store.close()
        assert "shop" in (await live.served(business)).bots.by_name

    asyncio.run(test())


def test_a_bot_that_is_long_in_loading_holds_up_no_other(store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the bots that are loaded ahead of everybody nor the first message of somebody else's waits for it."""
    served, slow, loaded = cast("Served", None), asyncio.Event(), list[int]()

    async def load(_live: LiveBusinesses, business_id: int) -> Served:
        if business_id == 1:
            await slow.wait()
        if business_id == 2:
            raise ZeroDivisionError
        loaded.append(business_id)
        return served

    async def test() -> None:
        monkeypatch.setattr(LiveBusinesses, "_load", load)
        live = LiveBusinesses(store, LiveBots(store, WITHOUT), lambda: 0.0)
        loading = asyncio.create_task(live.load_ahead([1, 2, 3, 4]))
        await asyncio.sleep(0.01)
        assert loaded == [3, 4]
        await live.served(5)
        assert loaded == [3, 4, 5]
        slow.set()
        await loading
        assert loaded == [3, 4, 5, 1]

    asyncio.run(test())
