"""Commands that try understanding without a bot: `nlu predict`, `entities detect`."""

# ruff: noqa: PLC0415 - each command imports what it needs when it runs, so that `--help` stays quick

import sys
from pathlib import Path

import click

from botyard.cli.terminal import FILE, NEW_FILE, explained, print_json


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
    from botyard.releases.encoder import load_encoder
    from botyard.studio.predict import predict as run

    print_json(run(taught, asked, out, None if no_encoder else load_encoder()))


@click.group()
def entities() -> None:
    """Try how entities are found."""


@entities.command()
def detect() -> None:
    """Find entities: a JSON line in on standard input, a JSON line out, until there are no more."""
    from botyard.studio.detect import answer

    for line in iter(sys.stdin.buffer.readline, b""):
        print_json(answer(line.rstrip(b"\r\n")))
