"""The commands of docs/reference/command-line.md.

JSON goes to standard output, everything else to standard error. Exit 0: done; 1: refused or failed, with a sentence
that says why; 2: wrong usage. Each command imports what it needs when it runs: `--help` stays quick.
"""

import os

import click

from botyard import __version__
from botyard.cli.admitting import token
from botyard.cli.building import chat, check, new, test
from botyard.cli.coding import code, runner
from botyard.cli.demonstrating import demo
from botyard.cli.keeping import backup, restore
from botyard.cli.operating import migrate, serve, settings, worker
from botyard.cli.publishing import deploy, export, keep
from botyard.cli.receiving import webhook
from botyard.cli.understanding import entities, nlu
from botyard.cli.unforeseen import SHOW, Commands


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(SHOW, "shows_traceback", is_flag=True, help="Show where a fault of Botyard lies.")
@click.version_option(__version__, package_name="botyard")
def main(*, shows_traceback: bool) -> None:
    """Conversational bots that call your own code."""
    del shows_traceback  # Commands looks for it itself: a fault may come before options are read
    # One process a core: numpy's own threads would only fight with ours (docs/decisions/0004-stack.md).
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


for command in (
    demo, new, check, test, chat,
    deploy, export, keep, token,
    serve, worker, migrate, settings, backup, restore,
    webhook, code, runner, nlu, entities,
):  # fmt: skip
    main.add_command(command)
