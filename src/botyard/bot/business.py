"""What a business sets for the bots that answer its users."""

from typing import Literal, TypeAlias

from msgspec import Struct

EnvironmentName: TypeAlias = Literal["test", "production"]


class Team(Struct, frozen=True, kw_only=True):
    """A team of agents, by the name everybody calls it."""

    name: str
    active: bool = True


class Business(Struct, frozen=True, kw_only=True):
    """A business as `business.yaml` has it. teams are made if they do not exist; the default team is one of them."""

    name: str
    environment: EnvironmentName = "production"
    human_assistance: bool = False
    default_team: str | None = None
    teams: tuple[Team, ...] = ()
    active: bool = True
    fallback_bot: str | None = None
