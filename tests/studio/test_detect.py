"""Entities in messages, asked in lines: what `botyard entities detect` answers with."""

import json
from typing import get_args

import pytest

from botyard.nlu.understanding import EntityType
from botyard.studio.detect import answer


def values(type_: str, message: str, **more: object) -> list[object]:
    """The values found."""
    asked = {"type": type_, "language": "en", "message": message, **more}
    return [one["entity_value"] for one in answer(json.dumps(asked).encode())["entities"]]


@pytest.mark.parametrize(
    ("type_", "message", "options", "found"),
    [
        ("text", "a powerbnk", {"dictionary": {"powerbank": []}}, ["powerbank"]),
        ("text", "a powerbnk", {"dictionary": {"powerbank": []}, "fuzzy": False}, []),
        ("text", "show me hammocks", {"patterns": ["show me [lamps](lamp)", "show me [sofas](sofa)"]}, ["hammocks"]),
        ("date", "on the 20th", {"past": True}, [{"dd": 20, "mm": 11, "yy": 2026, "type": "possible_day"}]),
    ],
)
def test_a_line_may_say_how_an_entity_is_recognised(
    type_: str, message: str, options: dict[str, object], found: list[object]
) -> None:
    """As in the entity's file."""
    assert values(type_, message, options=options, now="2026-11-25T10:00:00") == found


@pytest.mark.parametrize(("timezone", "day"), [("UTC", 25), ("Asia/Kolkata", 26), ("America/New_York", 25)])
def test_a_line_says_which_day_it_is_and_where(timezone: str, day: int) -> None:
    """At eight in the evening in London, India has tomorrow already."""
    [found] = values("date", "today", now="2026-11-25T20:00:00+00:00", timezone=timezone)
    assert found == {"dd": day, "mm": 11, "yy": 2026, "type": "today"}


def test_a_type_that_nobody_knows_is_answered_with_the_types_there_are() -> None:
    """Whoever asks for a `dictionary` reads that it is called `text`, without opening the reference."""
    said = answer(b'{"type": "dictionary", "language": "en", "message": "x"}')["error"]
    assert all(type_ in said for type_ in get_args(EntityType)), said


@pytest.mark.parametrize(
    ("now", "timezone"),
    [("9999-12-31T23:59:59Z", "Asia/Kolkata"), ("0001-01-01T00:00:00Z", "America/New_York")],
)
def test_a_moment_beyond_the_calendar_is_answered_with_a_sentence(now: str, timezone: str) -> None:
    """At the very ends of the calendar it is a year that does not exist already; the lines behind it are still read."""
    asked = {"type": "date", "language": "en", "message": "today", "now": now, "timezone": timezone}
    said = answer(json.dumps(asked).encode())
    assert said == {"code": "line_unusable", "error": "in `timezone`, `now` is beyond the calendar - at `$.now`"}
