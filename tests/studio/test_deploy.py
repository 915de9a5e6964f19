"""From a folder to a live bot: all of it, or nothing that anybody could notice."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.sql import Executable

from botyard.app.custom_code import CustomCode
from botyard.auth import people
from botyard.auth.caller import Callers
from botyard.auth.tokens import presented
from botyard.errors import BadRequest
from botyard.releases import records, versions
from botyard.releases.encoder_here import OFF, EncoderHere
from botyard.releases.train import Progress, TrainerHere, silently
from botyard.settings import Settings
from botyard.store.address import is_on_a_server
from botyard.store.commit import Conflict, OpenStore, Outcome, Row, Write
from botyard.store.opening import open_store
from botyard.store.secrets import SecretsKey
from botyard.studio.checked import BotRefused
from botyard.studio.deploy import PARTNER, Deployed, Order, deploy
from botyard.studio.exchange import ImportOrder, imported
from botyard.studio.starter import starter
from botyard.studio.workshop import Workshop
from tests.auth.partners import made_token
from tests.stores import read_up, url_for

pytestmark = pytest.mark.usefixtures("each_store")

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
KEY = SecretsKey(bytes(32))
FILES = starter("Shop")
WORKSHOP = Workshop((), KEY, TrainerHere(EncoderHere(OFF)), CustomCode(Settings()).prepare)
CHANGED = starter("Shop") | {"bot.yaml": FILES["bot.yaml"] + b"# one more line\n"}


async def deployed(store: OpenStore, order: Order, progress: Progress = silently) -> Deployed:
    return await deploy(store, order, WORKSHOP, now=NOW, progress=progress)


async def kept_secrets(store: OpenStore) -> dict[str, str]:
    partner = await people.ensure_partner(store, PARTNER, now=NOW)
    sealed = await records.secrets(store, partner.id)
    return {name: KEY.decrypt(f"{partner.id}/{name}", text) for name, text in sealed.items()}


def test_a_deployed_bot_answers_for_its_business_with_all_that_was_ordered(store: OpenStore) -> None:
    """The first deployment brings a token, later ones only where one is asked for; what is ordered wins over files."""

    async def test() -> None:
        order = Order(files=FILES, secrets={"SHOP": "s1"}, teams=("Support", "Sales"), human_assistance=True)
        first = await deployed(store, order)
        partner = await people.ensure_partner(store, PARTNER, now=NOW)
        assert first.token is not None
        assert presented(first.token).token_id == 1
        business = await people.business_of(store, partner.id, first.business_id)
        assert business is not None
        assert (business.bot, business.default_team, business.human_assistance) == (first.bot, "Support", True)
        assert await people.team_of(store, partner.id, "Sales") is not None
        assert await kept_secrets(store) == {"SHOP": "s1"}
        again = await deployed(store, Order(files=CHANGED, secrets={"SHOP": "s2"}, new_token=True))
        assert (again.business_id, again.version) == (first.business_id, 2)
        assert again.token is not None
        assert presented(again.token).token_id == 2
        assert (await deployed(store, Order(files=FILES))).token is None
        assert await kept_secrets(store) == {"SHOP": "s2"}

    asyncio.run(test())


def test_a_new_token_may_be_the_only_one_that_is_left(store: OpenStore) -> None:
    """Every other one of this client is revoked in the same commit, and told; nobody else's is."""

    async def test() -> None:
        first = await deployed(store, Order(files=FILES))
        second = await deployed(store, Order(files=FILES, new_token=True))
        assert (first.revoked, second.revoked) == ((), ())
        stranger = await people.ensure_partner(store, "stranger", now=NOW)
        theirs = await made_token(store, stranger.id, now=NOW)
        third = await deployed(store, Order(files=FILES, new_token=True, revoke_others=True))
        assert third.revoked == (1, 2)
        callers = Callers(store, now=lambda: NOW, seconds=lambda: 0.0)
        own = (await people.ensure_partner(store, PARTNER, now=NOW)).id
        tokens = [one.token or "" for one in (first, second, third)] + [theirs]
        assert [await callers.partner_of(token) for token in tokens] == [None, None, own, stranger.id]
        assert (await deployed(store, Order(files=FILES, new_token=True, revoke_others=True))).revoked == (4,)

    asyncio.run(test())


PRICE = b"""\
name: Price
system_name: PRICE
start: true
user_says: {en: [price of a lamp, how much is it, what does it cost]}
integration: {code: {file: code/price.py}}
"""


