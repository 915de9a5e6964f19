"""Which training sentences tipped a message: what is shown adds up to the score."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botyard.nlu.intents.explain import explain
from botyard.nlu.intents.rank import IntentModel, load
from botyard.nlu.intents.train import train
from botyard.nlu.understanding import OPENING, Among, Sentences, TrainingSet

ORDER = Sentences("order", ("where is my order?", "track my order", "when will my parcel arrive"))
CANCEL = Sentences("cancel", ("cancel my order", "I want to cancel"))
ALL: Among = {OPENING: frozenset({"order", "cancel"})}


@pytest.fixture(scope="module")
def cafe() -> IntentModel:
    """A small bot."""
    return load(train(TrainingSet("en", {OPENING: (ORDER, CANCEL)})))


def test_the_sentence_a_message_resembles_comes_first(cafe: IntentModel) -> None:
    """A builder sees their own sentence, to whom it is taught, and that it speaks for the node."""
    why = explain(cafe, "tracking my order", ALL)
    assert why.explained is not None
    assert why.explained.node == "order"
    assert (why.tips[0].sentence, why.tips[0].node) == ("track my order", "order")
    assert why.tips[0].points > 0


def test_a_sentence_of_another_node_speaks_against(cafe: IntentModel) -> None:
    """What is taught elsewhere takes points away, and says so."""
    tips = explain(cafe, "cancel where is my order", ALL, "order").tips
    assert [tip.points < 0 for tip in tips if tip.sentence == "cancel my order"] == [True]


def test_any_node_can_be_asked_about(cafe: IntentModel) -> None:
    """Also one that did not win; a node that nothing speaks for has no explanation."""
    why = explain(cafe, "my order", ALL, "cancel")
    assert why.explained is not None
    assert why.explained.node == "cancel"
    assert explain(cafe, "xyz", ALL).explained is None
    assert explain(cafe, "my order", ALL, "nobody").tips == ()


def test_an_exact_sentence_is_named(cafe: IntentModel) -> None:
    """It answers whatever the scores are."""
    assert explain(cafe, "Track my order!", ALL).exact == (OPENING, "order")


@given(text=st.text() | st.sampled_from(["where order", "want to cancel my parcel"]), most=st.integers(0, 6))
def test_what_is_shown_adds_up_to_the_score(cafe: IntentModel, text: str, most: int) -> None:
    """However many sentences are shown; none that has nothing to do with it is."""
    why = explain(cafe, text, ALL, most=most)
    if why.explained is not None:
        assert sum(tip.points for tip in why.tips) + why.rest == pytest.approx(why.explained.score, abs=1e-5)
        assert len(why.tips) <= most
        assert all(tip.points for tip in why.tips)
