"""Bots that nobody means to make, and messages that nobody means to send."""

import time
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botyard.nlu.encoder.port import Encoder
from botyard.nlu.intents.rank import IntentModel, load
from botyard.nlu.intents.report import TaughtTwice, report
from botyard.nlu.intents.solve import solve
from botyard.nlu.intents.train import train
from botyard.nlu.understand import Understanding
from botyard.nlu.understanding import MOST_CHARS, OPENING, Among, EntitySpec, Sentences, TrainingSet

MESSAGES = (
    "",
    " ",
    "where is my order",
    "where is my order " * 300,
    "क" * 3_000,
    "👩‍👩‍👧‍👦" * 400,
    "\u200b\u2066\u202e",
    "\x00",
    "a\ud800",
)


def trained(*nodes: Sentences, encoder: Encoder | None = None) -> IntentModel:
    """Train and load."""
    return load(train(TrainingSet("en", {OPENING: nodes}), encoder), encoder)


def among(model: IntentModel) -> Among:
    """Everything is eligible."""
    return {scope.scope: frozenset(node.node for node in scope.nodes) for scope in model.header.scopes}


def test_a_bot_with_one_sentence_understands_it_and_little_else() -> None:
    """There is nothing to compare with, yet not everything is taken for it."""
    model = trained(Sentences("ORDER", ("where is my order",)))
    assert model.exact("Where is my order?", among(model)) == (OPENING, "ORDER")
    assert model.rank("where is my orderr", among(model))[0].is_above
    assert not any(one.is_above for one in model.rank("tell me a joke about cats", among(model)))
    for message in MESSAGES:
        model.rank(message, among(model))


@pytest.mark.parametrize("unseen", ["\u200b", "\u2060", "\ufeff", "\u00ad", "\u200e"])
def test_what_nobody_sees_changes_no_sentence(unseen: str) -> None:
    """A sentence that was pasted with soft hyphens is the one that the user reads."""
    model = trained(Sentences("ORDER", ("where is order 123",)), Sentences("JOKE", ("tell me a joke",)))
    sent = f"where is or{unseen}der 12{unseen}3"
    assert model.exact(sent, among(model)) == (OPENING, "ORDER")
    heard = f"whe{unseen}re is the order"
    assert model.rank(heard, among(model)) == model.rank("where is the order", among(model))


def test_two_nodes_that_are_taught_the_same_are_equally_likely() -> None:
    """So the bot asks which is meant; a sentence word for word goes to the first; training says what is wrong."""
    says = ("where is my order", "track my parcel", "when will it arrive")
    model = trained(Sentences("ONE", says), Sentences("TWO", says))
    one, two = model.rank("where is my parcel", among(model))
    assert one.score == pytest.approx(two.score, abs=1e-4)
    assert model.exact("track my parcel", among(model)) == (OPENING, "ONE")
    assert model.exact("track my parcel", {OPENING: frozenset({"TWO"})}) == (OPENING, "TWO")
    found = [finding for finding in report([model.header]) if isinstance(finding, TaughtTwice)]
    assert len(found) == len(says)


def test_a_node_that_is_taught_one_sentence_a_thousand_times_is_taught_it_once() -> None:
    """In whatever case and punctuation."""
    same = tuple(
        f"{'where is my order'.title() if n % 2 else 'where is my order'}{'!' * (n % 7)}" for n in range(1_000)
    )
    often, once = trained(Sentences("A", same)), trained(Sentences("A", same[:1]))
    heard = "where is the order"
    assert often.rank(heard, among(often))[0].score == pytest.approx(once.rank(heard, among(once))[0].score, abs=1e-4)


def test_a_bot_without_a_sentence_understands_nothing() -> None:
    """Whatever is said, and in whatever language; a node without a sentence is no node."""
    for model in (trained(), trained(Sentences("EMPTY", ("", " ")))):
        assert among(model) == {}
        understanding = Understanding({"en": model}, [])
        for message in MESSAGES:
            assert understanding.exact(message, {OPENING: frozenset({"EMPTY"})}) is None
            assert understanding.rank(message, "en", {OPENING: frozenset({"EMPTY"})}) == ()


