"""What a business sets for the bots that answer its users."""

import re
from typing import Literal, TypeAlias

from msgspec import Struct

EnvironmentName: TypeAlias = Literal["test", "production"]


class Team(Struct, frozen=True, kw_only=True):
    """A team of agents, by the name everybody calls it."""

    name: str
    active: bool = True


# Controls, line ends, marks that write text backwards, and bytes that are no text. Joiners are letters' own in Hindi.
_UNSPEAKABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def wrong_in_team_name(name: str) -> str | None:
    """Say what is wrong with a team's name, or None: agents read it in lists, integrations in JSON."""
    if not name.strip():
        return "this team has no name"
    if _UNSPEAKABLE.search(name):
        return f"a team's name is one line of text in UTF-8, not {name!a}"
    return None


class Business(Struct, frozen=True, kw_only=True):
    """A business as `business.yaml` has it. teams are made if they do not exist; the default team is one of them."""

    name: str
    environment: EnvironmentName = "production"
    human_assistance: bool = False
    default_team: str | None = None
    teams: tuple[Team, ...] = ()
    active: bool = True
    fallback_bot: str | None = None
