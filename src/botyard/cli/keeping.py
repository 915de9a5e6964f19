"""Commands that keep the database: backup, restore."""

# ruff: noqa: PLC0415 - each command imports what it needs when it runs, so that `--help` stays quick

from pathlib import Path

import click

from botyard.cli.terminal import FILE, NEW_FILE, explained, our_settings, tell, writing


@click.command()
@click.argument("file", type=NEW_FILE)
@explained
def backup(file: Path) -> None:
    """Copy the database to FILE while the server runs; whatever was acknowledged before is in it."""
    from botyard.store.backup import back_up

    ours = our_settings()
    with writing(file):
        back_up(ours.database_url, file)
    tell(f"{file} holds the database.")
    if ours.key is None:
        tell("The key for its secrets is not in it: keep a copy of the file ending in .key, somewhere else.")


@click.command()
@click.argument("file", type=FILE)
@explained
def restore(file: Path) -> None:
    """Bring FILE, which `botyard backup` wrote, back as the database; there must be none."""
    from botyard.store.backup import restore as run

    stand = run(our_settings().database_url, file)
    tell(f"The database is back, at schema {stand}. It needs the key for secrets that it had.")
