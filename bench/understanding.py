"""Measure understanding: how well, in what time, in how much memory; writes docs/reference/understanding.md.

    python -m bench.understanding [--dry]      # --dry: print only

Quality needs the HINT3 data beside the checkout (BOTYARD_SHARED, or `../shared`); without it that table says so.
Times are processor time of one thread: OPENBLAS_NUM_THREADS=1 is set here.
"""

import csv
import os
import random
import runpy
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import quantiles
from time import process_time
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from bench.__main__ import surroundings
from bench.machine import HOME
from botyard.nlu.intents.rank import IntentModel, load
from botyard.nlu.intents.train import train
from botyard.nlu.understanding import OPENING, Among, Sentences, TrainingSet
from botyard.releases.encoder import load_encoder

PAGE = HOME / "docs" / "reference" / "understanding.md"
BEGIN, END = "<!-- written by bench.understanding -->\n", "<!-- until here -->\n"
SHARED = Path(os.environ.get("BOTYARD_SHARED") or HOME.parent / "shared")
SIZES = (500, 2_000, 10_000)
NODES = 100


def main() -> None:
    """Measure and report."""
    report = "\n".join(part() for part in (surroundings, quality, cost, memory))
    print(report)
    if "--dry" not in sys.argv:
        page = PAGE.read_text()
        before, after = page[: page.index(BEGIN)], page[page.index(END) :]
        PAGE.write_text(before + BEGIN + "\n" + report + "\n" + after)


# ── how well ─────────────────────────────────────────────────────────────────────────────────────


def quality() -> str:
    """Score HINT3's sofmattress, the one bot whose messages are not kept for the final measurement."""
    hint3 = SHARED / "data" / "hint3"
    if not hint3.is_dir():
        return f"Quality was not measured: there is no {hint3}.\n"
    score = runpy.run_path(str(SHARED / "bench" / "score_hint3.py"))
    said = _rows(hint3 / "test" / "sofmattress_test.csv")
    lines = [
        "| sofmattress | encoder | MCC | in scope @0.1 | AUROC | OSCR | threshold |",
        "|---|---|---|---|---|---|---|",
    ]
    for kind in ("full", "subset"):
        taught = _nodes(hint3 / "train" / f"sofmattress{'' if kind == 'full' else '_subset'}_train.csv")
        for encoder in (None, load_encoder()):
            model = load(train(TrainingSet("en", {OPENING: taught}), encoder), encoder)
            lines.append(f"| {kind} | {'MiniLM' if encoder else 'none'} | {_scored(model, said, score)} |")
    return "\n".join([*lines, ""])


def _scored(model: IntentModel, said: list[tuple[str, str]], score: dict[str, Any]) -> str:
    among = _everything(model)
    threshold = model.header.scopes[0].threshold
    rows = []
    for sentence, label in said:
        exact, ranked = model.exact(sentence, among), model.rank(sentence, among)
        if exact is not None:
            rows.append((label, exact[1], 1.0))
        else:
            rows.append((label, ranked[0].node, ranked[0].score) if ranked else (label, score["OOS"], 0.0))
    at, low = score["at"](rows, threshold), score["at"](rows, 0.1)
    figures = (at["mcc"], low["in_acc"], score["auroc"](rows), score["oscr"](rows), threshold)
    return " | ".join(f"{figure:.3f}" for figure in figures)


def _nodes(path: Path) -> tuple[Sentences, ...]:
    by_node: dict[str, list[str]] = {}
    for sentence, label in _rows(path):
        by_node.setdefault(label, []).append(sentence)
    return tuple(Sentences(node, tuple(says)) for node, says in by_node.items())


def _rows(path: Path) -> list[tuple[str, str]]:
    with path.open(newline="", encoding="utf-8") as lines:
        return [(row["sentence"], row["label"]) for row in csv.DictReader(lines)]


# ── in what time ─────────────────────────────────────────────────────────────────────────────────


