"""A bot out of the database as a folder, and a folder into it as a version that is not live.

Both ways in the one form of bot/exchange.py, so that export, import and export again give the same bytes.
"""

import asyncio
from datetime import datetime

from msgspec import Struct

from botyard.auth import people
from botyard.auth.records import partner_by_name
from botyard.bot.business import Business
from botyard.bot.exchange import read
from botyard.bot.problems import suggestion
from botyard.errors import NotFound
from botyard.releases import records, versions
from botyard.releases.train import Progress
from botyard.store.commit import Store
from botyard.studio.checked import EVERY_SECRET, canonical, checked, problems_in
from botyard.studio.deploy import PARTNER, secrets_kept
from botyard.studio.preparing import prepared
from botyard.studio.workshop import Workshop


class ExportOrder(Struct, frozen=True, tag="export"):
    """Somebody wants a bot as files. bot: its system name."""

    bot: str


class Exported(Struct, frozen=True):
    """A version's files. is_live: else nothing of this bot is, and it is the version kept last."""

    bot: str
    version: int
    is_live: bool
    files: dict[str, bytes]


class ImportOrder(Struct, frozen=True, tag="import"):
    """Somebody wants a folder kept. secrets: names of those that are set where the order was given."""

    files: dict[str, bytes]
    secrets: tuple[str, ...] = ()


class Imported(Struct, frozen=True):
    """What was kept. content: the version's name for ever, the SHA-256 of what is in it."""

    bot: str
    version: int
    content: str


class NoSuchBot(NotFound):
    """Nothing was ever kept under this name."""

    code = "no_such_bot"


async def exported(store: Store, order: ExportOrder) -> Exported:
    """Take a bot out. Raises NoSuchBot."""
    partner = await partner_by_name(store, PARTNER)
    found = await versions.live_or_newest(store, partner["id"], order.bot) if partner else None
    if found is None:
        known = await records.bots(store, partner["id"]) if partner else ()
        there_are = f"there are {', '.join(known)}" if known else "nothing was deployed or imported yet"
        near = suggestion(order.bot, known)
        raise NoSuchBot(f"there is no bot {order.bot[:60]!r} in this database; {there_are}{near}")
    version, is_live = found
    return Exported(version.bot, version.number, is_live, canonical(await versions.files_of(store, version)))


async def imported(
    store: Store,
    order: ImportOrder,
    workshop: Workshop,
    *,
    now: datetime,
    progress: Progress,
) -> Imported:
    """Keep a folder as a version; what is live stays live. Raises BotRefused.

    Secrets that are not set do not refuse it, nor does a machine that runs no custom code: nobody calls anybody with
    it yet. They are told as progress.
    """
    await progress("checking")
    bot, business = await asyncio.to_thread(checked, order.files, EVERY_SECRET)
    known = {*workshop.known_secrets, *order.secrets, *await secrets_kept(store)}
    for problem in await asyncio.to_thread(lambda: problems_in(read(order.files), known)):
        await progress(f"before it can go live: {problem}" if problem.is_error else str(problem))
    files = canonical(order.files)
    if files != order.files:
        await progress("the files are kept in their usual form; comments are not kept")
    partner = await people.ensure_partner(store, PARTNER, now=now)
    compiled = await versions.compiled(store, partner.id, bot, files)
    environment = (business or Business(name=bot.name)).environment
    code = await prepared(
        workshop.prepare,
        compiled,
        environment=environment,
        tenant=str(partner.id),
        progress=progress,
        needs_sandbox=False,
    )
    version = await versions.save(
        store, partner.id, compiled, files, now=now, trainer=workshop.trainer, code=code, progress=progress
    )
    return Imported(version.bot, version.number, version.content)
