"""All the SQL of releases: versions of bots, what is live for a business, and the secrets a bot may name."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from botyard.store.commit import Row, Store, Write
from botyard.store.schema import metadata

bot_version = sa.Table(
    "bot_version",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("partner_id", sa.Integer, sa.ForeignKey("partner.id"), nullable=False),
    sa.Column("bot", sa.Text, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("content", sa.Text, nullable=False),  # SHA-256 of the folder: the version's name for ever
    sa.Column("files", sa.Text, nullable=False),  # blob: the folder
    sa.Column("models", sa.JSON, nullable=False),  # {language: blob}
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    # What its custom code was prepared with; "" where that is still to do, NULL where it has no custom code.
    sa.Column("packages", sa.Text),
    sa.Column("lock", sa.Text),  # what the bot's own requirements.txt came to, with the hash of every file
    sa.UniqueConstraint("partner_id", "bot", "number"),
    sa.UniqueConstraint("partner_id", "bot", "content"),
)

live = sa.Table(
    "live",
    metadata,
    sa.Column("business_id", sa.Integer, sa.ForeignKey("business.id"), primary_key=True),
    sa.Column("version_id", sa.Integer, sa.ForeignKey("bot_version.id"), nullable=False),
    sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
)

secret = sa.Table(
    "secret",
    metadata,
    sa.Column("partner_id", sa.Integer, sa.ForeignKey("partner.id"), primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("ciphertext", sa.LargeBinary, nullable=False),
)

_SAME_CONTENT = sa.select(bot_version).where(
    bot_version.c.partner_id == sa.bindparam("partner_id"),
    bot_version.c.bot == sa.bindparam("bot"),
    bot_version.c.content == sa.bindparam("content"),
)

_NEXT_NUMBER = (
    sa.select(sa.func.coalesce(sa.func.max(bot_version.c.number), 0) + 1)
    .where(bot_version.c.partner_id == sa.bindparam("partner_id"), bot_version.c.bot == sa.bindparam("bot"))
    .scalar_subquery()
)

_SAVE = (
    sa.insert(bot_version)
    .values(
        partner_id=sa.bindparam("partner_id"),
        bot=sa.bindparam("bot"),
        number=_NEXT_NUMBER,
        content=sa.bindparam("content"),
        files=sa.bindparam("files"),
        models=sa.bindparam("models", type_=sa.JSON),
        created_at=sa.bindparam("created_at", type_=sa.DateTime(timezone=True)),
        packages=sa.bindparam("packages"),
        lock=sa.bindparam("lock"),
    )
    .returning(bot_version.c.id, bot_version.c.number)
)

_PREPARED = (
    sa.update(bot_version)
    .where(bot_version.c.id == sa.bindparam("version_id"))
    .values(packages=sa.bindparam("packages"), lock=sa.bindparam("lock"))
)

_TRAIN_ANEW = (
    sa.update(bot_version)
    .where(bot_version.c.id == sa.bindparam("version_id"))
    .values(models=sa.bindparam("models", type_=sa.JSON))
)

# The table is auth's, which stands beside us: named here, not imported. A new business has no id before the commit.
_business = sa.table("business", sa.column("id"), sa.column("partner_id"), sa.column("via_name"))
_BUSINESS_ID = (
    sa.select(_business.c.id)
    .where(_business.c.partner_id == sa.bindparam("partner_id"), _business.c.via_name == sa.bindparam("via_name"))
    .scalar_subquery()
)

_FORGET_LIVE = sa.delete(live).where(live.c.business_id == _BUSINESS_ID)

_PUBLISH = (
    sa.insert(live)
    .values(
        business_id=_BUSINESS_ID,
        version_id=sa.bindparam("version_id"),
        published_at=sa.bindparam("published_at", type_=sa.DateTime(timezone=True)),
    )
    .returning(live.c.business_id)
)

_LIVE = (
    sa.select(bot_version)
    .join(live, live.c.version_id == bot_version.c.id)
    .where(live.c.business_id == sa.bindparam("business_id"))
)

_ANYTHING_LIVE = (
    sa.select(live.c.business_id)
    .join(bot_version, live.c.version_id == bot_version.c.id)
    .where(bot_version.c.partner_id == sa.bindparam("partner_id"))
)

# Of the owner, because a first row is not there to be locked: who is first at the same moment waits here, then looks.
# In two statements: on PostgreSQL one alone sees nothing of what was committed while it waited.
_partner = sa.table("partner", sa.column("id"))
_ONE_AFTER_THE_OTHER = (
    sa.select(_partner.c.id)
    .where(_partner.c.id == sa.bindparam("partner_id", type_=sa.BigInteger))
    .with_for_update(key_share=True)  # rows that refer to it may be written meanwhile
)
_NOTHING_LIVE = sa.select(sa.literal(1).label("is_so")).where(~_ANYTHING_LIVE.exists())

_LIVE_CODE = sa.select(live.c.business_id).join(bot_version).where(bot_version.c.packages.is_not(None)).limit(1)

_LOCKS = sa.select(bot_version.c.lock).where(bot_version.c.lock.is_not(None)).distinct()

_LIVE_OF_BOT = (
    sa.select(bot_version)
    .join(live, live.c.version_id == bot_version.c.id)
    .where(bot_version.c.partner_id == sa.bindparam("partner_id"), bot_version.c.bot == sa.bindparam("bot"))
    .order_by(live.c.published_at.desc())
)

_NEWEST_OF_BOT = (
    sa.select(bot_version)
    .where(bot_version.c.partner_id == sa.bindparam("partner_id"), bot_version.c.bot == sa.bindparam("bot"))
    .order_by(bot_version.c.number.desc())
)

_this = bot_version.alias("this")
_BEFORE = (
    sa.select(bot_version)
    .join(
        _this,
        (_this.c.partner_id == bot_version.c.partner_id)
        & (_this.c.bot == bot_version.c.bot)
        & (_this.c.number > bot_version.c.number),
    )
    .where(_this.c.id == sa.bindparam("version_id"))
    .order_by(bot_version.c.number.desc())
    .limit(sa.bindparam("most", type_=sa.Integer))
)

_BOTS = (
    sa.select(bot_version.c.bot)
    .where(bot_version.c.partner_id == sa.bindparam("partner_id"))
    .distinct()
    .order_by(bot_version.c.bot)
)

_FORGET_SECRET = sa.delete(secret).where(
    secret.c.partner_id == sa.bindparam("partner_id"), secret.c.name == sa.bindparam("name")
)

_KEEP_SECRET = sa.insert(secret).values(
    partner_id=sa.bindparam("partner_id"), name=sa.bindparam("name"), ciphertext=sa.bindparam("ciphertext")
)

_ALL_SECRETS = sa.select(secret.c.partner_id, secret.c.name, secret.c.ciphertext).order_by(
    secret.c.partner_id, secret.c.name
)
_SECRETS = sa.select(secret.c.name, secret.c.ciphertext).where(secret.c.partner_id == sa.bindparam("partner_id"))


async def version_with_content(store: Store, partner_id: int, bot: str, content: str) -> Row | None:
    """Find the version that has exactly this content."""
    return await store.first(_SAME_CONTENT, {"partner_id": partner_id, "bot": bot, "content": content})


async def save_version(
    store: Store,
    partner_id: int,
    bot: str,
    *,
    content: str,
    files: str,
    models: Mapping[str, str],
    packages: str | None,
    lock: str | None,
    now: datetime,
) -> Row:
    """Keep a new version; its number is the next one of this bot. files, models: names of blobs."""
    parameters = {
        "partner_id": partner_id,
        "bot": bot,
        "content": content,
        "files": files,
        "models": dict(models),
        "packages": packages,
        "lock": lock,
        "created_at": now,
    }
    [[row]] = await store.commit([Write(_SAVE, parameters)])
    return row


async def code_was_prepared(store: Store, version_id: int, packages: str, lock: str | None) -> None:
    """Note of a version what its custom code was prepared with."""
    await store.commit([Write(_PREPARED, {"version_id": version_id, "packages": packages, "lock": lock})])


async def has_live_code(store: Store) -> bool:
    """Tell whether any live bot has custom code."""
    return await store.first(_LIVE_CODE, {}) is not None


async def locks(store: Store) -> tuple[str, ...]:
    """List what the requirements of all kept versions came to."""
    return tuple(row["lock"] for row in await store.all(_LOCKS, {}))


async def trained_anew(store: Store, version_id: int, models: Mapping[str, str]) -> None:
    """Point a version at other models. models: names of blobs."""
    await store.commit([Write(_TRAIN_ANEW, {"version_id": version_id, "models": dict(models)})])


def publishes(partner_id: int, via_name: str, version_id: int, now: datetime) -> list[Write]:
    """Make a version the one that answers for a business, made in the same unit or before; the last returns its id."""
    business = {"partner_id": partner_id, "via_name": via_name}
    return [
        Write(_FORGET_LIVE, business),
        Write(_PUBLISH, business | {"version_id": version_id, "published_at": now}),
    ]


async def live_version(store: Store, business_id: int) -> Row | None:
    """Find the version that answers for a business."""
    return await store.first(_LIVE, {"business_id": business_id})


async def has_anything_live(store: Store, partner_id: int) -> bool:
    """Tell whether any bot of a partner was ever published."""
    return await store.first(_ANYTHING_LIVE, {"partner_id": partner_id}) is not None


def is_the_first(partner_id: int) -> list[Write]:
    """Refuse the unit as stale unless it is the first to publish a bot of this partner, whoever is at it meanwhile."""
    partner = {"partner_id": partner_id}
    return [Write(_ONE_AFTER_THE_OTHER, partner), Write(_NOTHING_LIVE, partner, must_change=True)]


async def live_version_of_bot(store: Store, partner_id: int, bot: str) -> Row | None:
    """Find a bot's live version: the one published last, where it answers for several businesses."""
    return await store.first(_LIVE_OF_BOT, {"partner_id": partner_id, "bot": bot})