def cost() -> str:
    """Train and ask bots of three sizes, with encoder and without."""
    lines = [
        "| sentences | encoder | train, CPU s | a new sentence, ms | model, MB | a message, p50 / p95, CPU ms |",
        "|---|---|---|---|---|---|",
    ]
    for size in SIZES:
        taught = made_up(size)
        for encoder in (None, load_encoder()):
            new = 0.0
            if encoder is not None:
                some = [text for node in taught for text in node.says][:200]
                new = _spent(lambda: [encoder.encode(text) for text in some]) / len(some) * 1000  # noqa: B023 - at once
                train(TrainingSet("en", {OPENING: taught}), encoder)  # every vector is known from here on
            spent = _spent(lambda: train(TrainingSet("en", {OPENING: taught}), encoder))  # noqa: B023 - at once
            artifact = train(TrainingSet("en", {OPENING: taught}), encoder)
            typical, worst = asked(load(artifact, encoder))
            lines.append(
                f"| {size:,} | {'MiniLM' if encoder else 'none'} | {spent:.2f} | {f'{new:.1f}' if encoder else ''} | "
                f"{len(artifact) / 1e6:.1f} | {typical:.2f} / {worst:.2f} |"
            )
    return "\n".join([*lines, ""])


def asked(model: IntentModel) -> tuple[float, float]:
    """Ask 300 messages of four words, the usual length, that nobody taught; p50 and p95 in milliseconds."""
    among = _everything(model)
    chance = random.Random(7)  # noqa: S311 - data, no secret
    said = [f"{chance.choice(_VERBS)} {chance.choice(_OBJECTS)} {number}" for number in range(300)]
    spent = sorted(_spent(lambda: model.rank(text, among)) * 1000 for text in said)  # noqa: B023 - called at once
    cuts = quantiles(spent, n=20)
    return cuts[9], cuts[18]


def _spent(work: Callable[[], object]) -> float:
    begun = process_time()
    work()
    return process_time() - begun


def made_up(size: int) -> tuple[Sentences, ...]:
    """Make a bot of so many different sentences, of which each node's are alike."""
    chance = random.Random(size)  # noqa: S311 - data, no secret
    each = size // NODES
    return tuple(Sentences(f"NODE_{n}", tuple(_sentences(chance, each, _OBJECTS[n]))) for n in range(NODES))


def _sentences(chance: random.Random, count: int, about: str = "") -> Iterable[str]:
    found: dict[str, None] = {}
    while len(found) < count:
        what = about or chance.choice(_OBJECTS)
        words = (chance.choice(_BEGIN), chance.choice(_VERBS), "my", what, chance.choice(_END), chance.choice(_MORE))
        found[" ".join(word for word in words if word)] = None
    return found


_BEGIN = ("", "please", "how do i", "can you", "i want to", "when will you", "why did you", "is it possible to")
_VERBS = ("cancel", "change", "find", "send", "return", "repair", "pay for", "track", "stop", "open", "check", "buy")
_OBJECTS = [f"{a} {b}" for a in ("red", "old", "new", "last", "paid", "lost", "big", "late", "free", "wrong") for b in (
    "order", "invoice", "phone", "account", "ticket", "parcel", "card", "booking", "policy", "plan")]  # fmt: skip
_END = ("", "today", "for my friend", "before monday", "at the shop", "by mail", "without a fee", "again")
_MORE = ("", "thanks", "if you can", "it is urgent", "in delhi", "from last week")


def _everything(model: IntentModel) -> Among:
    return {scope.scope: frozenset(node.node for node in scope.nodes) for scope in model.header.scopes}


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
for one in kept: one.rank("cancel my order", u._everything(one))
print(round(before), round(opened - before), round((rss() - opened) / 10, 1))
"""


def memory() -> str:
    """Open the encoder and ten bots of 2,000 sentences in a process of their own."""
    lines = ["| encoder | the process, MB | the encoder, MB | each bot of 2,000 sentences, MB |", "|---|---|---|---|"]
    for encoder in (None, load_encoder()):
        model = train(TrainingSet("en", {OPENING: made_up(2_000)}), encoder)
        command = [sys.executable, "-c", _MEASURE, "with" if encoder else "without"]
        done = subprocess.run(command, cwd=HOME, input=model, capture_output=True, check=True)
        lines.append(f"| {'MiniLM' if encoder else 'none'} | {' | '.join(done.stdout.decode().split())} |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    main()
