"""Commands that bring bots into a database and out of it: deploy, export, import."""

# ruff: noqa: PLC0415 - each command imports what it needs when it runs, so that `--help` stays quick

from pathlib import Path
from shlex import quote

import click

from botyard.cli.terminal import (
    FOLDER,
    NEW_FOLDER,
    WORDS,
    explained,
    finished,
    our_settings,
    print_json,
    tell,
    tell_softly,
)

# What programs are promised of a deployment (docs/reference/command-line.md).
_SHOWN = ("client_id", "token", "business_id", "bot", "version", "teams")

# A first deployment's result must not scroll away under what could be better.
_MOST_FINDINGS = 5


@click.command()
@click.argument("folder", type=FOLDER)
@click.option("--json", "as_json", is_flag=True, help="Print the result as one line of JSON.")
@click.option("--team", "teams", type=WORDS, multiple=True, help="A team to make; the first is the default team.")
@click.option(
    "--human-assistance", type=click.Choice(["on", "off"]), help="Whether agents take over where the bot cannot help."
)
@click.option("--new-token", is_flag=True, help="Make another token and show it.")
@click.option("--revoke-others", is_flag=True, help="With --new-token: from then on no other token is taken.")
@explained
def deploy(
    *,
    folder: Path,
    as_json: bool,
    teams: tuple[str, ...],
    human_assistance: str | None,
    new_token: bool,
    revoke_others: bool,
) -> None:
    """Check, train and publish the bot in FOLDER; what was live stays live if anything is wrong."""
    from botyard.app.publish import deploy as run

    if revoke_others and not new_token:
        raise click.UsageError("--revoke-others goes with --new-token: it would leave no token that is taken")

    assistance = None if human_assistance is None else human_assistance == "on"
    deployed = finished(
        run(
            our_settings(),
            folder,
            teams=teams,
            human_assistance=assistance,
            new_token=new_token,
            revoke_others=revoke_others,
            progress=tell_softly,
        ),
        stopped="stopped: unless it was just being published, what was live stays live",
    )
    for problem in deployed.training[:_MOST_FINDINGS]:
        tell(str(problem))
    if len(deployed.training) > _MOST_FINDINGS:
        more = len(deployed.training) - _MOST_FINDINGS
        tell(f"… and {more} more that training found: botyard check --train {quote(str(folder))}")
    if revoke_others:
        gone = ", ".join(map(str, deployed.revoked))
        tell(f"revoked: token {gone}" if gone else "there was no other token to revoke")
    if as_json:
        print_json({name: getattr(deployed, name) for name in _SHOWN})
        return
    tell(f"{deployed.bot} version {deployed.version} is live for business {deployed.business_id}")
    tell(f"client-id: {deployed.client_id}")
    if deployed.token is not None:
        tell(f"token (shown once): {deployed.token}")


@click.command()
@click.argument("bot", type=WORDS)
@click.argument("folder", type=NEW_FOLDER)
@click.option("--force", "is_forced", is_flag=True, help="Replace a bot in FOLDER that no export wrote.")
@explained
def export(*, bot: str, folder: Path, is_forced: bool) -> None:
    """Write the live version of BOT to FOLDER, in place of an older export. BOT is its system name."""
    from botyard.app.publish import export as run

    found = finished(run(our_settings(), bot, folder, tell_softly, is_forced=is_forced))
    standing = "is live" if found.is_live else "is the newest; no version is live"
    tell(f"{found.bot} version {found.version} ({standing}) is in {folder}")


@click.command("import")
@click.argument("folder", type=FOLDER)
@explained
def keep(*, folder: Path) -> None:
    """Check the bot in FOLDER and keep it as a version, without making it live. Comments are not kept."""
    from botyard.app.publish import keep as run

    print_json(finished(run(our_settings(), folder, tell_softly)))
