"""Orders of the command line, carried out here, or by the server that holds the database."""

import asyncio
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TypeVar

from botyard.app.bot_folder import files_of, secrets_for
from botyard.app.custom_code import CustomCode
from botyard.app.running import DEPLOYED, key_of
from botyard.app.sandbox import tidy_packages
from botyard.auth.records import partner_count
from botyard.errors import BadRequest
from botyard.releases.encoder_here import EncoderHere
from botyard.releases.exported import NOTE, write_export
from botyard.releases.folder import stranger_in
from botyard.releases.records import locks
from botyard.releases.train import Progress
from botyard.releases.training_jobs import TrainingJobs
from botyard.settings import Settings
from botyard.store.address import is_on_a_server, path_of
from botyard.store.announce import Announcements
from botyard.store.clock import Clock, own_time
from botyard.store.commit import Store
from botyard.store.lock import HeldByAnother
from botyard.store.opening import bring_up_to_date, hold_for_an_order, news_among, open_store, peers_on
from botyard.studio.control import ask
from botyard.studio.deploy import Deployed, Order
from botyard.studio.exchange import Exported, ExportOrder, Imported, ImportOrder, NoSuchBot
from botyard.studio.orders import AnyOrder, Result, carry_out
from botyard.studio.tokens import Revoked, RevokeOrder, Tokens, TokensOrder
from botyard.studio.workshop import Workshop

R = TypeVar("R", bound=Result)

# Another command of this kind holds the database while it trains: longer than that, and it is worth a look.
_PATIENCE_S = 60.0
_PAUSE_S = 0.1


async def deploy(
    settings: Settings,
    folder: Path,
    *,
    teams: Sequence[str],
    human_assistance: bool | None,
    new_token: bool,
    revoke_others: bool = False,
    progress: Progress,
) -> Deployed:
    """Make the bot in a folder live."""
    order = Order(
        files=files_of(folder),
        secrets=dict(secrets_for(settings, folder)),
        teams=tuple(teams),
        human_assistance=human_assistance,
        new_token=new_token,
        revoke_others=revoke_others,
    )
    return await _carried_out(settings, order, progress, Deployed)


async def export(
    settings: Settings, bot: str, folder: Path, progress: Progress, *, is_forced: bool = False
) -> Exported:
    """Write a bot's live version as a folder, in place of an older one. Raises NoSuchBot, WouldBeLost, BadRequest."""
    target = _replaceable(folder)
    _must_exist(settings)
    found = await _carried_out(settings, ExportOrder(bot), progress, Exported)
    write_export(target, found.files, is_forced=is_forced)
    return found


async def keep(settings: Settings, folder: Path, progress: Progress) -> Imported:
    """Keep the bot in a folder as a version that is not live."""
    order = ImportOrder(files_of(folder), tuple(secrets_for(settings, folder)))
    return await _carried_out(settings, order, progress, Imported)


async def tokens(settings: Settings, progress: Progress) -> Tokens:
    """List all tokens. Raises NoSuchBot: there is no database."""
    _must_exist(settings)
    return await _carried_out(settings, TokensOrder(), progress, Tokens)


async def revoke(settings: Settings, ids: Sequence[int], progress: Progress) -> Revoked:
    """Revoke tokens, all or none; servers refuse them within a second. Raises NoSuchToken, NoSuchBot."""
    _must_exist(settings)
    return await _carried_out(settings, RevokeOrder(tuple(ids)), progress, Revoked)


def _replaceable(folder: Path) -> Path:
    """Make sure that nothing is lost where a folder is replaced: people export into the wrong one."""
    if stranger := stranger_in(folder, but=NOTE):
        raise BadRequest(
            f"{str(folder)!r} holds {stranger!r}, which is no file of a bot and would be lost; "
            "export into a new folder",
            folder=str(folder),
        )
    return Path(os.path.realpath(folder))  # unlike resolve(), it bears links in a ring


def _must_exist(settings: Settings) -> None:
    """Taking something out, or asking for it, makes no file."""
    if not is_on_a_server(settings.database_url) and not path_of(settings.database_url).exists():
        raise NoSuchBot(f"there is no database at {settings.database_url} yet; deploy or import a bot first")


async def _carried_out(settings: Settings, order: AnyOrder, progress: Progress, kind: type[R]) -> R:
    """Do it here, or have the running server do it; wait for another command that is at work."""
    give_up = monotonic() + _PATIENCE_S
    while True:
        try:
            with _opened(settings) as store:
                done = await _done_here(settings, store, order, progress)
                await _told(settings, done)
        except HeldByAnother as error:
            if error.holder.control_socket:
                return await ask(Path(error.holder.control_socket), order, progress, kind)
            if monotonic() > give_up:
                raise
            await asyncio.sleep(_PAUSE_S)
        else:
            assert isinstance(done, kind)  # noqa: S101 - an order has one kind of result; this tells the type checker
            return done


async def _done_here(settings: Settings, store: Store, order: AnyOrder, progress: Progress) -> Result:
    key = key_of(settings)
    peers = peers_on(settings.database_url, store, cluster=key.fingerprint(), clock=Clock())
    if peers is not None:
        # Kept with another key, the bot's secrets would be of no use to those who run.
        await peers.make_sure_it_is_ours()
    custom_code = CustomCode(settings, partners=partial(partner_count, store))
    try:
        trainer = TrainingJobs(EncoderHere(settings.encoder))  # in a process: Ctrl-C ends it at once
        workshop = Workshop(settings.secrets.keys(), key, trainer, custom_code.prepare)
        done = await carry_out(store, order, workshop, now=own_time(), progress=progress)
        await tidy_packages(settings, await locks(store))
        return done
    finally:
        await custom_code.close()


async def _told(settings: Settings, done: Result) -> None:
    """Tell the servers that share the database; one that misses it notices within a second."""
    if isinstance(done, Deployed) and is_on_a_server(settings.database_url):
        announcements = Announcements()
        async with news_among(settings.database_url, announcements):
            announcements.publish(f"business/{done.business_id}", DEPLOYED)


@contextmanager
def _opened(settings: Settings) -> Iterator[Store]:
    """Hold the database for one order. On SQLite nothing runs on it meanwhile: turns that wait are for the server."""
    with hold_for_an_order(settings.database_url):
        bring_up_to_date(settings.database_url)
        database = open_store(settings.database_url)
        try:
            yield database
        finally:
            database.close()
