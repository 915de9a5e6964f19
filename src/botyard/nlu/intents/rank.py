"""A trained model at work: which nodes a message may be for.

A model never changes once loaded; any number of turns may use it at once.
"""

from collections.abc import Sequence
from itertools import islice

import numpy as np
from msgspec import Struct

from botyard.nlu.encoder.port import Encoder
from botyard.nlu.intents.artifact import Arrays, Header, ModelUnusable, TaughtScope, unpack
from botyard.nlu.intents.features import Floats, Index, Ints, Postings, Weighing
from botyard.nlu.intents.fitting import make_sure_they_fit
from botyard.nlu.intents.likeness import Likeness, Meanings
from botyard.nlu.language import exact_key, words
from botyard.nlu.understanding import CONFIDENT, OPENING, Among, NodeName, Ranked, Scope

# Nobody chooses among more, and making a thousand values that are thrown away would cost more than the scores do.
MOST_RANKED = 10


def load(artifact: bytes, encoder: Encoder | None = None) -> "IntentModel":
    """Load what `train` made; raise ModelUnusable for anything else, and for a model made with another encoder.

    A model that was trained without an encoder needs none and takes no notice of it.
    """
    header, arrays = unpack(artifact)
    _check(header, encoder)
    try:
        make_sure_they_fit(header, arrays)
        says = [text for scope in header.scopes for node in scope.nodes for text in node.says]
        weighing = Weighing(arrays.grams.tobytes(), arrays.idf, says)
        index = Index(Postings(arrays.starts, arrays.sentences, arrays.weights), len(arrays.centres))
        likeness = Likeness(weighing, index, _meanings(header, arrays), encoder)
        scopes = _scopes(header, arrays.centres, arrays.counts, arrays.alpha)
    except (ValueError, IndexError) as error:
        raise ModelUnusable("the parts of this trained model do not fit together; train the bot again") from error
    return IntentModel(header, likeness, scopes)


def _check(header: Header, encoder: Encoder | None) -> None:
    if header.encoder is None or (encoder is not None and encoder.sha256 == header.encoder):
        return
    here = f"encoder {encoder.sha256[:12]}…" if encoder else "no encoder"
    raise ModelUnusable(
        f"this model was trained with encoder {header.encoder[:12]}… and there is {here} here; "
        "train the bot again, or install the encoder it was trained with",
        encoder=header.encoder,
    )


def _meanings(header: Header, arrays: Arrays) -> Meanings | None:
    if header.encoder is None:
        return None
    if not len(arrays.rounded) == len(arrays.scales) == len(arrays.shares) == len(arrays.centres):
        raise ValueError("not a vector for every centre")
    return Meanings(arrays.rounded, arrays.scales, arrays.shares)


class Seen(Struct, frozen=True):
    """Every centre of a scope beside one message: which sentence, of which node, and its points for one node."""

    says: list[str]
    nodes: list[NodeName]
    points: Floats
    by_grams: Floats
    by_meaning: Floats


class IntentModel:
    """One language of one bot. header: what was taught and what was learnt from it, for reports."""

    def __init__(self, header: Header, likeness: Likeness, scopes: "Sequence[_Scope]") -> None:
        self.header = header
        self._likeness = likeness
        self._scopes = {scope.name: scope for scope in scopes}
        self._taught = _by_key(header.scopes)

    def exact(self, text: str, among: Among) -> tuple[Scope, NodeName] | None:
        """Find the eligible node taught exactly this sentence; a dependent of the parent before one of the opening."""
        opens: tuple[Scope, NodeName] | None = None
        for scope, node in self._taught.get(hash(exact_key(text)), ()):
            if node in among.get(scope, ()):
                if scope != OPENING:
                    return scope, node
                opens = opens or (scope, node)
        return opens

    def rank(self, text: str, among: Among) -> tuple[Ranked, ...]:
        """Order the eligible nodes by confidence, best first; a node taught in two scopes stands there for each.

        Left out are nodes that a negative sentence rules out, nodes the message speaks against (score <= 0), and what
        comes after the best MOST_RANKED of a scope.
        """
        likenesses = self._likeness.to(text)
        scopes = [(self._scopes[name], eligible) for name, eligible in among.items() if name in self._scopes]
        ranked = [one for scope, eligible in scopes for one in scope.rank(text, likenesses, eligible)]
        if len(scopes) > 1:
            ranked.sort(key=lambda one: -one.confidence)
        return tuple(ranked)

    def threshold(self, scope: Scope) -> float:
        """Say which raw score answers in a scope; 1 where the scope has nothing to answer with."""
        return self._scopes[scope].threshold if scope in self._scopes else 1.0

    def seen(self, text: str, scope: Scope, node: NodeName) -> Seen:
        """Look at one node's score sentence by sentence; the points are its sum. The node is one that was ranked."""
        by_grams, by_meaning = self._likeness.parts(text)
        return self._scopes[scope].seen(node, by_grams, np.zeros_like(by_grams) if by_meaning is None else by_meaning)


