"""From a folder to a live bot: check, train, keep, publish. One function for the command line and the API."""

import asyncio
from contextlib import suppress
from datetime import datetime
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from botyard.auth import people
from botyard.auth.records import partner_by_name, revokes_tokens_of
from botyard.auth.tokens import NewToken
from botyard.bot import layout
from botyard.bot.business import Business, EnvironmentName, Team, wrong_in_team_name
from botyard.bot.problems import Problem
from botyard.errors import BadRequest
from botyard.releases import records, versions
from botyard.releases.train import Progress
from botyard.releases.versions import Version
from botyard.store.commit import Conflict, Stale, Store
from botyard.studio.checked import checked
from botyard.studio.preparing import prepared
from botyard.studio.training_report import training_report
from botyard.studio.workshop import Workshop

# The partner that deployments from the command line belong to: one installation, one client, unless told otherwise.
PARTNER = "default"


class Order(Struct, frozen=True, kw_only=True, tag="deploy"):
    """What somebody wants live.

    files: the bot folder. secrets: those the folder names, found beside it. teams: the first is the default team.
    human_assistance, environment: None leaves what business.yaml says. new_token: make another token.
    revoke_others: and revoke all that the client has, in the same commit.
    needs_sandbox: refuse a bot whose custom code cannot run here; else its nodes fail when they are reached.
    """

    files: dict[str, bytes]
    secrets: dict[str, str] = {}
    teams: tuple[str, ...] = ()
    human_assistance: bool | None = None
    environment: EnvironmentName | None = None
    new_token: bool = False
    revoke_others: bool = False
    needs_sandbox: bool = True

    def __post_init__(self) -> None:
        """Raises BadRequest: a team cannot be called that."""
        if wrong := next(filter(None, map(wrong_in_team_name, self.teams)), None):
            raise BadRequest(wrong)


class Deployed(Struct, frozen=True, kw_only=True):
    """What is live now. token: only when one was made. revoked: the ids of tokens that were, until now, as good.

    training: what was found in the bot's sentences.
    """

    client_id: str
    token: str | None
    business_id: int
    bot: str
    version: int
    teams: tuple[str, ...]
    revoked: tuple[int, ...] = ()
    training: tuple[Problem, ...] = ()


class _Published(Struct, frozen=True):
    business_id: int
    token: str | None
    revoked: tuple[int, ...]


_NOBODY_ASSISTS = (
    "human assistance is on, but there is no default team to give chats to, and they will wait for nobody; "
    f"name one with --team, or write `default_team` in {layout.BUSINESS}"
)
# Two deployments at the same moment make the same rows, or are both the first; the second finds what the first made at
# the next try.
ATTEMPTS = 5


async def deploy(
    store: Store,
    order: Order,
    workshop: Workshop,
    *,
    now: datetime,
    progress: Progress,
) -> Deployed:
    """Make a bot live for its business; on any refusal or death nothing changes but that a version may be kept.

    Raises BotRefused, CodeCannotRun.
    """
    await progress("checking")
    known = {*workshop.known_secrets, *order.secrets, *await secrets_kept(store)}
    used = partial(_as_used, order=order, kept=await _teams_kept(store))
    bot, described = await asyncio.to_thread(checked, order.files, known, used)
    business = _as_ordered(described or Business(name=bot.name), order)
    if business.human_assistance and not business.default_team:
        await progress(_NOBODY_ASSISTS)
    partner = await people.ensure_partner(store, PARTNER, now=now)
    compiled = await versions.compiled(store, partner.id, bot, order.files)
    code = await prepared(
        workshop.prepare,
        compiled,
        environment=business.environment,
        tenant=str(partner.id),
        progress=progress,
        needs_sandbox=order.needs_sandbox,
    )
    version = await versions.save(
        store, partner.id, compiled, order.files, now=now, trainer=workshop.trainer, code=code, progress=progress
    )
    sealed = {name: workshop.key.encrypt(f"{partner.id}/{name}", value) for name, value in order.secrets.items()}
    await progress("publishing")
    live = await _published(
        store, order, partner_id=partner.id, version=version, business=business, sealed=sealed, now=now
    )
    return Deployed(
        client_id=partner.client_id,
        token=live.token,
        business_id=live.business_id,
        bot=bot.system_name,
        version=version.number,
        teams=tuple(team.name for team in business.teams),
        revoked=live.revoked,
        training=training_report(order.files, await versions.models_of(store, version)),
    )


async def _published(
    store: Store,
    order: Order,
    *,
    partner_id: int,
    version: Version,
    business: Business,
    sealed: dict[str, bytes],
    now: datetime,
) -> _Published:
    """Commit all that goes live as one unit."""
    for _ in range(ATTEMPTS):
        is_first = not await records.has_anything_live(store, partner_id)  # an import makes the partner, but no token
        token = NewToken(partner_id, now=now) if is_first or order.new_token else None
        others = [revokes_tokens_of(partner_id, now)] if token and order.revoke_others else []
        unit = [
            *others,
            *([token.write] if token else ()),
            *(records.is_the_first(partner_id) if is_first else ()),
            *(write for name, text in sealed.items() for write in records.keeps_secret(partner_id, name, text)),
            *await people.settles_teams(store, partner_id, business.teams),
            await people.settles_business(store, partner_id, version.bot, business),
            *records.publishes(partner_id, version.bot, version.id, now),
        ]
        with suppress(Conflict, Stale):
            told = await store.commit(unit)
            return _Published(
                business_id=told[-1][0]["business_id"],
                token=token.shown(told[len(others)][0]["id"]) if token else None,
                revoked=tuple(sorted(row["id"] for rows in told[: len(others)] for row in rows)),
            )
    raise Conflict(f"other deployments of {version.bot} were faster each time; deploy it again", bot=version.bot)


async def secrets_kept(store: Store) -> frozenset[str]:
    """Name the secrets that earlier deployments brought."""
    row = await partner_by_name(store, PARTNER)
    return frozenset() if row is None else frozenset(await records.secrets(store, row["id"]))


async def _teams_kept(store: Store) -> tuple[Team, ...]:
    row = await partner_by_name(store, PARTNER)
    kept = () if row is None else await people.teams_of(store, row["id"])
    return tuple(Team(name=team.name, active=team.active) for team in kept)


def _as_used(described: Business | None, *, order: Order, kept: tuple[Team, ...]) -> Business:
    """Tell which teams a bot may name: a folder without a business.yaml also those that were made before."""
    others = tuple(team for team in kept if team.name not in order.teams)
    return _as_ordered(described or Business(name="", teams=others), order)


def _as_ordered(business: Business, order: Order) -> Business:
    """Let the command line win over the file."""
    teams = {team.name: team for team in business.teams}
    teams |= {name: Team(name=name) for name in order.teams if name not in teams}
    default = next(iter(order.teams), business.default_team)
    if default is not None and default not in teams:
        teams[default] = Team(name=default)
    return replace(
        business,
        environment=order.environment or business.environment,
        human_assistance=business.human_assistance if order.human_assistance is None else order.human_assistance,
        default_team=default,
        teams=tuple(teams.values()),
    )
