"""The commands of docs/reference/command-line.md.

JSON goes to standard output, everything else to standard error. Exit 0: done; 1: refused or failed, with a sentence
that says why; 2: wrong usage. Each command imports what it needs when it runs: `--help` stays quick.
"""

import asyncio
import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import click

from botyard import __version__
from botyard.errors import BotyardError

P = ParamSpec("P")
R = TypeVar("R")

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


def explained(command: Callable[P, R]) -> Callable[P, R]:
    """End a command that was refused with its sentence and exit code 1, never with a stack trace."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except BotyardError as error:
            tell(str(error))
            sys.exit(1)

    return run


def tell(sentence: str) -> None:
    """Say something to the person at the terminal."""
    click.echo(sentence, err=True)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, package_name="botyard")
def main() -> None:
    """Conversational bots that call your own code."""
    # One process a core: numpy's own threads would only fight with ours (docs/decisions).
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@main.command()
@click.option("--host", help="Address to listen on; BOTYARD_HOST otherwise, 127.0.0.1 by default.")
@click.option(
    "--port", type=click.IntRange(0, 65535), help="Port to listen on; BOTYARD_PORT otherwise, 8000 by default."
)
@explained
def serve(host: str | None, port: int | None) -> None:
    """Run the server: it answers the API and the chat pages, and runs the turns itself."""
    from botyard.app.doors import serve as run
    from botyard.settings import load

    def ready(address: str) -> None:
        tell(f"Botyard listens on {address}")

    asyncio_run(run(load(os.environ, Path.cwd()), host=host, port=port, ready=ready))


@main.command()
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port of the chat page and the API."
)
@click.option("--bot", type=FOLDER, help="Another bot folder than the sample.")
@explained
def demo(port: int, bot: Path | None) -> None:
    """Run everything on this machine with the sample bot; Ctrl-C leaves nothing behind."""
    from botyard.demo import demo as run

    asyncio_run(run(port=port, folder=bot, tell=tell))


@main.command()
@click.argument("folder", type=FOLDER)
@click.option("--json", "as_json", is_flag=True, help="Print the result as one line of JSON.")
@click.option("--team", "teams", multiple=True, help="A team to make; the first is the default team.")
@click.option(
    "--human-assistance", type=click.Choice(["on", "off"]), help="Whether agents take over where the bot cannot help."
)
@click.option("--new-token", is_flag=True, help="Make another token and show it.")
@explained
def deploy(folder: Path, as_json: bool, teams: tuple[str, ...], human_assistance: str | None, new_token: bool) -> None:
    """Check, train and publish the bot in FOLDER; what was live stays live if anything is wrong."""
    from botyard.app.commands import deploy as run
    from botyard.settings import load

    assistance = None if human_assistance is None else human_assistance == "on"
    deployed = asyncio_run(
        run(
            load(os.environ, Path.cwd()),
            folder,
            teams=teams,
            human_assistance=assistance,
            new_token=new_token,
            progress=tell_softly,
        )
    )
    if as_json:
        print_json(deployed)
        return
    tell(f"{deployed.bot} version {deployed.version} is live for business {deployed.business_id}")
    tell(f"client-id: {deployed.client_id}")
    if deployed.token is not None:
        tell(f"token (shown once): {deployed.token}")


@main.command()
@click.argument("folder", type=FOLDER)
@click.option("--json", "as_json", is_flag=True, help="Print the problems as a JSON list.")
@explained
def check(folder: Path, as_json: bool) -> None:
    """Say what is wrong with the bot in FOLDER, with file and line; nothing when nothing is."""
    from botyard.app.commands import problems_of
    from botyard.settings import load

    problems = problems_of(load(os.environ, Path.cwd()), folder)
    if as_json:
        print_json(problems)
    else:
        for problem in problems:
            tell(str(problem))
    if any(problem.is_error for problem in problems):
        sys.exit(1)


@main.command()
@click.argument("folder", type=FOLDER)
@click.option("--junit", type=click.Path(dir_okay=False, path_type=Path), help="Write a JUnit XML report to this file.")
@explained
def test(folder: Path, junit: Path | None) -> None:
    """Play the dialogues of the bot in FOLDER and show what differs."""
    from botyard.app.commands import play_dialogues
    from botyard.studio.junit import report

    played = asyncio_run(play_dialogues(folder))
    for one in played:
        tell(f"{'FAILED' if one.diff else 'passed'} {one.file}: {one.name}")
        if one.diff:
            tell(one.diff)
    failed = sum(bool(one.diff) for one in played)
    if junit is not None:
        junit.write_bytes(report(played))
    tell(f"{len(played) - failed} passed, {failed} failed")
    if failed:
        sys.exit(1)


@main.command()
@click.argument("folder", type=FOLDER)
@click.option("--trace", is_flag=True, help="Show why the bot says what it says.")
@click.option("--language", default="", help="The language the user states, e.g. hi.")
@explained
def chat(folder: Path, trace: bool, language: str) -> None:
    """Talk to the bot in FOLDER here in the terminal; Ctrl-D ends."""
    from botyard.app.commands import talk
    from botyard.settings import load

    asyncio_run(talk(load(os.environ, Path.cwd()), folder, Terminal(), is_traced=trace, language=language))


class Terminal:
    """The person at this terminal."""

    def hear(self) -> str | None:
        """Wait for a line."""
        try:
            return input("> " if sys.stdin.isatty() else "")
        except EOFError:
            return None

    def say(self, text: str) -> None:
        """Show what the bot says."""
        click.echo(text)

    def tell(self, sentence: str) -> None:
        """Show what is not the bot's."""
        tell(sentence)


def asyncio_run(work: Any) -> Any:
    """Run a command's work on the quickest event loop there is; Ctrl-C ends it quietly."""
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            return runner.run(work)
    except KeyboardInterrupt:
        sys.exit(130)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    try:
        from uvloop import new_event_loop
    except ImportError:
        return asyncio.new_event_loop
    return new_event_loop


async def tell_softly(sentence: str) -> None:
    """Report progress of a long command."""
    tell(f"· {sentence}")


def print_json(value: Any) -> None:
    """Print a result for programs."""
    from msgspec import json

    click.echo(json.encode(value).decode())


if __name__ == "__main__":
    main()
