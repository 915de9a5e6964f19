"""What day and hour it is where a bot's users are."""

from datetime import UTC, datetime

import pytest

from botyard.bot.model import BotSays, Entity
from tests.rehearsal import Rehearsal, asks, bot_of, says, start_node

LATE = datetime(2026, 11, 25, 20, 0, tzinfo=UTC)  # 1:30 on the 26th in India
DAY = Entity(name="day", type="date", context_keys=("day_key",))


def rehearsed(timezone: str, answer: str) -> Rehearsal:
    """A bot that asks for a day, late in the evening of Greenwich."""
    node = start_node(
        "BOOK", "book a table", entities=(asks("day", "Which day?"),), bot_says=BotSays(final=says(answer))
    )
    chat = Rehearsal(bot_of(node, entities=(DAY,), timezone=timezone))
    chat.now = LATE
    return chat


@pytest.mark.parametrize(
    ("timezone", "day"), [("UTC", "26/11/2026"), ("Asia/Kolkata", "27/11/2026"), ("America/New_York", "26/11/2026")]
)
def test_tomorrow_is_tomorrow_where_the_users_are(timezone: str, day: str) -> None:
    """After midnight in India it is still the evening before in London; a tap's value is read alike."""
    for said in ("tomorrow", "That one{day_key:tomorrow}"):
        chat = rehearsed(timezone, "On %entitytag_day.")
        chat.user("book a table")
        chat.user(said)
        assert chat.said[-1] == f"On {day}."


def test_the_clock_on_the_wall_is_the_one_of_the_bots_zone() -> None:
    """%date, %time and %timeofday."""
    chat = rehearsed("Asia/Kolkata", "It is %time, %date, %timeofday.")
    chat.user("book a table")
    chat.user("tomorrow")
    assert chat.said[-1] == "It is 1:30 am, November 26, evening."


def test_a_date_is_written_in_the_form_that_a_tag_asks_for() -> None:
    """The four of platform §2.6; a form that no date has is passed over."""
    chat = rehearsed("UTC", "@dd/mm/yy @mm/dd/yy @mm/dd/yyyy @short. @long".replace("@", "%entitytag_day@"))
    chat.user("book a table")
    chat.user("5 january 2027")
    assert chat.said[-1] == "05/01/27 01/05/27 01/05/2027 5 Jan, 2027. 05/01/2027"
