"""A bot folder that may be used: read and checked whole, or refused with everything that is wrong."""

from collections.abc import Callable, Collection, Mapping
from typing import TypeAlias

from botyard.bot.business import Business
from botyard.bot.check import check, is_usable
from botyard.bot.exchange import Read, read, write
from botyard.bot.model import Bot
from botyard.bot.problems import Problem
from botyard.errors import BadRequest
from botyard.integrations.functions import known_functions
from botyard.integrations.sandbox.packages.requirements import not_packages
from botyard.releases.zones import known_zones


class BotRefused(BadRequest):
    """A bot folder has errors; nothing was changed. problems: all of them, with file and line."""

    code = "bot_refused"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        lines = "\n".join(map(str, problems))
        errors = "1 error" if len(problems) == 1 else f"{len(problems)} errors"
        super().__init__(f"the bot has {errors} and was refused whole:\n{lines}")
        self.problems = problems


Used: TypeAlias = Callable[[Business | None], Business | None]


def _as_described(business: Business | None) -> Business | None:
    return business


def checked(
    files: Mapping[str, bytes], known_secrets: Collection[str], used: Used = _as_described
) -> tuple[Bot, Business | None]:
    """Read a bot that may be deployed. Raises BotRefused with everything that is wrong.

    used: how the bot will be used, out of how the folder describes it.
    """
    found = read(files)
    problems = problems_in(found, known_secrets, used(found.draft_business))
    if found.bot is None or not is_usable(problems):
        raise BotRefused(tuple(problem for problem in problems if problem.is_error))
    return found.bot, found.business


def problems_in(found: Read, known_secrets: Collection[str], business: Business | None = None) -> tuple[Problem, ...]:
    """List everything that is wrong with a folder, for this version of Botyard. business: if not as it describes it."""
    return check(found, known_secrets, known_functions(), known_zones, not_packages=not_packages, business=business)


def canonical(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Write a bot in the one form that it is exported in: no comments, a fixed order. Raises BotRefused."""
    found = read(files)
    if found.bot is None:
        raise BotRefused(found.problems)
    return write(found.bot, found.business, dialogues=found.dialogues, kept=found.kept)


class _Everything(frozenset[str]):
    """Holds whatever is looked for."""

    def __contains__(self, _name: object) -> bool:
        return True


# For a bot that calls nobody for now: none of its secrets needs to be set yet.
EVERY_SECRET = _Everything()
