"""Commands about who may call the API: token list, token revoke."""

# ruff: noqa: PLC0415 - each command imports what it needs when it runs, so that `--help` stays quick

import re

import click

from botyard.cli.terminal import explained, finished, our_settings, print_json, tell, tell_softly


class TokenId(click.ParamType[int]):
    """The number that stands in a token."""

    name = "id"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read it. What is no number may be a whole token, and is not repeated."""
        if not re.fullmatch("[1-9][0-9]{0,17}", value):
            self.fail("the ID of a token is the number that stands in it: by_ID_…", param, ctx)
        return int(value)


@click.group()
def token() -> None:
    """See which tokens there are, and revoke some."""


@token.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print them as one line of JSON.")
@explained
def list_(*, as_json: bool) -> None:
    """List all tokens: ID, client-id, when it was made and revoked. A token itself is shown when it is made only."""
    from botyard.app.publish import tokens as run

    known = finished(run(our_settings(), tell_softly)).tokens
    if as_json:
        print_json(known)
        return
    for one in known:
        revoked = f", revoked {one.revoked_at:%Y-%m-%d %H:%M} UTC" if one.revoked_at else ""
        tell(
            f"{one.id} (by_{one.id}_…) for client-id {one.client_id}, made {one.created_at:%Y-%m-%d %H:%M} UTC{revoked}"
        )
    if not known:
        tell("there is no token yet; the first `botyard deploy` makes one")


@token.command()
@click.argument("ids", metavar="ID…", type=TokenId(), nargs=-1, required=True)
@explained
def revoke(*, ids: tuple[int, ...]) -> None:
    """Revoke tokens, all that are named or none: running servers refuse them within a second, for good."""
    from botyard.app.publish import revoke as run

    done = finished(run(our_settings(), ids, tell_softly))
    for one in done.ids:
        tell(f"token {one} was revoked before" if one in done.before else f"token {one} is revoked")
