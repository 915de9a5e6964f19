"""The command for whoever wants to see it first."""

# ruff: noqa: PLC0415 - the command imports what it needs when it runs, so that `--help` stays quick

from pathlib import Path

import click

from botyard.cli.terminal import FOLDER, PORT, explained, finished, our_settings, tell


@click.command()
@click.option(
    "--port",
    type=PORT,
    help="Port of the chat page and the API; BOTYARD_PORT otherwise, else 8000, or a free one.",
)
@click.option("--bot", type=FOLDER, help="Another bot folder than the sample.")
@explained
def demo(*, port: int | None, bot: Path | None) -> None:
    """Run everything on this machine with the sample bot; Ctrl-C leaves nothing behind."""
    from botyard.demo import demo as run

    finished(run(ours=our_settings(), port=port, folder=bot, tell=tell))
