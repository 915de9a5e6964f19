"""What training found, with the file and the line where it can be mended."""

from typing import Any

import pytest

from botyard.bot.compiled import CompiledBot
from botyard.bot.exchange import read
from botyard.releases.train import learnt, training_order
from botyard.studio.training_report import training_report

BOT = b"""\
botyard: 1
name: Shop
system_name: shop
languages: [en, hi]
bot_break: {en: [Sorry.], hi: [Sorry.]}
"""
HOURS = b"""\
name: Hours
system_name: HOURS
start: true
did_you_mean: {en: Opening hours}
user_says:
  en:
    - when are you open
    - is the shop open
    - how much is the {thing}
bot_says: {initial: {en: [Ten to eight.]}}
connections:
  - to: BUY
    user_says:
      en: [yes please, go on]
  - to: HELP
    user_says:
      en:
        - tell me more
        - yes please
"""
BUY = b"""\
name: Buy
system_name: BUY
start: true
user_says:
  en: [i will take it]
  hi: [kharidna hai]
never_says:
  en: [do not buy, never mind]
bot_says: {initial: {en: [Bought.]}}
"""
HELP = BUY.replace(b"Buy", b"Help").replace(b"BUY", b"HELP").replace(b"i will take it", b"help me")
FAQS = b"""\
- system_name: PRICES
  user_says:
    en:
      - what does it cost
      - how much is the lamp
  bot_says: {en: [Nothing.]}
"""
THING = b"name: thing\ntype: text\ndictionary: {lamp: [light]}\n"
FILES = {
    "bot.yaml": BOT,
    "faqs.yaml": FAQS,
    "nodes/hours.yaml": HOURS,
    "nodes/buy.yaml": BUY,
    "nodes/help.yaml": HELP,
    "entities/thing.yaml": THING,
}


@pytest.fixture(scope="module")
def lines() -> list[str]:
    """The report of this bot as a builder reads it."""
    bot: Any = read(FILES).bot
    assert bot is not None, read(FILES).problems
    models = learnt(training_order(CompiledBot(bot, "v1")), None, lambda _: None)
    return [str(problem) for problem in training_report(FILES, models)]


@pytest.mark.parametrize(
    "line",
    [
        # One place for each node that is taught it; what a placeholder stands for is found where it is written.
        "nodes/hours.yaml:9: warning: “how much is the lamp” is taught to HOURS and PRICES: keep one; see also faqs",
        "nodes/hours.yaml:14: warning: “yes please” is taught to BUY and HELP: keep one; see also nodes/hours.yaml:19",
        # A button's label is taught as well.
        "nodes/hours.yaml:4: warning: variations of “Opening hours” would not reach HOURS",
        # A node as a whole: its sentences in that language, or the connection that teaches it.
        "nodes/buy.yaml:5: warning: BUY has 1 sentences in en; 10 or more do better",
        "nodes/hours.yaml:14: warning: BUY has 2 sentences in en",
        "nodes/buy.yaml:8: warning: BUY has 2 negative sentences beside 1",
        # What a language lacks stands where it would have to be written.
        "nodes/hours.yaml:1: warning: HOURS knows no sentence in hi",
        "faqs.yaml:1: warning: PRICES knows no sentence in hi",
    ],
)
def test_each_finding_has_its_line(lines: list[str], line: str) -> None:
    """A builder goes there and mends it."""
    assert any(one.startswith(line) for one in lines), "\n".join(lines)


def test_the_gravest_come_first(lines: list[str]) -> None:
    """A deployment shows only the first few."""
    assert ["taught to" in one for one in lines[:4]] == [True, True, True, False]


def test_a_bot_without_a_sentence_has_nothing_to_report() -> None:
    """And one with a single sentence is told that it is few."""
    files = {"bot.yaml": BOT.replace(b"[en, hi]", b"[en]"), "nodes/buy.yaml": BUY}
    bot: Any = read(files).bot
    models = learnt(training_order(CompiledBot(bot, "v1")), None, lambda _: None)
    assert [p.file for p in training_report(files, models)] == ["nodes/buy.yaml"] * 3
    assert training_report({"bot.yaml": BOT}, {}) == ()
