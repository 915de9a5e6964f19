"""Commands that try understanding: `nlu predict`, `nlu explain`, `entities detect`."""

# ruff: noqa: PLC0415 - each command imports what it needs when it runs, so that `--help` stays quick

import sys
from pathlib import Path

import click

from botyard.cli.terminal import (
    FILE,
    FOLDER,
    NEW_FILE,
    WORDS,
    explained,
    finished,
    our_settings,
    print_json,
    tell,
    writing,
)


@click.group()
def nlu() -> None:
    """Try how well sentences are understood."""


@nlu.command()
@click.option("--train", "taught", type=FILE, required=True, help="CSV with sentence,label: what is learnt.")
@click.option("--test", "asked", type=FILE, required=True, help="CSV with sentence,label: what is asked.")
@click.option("--out", type=NEW_FILE, required=True, help="CSV to write: one row for each sentence of --test.")
@click.option("--no-encoder", is_flag=True, help="Without the sentence encoder, though one is installed.")
@explained
def predict(*, taught: Path, asked: Path, out: Path, no_encoder: bool) -> None:
    """Learn from one CSV file, predict the labels of another, and print what it took."""
    from botyard.releases.encoder_here import EncoderHere
    from botyard.studio.predict import predict as run

    encoder = None if no_encoder else EncoderHere(our_settings().encoder).opened()
    with writing(out):
        print_json(run(taught, asked, out, encoder))


@nlu.command()
@click.argument("sentence", type=WORDS)
@click.option("--bot", "folder", type=FOLDER, default=".", help="The bot's folder; the working directory otherwise.")
@click.option("--node", type=WORDS, help="The node to explain, by its system name; the best one otherwise.")
@click.option("--at", type=WORDS, help="The node where the conversation stands; none otherwise.")
@click.option("--language", type=WORDS, default="", help="The language the user states, e.g. hi.")
@click.option("--json", "as_json", is_flag=True, help="Print it as one line of JSON.")
@explained
def explain(*, sentence: str, folder: Path, node: str | None, at: str | None, language: str, as_json: bool) -> None:
    """Say which training sentences tipped SENTENCE towards a node of a bot."""
    from botyard.app.rehearsal import explain as run
    from botyard.studio.explained import Asked, explanation_lines

    told = finished(run(our_settings(), folder, Asked(text=sentence, at=at, node=node, language=language)))
    if as_json:
        print_json(told)
    else:
        for line in explanation_lines(told):
            tell(line)


@click.group()
def entities() -> None:
    """Try how entities are found."""


@entities.command()
def detect() -> None:
    """Find entities: a JSON line in on standard input, a JSON line out, until there are no more."""
    from botyard.studio.detect import answer

    for line in iter(sys.stdin.buffer.readline, b""):
        print_json(answer(line.rstrip(b"\r\n")))
