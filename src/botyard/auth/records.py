"""All the SQL of auth: partners and their tokens, businesses and teams. A token's secret is kept as its hash only."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from botyard.store.commit import Row, Store, Write
from botyard.store.schema import Id, Moment, metadata

_b = sa.bindparam

partner = sa.Table(
    "partner",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("client_id", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("created_at", Moment, nullable=False),
    sqlite_autoincrement=True,
)

token = sa.Table(
    "token",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("partner_id", sa.BigInteger, sa.ForeignKey("partner.id"), nullable=False),
    sa.Column("secret_hash", sa.LargeBinary, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("revoked_at", Moment),
    sa.Column("expires_at", Moment),
    sqlite_autoincrement=True,  # a token's id stands in the token: no later token may inherit it
)

business = sa.Table(
    "business",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("partner_id", sa.BigInteger, sa.ForeignKey("partner.id"), nullable=False),
    sa.Column("via_name", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("environment", sa.Text, nullable=False),
    sa.Column("human_assistance", sa.Boolean, nullable=False),
    sa.Column("default_team", sa.Text),
    sa.Column("bot", sa.Text, nullable=False),
    sa.Column("fallback_bot", sa.Text),
    sa.UniqueConstraint("partner_id", "via_name"),
    sqlite_autoincrement=True,  # a business_id is public, and clients keep it for ever
)

team = sa.Table(
    "team",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("partner_id", sa.BigInteger, sa.ForeignKey("partner.id"), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.UniqueConstraint("partner_id", "name"),
    sqlite_autoincrement=True,
)


# ── partners and tokens ─────────────────────────────────────────────────────────────────────────────────────────────

_ADD_PARTNER = sa.insert(partner).values(client_id=_b("client_id"), name=_b("name"), created_at=_b("created_at"))
_PARTNER_BY_NAME = sa.select(partner).where(partner.c.name == _b("name"))
_PARTNER_BY_CLIENT = sa.select(partner).where(partner.c.client_id == _b("client_id"))
_PARTNER_COUNT = sa.select(sa.func.count().label("partners")).select_from(partner)
_ADD_TOKEN = (
    sa.insert(token)
    .values(
        partner_id=_b("partner_id"), secret_hash=_b("secret_hash"), created_at=_b("created_at"),
        expires_at=_b("expires_at"),
    )
    .returning(token.c.id)
)  # fmt: skip
_TOKEN = sa.select(token).where(token.c.id == _b("id"))
_TOKENS = (
    sa.select(token.c.id, partner.c.client_id, token.c.created_at, token.c.revoked_at)
    .join(partner, token.c.partner_id == partner.c.id)
    .order_by(token.c.id)
)
_REVOKE = (
    sa.update(token)
    .where(token.c.id == _b("id_"), token.c.revoked_at.is_(None))
    .values(revoked_at=_b("now"))
    .returning(token.c.id)
)
_REVOKE_ALL = (
    sa.update(token)
    .where(token.c.partner_id == _b("partner_id_"), token.c.revoked_at.is_(None))
    .values(revoked_at=_b("now"))
    .returning(token.c.id)
)


async def add_partner(store: Store, client_id: str, name: str, now: datetime) -> None:
    """Make a partner. Raises Conflict where the name or the client id is taken."""
    await store.commit([Write(_ADD_PARTNER, {"client_id": client_id, "name": name, "created_at": now})])


async def partner_by_name(store: Store, name: str) -> Row | None:
    """Find a partner by its name."""
    return await store.first(_PARTNER_BY_NAME, {"name": name})


async def partner_count(store: Store) -> int:
    """Count the partners of this installation."""
    row = await store.first(_PARTNER_COUNT, {})
    return int(row["partners"]) if row else 0


async def partner_by_client_id(store: Store, client_id: str) -> Row | None:
    """Find a partner by what it sends as client-id."""
    return await store.first(_PARTNER_BY_CLIENT, {"client_id": client_id})


def adds_token(partner_id: int, secret_hash: bytes, *, now: datetime, expires_at: datetime | None) -> Write:
    """Keep a token's hash; returns its id, which is new for ever."""
    parameters = {"partner_id": partner_id, "secret_hash": secret_hash, "created_at": now, "expires_at": expires_at}
    return Write(_ADD_TOKEN, parameters)


