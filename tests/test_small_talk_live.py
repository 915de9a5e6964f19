"""Small talk through a real server: who answers courtesies, in which words, and who keeps silent."""

import json
from pathlib import Path

import pytest

from botyard.nlu.small_talk.courtesies import COURTESIES
from tests.processes import Client, botyard, serving

BOT = """\
botyard: 1
name: Shop
system_name: shop
languages: [en, hi]
small_talk:
  enabled: true
  personality: formal
  replies: {Share_Joke: [We sell no jokes.]}
  off: [Share_News]
bot_break: {en: [Sorry?], hi: [माफ़ कीजिए?]}
"""
HOURS = """\
name: Hours
system_name: HOURS
start: true
did_you_mean: {en: Opening hours, hi: समय}
user_says: {en: [when are you open, opening hours], hi: [दुकान कब खुलती है]}
bot_says: {initial: {en: [Ten to eight.], hi: [दस से आठ।]}}
"""
GREETINGS = next(one for one in COURTESIES if one.name == "Start_Chat_Greetings").replies


def made(home: Path, bot: str) -> Client:
    """Deploy a bot with this bot.yaml."""
    (home / "shop" / "nodes").mkdir(parents=True)
    (home / "shop" / "bot.yaml").write_text(bot)
    (home / "shop" / "nodes" / "hours.yaml").write_text(HOURS)
    done = botyard(home, "deploy", "shop", "--json")
    assert done.returncode == 0, done.stderr
    return Client(json.loads(done.stdout))


def test_courtesies_are_answered_when_no_node_does(tmp_path: Path) -> None:
    """In the bot's personality or its own words; never what is switched off, nor in Hindi."""
    client = made(tmp_path, BOT)
    with serving(tmp_path) as server:
        client.knows(server, "asha")
        [greeting] = client.says(server, "asha", "Hello!!")
        assert greeting in GREETINGS["formal"]
        assert client.says(server, "asha", "tell me a joke") == ["We sell no jokes."]
        assert client.says(server, "asha", "when are you open") == ["Ten to eight."]
        assert client.says(server, "asha", "tell me the news") == ["Sorry?"]
        client.knows(server, "hari", language_code="hi")
        assert client.says(server, "hari", "tell me a joke") == ["माफ़ कीजिए?"]


@pytest.mark.parametrize("setting", ["small_talk: {enabled: false}", ""])
def test_a_bot_without_small_talk_has_none(tmp_path: Path, setting: str) -> None:
    """It is off unless somebody switches it on."""
    head, _, rest = BOT.partition("small_talk:")
    client = made(tmp_path, f"{head}{setting}\nbot_break{rest.partition('bot_break')[2]}")
    with serving(tmp_path) as server:
        client.knows(server, "asha")
        assert client.says(server, "asha", "Hello!!") == ["Sorry?"]
