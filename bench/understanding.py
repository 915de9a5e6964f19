"""Measure understanding: how well, in what time, in how much memory; writes docs/reference/benchmarks-nlu.md.

    make bench-nlu, or python -m bench.understanding [--dry]      # --dry: print only

Quality needs the HINT3 data beside the checkout (BOTYARD_SHARED, or `../shared`); without it that table says so.
Times are processor time of one thread: OPENBLAS_NUM_THREADS=1 is set here.
"""

import csv
import os
import runpy
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from time import process_time, sleep
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from bench.machine import HOME
from bench.made_up_bots import everything, made_up, said
from bench.surroundings import surroundings
from bench.understanding_beside import beside, long_messages, server
from botyard.nlu.encoder.sentences import SentenceEncoder
from botyard.nlu.intents.rank import IntentModel, load
from botyard.nlu.intents.train import train
from botyard.nlu.understanding import OPENING, Sentences, TrainingSet
from botyard.releases.encoder import load_encoder

PAGE = HOME / "docs" / "reference" / "benchmarks-nlu.md"
BEGIN, END = "<!-- written by make bench-nlu -->\n", "<!-- until here -->\n"
SHARED = Path(os.environ.get("BOTYARD_SHARED") or HOME.parent / "shared")
SIZES = (0, 1, 500, 2_000, 10_000, 20_000)
MOST_ENCODED = 10_000  # twice as many would take a minute more to encode, and say nothing new
ROUNDS = 4
ROUNDS_APART_S = 10


# The best of all published systems on each bot, at thresholds chosen with the very messages; the mean of the best one.
PEERS = {
    ("curekart", "full"): 0.603,
    ("powerplay11", "full"): 0.425,
    ("sofmattress", "full"): 0.637,
    ("mean", "full"): 0.538,
    ("curekart", "subset"): 0.604,
    ("powerplay11", "subset"): 0.364,
    ("sofmattress", "subset"): 0.555,
    ("mean", "subset"): 0.484,
}


def main() -> None:
    """Measure and report."""
    parts = []
    for part in (surroundings, quality, everyday, cost, memory, server, beside, long_messages):
        parts.append(part())
        print(parts[-1], flush=True)  # it takes minutes: whoever waits sees how far it is
    report = "\n".join(parts)
    if "--dry" not in sys.argv:
        page = PAGE.read_text()
        before, after = page[: page.index(BEGIN)], page[page.index(END) :]
        PAGE.write_text(before + BEGIN + "\n" + report + "\n" + after)


# ── how well ─────────────────────────────────────────────────────────────────────────────────────


def quality() -> str:
    """Score the bots of HINT3 whose messages are here: sofmattress; the other two are kept for a final measurement."""
    hint3 = SHARED / "data" / "hint3"
    tests = sorted((hint3 / "test").glob("*_test.csv"))
    if not tests:
        return f"Quality was not measured: there is nothing in {hint3 / 'test'}.\n"
    score = runpy.run_path(str(SHARED / "bench" / "score_hint3.py"))
    lines = [
        "| HINT3 | encoder | MCC | best peer's MCC | in scope @0.1 | AUROC | OSCR | threshold |",
        "|---|---|---|---|---|---|---|---|",
    ]
    encoders = (None, load_encoder())
    for kind, suffix in (("full", ""), ("subset", "_subset")):
        for encoder in encoders:
            rows = []
            for test in tests:
                bot = test.name.removesuffix("_test.csv")
                taught = TrainingSet("en", {OPENING: _nodes(hint3 / "train" / f"{bot}{suffix}_train.csv")})
                rows.append(_scored(load(train(taught, encoder), encoder), _rows(test), score))
                lines.append(_line(f"{bot}, {kind}", encoder, rows[-1], PEERS[bot, kind]))
            if len(rows) > 1:
                mean = [sum(column) / len(rows) for column in zip(*rows, strict=True)]
                lines.append(_line(f"mean, {kind}", encoder, mean, PEERS["mean", kind]))
    return "\n".join([*lines, ""])


def _line(what: str, encoder: SentenceEncoder | None, figures: Sequence[float], peer: float) -> str:
    mcc, *rest = (f"{figure:.3f}" for figure in figures)
    return f"| {' | '.join([what, _name_of(encoder), mcc, f'{peer:.3f}', *rest])} |"


def _name_of(encoder: SentenceEncoder | None) -> str:
    return "none" if encoder is None else "MiniLM"


def _scored(model: IntentModel, test: list[tuple[str, str]], score: dict[str, Any]) -> list[float]:
    """Give MCC at the learnt threshold, accuracy in scope at 0.1, AUROC, OSCR, and the threshold."""
    among = everything(model)
    threshold = model.header.scopes[0].threshold
    rows = []
    for sentence, label in test:
        exact, ranked = model.exact(sentence, among), model.rank(sentence, among)
        if exact is not None:
            rows.append((label, exact[1], 1.0))
        else:
            rows.append((label, ranked[0].node, ranked[0].score) if ranked else (label, score["OOS"], 0.0))
    at, low = score["at"](rows, threshold), score["at"](rows, 0.1)
    return [at["mcc"], low["in_acc"], score["auroc"](rows), score["oscr"](rows), threshold]


def _nodes(path: Path) -> tuple[Sentences, ...]:
    by_node: dict[str, list[str]] = {}
    for sentence, label in _rows(path):
        by_node.setdefault(label, []).append(sentence)
    return tuple(Sentences(node, tuple(says)) for node, says in by_node.items())