async def token_by_id(store: Store, token_id: int) -> Row | None:
    """Find a token, revoked or not."""
    return await store.first(_TOKEN, {"id": token_id})


async def tokens(store: Store) -> list[Row]:
    """List the tokens of all partners, revoked or not, the oldest first; nothing of their secrets."""
    return await store.all(_TOKENS, {})


def revokes_token(token_id: int, now: datetime) -> Write:
    """Mark a token as revoked; returns its id, and nothing where it was: that keeps its first moment."""
    return Write(_REVOKE, {"id_": token_id, "now": now})


def revokes_tokens_of(partner_id: int, now: datetime) -> Write:
    """Mark all tokens that a partner has as revoked; returns the ids of those that were not."""
    return Write(_REVOKE_ALL, {"partner_id_": partner_id, "now": now})


# ── businesses and teams ────────────────────────────────────────────────────────────────────────────────────────────

_SETTINGS = ("name", "active", "environment", "human_assistance", "default_team", "bot", "fallback_bot")

_ADD_BUSINESS = sa.insert(business).values(
    partner_id=_b("partner_id"), via_name=_b("via_name"), **{name: _b(name) for name in _SETTINGS}
)
_CHANGE_BUSINESS = (
    sa.update(business)
    .where(business.c.partner_id == _b("partner_id_"), business.c.via_name == _b("via_name_"))
    .values({name: _b(name) for name in _SETTINGS})
)
_BUSINESS_BY_VIA_NAME = sa.select(business).where(
    business.c.partner_id == _b("partner_id"), business.c.via_name == _b("via_name")
)
_BUSINESS_BY_ID = sa.select(business).where(business.c.partner_id == _b("partner_id"), business.c.id == _b("id"))
_ANY_BUSINESS = sa.select(business).where(business.c.id == _b("id"))
_ADD_TEAM = sa.insert(team).values(partner_id=_b("partner_id"), name=_b("name"), active=_b("active"))
_SWITCH_TEAM = (
    sa.update(team)
    .where(team.c.partner_id == _b("partner_id_"), team.c.name == _b("name_"))
    .values(active=_b("active"))
)
_TEAMS = sa.select(team).where(team.c.partner_id == _b("partner_id")).order_by(team.c.id)
_TEAM_BY_NAME = sa.select(team).where(team.c.partner_id == _b("partner_id"), team.c.name == _b("name"))


def adds_business(partner_id: int, via_name: str, settings: dict[str, Any]) -> Write:
    """Make a business; settings: all of its columns but these two. Conflict where the via name is taken."""
    return Write(_ADD_BUSINESS, {"partner_id": partner_id, "via_name": via_name} | settings)


def changes_business(partner_id: int, via_name: str, settings: dict[str, Any]) -> Write:
    """Set everything a business may change about itself."""
    return Write(_CHANGE_BUSINESS, {"partner_id_": partner_id, "via_name_": via_name} | settings)


async def business_by_via_name(store: Store, partner_id: int, via_name: str) -> Row | None:
    """Find a partner's business by its unchanging name."""
    return await store.first(_BUSINESS_BY_VIA_NAME, {"partner_id": partner_id, "via_name": via_name})


async def business_by_id(store: Store, partner_id: int, business_id: int) -> Row | None:
    """Find a business, if it is this partner's."""
    return await store.first(_BUSINESS_BY_ID, {"partner_id": partner_id, "id": business_id})


async def any_business(store: Store, business_id: int) -> Row | None:
    """Find a business by id alone."""
    return await store.first(_ANY_BUSINESS, {"id": business_id})


def adds_team(partner_id: int, name: str, *, active: bool) -> Write:
    """Make a team. Conflict where there is one of this name."""
    return Write(_ADD_TEAM, {"partner_id": partner_id, "name": name, "active": active})


def switches_team(partner_id: int, name: str, *, active: bool) -> Write:
    """Make a team active or inactive."""
    return Write(_SWITCH_TEAM, {"partner_id_": partner_id, "name_": name, "active": active})


async def team_by_name(store: Store, partner_id: int, name: str) -> Row | None:
    """Find a partner's team by its exact name."""
    return await store.first(_TEAM_BY_NAME, {"partner_id": partner_id, "name": name})


async def teams(store: Store, partner_id: int) -> list[Row]:
    """List a partner's teams, the oldest first."""
    return await store.all(_TEAMS, {"partner_id": partner_id})