def test_requirements_that_are_no_packages_are_refused_with_the_bot(store: OpenStore) -> None:
    """Before anything is trained, with all else that is wrong."""
    code = {"code/price.py": b"def main(event, context): pass\n", "nodes/price.yaml": PRICE}

    async def test() -> None:
        with pytest.raises(BotRefused, match=r"requirements\.txt:2: `-r other\.txt` names another"):
            await deployed(store, Order(files=FILES | code | {"requirements.txt": b"six==1.17.0\n-r other.txt\n"}))

    asyncio.run(test())


NEEDS_AN_AGENT = b"""\
name: Person
system_name: PERSON
start: true
user_says: {en: [a person please, let me talk to somebody, give me an agent]}
integration: {function: {name: chat_force_pending%s}}
"""
TO_WHOEVER = FILES | {"nodes/person.yaml": NEEDS_AN_AGENT % b""}
TO_SALES = FILES | {"nodes/person.yaml": NEEDS_AN_AGENT % b", arguments: {team: Sales}"}
BUSINESS = {"business.yaml": b"name: Shop\nteams: [Billing]\n"}


@pytest.mark.parametrize(
    ("order", "words"),
    [
        (Order(files=TO_SALES, teams=("Sale",)), "there is no team `Sales`; did you mean `Sale`?"),
        (Order(files=TO_SALES | BUSINESS), "there is no team `Sales`; write it under `teams` in business.yaml"),
    ],
)
def test_a_bot_that_would_hand_chats_to_nobody_is_refused(store: OpenStore, order: Order, words: str) -> None:
    """Nothing goes live with it; the sentence says where the team is to be named."""

    async def test() -> None:
        with pytest.raises(BadRequest) as refused:
            await deployed(store, order)
        assert words in refused.value.sentence
        assert await records.has_anything_live(store, 1) is False

    asyncio.run(test())


def test_who_asks_for_agents_where_there_is_no_team_is_told(store: OpenStore) -> None:
    """Chats would wait for nobody; it is deployed all the same, as the team may come later."""

    async def test() -> None:
        told: list[str] = []

        async def tell(what: str) -> None:
            told.append(what)

        await deployed(store, Order(files=FILES, human_assistance=True), progress=tell)
        assert any("there is no default team to give chats to" in one for one in told)

    asyncio.run(test())


@pytest.mark.parametrize("business", [{}, BUSINESS])
def test_a_team_may_be_named_by_the_order(store: OpenStore, business: dict[str, bytes]) -> None:
    """What --team makes is there, whatever business.yaml says; the first is the default team."""

    async def test() -> None:
        await deployed(store, Order(files=TO_SALES | business, teams=("Sales",), human_assistance=True))
        await deployed(store, Order(files=TO_WHOEVER | business, teams=("Support",)))

    asyncio.run(test())


def test_a_folder_without_business_yaml_may_name_teams_of_before(store: OpenStore) -> None:
    """They were made by an earlier deployment and are still there; one that is off takes nobody, until it is on."""

    async def test() -> None:
        await deployed(store, Order(files=FILES, teams=("Sales",)))
        await deployed(store, Order(files=TO_SALES))
        await deployed(
            store, Order(files=FILES | {"business.yaml": b"name: S\nteams: [{name: Sales, active: false}]\n"})
        )
        with pytest.raises(BotRefused, match="the team `Sales`, which is switched off"):
            await deployed(store, Order(files=TO_SALES))
        await deployed(store, Order(files=TO_SALES, teams=("Sales",)))

    asyncio.run(test())


def refuse_to_publish(path: Path) -> None:
    """Have the database itself refuse what comes last."""
    url = url_for(path)
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(path)) as embedded:
            embedded.execute("CREATE TRIGGER never BEFORE INSERT ON live BEGIN SELECT RAISE(ABORT, 'no'); END")
        return
    with psycopg.connect(url) as server:
        server.execute("ALTER TABLE live ADD CONSTRAINT never CHECK (business_id < 0) NOT VALID")


def test_a_deployment_that_fails_at_its_last_step_changes_nothing(store: OpenStore, tmp_path: Path) -> None:
    """Publishing is refused by the database: secrets, teams, settings, tokens and what is live are as before."""

    def dump() -> list[str]:
        with closing(read_up(tmp_path / "b.db")) as connection:
            tables = ("secret", "team", "business", "token", "live")
            return [repr(row) for table in tables for row in connection.execute(f"SELECT * FROM {table}")]  # noqa: S608 - ours

    async def test() -> None:
        live = await deployed(store, Order(files=FILES, secrets={"SHOP": "s1"}, teams=("Support",)))
        before = dump()
        refuse_to_publish(tmp_path / "b.db")
        with pytest.raises(Conflict):
            await deployed(
                store,
                Order(
                    files=CHANGED,
                    secrets={"SHOP": "s2"},
                    teams=("Sales",),
                    human_assistance=True,
                    new_token=True,
                    revoke_others=True,
                ),
            )
        assert dump() == before
        still = await versions.live_for(store, live.business_id)
        assert still is not None
        assert still.number == live.version

    asyncio.run(test())


