"""A trained model: what it answers, what it turns away, and that it is the same whenever the data is."""

import hashlib
import io
import math
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from botyard.nlu.intents.artifact import ModelUnusable
from botyard.nlu.intents.features import _LONGEST_HEARD, _MOST_HEARD, Weighing
from botyard.nlu.intents.likeness import likenesses
from botyard.nlu.intents.rank import IntentModel, confidence, load
from botyard.nlu.intents.solve import _solve_by_centres, solve
from botyard.nlu.intents.train import train
from botyard.nlu.understanding import OPENING, Among, Scope, Sentences, TrainingSet

ORDER = Sentences("order", ("where is my order?", "track my order", "when will my parcel arrive", "order status"))
CANCEL = Sentences(
    "cancel", ("cancel my order", "I want to cancel", "please stop my order"), negative=("do not cancel", "wait")
)
HOURS = Sentences("hours", ("when are you open", "opening hours", "are you open on Sunday", "what time do you close"))
YES, NO = Sentences("yes", ("yes", "yes please", "sure")), Sentences("no", ("no", "no thanks"))
CAFE: dict[Scope, tuple[Sentences, ...]] = {OPENING: (ORDER, CANCEL, HOURS), "cancel": (YES, NO)}
ALL: Among = {OPENING: frozenset({"order", "cancel", "hours"}), "cancel": frozenset({"yes", "no"})}
OPEN: Among = {OPENING: ALL[OPENING]}


def taught(scopes: dict[Scope, tuple[Sentences, ...]], threshold: float | None = None) -> TrainingSet:
    """The training set of a bot in English."""
    return TrainingSet(language="en", scopes=scopes, threshold=threshold)


@pytest.fixture(scope="module")
def cafe() -> IntentModel:
    """A small bot."""
    return load(train(taught(CAFE)))


@pytest.mark.parametrize(
    ("text", "node"),
    [("wheres my ordr", "order"), ("i wanna cancl", "cancel"), ("are u open sundays", "hours"), ("yess", "yes")],
)
def test_a_message_reaches_the_node_it_is_like(cafe: IntentModel, text: str, node: str) -> None:
    """Misspelt and reworded messages reach their node, above the threshold."""
    best = cafe.rank(text, ALL)[0]
    assert (best.node, best.is_above) == (node, True)


def test_the_nearest_sentence_is_shown_as_its_builder_wrote_it(cafe: IntentModel) -> None:
    """A builder reads why a node was chosen in their own words."""
    assert cafe.rank("Where is the order", OPEN)[0].nearest == "where is my order?"
    assert cafe.rank("please stop the order", OPEN)[0].nearest == "please stop my order"


def test_a_message_like_nothing_is_turned_away(cafe: IntentModel) -> None:
    """The best score itself says none."""
    assert not [one for one in cafe.rank("quantum chromodynamics lecture", ALL) if one.is_above]


def test_only_scopes_and_nodes_that_are_eligible_are_ranked(cafe: IntentModel) -> None:
    """A dependent response is not heard unless its parent is where the conversation stands."""
    assert {one.scope for one in cafe.rank("yes", OPEN)} <= {OPENING}
    assert {one.node for one in cafe.rank("where is my order", {OPENING: frozenset({"cancel"})})} <= {"cancel"}
    assert cafe.exact("yes", OPEN) is None
    assert cafe.exact("YES!", ALL) == ("cancel", "yes")


@pytest.mark.parametrize("text", ["please do NOT cancel my order", "wait, cancel my order", "Wait!"])
def test_a_negative_sentence_rules_its_node_out(cafe: IntentModel, text: str) -> None:
    """It counts where it stands in the message as whole words, or is the message."""
    assert "cancel" not in {one.node for one in cafe.rank(text, OPEN)}


def test_part_of_a_word_is_no_negative_sentence(cafe: IntentModel) -> None:
    """The word "waiter" does not contain the word "wait"."""
    assert cafe.rank("waiter cancel my order", OPEN)[0].node == "cancel"


