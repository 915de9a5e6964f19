"""From a folder to a live bot: check, train, keep, publish. One function for the command line and the API."""

from collections.abc import Awaitable, Callable, Collection
from datetime import datetime
from typing import TypeAlias

from msgspec import Struct

from botyard.auth import people
from botyard.auth.records import partner_by_name
from botyard.bot.business import Business, EnvironmentName, Team
from botyard.bot.compiled import CompiledBot
from botyard.releases import records, versions
from botyard.store.commit import Store
from botyard.store.secrets import SecretsKey
from botyard.studio.checked import checked

Progress: TypeAlias = Callable[[str], Awaitable[None]]

# The partner that deployments from the command line belong to: one installation, one client, unless told otherwise.
PARTNER = "default"


class Order(Struct, frozen=True, kw_only=True, tag="deploy"):
    """What somebody wants live.

    files: the bot folder. secrets: those the folder names, found beside it. teams: the first is the default team.
    human_assistance, environment: None leaves what business.yaml says. new_token: make another token.
    """

    files: dict[str, bytes]
    secrets: dict[str, str] = {}
    teams: tuple[str, ...] = ()
    human_assistance: bool | None = None
    environment: EnvironmentName | None = None
    new_token: bool = False


class Deployed(Struct, frozen=True, kw_only=True):
    """What is live now. token: only when one was made."""

    client_id: str
    token: str | None
    business_id: int
    bot: str
    version: int
    teams: tuple[str, ...]


async def deploy(
    store: Store, order: Order, *, known_secrets: Collection[str], key: SecretsKey, now: datetime, progress: Progress
) -> Deployed:
    """Make a bot live for its business; on any refusal nothing changes. Raises BotRefused."""
    await progress("checking")
    bot, described = checked(order.files, {*known_secrets, *order.secrets, *await secrets_kept(store)})
    business = _as_ordered(described or Business(name=bot.name), order)
    partner, _ = await people.ensure_partner(store, PARTNER, now=now)
    is_first = not await records.has_anything_live(store, partner.id)  # an import makes the partner, but no token
    version = await versions.save(store, partner.id, CompiledBot(bot, ""), order.files, now=now, progress=progress)
    for name, value in order.secrets.items():
        await records.keep_secret(store, partner.id, name, key.encrypt(f"{partner.id}/{name}", value))
    await people.ensure_teams(store, partner.id, business.teams)
    business_id = await people.ensure_business(store, partner.id, bot.system_name, business)
    await progress("publishing")
    await records.publish(store, business_id, version.id, now)
    token = await people.new_token(store, partner.id, now=now) if is_first or order.new_token else None
    return Deployed(
        client_id=partner.client_id,
        token=token,
        business_id=business_id,
        bot=bot.system_name,
        version=version.number,
        teams=tuple(team.name for team in business.teams),
    )


async def secrets_kept(store: Store) -> frozenset[str]:
    """Name the secrets that earlier deployments brought."""
    row = await partner_by_name(store, PARTNER)
    return frozenset() if row is None else frozenset(await records.secrets(store, row["id"]))


def _as_ordered(business: Business, order: Order) -> Business:
    """Let the command line win over the file."""
    teams = {team.name: team for team in business.teams}
    teams |= {name: Team(name=name) for name in order.teams if name not in teams}
    default = next(iter(order.teams), business.default_team)
    if default is not None and default not in teams:
        teams[default] = Team(name=default)
    assistance = business.human_assistance if order.human_assistance is None else order.human_assistance
    return Business(
        name=business.name,
        environment=order.environment or business.environment,
        human_assistance=assistance,
        default_team=default,
        teams=tuple(teams.values()),
        active=business.active,
        fallback_bot=business.fallback_bot,
    )
