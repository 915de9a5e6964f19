"""Makes what belongs to a partner, each thing in a commit of its own."""

from collections.abc import Iterable
from datetime import datetime

from botyard.auth import people, records
from botyard.auth.tokens import NewToken
from botyard.bot.business import Business, Team
from botyard.store.commit import Store


async def made_business(store: Store, partner_id: int, bot: str, wanted: Business) -> int:
    """Make a business or bring it to what is wanted; its id."""
    await store.commit([await people.settles_business(store, partner_id, bot, wanted)])
    row = await records.business_by_via_name(store, partner_id, bot)
    assert row is not None
    return int(row["id"])


async def made_teams(store: Store, partner_id: int, wanted: Iterable[Team]) -> None:
    """Make teams, or bring them to what is wanted."""
    await store.commit(await people.settles_teams(store, partner_id, wanted))


async def made_token(store: Store, partner_id: int, *, now: datetime, expires_at: datetime | None = None) -> str:
    """Make a token that speaks for a partner."""
    token = NewToken(partner_id, now=now, expires_at=expires_at)
    [[row]] = await store.commit([token.write])
    return token.shown(row["id"])
