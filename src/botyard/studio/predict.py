"""How well sentences are understood, outside any bot: one file teaches, another is answered.

The files are CSV with `sentence` and `label`, as the public intent benchmarks are.
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from time import perf_counter

from msgspec import Struct

from botyard.errors import BadRequest
from botyard.nlu.encoder.port import Encoder
from botyard.nlu.intents.rank import IntentModel, load
from botyard.nlu.intents.train import train
from botyard.nlu.understanding import OPENING, Among, Sentences, TrainingSet

# What a sentence is labelled with that no node should answer.
NO_NODE = "NO_NODES_DETECTED"
_COLUMNS = ("sentence", "label", "predicted_node", "predicted_node_score")
_LANGUAGE = "en"


class FileUnusable(BadRequest):
    """A CSV file is not what it must be."""

    code = "file_unusable"


class Measured(Struct, frozen=True):
    """What training and predicting took, and the raw score from which on the bot would answer."""

    train_s: float
    predict_ms_p50: float | None
    threshold: float


class Prediction(Struct, frozen=True):
    """score: 0 to 1. Of a node, how well it fits; of NO_NODE, how little the best node does."""

    node: str
    score: float


def predict(taught: Path, asked: Path, out: Path, encoder: Encoder | None = None) -> Measured:
    """Learn from one file, answer each sentence of another before the next is read. Raises FileUnusable."""
    nodes = _nodes(_rows(taught))
    questions = _rows(asked)
    started = perf_counter()
    model = load(train(TrainingSet(language=_LANGUAGE, scopes={OPENING: nodes}), encoder), encoder)
    train_s = perf_counter() - started
    among: Among = {OPENING: frozenset(node.node for node in nodes)}
    took_ms: list[float] = []
    with out.open("w", newline="", encoding="utf-8", buffering=1) as file:  # a line at a time: somebody may wait for it
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_COLUMNS)
        for sentence, label in questions:
            started = perf_counter()
            answer = predicted(model, sentence, among)
            took_ms.append((perf_counter() - started) * 1000)
            writer.writerow((sentence, label, answer.node, answer.score))
    return Measured(round(train_s, 4), round(median(took_ms), 4) if took_ms else None, threshold_of(model))


def predicted(model: IntentModel, sentence: str, among: Among) -> Prediction:
    """Say what a bot would answer with, as a turn decides it: a taught sentence first, else the best if it is good."""
    exact = model.exact(sentence, among)
    if exact is not None:
        return Prediction(exact[1], 1.0)
    best = next(iter(model.rank(sentence, among)), None)
    score = min(max(best.score, 0.0), 1.0) if best is not None else 0.0
    if best is not None and best.is_above:
        return Prediction(best.node, score)
    return Prediction(NO_NODE, 1.0 - score)


def threshold_of(model: IntentModel) -> float:
    """Read what the model learnt for sentences that open a conversation."""
    return next(scope.threshold for scope in model.header.scopes if scope.scope == OPENING)


def _nodes(rows: Iterator[tuple[str, str]]) -> tuple[Sentences, ...]:
    by_node: dict[str, list[str]] = {}
    for sentence, label in rows:
        if sentence.strip() and label.strip() and label != NO_NODE:  # blank ones teach nothing
            by_node.setdefault(label, []).append(sentence)
    if not by_node:
        raise FileUnusable("the training file has no sentence with a node's name as its label")
    return tuple(Sentences(node, tuple(says)) for node, says in by_node.items())


def _rows(path: Path) -> Iterator[tuple[str, str]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as lines:
            reader = csv.DictReader(lines, strict=True)
            missing = [name for name in _COLUMNS[:2] if name not in (reader.fieldnames or ())]
            if missing:
                raise FileUnusable(f"{path}:1: the first line must name the columns sentence and label")
            for row in reader:
                if row["sentence"] is None or row["label"] is None or None in row:
                    raise FileUnusable(f"{path}:{reader.line_num}: this line must have as many values as the first")
                yield row["sentence"], row["label"]
    except UnicodeDecodeError as error:
        raise FileUnusable(f"{path}: this file must be text in UTF-8") from error
    except csv.Error as error:
        raise FileUnusable(f"{path}: this file is no CSV: {error}") from error
