"""One running Botyard: the database and everything that lives on it, from start to stop."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from time import monotonic
from typing import cast

from botyard.app.calls import Calls
from botyard.app.custom_code import CustomCode, to_operators
from botyard.app.live import LiveBusinesses
from botyard.app.sandbox import tidy_packages
from botyard.app.secrets import KnownSecrets
from botyard.auth.caller import Callers
from botyard.auth.records import partner_count
from botyard.conversations.aging.sweep import sweep_for_ever
from botyard.conversations.loop import Conversations
from botyard.conversations.queue import records as queue
from botyard.conversations.records import businesses_talked_to
from botyard.errors import BotyardError
from botyard.integrations.outbound import Outbound
from botyard.observe import queue_age_is, set_up_logs
from botyard.releases.encoder_here import EncoderHere
from botyard.releases.live import LiveBots
from botyard.releases.records import has_live_code, locks
from botyard.releases.train import Progress
from botyard.releases.training_jobs import TrainingJobs
from botyard.serving.operators import Ready
from botyard.settings import Settings
from botyard.store import faults
from botyard.store.address import is_on_a_server, name_here, path_of
from botyard.store.announce import Announcements
from botyard.store.clock import Clock
from botyard.store.commit import OpenStore
from botyard.store.opening import ThroughRedis, bring_up_to_date, join, news_among, open_store, peers_on
from botyard.store.probe import Probe
from botyard.store.secrets import KeyUnusable, SecretsKey
from botyard.studio.control import listening, socket_path
from botyard.studio.deploy import Deployed, Order
from botyard.studio.orders import AnyOrder, Result, carry_out
from botyard.studio.workshop import Workshop

# A start loads the bots of so many threads that were last spoken in: those of a busy server, and few of a large one.
THREADS_LOOKED_AT = 100
# Promised (docs/reference/limits.md): so long at most is a start not ready for the sake of bots that are loaded.
LOADS_AHEAD_S = 5.0
# Published under "business/ID".
DEPLOYED = "deployed"


class Dice:
    """Real chance."""

    def pick(self, ways: int) -> int:
        """Choose one of `ways`."""
        return random.randrange(ways)  # noqa: S311 - which variant is said is no secret


class Platform:
    """Everything that runs, joined. Made by `running`. is_stopping: the end was asked for."""

    def __init__(
        self, settings: Settings, store: OpenStore, outbound: Outbound, custom_code: CustomCode, *, takes_turns: bool
    ) -> None:
        self.settings = settings
        self.store = store
        self.clock = Clock()
        self.is_stopping = False
        self.redis: ThroughRedis | None = None
        self._loading: asyncio.Task[None] | None = None
        self._loads_until = 0.0
        self._probe = Probe(store, monotonic)
        self.announcements = Announcements()
        self.key = key_of(settings)
        self.secrets = KnownSecrets(settings.secrets, store, self.key)
        encoder = EncoderHere(settings.encoder)
        self.trainer = TrainingJobs(encoder)
        self._bots = LiveBots(store, encoder, self.trainer)
        self.live = LiveBusinesses(store, self._bots, monotonic, custom_code.known)
        self.callers = Callers(store, now=self.clock, seconds=monotonic)
        self.custom_code = custom_code
        calls = Calls(outbound, self.secrets, custom_code)
        peers = peers_on(
            settings.database_url, store, cluster=self.key.fingerprint(), takes_turns=takes_turns, clock=self.clock
        )
        self.conversations = Conversations(store, self.live, calls, self.announcements, self.clock, Dice(), peers=peers)
        self.announcements.follow(self._heard)

    def load_ahead(self) -> asyncio.Task[None]:
        """Begin to load the bots that people were talking to; until then, or for long enough, this is not ready."""
        self._loading, self._loads_until = asyncio.create_task(_load_ahead(self)), monotonic() + LOADS_AHEAD_S
        return self._loading

    async def deploy(self, order: Order, progress: Progress) -> Deployed:
        """Make a bot live here; whoever talks to it meets the new version with the next message."""
        return cast("Deployed", await self.carry_out(order, progress))  # what an Order comes to

    async def carry_out(self, order: AnyOrder, progress: Progress) -> Result:
        """Do what the command line asks of whoever holds the database."""
        workshop = Workshop(self.settings.secrets.keys(), self.key, self.trainer, self.custom_code.prepare)
        done = await carry_out(self.store, order, workshop, now=self.clock(), progress=progress)
        await tidy_packages(self.settings, await locks(self.store))
        if isinstance(done, Deployed):
            self._deployed(done.business_id)
            self.announcements.publish(f"business/{done.business_id}", DEPLOYED)
        return done

    def _heard(self, topic: str, what: str) -> None:
        """Serve at once what another process deployed; where its word is lost, bots and secrets age within a second."""
        if what == DEPLOYED:
            self._deployed(int(topic.removeprefix("business/")))

    def _deployed(self, business_id: int) -> None:
        self.live.forget(business_id)
        self.secrets.forget()

    def stopping(self) -> None:
        """Note that the end was asked for: load balancers are told, running turns go on."""
        self.is_stopping = True

    async def ready(self) -> Ready:
        """Tell whether the database answers and takes writes, and whether code can run where a live bot has some."""
        if self._loading is not None and not self._loading.done() and monotonic() < self._loads_until:
            return Ready(ready=False, checks={"bots": "the bots that people were talking to are being loaded"})
        try:
            await self._probe.try_writing()
        except BotyardError as error:
            return Ready(ready=False, checks={"database": error.sentence})
        has_sandbox, sandbox = await self.custom_code.state(is_needed=await has_live_code(self.store))
        # A bot whose newest model is refused keeps answering, or is alone in not doing so: no reason to send all away.
        models = "; ".join(refused.sentence for refused in self._bots.refused()) or "ok"
        checks = {"database": "ok", "sandbox": sandbox, "models": models}
        if self.redis is not None:
            checks["redis"] = self.redis.state()  # lost, it costs speed and nothing else: this process still serves
        return Ready(ready=has_sandbox, checks=checks)

    async def measure(self) -> None:
        """Take the measures that only an operator's question is worth. Raises StorageFailed."""
        queue_age_is(await queue.age_s(self.store, self.clock()))


