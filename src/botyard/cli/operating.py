"""Commands for whoever runs a server: serve, worker, migrate, settings."""

# ruff: noqa: PLC0415 - each command imports what it needs when it runs, so that `--help` stays quick

import click

from botyard.cli.terminal import PORT, explained, finished, our_settings, tell, warn_of_no_sandbox


@click.command()
@click.option("--host", help="Address to listen on; BOTYARD_HOST otherwise, 127.0.0.1 by default.")
@click.option("--port", type=PORT, help="Port to listen on; BOTYARD_PORT otherwise, 8000 by default.")
@click.option("--no-turns", is_flag=True, help="Take requests only; `botyard worker` beside it takes the turns.")
@explained
def serve(*, host: str | None, port: int | None, no_turns: bool) -> None:
    """Run the server: it answers the API and the chat pages, and runs the turns itself."""
    from botyard.app.doors import serve as run

    def ready(address: str) -> None:
        tell(f"Botyard listens on {address}")

    ours = our_settings()
    warn_of_no_sandbox(ours)
    finished(run(ours, host=host, port=port, ready=ready, takes_turns=not no_turns))


@click.command()
@explained
def worker() -> None:
    """Take turns beside the servers on a PostgreSQL database; it listens nowhere."""
    from botyard.app.worker import work

    ours = our_settings()
    warn_of_no_sandbox(ours)
    finished(work(ours, ready=lambda: tell("This worker takes turns")))


@click.command()
@explained
def migrate() -> None:
    """Bring the database up to date; refuses to touch one that a newer Botyard wrote."""
    from botyard.app.migrate import migrate as run

    tell(f"The database is up to date: it stands at schema {run(our_settings())}.")


@click.command()
@explained
def settings() -> None:
    """Print every setting and where it came from, as JSON, one a line; secrets are named, never shown."""
    from msgspec import json

    ours = our_settings()
    lines = ",\n ".join(json.encode(one).decode() for one in ours.shown())
    click.echo(f"[{lines}]")
    warn_of_no_sandbox(ours)
