"""Commands for whoever builds a bot: new, check, test, chat."""

# ruff: noqa: PLC0415 - each command imports what it needs when it runs, so that `--help` stays quick

import sys
from pathlib import Path
from shlex import quote

import click

from botyard.cli.terminal import (
    FOLDER,
    NEW_FILE,
    NEW_FOLDER,
    WORDS,
    Terminal,
    explained,
    finished,
    our_settings,
    print_json,
    tell,
    writing,
)


@click.command()
@click.argument("folder", type=NEW_FOLDER)
@explained
def new(*, folder: Path) -> None:
    """Make a small working bot in FOLDER, to start from; FOLDER is new or empty."""
    from botyard.studio.starter import write_starter

    name = write_starter(folder)
    tell(f"Your bot “{name}” is in {folder}. Say hello to it:\n\n  botyard chat {quote(str(folder))}\n")


@click.command()
@click.argument("folder", type=FOLDER)
@click.option("--json", "as_json", is_flag=True, help="Print the problems as a JSON list.")
@click.option("--train", "is_trained", is_flag=True, help="Train it as well, and say what its sentences lack.")
@explained
def check(*, folder: Path, as_json: bool, is_trained: bool) -> None:
    """Say what is wrong with the bot in FOLDER, with file and line; nothing when nothing is."""
    from botyard.app.rehearsal import found_in_training, problems_of

    problems = problems_of(our_settings(), folder)
    if is_trained and not any(problem.is_error for problem in problems):
        problems += finished(found_in_training(our_settings(), folder))
    if as_json:
        print_json(problems)
    else:
        for problem in problems:
            tell(str(problem))
    if any(problem.is_error for problem in problems):
        sys.exit(1)


@click.command()
@click.argument("folder", type=FOLDER)
@click.option("--junit", type=NEW_FILE, help="Write a JUnit XML report to this file.")
@explained
def test(*, folder: Path, junit: Path | None) -> None:
    """Play the dialogues of the bot in FOLDER and show what differs."""
    from botyard.app.rehearsal import play_dialogues
    from botyard.studio.junit import report

    played = finished(play_dialogues(our_settings(), folder))
    for one in played:
        outcome = "skipped" if one.skipped else "FAILED" if one.diff else "passed"
        tell(f"{outcome} {one.file}: {one.name}")
        if one.skipped or one.diff:
            tell(one.skipped or one.diff)
    failed, skipped = sum(bool(one.diff) for one in played), sum(bool(one.skipped) for one in played)
    if junit is not None:
        with writing(junit):
            junit.write_bytes(report(played))
    counted = f"{len(played) - failed - skipped} passed, {failed} failed"
    tell(f"{counted}, {skipped} skipped" if skipped else counted)
    if failed:
        sys.exit(1)


@click.command()
@click.argument("folder", type=FOLDER)
@click.option("--trace", is_flag=True, help="Show why the bot says what it says.")
@click.option("--language", type=WORDS, default="", help="The language the user states, e.g. hi.")
@explained
def chat(*, folder: Path, trace: bool, language: str) -> None:
    """Talk to the bot in FOLDER here in the terminal; what you save in it counts at once. Ctrl-D ends."""
    from botyard.app.talk import talk

    finished(talk(our_settings(), folder, Terminal(), is_traced=trace, language=language))