def test_a_negative_sentence_without_words_rules_out_only_itself() -> None:
    """As a negative sentence "?" says nothing about "!" or about other messages."""
    model = load(train(taught({OPENING: (Sentences("a", ("!", "hello there"), negative=("?",)),)})))
    among = {OPENING: frozenset({"a"})}
    assert model.rank("hello", among)
    assert model.rank("hello?", among)


def test_a_blank_negative_sentence_is_none() -> None:
    """It would stand in every message."""
    model = load(train(taught({OPENING: (Sentences("a", ("hello there",), negative=("", " ", "wait")),)})))
    assert model.header.scopes[0].nodes[0].negative == ("wait",)
    assert model.rank("hello there now", {OPENING: frozenset({"a"})})


def test_a_dependent_of_the_parent_is_heard_before_the_opening() -> None:
    """A sentence taught in both places belongs to the conversation that is going on."""
    model = load(train(taught({OPENING: (Sentences("agent", ("yes",)),), "cancel": (YES,)})))
    assert model.exact("yes", {OPENING: frozenset({"agent"}), "cancel": frozenset({"yes"})}) == ("cancel", "yes")


def test_twenty_parents_do_not_share_one_yes() -> None:
    """Each parent has its own solve, so "yes" is as sure under twenty as under one."""
    scopes: dict[Scope, tuple[Sentences, ...]] = {f"parent{i}": (YES, NO) for i in range(20)}
    model = load(train(taught(scopes)))
    [best, *_] = model.rank("yes please", {"parent7": frozenset({"yes", "no"})})
    assert (best.node, best.scope) == ("yes", "parent7")
    assert best.score > 0.6


def test_the_threshold_can_be_set_by_hand_on_the_raw_score(cafe: IntentModel) -> None:
    """The score stays what it was; what it takes to be above changes."""
    said = "is my parcel here"
    learnt = cafe.rank(said, OPEN)[0]
    strict = load(train(taught(CAFE, threshold=learnt.score + 0.01))).rank(said, OPEN)[0]
    lenient = load(train(taught(CAFE, threshold=learnt.score - 0.01))).rank(said, OPEN)[0]
    assert strict.score == lenient.score == learnt.score
    assert (strict.is_above, lenient.is_above) == (False, True)


def test_being_stricter_never_lowers_what_it_takes() -> None:
    """Strictness is the share of recognised sentences that the threshold may turn away."""
    lines = [
        f"{verb} the {thing} now" for verb in ("show", "send", "stop", "change") for thing in ("bill", "plan", "sim")
    ]
    scopes = {OPENING: tuple(Sentences(w, tuple(x for x in lines if w in x)) for w in ("bill", "plan", "sim"))}
    thresholds = [
        load(train(TrainingSet("en", scopes, strictness=strictness))).header.scopes[0].threshold
        for strictness in (0.0, 0.1, 0.3, 0.5)
    ]
    assert thresholds == sorted(thresholds)
    assert thresholds[0] < thresholds[-1]


@pytest.mark.parametrize(
    ("score", "threshold", "sure"),
    [(0.1, 0.2, 0.25), (0.2, 0.2, 0.5), (0.6, 0.2, 0.75), (1.2, 0.2, 1.0), (-0.3, 0.2, 0.0)],
)
def test_the_threshold_sits_at_one_half(score: float, threshold: float, sure: float) -> None:
    """Below: s/2t; above: 0.5 + (s - t)/2(1 - t); never outside 0-1."""
    assert confidence(score, threshold) == pytest.approx(sure)


@given(st.floats(-2, 2), st.floats(0, 1), st.floats(0, 1))
def test_a_higher_score_is_never_less_sure(score: float, more: float, threshold: float) -> None:
    """The scale keeps the order, stays within 0-1, and is above one half exactly from the threshold on."""
    sure = confidence(score, threshold)
    assert 0 <= sure <= confidence(score + more, threshold) <= 1
    assert (score >= threshold) <= (sure >= 0.5)


