"""An encoder as training and ranking see it: vectors of length one, remembered, and its share by script."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from botyard.nlu.encoder.port import ITS_SHARE, share_of
from botyard.nlu.encoder.sentences import SentenceEncoder
from botyard.nlu.encoder.tensors import Floats
from botyard.nlu.intents.artifact import ModelUnusable
from botyard.nlu.intents.features import Index, Postings, Weighing
from botyard.nlu.intents.known import vectors_of
from botyard.nlu.intents.likeness import Likeness, Meanings, likenesses
from botyard.nlu.intents.rank import load
from botyard.nlu.intents.train import train
from botyard.nlu.understanding import OPENING, Among, Sentences, TrainingSet

# Words that mean the same get the same place: what letters alone cannot know.
MEANINGS = {
    "cancel": 0,
    "abort": 0,
    "stop": 0,
    "order": 1,
    "purchase": 1,
    "refund": 2,
    "money": 2,
    "open": 3,
    "hours": 3,
}
CANCEL = Sentences("cancel", ("cancel order", "please cancel", "stop it"))
HOURS = Sentences("hours", ("when are you open", "opening hours", "are you open today"))
TAUGHT = TrainingSet("en", {OPENING: (CANCEL, HOURS)})
ALL: Among = {OPENING: frozenset({"cancel", "hours"})}


class Network:
    """A network that knows a few words, and counts the sentences it is asked about."""

    def __init__(self) -> None:
        self.asked = 0
        self.most_tokens = 0

    def __call__(self, ids: list[list[int]]) -> Floats:
        """Count the words of each place."""
        self.asked += len(ids)
        self.most_tokens = max(self.most_tokens, sum(map(len, ids)))
        assert len({len(sentence) for sentence in ids}) == 1
        return np.array([np.bincount(sentence, minlength=5) for sentence in ids], np.float32)


def encoder(sha256: str = "a" * 64, scripts: frozenset[str] | None = frozenset({"latin"})) -> SentenceEncoder:
    """An encoder of a few words."""
    return SentenceEncoder(
        sha256=sha256,
        scripts=scripts,
        size=5,
        tokenise=lambda text: [MEANINGS.get(word, 4) for word in text.lower().split()],
        network=Network(),
    )


def test_a_word_with_other_letters_is_understood_by_its_meaning() -> None:
    """Which is what an encoder is for."""
    with_it, without = load(train(TAUGHT, encoder()), encoder()), load(train(TAUGHT))
    assert with_it.rank("abort purchase", ALL)[0].node == "cancel"
    assert [one for one in without.rank("abort purchase", ALL) if one.is_above] == []


@given(st.text())
def test_every_vector_has_length_one_or_none(text: str) -> None:
    """Whatever the text: half a surrogate pair, nothing, a novel."""
    length = float(np.linalg.norm(encoder().encode(text)))
    assert length == pytest.approx(1, abs=1e-3) or length == 0


def test_a_sentence_is_encoded_once() -> None:
    """Training again costs only what is new."""
    first = encoder()
    train(TAUGHT, first)
    network = first._network
    assert isinstance(network, Network)
    asked = network.asked
    train(TrainingSet("en", {OPENING: (CANCEL, HOURS, Sentences("new", ("refund my money",)))}), first)
    assert network.asked == asked + 1


def test_of_many_sentences_a_few_go_together() -> None:
    """As many as gain time: more would take memory for each of their tokens at once."""
    known = encoder()
    known.encode_all([f"cancel order {n}" for n in range(200)])
    network = known._network
    assert isinstance(network, Network)
    assert 3 < network.most_tokens <= 128


def test_so_many_vectors_are_kept_and_the_longest_unused_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process has its bound; what was asked for last is there."""
    monkeypatch.setattr("botyard.nlu.encoder.sentences.MOST_REMEMBERED", 2)
    known = encoder()
    network = known._network
    assert isinstance(network, Network)
    for text, asked in (("cancel", 1), ("refund", 2), ("cancel", 2), ("open", 3), ("cancel", 3), ("refund", 4)):
        known.encode(text)
        assert network.asked == asked, text


