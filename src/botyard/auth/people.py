"""Partners, their businesses and their teams: found, or made where they are missing."""

import secrets
import unicodedata
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any

from msgspec import Struct

from botyard.auth import records
from botyard.bot import business as described
from botyard.bot.business import EnvironmentName
from botyard.store.commit import Conflict, Row, Store, Write

# A client id is no secret, but none may lead to another.
CLIENT_ID_BYTES = 8
# Promised (wire.md §5): a running server takes over what is deployed within two seconds.
REMEMBERED_S = 1.0


class Partner(Struct, frozen=True):
    """A client of this installation: the tenant. client_id: what its systems send with every request."""

    id: int
    client_id: str
    name: str


class Business(Struct, frozen=True, kw_only=True):
    """A business of a partner, as stored. via_name never changes. bot: system name of the bot that answers."""

    id: int
    partner_id: int
    via_name: str
    name: str
    active: bool
    environment: EnvironmentName
    human_assistance: bool
    default_team: str | None
    bot: str
    fallback_bot: str | None


class Team(Struct, frozen=True):
    """A team of agents of a partner."""

    id: int
    partner_id: int
    name: str
    active: bool


async def ensure_partner(store: Store, name: str, *, now: datetime) -> Partner:
    """Find the partner of this name, or make it."""
    row = await records.partner_by_name(store, name)
    if row is None:
        with suppress(Conflict):  # somebody made it at the same moment
            await records.add_partner(store, secrets.token_hex(CLIENT_ID_BYTES), name, now)
        row = _present(await records.partner_by_name(store, name))
    return Partner(row["id"], row["client_id"], row["name"])


async def settles_business(store: Store, partner_id: int, bot: str, wanted: described.Business) -> Write:
    """Make the business that this bot answers for, or bring it to what is wanted. Conflict: it was just made.

    bot: the bot's system name; it is the business's via name too.
    """
    settings: dict[str, Any] = {
        "name": wanted.name,
        "active": wanted.active,
        "environment": wanted.environment,
        "human_assistance": wanted.human_assistance,
        "default_team": wanted.default_team and team_name(wanted.default_team),
        "bot": bot,
        "fallback_bot": wanted.fallback_bot,
    }
    is_known = await records.business_by_via_name(store, partner_id, bot) is not None
    return (records.changes_business if is_known else records.adds_business)(partner_id, bot, settings)


async def settles_teams(store: Store, partner_id: int, wanted: Iterable[described.Team]) -> list[Write]:
    """Make the teams that are missing, and switch the others on or off as wanted. Conflict: one was just made."""
    writes = []
    for name, active in {team_name(team.name): team.active for team in wanted}.items():
        row = await records.team_by_name(store, partner_id, name)
        if row is None:
            writes.append(records.adds_team(partner_id, name, active=active))
        elif row["active"] != active:
            writes.append(records.switches_team(partner_id, name, active=active))
    return writes


async def business_of(store: Store, partner_id: int, business_id: int) -> Business | None:
    """Find a business. None: there is none, or it is another partner's; nobody can tell which."""
    row = await records.business_by_id(store, partner_id, business_id)
    return None if row is None else Business(**row)


class KnownBusinesses:
    """Businesses as they are asked for with every message, each remembered for a second.

    seconds: a clock that only goes forward. What a deployment changes is seen within that second.
    """

    def __init__(self, store: Store, seconds: Callable[[], float]) -> None:
        self._store = store
        self._seconds = seconds
        self._known: dict[tuple[int, int], tuple[float, Business]] = {}

    async def of(self, partner_id: int, business_id: int) -> Business | None:
        """Find a business, as `business_of` does."""
        until, known = self._known.get((partner_id, business_id), (0.0, None))
        if known is not None and self._seconds() < until:
            return known
        found = await business_of(self._store, partner_id, business_id)
        if found is not None:
            self._known[partner_id, business_id] = (self._seconds() + REMEMBERED_S, found)
        return found


async def any_business(store: Store, business_id: int) -> Business | None:
    """Find a business whoever owns it: for the shell, which has been told which one; never for a door's caller."""
    row = await records.any_business(store, business_id)
    return None if row is None else Business(**row)


async def team_of(store: Store, partner_id: int, name: str) -> Team | None:
    """Find a partner's team by name."""
    row = await records.team_by_name(store, partner_id, team_name(name))
    return None if row is None else Team(**row)


async def teams_of(store: Store, partner_id: int) -> tuple[Team, ...]:
    """List a partner's teams, the oldest first."""
    return tuple([Team(**row) for row in await records.teams(store, partner_id)])


def team_name(text: str) -> str:
    """One spelling for names that look the same: Unicode NFC, no space around."""
    return unicodedata.normalize("NFC", text).strip()


def _present(row: Row | None) -> Row:
    if row is None:
        raise Conflict("what was just stored was deleted at the same moment; try again")
    return row
