"""Is bot.yaml itself in order, and business.yaml?"""

import re
from collections.abc import Iterator

from botyard.bot import layout
from botyard.bot.business import wrong_in_team_name
from botyard.bot.checks.subject import Subject
from botyard.bot.model import CodeSettings, Variables
from botyard.bot.problems import Path, Problem, suggestion
from botyard.nlu.small_talk.courtesies import LANGUAGE, NAMES

_SYSTEM_NAME = re.compile(r"[a-z][a-z0-9_]*")
_LANGUAGE = re.compile(r"[a-z]{2}")
_SECRET = re.compile(r"\$\{secret:([A-Z0-9_]+)\}")
_ADDRESS = re.compile(r"https?://(?P<login>[^/?#]*@)?([^\s/?#@:\[\]]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?([/?#]\S*)?")
_ABOUT_SECRET = re.compile(r"\$\{\s*secret\b", re.IGNORECASE)

# Addresses are called as they are written, and are in the logs of all that lies between.
_PUT_INTO_ADDRESS = (
    "must not hold ${secret:…}: no secret is put into an address; write `secret: ${secret:NAME}` in the "
    "webhook, which signs the request, or call from custom code, which gets keys as env_variables"
)

_MAX_STRICTNESS = 0.5
_MAX_CONTEXT_S = 48 * 60 * 60
_MAX_COMPLETION_S = 24 * 60 * 60
_MIN_TIMING_S = 60


def settings(subject: Subject) -> Iterator[Problem]:
    """Go through bot.yaml."""
    bot = subject.bot
    if bot.system_name and not _SYSTEM_NAME.fullmatch(bot.system_name):
        yield subject.at_bot(
            ("system_name",), f"`{bot.system_name[:60]}` must be small letters, digits and _, as in my_bot"
        )
    yield from _languages(subject)
    yield from _addresses(subject)
    yield from _figures(subject)
    yield from _time_zone(subject)
    yield from _small_talk(subject)
    yield from _variables(subject)
    yield from _without_code(subject)


def business(subject: Subject) -> Iterator[Problem]:
    """Go through business.yaml."""
    found = subject.read.draft_business
    if found is None:
        return
    names = [team.name for team in found.teams]
    for index, name in enumerate(names):
        if wrong := wrong_in_team_name(name):
            yield subject.at(layout.BUSINESS, ("teams", index), wrong)
        if name in names[:index]:
            yield subject.at(layout.BUSINESS, ("teams", index), f"team `{name}` is written twice")
    default = found.default_team
    if default is not None and names and default not in names:
        sentence = f"the default team `{default}` is not one of the teams{suggestion(default, names)}"
        yield subject.at(layout.BUSINESS, ("default_team",), sentence)
    if default in {team.name for team in found.teams if not team.active}:
        yield subject.at(layout.BUSINESS, ("default_team",), f"the default team `{default}` is switched off")
    if found.human_assistance and default is None:
        sentence = "human assistance is on, but there is no default_team to give chats to"
        yield subject.at(layout.BUSINESS, ("human_assistance",), sentence)
    if found.fallback_bot is not None:
        yield subject.not_used_yet(layout.BUSINESS, ("fallback_bot",), "`fallback_bot`")


def address_trouble(url: str) -> str | None:
    """Say what is wrong with the form of an address; whether it may be reached is asked when it is called."""
    if _ABOUT_SECRET.search(url):
        return _PUT_INTO_ADDRESS
    found = _ADDRESS.fullmatch(url)
    if found is None:
        return "is no address; write one that begins with https:// (or http://), without spaces"
    if found["login"] is not None:
        return "must not hold a user name or password"
    return "must not hold a # part" if "#" in url else None


def path_trouble(path: str) -> str | None:
    """Say what is wrong with the form of a path below a base URL."""
    return _PUT_INTO_ADDRESS if _ABOUT_SECRET.search(path) else None


def secret_trouble(subject: Subject, text: str) -> str | None:
    """Say what is wrong with `${secret:…}` in a text. Never repeats the text: it may be the secret itself."""
    for name in _SECRET.findall(text):
        if name not in subject.secrets:
            return (
                f"secret {name} is not set; set BOTYARD_SECRET_{name}, "
                f"or {name} under [secrets] in botyard.toml{suggestion(name, subject.secrets)}"
            )
    if _ABOUT_SECRET.search(_SECRET.sub("", text)):
        return "a secret is written ${secret:NAME}, its name in capital letters, digits and _"
    return None