def test_of_a_novel_the_beginning_is_tokenised() -> None:
    """What is more than any network reads costs nothing."""
    seen: list[int] = []

    def tokenise(text: str) -> list[int]:
        seen.append(len(text))
        return [4]

    known = SentenceEncoder(sha256="a" * 64, scripts=None, size=5, tokenise=tokenise, network=Network(), prefix="say: ")
    known.encode("where is my order " * 10_000)
    assert seen == [1_000 + len("say: ")]


def test_a_model_remembers_the_vectors_of_its_sentences() -> None:
    """A process that never saw the bot trains it again without encoding a sentence; to the same bytes."""
    yes = Sentences("yes", ("yes please", "हाँ"))
    taught = TrainingSet("en", {OPENING: (CANCEL, HOURS), "cancel": (yes,)})
    made, fresh = train(taught, encoder()), encoder()
    fresh.learn(vectors_of(made, fresh.sha256))
    assert train(taught, fresh) == made
    assert isinstance(fresh._network, Network)
    assert fresh._network.asked == 0
    assert list(vectors_of(made, "b" * 64)) == list(vectors_of(train(taught), fresh.sha256)) == []


@pytest.mark.parametrize(
    ("text", "share"),
    [("hello", 1.0), ("नमस्ते", 0.0), ("12 👍", 0.0), ("", 0.0), ("abнг", 0.5)],
)
def test_an_encoder_has_a_say_about_the_scripts_it_knows(text: str, share: float) -> None:
    """By the part of the letters that are in them; a multilingual one has its say about every text with letters."""
    assert share_of(encoder(), text) == pytest.approx(share * ITS_SHARE)
    assert share_of(encoder(scripts=None), text) == pytest.approx(ITS_SHARE if any(c.isalpha() for c in text) else 0)


def test_another_script_is_ranked_as_without_an_encoder() -> None:
    """Asked about a script it never saw, it would find everything alike and turn nothing away."""
    hindi = TrainingSet("hi", {OPENING: (Sentences("cancel", ("ऑर्डर रद्द करो",)), Sentences("hours", ("समय क्या है",)))})
    with_it, without = load(train(hindi, encoder()), encoder()), load(train(hindi))
    for said in ("ऑर्डर रद्द", "मौसम", "समय"):
        assert [(r.node, r.score) for r in with_it.rank(said, ALL)] == [
            (r.node, r.score) for r in without.rank(said, ALL)
        ]


def test_training_and_a_turn_compare_alike() -> None:
    """The same two texts are as alike in either, whatever their scripts; and every text is wholly like itself."""
    texts = ["cancel my order", "when are you open", "ऑर्डर रद्द करो", "order नहीं मिला", "refund"]
    known = encoder()
    weighing, meanings = Weighing.learnt(texts), Meanings.of(texts, known)
    likeness = Likeness(weighing, Index(Postings.of(texts, weighing), len(texts)), meanings, known)
    trained = likenesses(texts, range(len(texts)), weighing, meanings)
    assert np.array([likeness.to(text) for text in texts]) == pytest.approx(trained, abs=5e-3)
    assert np.diag(trained) == pytest.approx(1, abs=5e-3)
    assert trained == pytest.approx(trained.T)


def test_a_model_of_another_encoder_is_refused() -> None:
    """With a sentence that names both; one without an encoder is served by any process."""
    made = train(TAUGHT, encoder("a" * 64))
    with pytest.raises(ModelUnusable, match="encoder aaaaaaaaaaaa… and there is encoder bbbbbbbbbbbb… here"):
        load(made, encoder("b" * 64))
    with pytest.raises(ModelUnusable, match="there is no encoder here"):
        load(made)
    assert load(train(TAUGHT), encoder()).rank("cancel", ALL) == load(train(TAUGHT)).rank("cancel", ALL)


def test_the_same_data_and_encoder_are_the_same_bytes() -> None:
    """And without it they are others."""
    assert train(TAUGHT, encoder()) == train(TAUGHT, encoder()) != train(TAUGHT)
