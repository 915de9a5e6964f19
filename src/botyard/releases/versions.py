"""Versions of a bot: a folder with what was learnt from it, kept for ever under the hash of its content."""

import hashlib
from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct, msgpack
from msgspec.structs import replace

from botyard.bot.compiled import CompiledBot
from botyard.bot.layout import code_in
from botyard.bot.model import Bot
from botyard.nlu.intents.artifact import ModelUnusable, header_of
from botyard.releases import records
from botyard.releases.train import Models, Progress, Trainer, silently, training_order
from botyard.releases.zones import zone_named
from botyard.store import blobs
from botyard.store.commit import Row, Store

Files = Mapping[str, bytes]


class Prepared(Struct, frozen=True):
    """What custom code runs with. packages: names all it may import, "" where that is still to do.

    lock: what its own requirements.txt came to, None where it has none.
    """

    packages: str = ""
    lock: str | None = None


class Version(Struct, frozen=True):
    """One kept version. number: counts from 1 within a bot of a partner. files, models: names of blobs. lock: text."""

    id: int
    bot: str
    number: int
    content: str
    files: str
    models: dict[str, str]
    lock: str = ""


def content_of(files: Files) -> str:
    """Name a folder by what is in it."""
    return hashlib.sha256(_packed(files)).hexdigest()


async def save(
    store: Store,
    partner_id: int,
    bot: CompiledBot,
    files: Files,
    *,
    now: datetime,
    trainer: Trainer,
    code: Prepared | None = None,
    progress: Progress = silently,
) -> Version:
    """Train a bot and keep it. A folder that was kept before is found again, and trained again only where it must be.

    It must where its models are damaged, or were made with another encoder than there is now. code: what its custom
    code was prepared with, None where it has none.
    """
    content = content_of(files)
    name = bot.bot.system_name
    row = await records.version_with_content(store, partner_id, name, content)
    kept = None if row is None else _version(row)
    if row is not None and code and code.packages and (row["packages"], row["lock"]) != (code.packages, code.lock):
        await records.code_was_prepared(store, row["id"], code.packages, code.lock)
    if kept is not None and await _is_trained(store, kept, bot, trainer):
        return kept
    newest = await live_or_newest(store, partner_id, name)
    order = training_order(bot, tuple((await models_of(store, newest[0])).values()) if newest else ())
    learnt = await trainer.train(f"{partner_id}/{name}", order, progress)
    if kept is not None:
        return await trained_anew(store, kept, learnt)
    models = {code: await blobs.put(store, model) for code, model in learnt.items()}
    packed = await blobs.put(store, _packed(files))
    packages, lock = (code.packages, code.lock) if code else (None, None)
    new = await records.save_version(
        store, partner_id, name, content=content, files=packed, models=models, packages=packages, lock=lock, now=now
    )
    return Version(new["id"], name, new["number"], content, packed, models, lock or "")


async def compiled(store: Store, partner_id: int, bot: Bot, files: Files) -> CompiledBot:
    """Make a folder ready to be trained. What its code was locked to when it was trained before holds for good."""
    content = content_of(files)
    row = await records.version_with_content(store, partner_id, bot.system_name, content)
    lock = row["lock"] or "" if row else ""
    return CompiledBot(bot, content, code_in(files), lock=lock, zone=zone_named(bot.timezone))


async def trained_anew(store: Store, version: Version, learnt: Models) -> Version:
    """Give a version other models."""
    models = {code: await blobs.put(store, model) for code, model in learnt.items()}
    await records.trained_anew(store, version.id, models)
    return replace(version, models=models)


async def models_of(store: Store, version: Version) -> Models:
    """Fetch what was learnt from a version."""
    return {code: await blobs.get(store, name) for code, name in version.models.items()}


async def _is_trained(store: Store, version: Version, bot: CompiledBot, trainer: Trainer) -> bool:
    if training_order(bot).names != version.models.keys():
        return False
    encoder = await trainer.encoder.soon()
    wanted = encoder.sha256 if encoder is not None else None
    try:
        return all(header_of(model).encoder == wanted for model in (await models_of(store, version)).values())
    except ModelUnusable:
        return False


async def live_for(store: Store, business_id: int) -> Version | None:
    """Find what answers for a business."""
    row = await records.live_version(store, business_id)
    return None if row is None else _version(row)


async def live_or_newest(store: Store, partner_id: int, bot: str) -> tuple[Version, bool] | None:
    """Find a bot's live version (True), else the one kept last (False). None: there is no such bot."""
    row = await records.live_version_of_bot(store, partner_id, bot)
    if row is not None:
        return _version(row), True
    row = await records.newest_version_of_bot(store, partner_id, bot)
    return None if row is None else (_version(row), False)


async def versions_before(store: Store, version: Version, most: int) -> tuple[Version, ...]:
    """List the versions of this one's bot that were kept before it, the newest first."""
    return tuple(_version(row) for row in await records.versions_before(store, version.id, most))


async def files_of(store: Store, version: Version) -> dict[str, bytes]:
    """Unpack a version's folder."""
    return msgpack.decode(await blobs.get(store, version.files), type=dict[str, bytes])


def _packed(files: Files) -> bytes:
    return msgpack.encode(dict(sorted(files.items())))


def _version(row: Row) -> Version:
    return Version(row["id"], row["bot"], row["number"], row["content"], row["files"], row["models"], row["lock"] or "")