def is_secret(text: str) -> bool:
    """Whether a text is one reference to a secret, and nothing else."""
    return _SECRET.fullmatch(text) is not None


def _languages(subject: Subject) -> Iterator[Problem]:
    # An unreadable bot.yaml is reported as such; it does not lack languages too.
    if not subject.languages and ("languages",) in subject.read.places.lines.get(layout.BOT, {}):
        yield subject.at_bot(("languages",), "a bot speaks at least one language, as in [en]")
    for index, language in enumerate(subject.languages):
        if not _LANGUAGE.fullmatch(language):
            sentence = f"`{language[:20]}` is no ISO 639-1 language code; codes are two small letters, as in en or hi"
            yield subject.at_bot(("languages", index), sentence)
        if language in subject.languages[:index]:
            yield subject.at_bot(("languages", index), f"language {language} is written twice")


def _addresses(subject: Subject) -> Iterator[Problem]:
    for name in ("test", "production"):
        url = getattr(subject.bot.environments, name).base_url
        if url is None:
            continue
        trouble = address_trouble(url) or ("must not hold a ? part" if "?" in url else None)
        if trouble:
            yield subject.at_bot(("environments", name, "base_url"), f"the base URL of {name} {trouble}")


def _figures(subject: Subject) -> Iterator[Problem]:
    detection, timing = subject.bot.detection, subject.bot.timing
    if not 0 <= detection.strictness <= _MAX_STRICTNESS:
        yield subject.at_bot(("detection", "strictness"), "strictness lies between 0 and 0.5")
    if not 0 <= detection.margin <= 1:
        yield subject.at_bot(("detection", "margin"), "margin lies between 0 and 1")
    if detection.threshold is not None and not 0 <= detection.threshold <= 1:
        yield subject.at_bot(("detection", "threshold"), "threshold lies between 0 and 1")
    if not _MIN_TIMING_S <= timing.context <= _MAX_CONTEXT_S:
        yield subject.at_bot(("timing", "context"), "the context lives between 1m and 48h")
    if not _MIN_TIMING_S <= timing.completion <= _MAX_COMPLETION_S:
        yield subject.at_bot(("timing", "completion"), "completion by silence comes between 1m and 24h")
    if subject.bot.code.packages not in ("compat-2019", "current"):
        yield subject.at_bot(("code", "packages"), "packages is compat-2019 or current")
    if subject.bot.code.max_calls < 1:
        yield subject.at_bot(("code", "max_calls"), "max_calls is at least 1")


def _time_zone(subject: Subject) -> Iterator[Problem]:
    named = subject.bot.timezone
    if named == "UTC":
        return
    known = subject.zones()
    if named not in known:
        sentence = f"`{named[:60]}` is no time zone; write one as Asia/Kolkata or Europe/Berlin"
        yield subject.at_bot(("timezone",), sentence + suggestion(named, known))


def _small_talk(subject: Subject) -> Iterator[Problem]:
    chosen = subject.bot.small_talk
    named: list[tuple[Path, str]] = [(("replies", name), name) for name in chosen.replies]
    for path, name in (*named, *((("off", index), name) for index, name in enumerate(chosen.off))):
        if name not in NAMES:
            sentence = f"there is no courtesy `{name[:60]}`{suggestion(name, NAMES)}"
            yield subject.at_bot(("small_talk", *path), sentence)
    for name, lines in chosen.replies.items():
        if not any(line.strip() for line in lines):
            yield subject.at_bot(
                ("small_talk", "replies", name), f"write a reply for `{name[:60]}`, or put it under off"
            )
    if chosen.enabled and subject.languages and LANGUAGE not in subject.languages:
        sentence = "small talk speaks English only, and this bot does not; it will answer nobody"
        yield subject.at_bot(("small_talk", "enabled"), sentence, "warning")


def _variables(subject: Subject) -> Iterator[Problem]:
    for environment in ("test", "production"):
        for name, text in getattr(subject.bot.env_variables, environment).items():
            if trouble := secret_trouble(subject, text):
                yield subject.at_bot(("env_variables", environment, name), trouble)


def _without_code(subject: Subject) -> Iterator[Problem]:
    bot = subject.bot
    if subject.has_gaps or any(node.integration and node.integration.code for node in bot.nodes):
        return
    for name, is_set in (("code", bot.code != CodeSettings()), ("env_variables", bot.env_variables != Variables())):
        if is_set:
            yield subject.at_bot((name,), f"`{name}` is for custom code, and no node has any", "warning")