def test_a_bot_of_twenty_thousand_sentences_knows_each_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Most are no centre of the solve, of which there are few here so that it takes no half a minute."""
    monkeypatch.setattr("botyard.nlu.intents.train.solve", partial(solve, most_centres=100))
    nodes = [Sentences(f"N{n}", tuple(f"{verb} {n} of box {i}" for i in range(1_000))) for n, verb in enumerate(VERBS)]
    model = trained(*nodes)
    eligible = among(model)
    assert sum(len(node.says) for node in nodes) == 20_000
    assert all(model.exact(text, eligible) == (OPENING, node.node) for node in nodes for text in node.says[::100])
    assert [model.rank(f"please {verb} box", eligible)[0].node for verb in VERBS] == [node.node for node in nodes]


def test_a_bot_written_from_one_template_is_trained_in_seconds() -> None:
    """Each of its sentences is a near copy of hundreds; leaving all of them out, for each, took a minute and more."""
    numbers = [(k, k * 7 % 1000, k * 13 % 997) for k in range(20)]
    said = [[f"verb{i} the parcel {k} of box {b} street {s}" for k, b, s in numbers] for i in range(150)]
    nodes = [Sentences(f"N{i}", tuple(one)) for i, one in enumerate(said)]
    started_s = time.process_time()
    model = trained(*nodes)
    assert time.process_time() - started_s < 10
    assert model.exact("verb5 the parcel 1 of box 7 street 13", among(model)) == (OPENING, "N5")


VERBS = ("cancel", "return", "repair", "track", "stop", "open", "check", "buy", "sell", "paint",
         "wash", "lift", "fold", "send", "find", "count", "weigh", "empty", "close", "mend")  # fmt: skip


def test_of_a_message_the_first_two_thousand_characters_are_read() -> None:
    """What stands behind them changes nothing; a sentence that was taught is known at any length."""
    taught = "where is my order " * 200
    model = trained(Sentences("ORDER", ("where is my order", taught)), Sentences("JOKE", ("tell me a joke",)))
    understanding, eligible = Understanding({"en": model}, []), among(model)
    begun = ("cancel that " * 200)[:MOST_CHARS]
    assert understanding.rank(begun + "tell me a joke", "en", eligible) == understanding.rank(begun, "en", eligible)
    within = "tell me a joke" + begun[14:]
    assert understanding.rank(within, "en", eligible)[0].node == "JOKE"
    assert understanding.exact(taught, eligible) == (OPENING, "ORDER")


def test_sentences_without_letters_or_without_end_can_be_taught() -> None:
    """They train, load, and reach their node word for word."""
    odd = tuple(dict.fromkeys(message for message in MESSAGES if message.strip()))
    model = trained(Sentences("ODD", odd), Sentences("ORDER", ("cancel my order",)))
    for message in odd:
        if model.exact(message, among(model)) is None:
            assert not any(c.isalnum() for c in message), message
    assert model.rank("cancel the order", among(model))[0].node == "ORDER"


EVERYTHING = Understanding(
    {"en": trained(Sentences("A", ("where is my order", "मेरा ऑर्डर", "طلبي")), Sentences("B", ("cancel it", "😀")))},
    [EntitySpec(name="count", type="number"), EntitySpec(name="day", type="date"), EntitySpec(name="to", type="email")],
)


@given(st.text(max_size=300), st.integers(1, 10), st.sampled_from(["en", "hi", "ar", "xx"]))
def test_no_text_stops_a_turn(text: str, times: int, language: str) -> None:
    """Every script, emoji, zero-width and bidirectional characters, of any length."""
    said, eligible = text * times, {OPENING: frozenset({"A", "B"})}
    EVERYTHING.exact(said, eligible)
    ranked = EVERYTHING.rank(said, language, eligible)
    assert all(0 <= one.confidence <= 1 for one in ranked)
    EVERYTHING.find(["count", "day", "to"], said, language, "")