class _Scope:
    """One solve. Its centres are first:first + len(alpha) of the model's, each node's side by side."""

    def __init__(self, taught: TaughtScope, first: int, centres: Ints, alpha: Floats) -> None:
        says = [text for node in taught.nodes for text in node.says]
        node_of = np.repeat(np.arange(len(taught.nodes)), [len(node.says) for node in taught.nodes])[centres]
        self.name = taught.scope
        self._nodes = [node.node for node in taught.nodes]
        self._negative = [(n.node, exact_key(text), _spaced(text)) for n in taught.nodes for text in n.negative]
        self._says: list[str] = [says[i] for i in centres]
        self._node_of = node_of
        self._centres = slice(first, first + len(centres))
        self._starts: list[int] = np.searchsorted(node_of, np.arange(len(taught.nodes))).tolist()
        self._sizes: list[int] = np.bincount(node_of, minlength=len(taught.nodes)).tolist()
        self._alpha = alpha
        self.threshold = taught.threshold
        if not all(self._sizes):
            raise ValueError("a node without a sentence")

    def rank(self, text: str, likenesses: Floats, eligible: frozenset[NodeName]) -> list[Ranked]:
        """Rank this scope's eligible nodes, best first."""
        own = likenesses[self._centres]
        scores = np.square(own) @ self._alpha
        order = np.argsort(-scores, kind="stable")[: np.count_nonzero(scores > 0)].tolist()
        allowed = eligible - self._ruled_out(text) if self._negative else eligible
        nodes, name, threshold = self._nodes, self.name, self.threshold
        best = list(islice((i for i in order if nodes[i] in allowed), MOST_RANKED))
        rows = zip(best, scores[best].tolist(), strict=True)
        return [Ranked(nodes[i], name, s, confidence(s, threshold), self._nearest(i, own)) for i, s in rows]

    def seen(self, node: NodeName, by_grams: Floats, by_meaning: Floats) -> Seen:
        """Take one node's score apart."""
        grams, meaning = by_grams[self._centres], by_meaning[self._centres]
        points = np.square(np.maximum(grams + meaning, 0)) * self._alpha[:, self._nodes.index(node)]
        return Seen(self._says, [self._nodes[i] for i in self._node_of], points, grams, meaning)

    def _ruled_out(self, text: str) -> set[NodeName]:
        """Nodes with a negative sentence that is this message, or that stands in it as whole words."""
        key, said = exact_key(text), _spaced(text)
        return {node for node, its_key, phrase in self._negative if its_key == key or (phrase and phrase in said)}

    def _nearest(self, node: int, own: Floats) -> str:
        """Find the node's sentence most like the message, the first of those that are equally like it."""
        start = self._starts[node]
        return self._says[start + int(own[start : start + self._sizes[node]].argmax())]


def confidence(score: float, threshold: float) -> float:
    """Put a raw score on the scale builders see: 0-1, the threshold at 0.5."""
    if score < threshold:
        return max(0.0, CONFIDENT * score / threshold) if threshold > 0 else 0.0
    if threshold >= 1:
        return 1.0
    return min(1.0, CONFIDENT + (1 - CONFIDENT) * (score - threshold) / (1 - threshold))


def _by_key(scopes: tuple[TaughtScope, ...]) -> dict[int, tuple[tuple[Scope, NodeName], ...]]:
    """Gather where each exact sentence leads, in the order it was taught, by its key's hash: as features.Weighing does.

    Most sentences lead to their node alone: those of one node share what they lead to.
    """
    found: dict[int, tuple[tuple[Scope, NodeName], ...]] = {}
    for scope in scopes:
        for node in scope.nodes:
            alone = ((scope.scope, node.node),)
            for text in node.says:
                key = exact_key(text)
                before = found.get(hash(key), ())
                if key and alone[0] not in before:
                    found[hash(key)] = before + alone if before else alone
    return found


def _spaced(text: str) -> str:
    """Words between spaces, so that a phrase is found as whole words only; empty where there is no word."""
    found = words(text)
    return f" {' '.join(found)} " if found else ""


def _scopes(header: Header, centres: Ints, counts: Ints, alpha: Floats) -> list[_Scope]:
    found = []
    first = cell = 0
    for taught, count in zip(header.scopes, counts.tolist(), strict=True):
        cells = count * len(taught.nodes)
        rows = alpha[cell : cell + cells].reshape(count, len(taught.nodes))
        found.append(_Scope(taught, first, centres[first : first + count], rows))
        first, cell = first + count, cell + cells
    return found
