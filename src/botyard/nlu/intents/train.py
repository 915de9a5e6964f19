"""What a bot is taught in one language -> the bytes of a trained model.

One weighing of n-grams for the language, one solve for everything that can begin a conversation, one small solve per
parent: "yes", taught under twenty parents, would otherwise share one unit of score twenty ways.
"""

import hashlib

import msgspec
import numpy as np
import numpy.typing as npt
from msgspec import Struct

from botyard.nlu.encoder.port import Encoder
from botyard.nlu.intents.artifact import FORMAT, Arrays, Header, Missed, TaughtNode, TaughtScope, pack
from botyard.nlu.intents.features import Postings, Weighing
from botyard.nlu.intents.likeness import Meanings
from botyard.nlu.intents.solve import Places, Solved, solve
from botyard.nlu.language import normalise, words
from botyard.nlu.understanding import NodeName, Scope, Sentences, TrainingSet

# A small bot has too few sentences to read a threshold from; what fifty sentences of most bots say stands in.
_USUAL_THRESHOLD = 0.25
_USUAL_WEIGHT = 50
# A threshold of nothing would let everything through; one of everything would let nothing.
_LOWEST_LEARNT, _HIGHEST_LEARNT = 0.05, 0.95


class _Prepared(Struct, frozen=True):
    """One scope before its solve. texts: what is solved for, node by node; places: where each stands among all says."""

    scope: Scope
    nodes: tuple[TaughtNode, ...]
    texts: tuple[str, ...]
    places: tuple[int, ...]
    node_of: Places


def train(taught: TrainingSet, encoder: Encoder | None = None) -> bytes:
    """Train every scope of one language. The same data and encoder give the same bytes. No sentence is a bot too."""
    scopes = [_prepared(scope, taught.scopes[scope]) for scope in sorted(taught.scopes)]
    scopes = [scope for scope in scopes if scope.nodes]
    weighing = Weighing.learnt([text for scope in scopes for text in scope.texts])
    meanings = [Meanings.of(scope.texts, encoder) if encoder else None for scope in scopes]
    solved = [solve(s.texts, s.node_of, weighing, meant) for s, meant in zip(scopes, meanings, strict=True)]
    header = Header(
        format=FORMAT,
        language=taught.language,
        strictness=taught.strictness,
        data=hashlib.sha256(msgspec.json.encode([(scope.scope, scope.nodes) for scope in scopes])).hexdigest(),
        scopes=tuple(_taught(scope, found, taught) for scope, found in zip(scopes, solved, strict=True)),
        encoder=encoder.sha256 if encoder else None,
    )
    return pack(header, _arrays(scopes, solved, weighing, meanings))


def _prepared(scope: Scope, sentences: tuple[Sentences, ...]) -> _Prepared:
    """Drop blank sentences, and for the solve those that a node has twice, normalised."""
    nodes = tuple(node for node in _by_node(sentences) if node.says)
    texts: list[str] = []
    places: list[int] = []
    node_of: list[int] = []
    before = 0
    for number, node in enumerate(nodes):
        once: dict[tuple[str, ...], int] = {}
        for i, text in enumerate(node.says):
            once.setdefault(tuple(words(normalise(text))), i)
        texts += [node.says[i] for i in once.values()]
        places += [before + i for i in once.values()]
        node_of += [number] * len(once)
        before += len(node.says)
    return _Prepared(scope, nodes, tuple(texts), tuple(places), np.array(node_of, dtype=np.intp))


def _by_node(sentences: tuple[Sentences, ...]) -> list[TaughtNode]:
    says: dict[NodeName, list[str]] = {}
    negative: dict[NodeName, list[str]] = {}
    for one in sentences:
        says.setdefault(one.node, []).extend(_encodable(text) for text in one.says if text.strip())
        negative.setdefault(one.node, []).extend(_encodable(text) for text in one.negative if text.strip())
    return [TaughtNode(node, tuple(said), tuple(negative[node])) for node, said in says.items()]


def _encodable(text: str) -> str:
    # Half of a surrogate pair is no character: JSON cannot hold it, and no user can type it.
    return text.encode("utf-8", "replace").decode("utf-8")


def _taught(scope: _Prepared, solved: Solved, taught: TrainingSet) -> TaughtScope:
    own = scope.node_of[solved.held_out_of]
    is_recognised = solved.held_out.argmax(axis=1) == own
    scores = solved.held_out[is_recognised, own[is_recognised]]
    threshold = taught.threshold if taught.threshold is not None else _learnt(scores.tolist(), taught.strictness)
    missed = _missed(scope, solved, threshold)
    return TaughtScope(scope.scope, threshold, len(scores), scope.nodes, len(own), missed)


def _missed(scope: _Prepared, solved: Solved, threshold: float) -> tuple[Missed, ...]:
    """Find the held-out sentences that their node would not have got."""
    own = scope.node_of[solved.held_out_of]
    best = solved.held_out.argmax(axis=1)
    wrong = np.flatnonzero((best != own) | (solved.held_out[np.arange(len(own)), own] < threshold)).tolist()
    names = [node.node for node in scope.nodes]
    found = []
    for i in wrong:
        taken_for = names[best[i]] if best[i] != own[i] and solved.held_out[i, best[i]] >= threshold else None
        text, score = scope.texts[solved.held_out_of[i]], round(float(solved.held_out[i, own[i]]), 4)
        if taken_for is not None or score < threshold:
            found.append(Missed(names[own[i]], text, score, taken_for))
    return tuple(found)


def _learnt(recognised: list[float], strictness: float) -> float:
    """Read the threshold that all but `strictness` of the recognised held-out sentences still reach."""
    n = len(recognised)
    reached = float(np.quantile(recognised, strictness)) if n else 0.0
    threshold = (n * reached + _USUAL_WEIGHT * _USUAL_THRESHOLD) / (n + _USUAL_WEIGHT)
    return min(max(threshold, _LOWEST_LEARNT), _HIGHEST_LEARNT)


def _arrays(
    scopes: list[_Prepared], solved: list[Solved], weighing: Weighing, meanings: list[Meanings | None]
) -> Arrays:
    pairs = list(zip(scopes, solved, strict=True))
    postings = Postings.of([scope.texts[i] for scope, found in pairs for i in found.centres], weighing)
    meant = [meaning.only(found.centres) for meaning, found in zip(meanings, solved, strict=True) if meaning]
    size = max((one.rounded.shape[1] for one in meant), default=0)
    return Arrays(
        grams=np.frombuffer(weighing.grams, dtype=np.uint8),
        idf=weighing.idf,
        starts=postings.starts,
        sentences=postings.sentences,
        weights=postings.weights,
        centres=np.array([scope.places[i] for scope, found in pairs for i in found.centres], dtype=np.int32),
        counts=np.array([len(found.centres) for found in solved], dtype=np.int32),
        alpha=np.concatenate([np.zeros(0), *(found.alpha.ravel() for found in solved)]).astype(np.float32),
        rounded=np.concatenate([np.zeros((0, size)), *(_wide(one.rounded, size) for one in meant)]).astype(np.int8),
        scales=np.concatenate([np.zeros(0), *(one.scales for one in meant)]).astype(np.float32),
        shares=np.concatenate([np.zeros(0), *(one.shares for one in meant)]).astype(np.float32),
    )


def _wide(rounded: npt.NDArray[np.int8], size: int) -> npt.NDArray[np.int8]:
    """Give a scope of which the encoder had nothing to say rows as long as those of the others."""
    return rounded if rounded.shape[1] == size else np.zeros((len(rounded), size), np.int8)
