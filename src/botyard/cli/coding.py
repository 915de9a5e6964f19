"""Commands around custom code: code run, runner, runner doctor."""

# ruff: noqa: PLC0415 - each command imports what it needs when it runs, so that `--help` stays quick

import sys
from pathlib import Path

import click

from botyard.cli.terminal import FILE, explained, finished, our_settings, print_json, tell, tell_softly

# What policy.toml allows: the sandbox gives no more, and says nothing.
MOST_S = 30


@click.group()
def code() -> None:
    """Try custom code."""


@code.command()
@click.argument("file", type=FILE)
@click.option("--event", type=FILE, help="JSON that `main` is given as its event; a small one of ours otherwise.")
@click.option(
    "--timeout",
    "timeout_s",
    type=click.FloatRange(min=0, min_open=True),
    help=f"Seconds that the call may take; 20 unless given, {MOST_S} at most.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what came of it as one line of JSON.")
@explained
def run(*, file: Path, event: Path | None, timeout_s: float | None, as_json: bool) -> None:
    """Run FILE once in a sandbox of its own, with the packages of compat-2019. Needs no server."""
    from botyard.app.one_run import run_once

    if timeout_s is not None and timeout_s > MOST_S:
        tell(f"the sandbox gives a call {MOST_S} s at most; this one ends then")
    ran = finished(run_once(our_settings(), file, event, timeout_s, tell_softly))
    if as_json:
        print_json(ran)
    else:
        for text in (ran.stdout, ran.stderr):
            if text:
                tell(text.rstrip("\n"))
        if ran.body is not None:
            click.echo(ran.body)
    if ran.error is not None:
        tell(ran.error.traceback.rstrip("\n") or f"{ran.error.type}: {ran.error.message}")
        sys.exit(1)


@click.group(invoke_without_command=True)
@click.option("--socket", type=click.Path(path_type=Path), help="Where to listen; BOTYARD_RUNNER otherwise.")
@click.option("--listen", metavar="HOST:PORT", help="Serve other machines, over HTTPS; see BOTYARD_RUNNER_CERT.")
@click.option("--caller", help="The user that the server runs as, by name or number; else only root and this user.")
@click.option("--no-network", is_flag=True, help="Give custom code no network.")
@click.pass_context
@explained
def runner(
    context: click.Context, /, *, socket: Path | None, listen: str | None, caller: str | None, no_network: bool
) -> None:
    """Run custom code for servers on this machine, or on others; started as root it becomes another user first."""
    if context.invoked_subcommand is not None:
        return
    from botyard.app.runners import become_runner

    become_runner(our_settings(), socket, caller, has_network=not no_network, listen=listen)


@runner.command()
@click.option("--json", "as_json", is_flag=True, help="Print what was found as one line of JSON.")
@explained
def doctor(*, as_json: bool) -> None:
    """Say whether custom code can run on this machine: attack a sandbox from inside, and tell what was stopped."""
    from botyard.app.runners import diagnosed

    found = diagnosed(our_settings())
    if as_json:
        print_json(found)
    else:
        for sentence in found.told():
            tell(sentence)
    if not found.health.is_ok:
        sys.exit(1)


@runner.command()
@click.argument("names", nargs=-1, metavar="[SET]…")
@explained
def packages(*, names: tuple[str, ...]) -> None:
    """Build sets of packages that custom code may import; compat-2019 unless named.

    A server builds what it needs when it first needs it; this does it before, in an image or after an update.
    """
    from botyard.app.sandbox import build_sets

    for folder in finished(build_sets(our_settings(), names, tell_softly)):
        click.echo(folder)