def key_of(settings: Settings) -> SecretsKey:
    """Take the key for secrets from the settings, else from a file beside the database that only we may read."""
    if settings.key is not None:
        return SecretsKey.from_hex(settings.key)
    if is_on_a_server(settings.database_url):
        raise KeyUnusable(
            "on PostgreSQL the key for secrets cannot lie beside the database: set BOTYARD_KEY to 64 hex digits "
            "(openssl rand -hex 32), the same ones wherever this database is used"
        )
    database = path_of(settings.database_url)
    return SecretsKey.from_file(database.with_name(database.name + ".key"))


class AllAlone(BotyardError):
    """The database has room for one process only. The operator chooses another database, or no second process."""

    code = "all_alone"


def must_be_on_a_server(settings: Settings) -> None:
    """Raise AllAlone where the database is this process's own."""
    if not is_on_a_server(settings.database_url):
        raise AllAlone(
            "on SQLite one process does everything, and `botyard serve` is that process: it needs no worker beside it; "
            "several processes share a database on PostgreSQL (BOTYARD_DATABASE_URL)"
        )


@asynccontextmanager
async def running(settings: Settings, *, takes_turns: bool = True) -> AsyncIterator[Platform]:
    """Run everything but the doors for as long as the block runs.

    takes_turns: False leaves all turns to the processes beside this one.
    Raises HeldByAnother, NewerSchema, SecretsLocked, OtherCluster, AllAlone.
    """
    if not takes_turns:
        must_be_on_a_server(settings)
    set_up_logs(settings.log_format)  # before the first line: a logger keeps the form it began with
    control = socket_path(name_here(settings.database_url))
    faults.arm(settings.faults)
    with join(settings.database_url, control_socket=str(control)):
        bring_up_to_date(settings.database_url)
        database = open_store(settings.database_url)
        outbound = Outbound(settings.egress_allow)
        custom_code = CustomCode(settings, partners=partial(partner_count, database), tell=to_operators)
        platform = Platform(settings, database, outbound, custom_code, takes_turns=takes_turns)
        aside = [asyncio.create_task(sweep_for_ever(database, settings.trace_days, platform.clock))]
        try:
            await platform.secrets.try_all()
            if takes_turns:
                aside.append(platform.load_ahead())
                if is_on_a_server(settings.database_url):  # the others take what comes meanwhile
                    await asyncio.wait(aside[-1:], timeout=LOADS_AHEAD_S)
            news = news_among(settings.database_url, platform.announcements, settings.redis_url)
            async with news as platform.redis, _conversing(platform):
                if await has_live_code(database):
                    custom_code.wake()
                aside.append(asyncio.create_task(tidy_packages(settings, await locks(database))))
                async with _taking_orders(settings, control, platform):
                    yield platform
        finally:
            for task in aside:
                task.cancel()
            await custom_code.close()
            await outbound.close()
            database.close()


@asynccontextmanager
async def _conversing(platform: Platform) -> AsyncIterator[None]:
    try:
        await platform.conversations.start()
        yield
    finally:
        await platform.conversations.stop()


async def _load_ahead(platform: Platform) -> None:
    """Load the bots that people were talking to, so that nobody's first message after a restart waits for one."""
    with suppress(BotyardError):  # whoever asks for a bot is told
        await platform.live.load_ahead(await businesses_talked_to(platform.store, THREADS_LOOKED_AT))


@asynccontextmanager
async def _taking_orders(settings: Settings, control: Path, platform: Platform) -> AsyncIterator[None]:
    """Carry out what the command line asks for, where only this process may; on a server it does so itself."""
    if is_on_a_server(settings.database_url):
        yield
    else:
        async with listening(control, platform.carry_out):
            yield