def test_two_first_deployments_at_once_make_one_business(store: OpenStore) -> None:
    """The second finds what the first made meanwhile."""

    async def test() -> None:
        both = asyncio.Barrier(2)

        async def together(sentence: str) -> None:
            if sentence == "publishing":
                await both.wait()

        one, other = await asyncio.gather(
            *(deployed(store, Order(files=files), together) for files in (FILES, CHANGED))
        )
        assert one.business_id == other.business_id
        assert {one.version, other.version} == {1, 2}
        assert (one.token is None) != (other.token is None)

    asyncio.run(test())


OTHER = starter("Café")  # another bot of the same client


class Overtaken:
    """A store that lets somebody else through before one thing that is asked of it. then: who comes through."""

    def __init__(self, store: OpenStore, then: Callable[[], Awaitable[None]]) -> None:
        self._store = store
        self._then = then
        self.asked_until_then: int | None = None

    async def _ask(self) -> None:
        if self.asked_until_then == 0:
            await self._then()
        if self.asked_until_then is not None:
            self.asked_until_then -= 1

    async def commit(self, unit: Sequence[Write], *, then: Callable[[Outcome], None] | None = None) -> list[list[Row]]:
        """Commit as the store does."""
        await self._ask()
        return await self._store.commit(unit, then=then)

    async def all(self, statement: Executable, parameters: Mapping[str, Any]) -> list[Row]:
        """Read as the store does."""
        await self._ask()
        return await self._store.all(statement, parameters)

    async def first(self, statement: Executable, parameters: Mapping[str, Any]) -> Row | None:
        """Read as the store does."""
        await self._ask()
        return await self._store.first(statement, parameters)


@pytest.mark.parametrize("asked_until_then", range(3))
@pytest.mark.parametrize("other", [CHANGED, OTHER], ids=["same bot", "another bot"])
def test_whoever_is_overtaken_while_publishing_was_not_the_first(
    store: OpenStore, other: dict[str, bytes], asked_until_then: int
) -> None:
    """Wherever another deployment goes live in between, that one has the token, and this one has none."""

    async def test() -> None:
        faster: list[Deployed] = []

        async def overtakes() -> None:
            faster.append(await deployed(store, Order(files=other)))

        slow = Overtaken(store, overtakes)

        async def from_here(sentence: str) -> None:
            if sentence == "publishing":
                slow.asked_until_then = asked_until_then

        late = await deploy(slow, Order(files=FILES), WORKSHOP, now=NOW, progress=from_here)
        assert [one.token is not None for one in faster] == [True]
        assert late.token is None
        assert await versions.live_for(store, late.business_id) is not None

    asyncio.run(test())


def test_two_first_deployments_of_two_processes_give_one_token(store: OpenStore, tmp_path: Path) -> None:
    """Committed at the same moment on two connections, by processes that know nothing of each other."""
    if not is_on_a_server(url_for(tmp_path / "b.db")):
        pytest.skip("one process writes to SQLite, one unit after the other")

    async def test() -> None:
        second = open_store(url_for(tmp_path / "b.db"))
        both = asyncio.Barrier(2)

        async def together() -> None:
            await both.wait()

        async def first_in(its: OpenStore, files: dict[str, bytes]) -> Deployed:
            slow = Overtaken(its, together)

            async def from_here(sentence: str) -> None:
                if sentence == "publishing":
                    slow.asked_until_then = 2  # both are about to commit

            return await deploy(slow, Order(files=files), WORKSHOP, now=NOW, progress=from_here)

        await people.ensure_partner(store, PARTNER, now=NOW)
        done = await asyncio.gather(first_in(store, FILES), first_in(second, OTHER))
        second.close()
        assert sorted(one.token is None for one in done) == [False, True]

    asyncio.run(test())


def test_a_broken_bot_is_refused_before_anything_is_kept(store: OpenStore) -> None:
    """Not even a version is left of it."""

    async def test() -> None:
        with pytest.raises(BotRefused, match="error"):
            await deployed(store, Order(files={"bot.yaml": b"name: 7"}, secrets={"SHOP": "s1"}))
        assert await kept_secrets(store) == {}
        assert await records.bots(store, 1) == ()

    asyncio.run(test())


def test_the_first_deployment_after_an_import_brings_a_token(store: OpenStore) -> None:
    """An import keeps a version and makes nothing live."""

    async def test() -> None:
        order = ImportOrder(FILES)
        kept = await imported(store, order, WORKSHOP, now=NOW, progress=silently)
        assert kept.version == 1
        assert (await deployed(store, Order(files=FILES))).token is not None

    asyncio.run(test())
