"""The sample bot is what we show: it must be beyond reproach."""

from pathlib import Path

from botyard.bot.check import check
from botyard.bot.compiled import CompiledBot, training_set
from botyard.bot.exchange import read, write
from botyard.nlu.understanding import OPENING
from botyard.releases.folder import read_folder
from botyard.releases.zones import known_zones

SAMPLE = Path(__file__).parents[2] / "examples" / "electronics_store"
SECRETS = {"PRICE_WEBHOOK", "ORDER_WEBHOOK"}


def test_check_is_silent_on_the_sample() -> None:
    """No error and no warning."""
    folder = read_folder(SAMPLE)
    assert folder.problems == ()
    assert check(read(folder.files), SECRETS, {}, known_zones) == ()


def test_the_sample_needs_its_secrets() -> None:
    """Without botyard.toml beside it, each webhook's missing secret is named."""
    found = check(read(read_folder(SAMPLE).files), (), {}, known_zones)
    assert [problem.file for problem in found] == ["nodes/buy_product.yaml", "nodes/product_price.yaml"]


def test_the_sample_is_exported_the_same_twice() -> None:
    """Export → import → export gives the same bytes."""
    found = read(read_folder(SAMPLE).files)
    assert found.bot is not None
    once = write(found.bot, found.business, dialogues=found.dialogues, kept=found.kept)
    again = read(once)
    assert again.bot == found.bot
    assert again.business == found.business
    assert write(found.bot, again.business, dialogues=again.dialogues, kept=again.kept) == once


def test_the_sample_is_taught_enough_in_both_languages() -> None:
    """Ten sentences or more for each start node, so that understanding works."""
    bot = read(read_folder(SAMPLE).files).bot
    assert bot is not None
    starts = {node.system_name for node in bot.nodes if node.start}
    for language in bot.languages:
        taught = {s.node: s.says for s in training_set(CompiledBot(bot, "1"), language).scopes[OPENING]}
        assert all(len(taught[name]) >= 10 for name in starts)
