"""Entities in messages, outside any bot: one JSON line asks, one JSON line answers.

A line that cannot be answered gets an error in its place, so that answers and questions stay one for one.
"""

from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Any, get_args

import msgspec
from msgspec import Struct, field

from botyard.errors import BadRequest, BotyardError
from botyard.nlu.entities.found import Detect
from botyard.nlu.entities.lang import TABLES
from botyard.nlu.entities.registry import prepare
from botyard.nlu.understanding import Digits, EntityFound, EntitySpec, EntityType, Language
from botyard.releases.zones import TimeZoneUnknown, zone_named
from botyard.strict_json import parse_object

MAX_LINE_BYTES = 16 * 1024 * 1024  # dictionaries may be long


class DigitsAsked(Struct, frozen=True, forbid_unknown_fields=True):
    """How many digits a number may have; None where open."""

    min: int | None = None
    max: int | None = None


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an entity's file may say about how it is recognised."""

    digits: DigitsAsked = DigitsAsked()
    unit: str | None = None
    locale: str | None = None
    regex: str | None = None
    dictionary: dict[str, tuple[str, ...]] = {}
    fuzzy: bool = True
    patterns: tuple[str, ...] = ()
    past: bool = False


class Question(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line.

    now, timezone: for what depends on the day, as "tomorrow"; ISO 8601, this moment unless given, and a name such as
    Asia/Kolkata.
    """

    type_: EntityType = field(name="type")
    language: Language
    message: str
    now: str | None = None
    timezone: str | None = None
    bot_message: str = ""
    options: Options = Options()


class LineUnusable(BadRequest):
    """A line is not a question that can be answered. The sentence names the key, and never repeats the message."""

    code = "line_unusable"


_WHAT_MAY_BE_SAID = (
    f"a line has {', '.join(Question.__struct_encode_fields__)}; options has {', '.join(Options.__struct_fields__)}; "
    f"type is one of {', '.join(get_args(EntityType))}"
)


def answer(line: bytes) -> dict[str, Any]:
    """Answer one line. Raises nothing: what is wrong with it is the answer's `error`."""
    try:
        return {"entities": [_shown(one) for one in found_in(question(line))]}
    except BotyardError as error:
        return {"error": error.sentence, "code": error.code}


def question(line: bytes) -> Question:
    """Read one line. Raises LineUnusable, NotJson."""
    asked = parse_object(line, max_bytes=MAX_LINE_BYTES)
    try:
        found = msgspec.convert(asked, Question)
    except msgspec.ValidationError as error:
        raise LineUnusable(f"this cannot be asked: {error}; {_WHAT_MAY_BE_SAID}") from None
    if found.language not in TABLES:
        known = ", ".join(sorted(TABLES))
        raise LineUnusable(f"no words of `{found.language[:20]}` are known here; {known} are - at `$.language`")
    return found


def found_in(asked: Question) -> list[EntityFound]:
    """Detect what was asked for. Raises BotyardError where it cannot be detected."""
    detect = _detector(asked.type_, msgspec.json.encode(asked.options))
    timezone = _timezone(asked.timezone)
    now = _moment(asked.now, timezone)
    return detect(asked.message, asked.language, asked.bot_message, now=now, timezone=timezone)


@lru_cache(maxsize=32)
def _detector(type_: EntityType, options: bytes) -> Detect:
    """Prepare a detector once for all lines that ask for the same."""
    chosen = msgspec.json.decode(options, type=Options)
    return prepare(
        EntitySpec(
            name=type_,
            type=type_,
            dictionary=chosen.dictionary,
            fuzzy=chosen.fuzzy,
            patterns=chosen.patterns,
            regex=chosen.regex,
            digits=Digits(chosen.digits.min, chosen.digits.max),
            unit=chosen.unit,
            locale=chosen.locale,
            past=chosen.past,
        )
    )


def _moment(text: str | None, timezone: tzinfo | None) -> datetime:
    try:
        now = datetime.now(UTC) if text is None else datetime.fromisoformat(text)
        return now if timezone is None or now.tzinfo is None else now.astimezone(timezone)
    except OverflowError:  # there is no year 10000 to come to, east of 9999-12-31T23:59Z
        raise LineUnusable("in `timezone`, `now` is beyond the calendar - at `$.now`") from None
    except ValueError:
        raise LineUnusable("`now` must be ISO 8601, such as 2026-01-31T09:30:00+05:30 - at `$.now`") from None


def _timezone(name: str | None) -> tzinfo | None:
    try:
        return None if name is None else zone_named(name)
    except TimeZoneUnknown:
        raise LineUnusable("`timezone` must be a name such as Asia/Kolkata - at `$.timezone`") from None


def _shown(found: EntityFound) -> dict[str, Any]:
    return {"detection": "message", "original_text": found.original_text, "entity_value": found.value}
