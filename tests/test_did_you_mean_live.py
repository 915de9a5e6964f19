"""Did you mean, where nobody can tap: as numbered text to a WhatsApp user of a real server, and in the terminal.

Only where the user writes from is made up here: it is set in the database, until there is a channel that says it.
"""

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.processes import SAMPLE, Client, botyard, serving
from tests.stores import url_for

ASKED = "a table for lunch and dinner"
OFFER = "I am not sure I understood. Did you mean:"
LONG = "A table for {} in the quiet room by the window, for as many as you are"
BOT = """\
botyard: 1
name: Café
system_name: cafe
languages: [en, hi]
bot_break: {en: [Sorry?], hi: [माफ़ कीजिए?]}
"""
WHATSAPP = 14
pytestmark = pytest.mark.usefixtures("each_store")


def made(home: Path) -> Client:
    """Deploy a café of two nodes that are alike; their labels are as long as they may be."""
    (home / "cafe" / "nodes").mkdir(parents=True)
    (home / "cafe" / "bot.yaml").write_text(BOT)
    for meal, hindi in (("lunch", "दोपहर"), ("dinner", "रात")):
        label = LONG.format(meal)[:40]
        (home / "cafe" / "nodes" / f"{meal}.yaml").write_text(
            f"name: {meal}\nsystem_name: {meal.upper()}\nstart: true\ndid_you_mean: {{en: '{label}', hi: {hindi}}}\n"
            f"user_says: {{en: [book a table for {meal}], hi: [{hindi} के लिए टेबल]}}\n"
            f"bot_says: {{initial: {{en: ['{meal}!'], hi: ['{hindi}!']}}}}\n"
        )
    done = botyard(home, "deploy", "cafe", "--json", encoder="off")
    assert done.returncode == 0, done.stderr
    return Client(json.loads(done.stdout))


def writes_on_whatsapp(home: Path, auth_id: str) -> None:
    """Let a user write from there."""
    url = url_for(home / "botyard.db").replace("postgresql://", "postgresql+psycopg://")
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        told = connection.execute(
            sa.text("UPDATE end_user SET device_platform = :p WHERE auth_id = :a"), {"p": WHATSAPP, "a": auth_id}
        )
        assert told.rowcount == 1
    engine.dispose()


def test_a_whatsapp_user_reads_a_numbered_list_and_answers_by_number_or_words(tmp_path: Path) -> None:
    """Of labels of forty characters; "something else" is the last; and never a second list at once."""
    client = made(tmp_path)
    with serving(tmp_path, encoder="off") as server:

        def talks(who: str, *said: str) -> list[str]:
            client.knows(server, who)
            writes_on_whatsapp(tmp_path, who)
            return [bubble for text in said for bubble in client.says(server, who, text)]

        [offer] = talks("asha", ASKED)
        asking, *choices, other = offer.split("\n")
        assert (asking, other) == (OFFER, "3 - Something else")
        labels = {meal: LONG.format(meal)[:40] for meal in ("lunch", "dinner")}
        assert sorted(choice[4:] for choice in choices) == sorted(labels.values())
        assert [choice[:4] for choice in choices] == ["1 - ", "2 - "]
        assert max(map(len, labels.values())) == 40
        first = next(meal for meal, label in labels.items() if choices[0].endswith(label))
        assert talks("by-number", ASKED, "1")[1:] == [f"{first}!"]
        assert talks("in-hindi-figures", ASKED, "१")[1:] == [f"{first}!"]
        assert talks("by-words", ASKED, labels["dinner"].upper() + "!")[1:] == ["dinner!"]
        assert talks("neither", ASKED, "3")[1:] == ["Sorry?"]
        assert talks("neither-in-words", ASKED, "something else")[1:] == ["Sorry?"]
        again = talks("again", ASKED, ASKED, ASKED)
        assert again[0] == again[2] == offer
        assert again[1] in ("lunch!", "dinner!")


def test_in_the_terminal_buttons_are_numbered(tmp_path: Path) -> None:
    """And their numbers are answers."""
    done = botyard(tmp_path, "chat", SAMPLE, stdin="when can i come by the shop\n2\ntomorrow\n", encoder="off")
    lines = done.stdout.splitlines()
    assert lines[:4] == [OFFER, "1. Opening hours", "2. Book a visit", "On which day would you like to come?"]
    assert lines[4].startswith("See you on ")