def test_held_out_scores_are_those_of_a_bot_that_was_never_taught_the_sentence() -> None:
    """The closed form equals training again without the sentence and its near copies."""
    texts = [*ORDER.says, *CANCEL.says, "I want to cancel!", "cancel my orders", *HOURS.says]
    node_of = np.repeat([0, 1, 2], [len(ORDER.says), len(CANCEL.says) + 2, len(HOURS.says)])
    weighing = Weighing.learnt(texts)
    cosines = np.array([[np.dot(_dense(a, weighing), _dense(b, weighing)) for b in texts] for a in texts])
    solved = solve(texts, node_of, weighing)
    sizes = np.bincount(node_of)
    for i in range(len(texts)):
        kept = np.flatnonzero(cosines[i] <= 0.8)
        ridge = np.diag(0.3 * np.sqrt(sizes[node_of[kept]]))
        alpha = np.linalg.solve(cosines[np.ix_(kept, kept)] ** 2 + ridge, np.eye(3)[node_of[kept]])
        assert solved.held_out[i] == pytest.approx(cosines[i, kept] ** 2 @ alpha, abs=1e-5)


def test_many_sentences_are_solved_by_some_of_them() -> None:
    """With every sentence a centre, the way for big bots scores as the other does; it takes some of every node."""
    texts = [*ORDER.says, *CANCEL.says, "I want to cancel!", "cancel my orders", *HOURS.says]
    node_of = np.repeat([0, 1, 2], [len(ORDER.says), len(CANCEL.says) + 2, len(HOURS.says)])
    weighing = Weighing.learnt(texts)
    whole = solve(texts, node_of, weighing)
    cosines = likenesses(texts, range(len(texts)), weighing, None)
    weights = 1 / np.sqrt(np.bincount(node_of)[node_of])
    same = _solve_by_centres(cosines, np.arange(len(texts)), np.eye(3)[node_of], weights)
    assert same.alpha == pytest.approx(whole.alpha, abs=1e-3)
    assert same.held_out == pytest.approx(whole.held_out, abs=1e-3)
    some = solve(texts, node_of, weighing, most_centres=6)
    assert np.bincount(node_of[some.centres]).tolist() == [1, 2, 1]
    assert some.alpha.shape == (4, 3)


def test_the_same_data_is_the_same_bytes() -> None:
    """A model can be named by its hash; the order in which scopes come makes no difference."""
    again = dict(reversed(CAFE.items()))
    assert train(taught(CAFE)) == train(taught(CAFE)) == train(taught(again))
    assert train(taught(CAFE)) != train(taught({**CAFE, OPENING: (ORDER, HOURS)}))


@pytest.mark.parametrize(
    "scopes", [{}, {OPENING: ()}, {OPENING: (Sentences("a", ()),)}, {OPENING: (Sentences("a", (" ", "")),)}]
)
def test_a_bot_without_sentences_is_a_bot_too(scopes: dict[Scope, tuple[Sentences, ...]]) -> None:
    """It trains, loads, and understands nothing."""
    model = load(train(taught(scopes)))
    assert model.rank("hello", {OPENING: frozenset({"a"})}) == ()
    assert model.exact("", {OPENING: frozenset({"a"})}) is None


