"""End users of a partner, and the visitors of its web widgets."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
import structlog

from botyard.store.commit import Row, Store, Write
from botyard.store.schema import IN_LINE, Id, Moment, metadata

_b = sa.bindparam
log = structlog.get_logger()

end_user = sa.Table(
    "end_user",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("partner_id", sa.BigInteger, nullable=False),
    sa.Column("user_name", sa.Text, nullable=False),
    sa.Column("auth_id", sa.Text),
    sa.Column("full_name", sa.Text, nullable=False),
    sa.Column("email", sa.Text, nullable=False),
    sa.Column("mobile_no", sa.Text, nullable=False),
    sa.Column("language_code", sa.Text, nullable=False),
    sa.Column("device_platform", sa.Integer, nullable=False),
    sa.Column("auth_code", sa.Text, nullable=False),
    sa.Column("custom_data", sa.JSON, nullable=False),
    sa.Column("permanent_user_data", sa.JSON, nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.UniqueConstraint("partner_id", "user_name"),
    sa.UniqueConstraint("partner_id", "auth_id"),
    sqlite_autoincrement=True,  # a user_id is public
    info={IN_LINE: True},
)

visitor = sa.Table(
    "visitor",
    metadata,
    sa.Column("token_hash", sa.LargeBinary, primary_key=True),
    sa.Column("user_id", sa.BigInteger, sa.ForeignKey("end_user.id"), nullable=False),
    sa.Column("business_id", sa.BigInteger, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
)

PROFILE = ("full_name", "email", "mobile_no", "language_code", "device_platform", "auth_code", "custom_data")

_ADD = (
    sa.insert(end_user)
    .values(
        partner_id=_b("partner_id"), user_name=_b("user_name"), auth_id=_b("auth_id"), created_at=_b("created_at"),
        permanent_user_data={}, version=0, **{name: _b(name) for name in PROFILE},
    )
    .returning(end_user.c.id)
)  # fmt: skip
_CHANGE = (
    sa.update(end_user)
    .where(end_user.c.id == _b("id_"), end_user.c.version == _b("version_"))
    .values(version=end_user.c.version + 1, **{name: _b(name) for name in PROFILE})
)
_REMEMBER = (
    sa.update(end_user)
    .where(end_user.c.id == _b("id_"), end_user.c.version == _b("version_"))
    .values(version=end_user.c.version + 1, permanent_user_data=_b("permanent_user_data", type_=sa.JSON))
)
_BY_ID = sa.select(end_user).where(end_user.c.id == _b("id"))
_PLAIN_BY_ID = sa.select(*(column for column in end_user.c if not isinstance(column.type, sa.JSON))).where(
    end_user.c.id == _b("id")
)
_BY_AUTH_ID = sa.select(end_user).where(end_user.c.partner_id == _b("partner_id"), end_user.c.auth_id == _b("auth_id"))
_BY_USER_NAME = sa.select(end_user).where(
    end_user.c.partner_id == _b("partner_id"), end_user.c.user_name == _b("user_name")
)
_ADMIT = sa.insert(visitor).values(
    token_hash=_b("token_hash"), user_id=_b("user_id"), business_id=_b("business_id"), created_at=_b("created_at")
)
_ADMITTED = sa.select(visitor.c.user_id, visitor.c.business_id).where(visitor.c.token_hash == _b("token_hash"))


def adds_user(*, partner_id: int, user_name: str, auth_id: str | None, profile: dict[str, Any], now: datetime) -> Write:
    """Make a user; returns the id. profile: every name of PROFILE."""
    parameters = {"partner_id": partner_id, "user_name": user_name, "auth_id": auth_id, "created_at": now}
    return Write(_ADD, parameters | profile)


def changes_user(user_id: int, version: int, profile: dict[str, Any]) -> Write:
    """Change a user's profile, every name of PROFILE. Guard: the version it was read at."""
    return Write(_CHANGE, {"id_": user_id, "version_": version} | profile, must_change=True)


def remembers(user_id: int, version: int, permanent_user_data: dict[str, Any]) -> Write:
    """Replace a user's permanent data. Guard: the version it was read at."""
    parameters = {"id_": user_id, "version_": version, "permanent_user_data": permanent_user_data}
    return Write(_REMEMBER, parameters, must_change=True)


def admits(token_hash: bytes, *, user_id: int, business_id: int, now: datetime) -> Write:
    """Let whoever shows the token with this hash speak as a user, to one business."""
    parameters = {"token_hash": token_hash, "user_id": user_id, "business_id": business_id, "created_at": now}
    return Write(_ADMIT, parameters)


async def user_by_id(store: Store, user_id: int) -> Row | None:
    """Find a user by id; of one whose JSON is damaged, what is left."""
    try:
        return await store.first(_BY_ID, {"id": user_id})
    except ValueError:  # only SQLite keeps JSON that is none
        log.error("user_unreadable", user_id=user_id)  # noqa: TRY400 - the text may hold what is known of the user
        row = await store.first(_PLAIN_BY_ID, {"id": user_id})
        return None if row is None else {**row, "custom_data": {}, "permanent_user_data": {}}


async def user_by_auth_id(store: Store, partner_id: int, auth_id: str) -> Row | None:
    """Find a partner's user by the partner's own name for it."""
    return await store.first(_BY_AUTH_ID, {"partner_id": partner_id, "auth_id": auth_id})


async def user_by_user_name(store: Store, partner_id: int, user_name: str) -> Row | None:
    """Find a partner's user by our handle."""
    return await store.first(_BY_USER_NAME, {"partner_id": partner_id, "user_name": user_name})


async def visitor_by(store: Store, token_hash: bytes) -> Row | None:
    """Find whom a token speaks as: user_id, business_id."""
    return await store.first(_ADMITTED, {"token_hash": token_hash})
