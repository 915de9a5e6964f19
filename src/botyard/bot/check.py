"""What is wrong with a bot, all of it at once, in a builder's words, with file and line."""

from collections.abc import Callable, Collection, Iterator, Mapping

from msgspec import Struct

from botyard.bot.business import Business
from botyard.bot.checks.code import code
from botyard.bot.checks.connections import connections
from botyard.bot.checks.dialogues import dialogues
from botyard.bot.checks.entities import entities
from botyard.bot.checks.hand_overs import on_failure
from botyard.bot.checks.integrations import integrations
from botyard.bot.checks.nodes import nodes
from botyard.bot.checks.replies import replies
from botyard.bot.checks.requirements import requirements
from botyard.bot.checks.sentences import sentences
from botyard.bot.checks.settings import business, settings
from botyard.bot.checks.subject import NotPackages, Subject
from botyard.bot.exchange import Read
from botyard.bot.problems import Problem, in_order

_QUESTIONS: tuple[Callable[[Subject], Iterator[Problem]], ...] = (
    settings, business, nodes, sentences, connections, entities, integrations, on_failure, code, requirements,
    replies, dialogues,
)  # fmt: skip


def _only_utc() -> Collection[str]:
    return ("UTC",)


def _takes_anything(_requirements: str) -> Collection[tuple[int | None, str]]:
    return ()


def check(
    read: Read,
    known_secrets: Collection[str],
    functions: Mapping[str, type[Struct]],
    known_zones: Callable[[], Collection[str]] = _only_utc,
    *,
    not_packages: NotPackages = _takes_anything,
    business: Business | None = None,
) -> tuple[Problem, ...]:
    """List everything that is wrong, in the order of the files, with what reading already found.

    known_secrets: names of secrets that are set. functions: what nodes may call; the fields of each are its arguments.
    known_zones: the time zones there are; only asked where a bot is in one. not_packages: reads requirements.txt.
    business: how the bot will be used, by whoever knows better than the folder. A bot with an error is refused whole.
    """
    subject = Subject(
        read, known_secrets, functions, known_zones, not_packages=not_packages, business=business or read.draft_business
    )
    return in_order([*read.problems, *read.passed_over, *(problem for ask in _QUESTIONS for problem in ask(subject))])


def is_usable(problems: Collection[Problem]) -> bool:
    """Whether a bot with these problems may be used: warnings do not refuse it."""
    return not any(problem.is_error for problem in problems)