@pytest.mark.parametrize("at", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_damaged_model_is_refused(at: float) -> None:
    """One changed byte anywhere is noticed before anything is parsed."""
    artifact = bytearray(train(taught(CAFE)))
    artifact[int(at * len(artifact))] ^= 1
    with pytest.raises(ModelUnusable, match="train the bot again"):
        load(bytes(artifact))


def test_something_else_is_no_model() -> None:
    """Neither nothing, nor any bytes, nor an archive of our kind with other contents."""
    buffer = io.BytesIO()
    np.savez(buffer, header=np.zeros(3, dtype=np.uint8))
    foreign = buffer.getvalue()
    for artifact in (b"", b"hello", foreign, foreign + hashlib.sha256(foreign).hexdigest().encode()):
        with pytest.raises(ModelUnusable):
            load(artifact)


def test_any_tool_that_opens_npz_opens_a_model() -> None:
    """No pickle is needed, and the header is plain JSON."""
    with np.load(io.BytesIO(train(taught(CAFE))), allow_pickle=False) as members:
        assert b'"language":"en"' in members["header"].tobytes()


def test_a_model_does_not_know_when_it_was_made() -> None:
    """The bytes depend on the data alone."""
    with zipfile.ZipFile(io.BytesIO(train(taught(CAFE)))) as archive:
        assert {member.date_time[0] for member in archive.infolist()} == {1980}


def test_what_users_say_is_weighed_the_same_again_and_does_not_pile_up() -> None:
    """Words that nobody taught are kept cut up, some of them: the answer stays, and memory has its bound."""
    weighing = Weighing.learnt(["where is my order", "cancel my order"])
    first = weighing.weigh("whereabouts of my ordered orders, orders")
    for number in range(2_000):
        weighing.weigh(f"reordered{chr(97 + number % 26) * (number % 9)}{chr(97 + number // 26)} {'cancel' * 20}")
    again = weighing.weigh("whereabouts of my ordered orders, orders")
    assert (first[0].tolist(), first[1].tolist()) == (again[0].tolist(), again[1].tolist())
    assert 0 < len(weighing._heard) <= _MOST_HEARD
    assert max(map(len, weighing._heard)) <= _LONGEST_HEARD


def test_an_n_gram_weighs_less_the_more_sentences_have_it() -> None:
    """Inverse document frequency: ln((1 + n) / (1 + df)) + 1; several times in one text counts 1 + ln times."""
    weighing = Weighing.learnt(["ab", "ab cd", "cd cd"])
    grams = weighing.grams.decode().split("\n")
    idf = dict(zip(grams, weighing.idf.tolist(), strict=True))
    assert idf == pytest.approx(dict.fromkeys(idf, math.log(4 / 3) + 1))
    places, weights = weighing.weigh("cd cd ab")
    by_gram = {grams[place]: weight for place, weight in zip(places, weights.tolist(), strict=True)}
    assert by_gram["cd"] / by_gram["ab"] == pytest.approx(1 + math.log(2))
    assert math.hypot(*weights) == pytest.approx(1)


WORDS = st.sampled_from(("order", "cancel", "open", "नहीं", "चाहिए", "please", "Sunday", "42", "👍", "don't", "ﬁne"))
TAUGHT = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)
NODES = st.dictionaries(st.sampled_from("abcd"), st.lists(TAUGHT, min_size=1, max_size=4), min_size=1)


@settings(max_examples=40)
@given(NODES, NODES, st.data())
def test_an_exact_sentence_always_reaches_its_node(
    opening: dict[str, list[str]], dependents: dict[str, list[str]], data: st.DataObject
) -> None:
    """Whatever its case and punctuation; and only eligible nodes are ever found or ranked."""
    scopes = {OPENING: opening, "a": dependents}
    sentences = {s: tuple(Sentences(n, tuple(says)) for n, says in nodes.items()) for s, nodes in scopes.items()}
    model = load(train(taught(sentences)))
    scope = data.draw(st.sampled_from([OPENING, "a"]))
    node = data.draw(st.sampled_from(sorted(scopes[scope])))
    said = data.draw(st.sampled_from(scopes[scope][node])).upper() + data.draw(st.sampled_from(["", "!", " ?", "..."]))
    assert model.exact(said, {scope: frozenset({node})}) == (scope, node)
    assert all((one.scope, one.node) == (scope, node) for one in model.rank(said, {scope: frozenset({node})}))


@given(text=st.text())
def test_no_message_is_too_odd_to_rank(cafe: IntentModel, text: str) -> None:
    """Nothing a user can type raises; confidences fall, and lie within 0-1."""
    ranked = cafe.rank(text, ALL)
    cafe.exact(text, ALL)
    sure = [one.confidence for one in ranked]
    assert sure == sorted(sure, reverse=True)
    assert all(0 <= confidence <= 1 for confidence in sure)


def test_half_a_surrogate_pair_can_be_taught_and_said() -> None:
    """It is no character; it neither stops training nor a turn."""
    model = load(train(taught({OPENING: (Sentences("a", ("hello \ud83d there",)),)})))
    model.rank("hello \ud83d", {OPENING: frozenset({"a"})})


def _dense(text: str, weighing: Weighing) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    places, weights = weighing.weigh(text)
    dense = np.zeros(len(weighing.idf))
    dense[places] = weights
    return dense