def _rows(path: Path) -> list[tuple[str, str]]:
    with path.open(newline="", encoding="utf-8") as lines:
        return [(row["sentence"], row["label"]) for row in csv.DictReader(lines)]


# ── in what time ─────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Taught:
    """A trained bot: who it is and what it cost, as columns of a table, and what it will be asked."""

    columns: str
    artifact: bytes
    model: IntentModel
    messages: Sequence[str]


def cost() -> str:
    """Train and ask bots of each size, with encoder and without."""
    encoders = (None, load_encoder())
    bots = [
        _taught(f"{size:,}", made_up(size), encoder, said(900, size))
        for size in SIZES
        for encoder in encoders
        if encoder is None or 1 < size <= MOST_ENCODED
    ]
    lines = [
        "| sentences | encoder | train, CPU s | a new sentence, ms | model, MB | a message, p50 / p95, CPU ms |",
        "|---|---|---|---|---|---|",
    ]
    for bot, (typical, worst) in zip(bots, _asked(bots), strict=True):
        lines.append(f"| {bot.columns} | {len(bot.artifact) / 1e6:.1f} | {typical:.2f} / {worst:.2f} |")
    return "\n".join([*lines, ""])


def everyday() -> str:
    """Teach HINT3's bots, whose sentences people wrote, and ask each what users wrote to one of them."""
    hint3 = SHARED / "data" / "hint3"
    messages = [text for test in sorted((hint3 / "test").glob("*_test.csv")) for text, _ in _rows(test)]
    if not messages:
        return f"People's own sentences were not measured: there is nothing in {hint3 / 'test'}.\n"
    bots = []
    for name in ("curekart", "powerplay11", "sofmattress"):
        nodes = _nodes(hint3 / "train" / f"{name}_train.csv")
        for encoder in (None, load_encoder()):  # a new one for each bot: it remembers what it has encoded
            who = f"{name} | {sum(len(node.says) for node in nodes):,}"
            bots.append(_taught(who, nodes, encoder, messages))
    lines = [
        "| HINT3's bot | sentences | encoder | train, CPU s | a new sentence, ms | a message, p50 / p95, CPU ms |",
        "|---|---|---|---|---|---|",
    ]
    for bot, (typical, worst) in zip(bots, _asked(bots), strict=True):
        lines.append(f"| {bot.columns} | {typical:.2f} / {worst:.2f} |")
    return "\n".join([*lines, ""])


def _taught(who: str, nodes: tuple[Sentences, ...], encoder: SentenceEncoder | None, messages: Sequence[str]) -> Taught:
    """Train a bot: CPU s of training, and CPU ms of encoding a new sentence."""
    new = ""
    if encoder is not None:
        some = list(dict.fromkeys(text for node in nodes for text in node.says))
        new = f"{_spent(lambda: encoder.encode_all(some)) / len(some) * 1000:.1f}"
    artifact: list[bytes] = []
    spent = _spent(lambda: artifact.append(train(TrainingSet("en", {OPENING: nodes}), encoder)))
    columns = f"{who} | {_name_of(encoder)} | {spent:.2f} | {new}"
    return Taught(columns, artifact[0], load(artifact[0], encoder), messages)


def _asked(bots: Sequence[Taught]) -> list[tuple[float, float]]:
    """Ask each bot messages that nobody taught; p50 and p95 of each in milliseconds.

    Of the quietest of its rounds, each of its share of the messages: a machine's neighbours only ever add to its times,
    and stay for half a minute. So all bots take turns, and the rounds of one lie apart.
    """
    rounds = []
    for first in range(ROUNDS):
        rounds.append([_round(bot.model, bot.messages[first::ROUNDS]) for bot in bots])
        sleep(ROUNDS_APART_S)
    return [min(of_one) for of_one in zip(*rounds, strict=True)]


def _round(model: IntentModel, messages: Sequence[str]) -> tuple[float, float]:
    among = everything(model)
    spent = sorted(_spent(lambda: model.rank(text, among)) * 1000 for text in messages)  # noqa: B023 - called at once
    cuts = quantiles(spent, n=20)
    return cuts[9], cuts[18]


def _spent(work: Callable[[], object]) -> float:
    begun = process_time()
    work()
    return process_time() - begun


# ── in how much memory ───────────────────────────────────────────────────────────────────────────

_MEASURE = """
import re, sys
from bench import understanding as u
def rss(): return int(re.search(r"VmRSS:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1024
model = sys.stdin.buffer.read()
before = rss()
encoder = u.load_encoder() if sys.argv[1] == "with" else None
if encoder: encoder.encode("where is my order")
opened = rss()
kept = [u.load(model, encoder) for _ in range(10)]
for one in kept: one.rank("cancel my order", u.everything(one))
print(round(before), round(opened - before), round((rss() - opened) / 10, 1))
"""


def memory() -> str:
    """Open the encoder and ten bots of 2,000 sentences in a process of their own."""
    lines = ["| encoder | the process, MB | the encoder, MB | each bot of 2,000 sentences, MB |", "|---|---|---|---|"]
    for encoder in (None, load_encoder()):
        model = train(TrainingSet("en", {OPENING: made_up(2_000)}), encoder)
        command = [sys.executable, "-c", _MEASURE, "with" if encoder else "without"]
        done = subprocess.run(command, cwd=HOME, input=model, capture_output=True, check=True)
        lines.append(f"| {_name_of(encoder)} | {' | '.join(done.stdout.decode().split())} |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    main()