async def newest_version_of_bot(store: Store, partner_id: int, bot: str) -> Row | None:
    """Find the version of a bot that was kept last, live or not."""
    return await store.first(_NEWEST_OF_BOT, {"partner_id": partner_id, "bot": bot})


async def versions_before(store: Store, version_id: int, most: int) -> tuple[Row, ...]:
    """List the versions of the same bot that were kept before this one, the newest first."""
    return tuple(await store.all(_BEFORE, {"version_id": version_id, "most": most}))


async def bots(store: Store, partner_id: int) -> tuple[str, ...]:
    """List the system names of a partner's bots."""
    return tuple(row["bot"] for row in await store.all(_BOTS, {"partner_id": partner_id}))


def keeps_secret(partner_id: int, name: str, ciphertext: bytes) -> list[Write]:
    """Keep a secret, replacing what had its name."""
    key = {"partner_id": partner_id, "name": name}
    return [Write(_FORGET_SECRET, key), Write(_KEEP_SECRET, {**key, "ciphertext": ciphertext})]


async def secrets(store: Store, partner_id: int) -> dict[str, bytes]:
    """Read a partner's secrets, still encrypted."""
    rows = await store.all(_SECRETS, {"partner_id": partner_id})
    return {row["name"]: row["ciphertext"] for row in rows}


async def all_secrets(store: Store) -> tuple[tuple[int, str, bytes], ...]:
    """Read every partner's secrets, still encrypted: partner, name, ciphertext."""
    rows = await store.all(_ALL_SECRETS, {})
    return tuple((row["partner_id"], row["name"], row["ciphertext"]) for row in rows)
