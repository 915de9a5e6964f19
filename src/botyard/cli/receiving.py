"""The command for whoever writes a receiver of webhooks."""

# ruff: noqa: PLC0415 - the command imports what it needs when it runs, so that `--help` stays quick

import sys

import click

from botyard.cli.terminal import WORDS, explained, finished, our_settings, print_json, tell


class NameAndValue(click.ParamType[tuple[str, str]]):
    """An option's value of the form NAME=VALUE."""

    name = "name=value"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """Part the two."""
        name, equals, text = WORDS.convert(value, param, ctx).partition("=")
        if not (name and equals):
            self.fail(f"{value!r} must be NAME=VALUE", param, ctx)
        return name, text


@click.group()
def webhook() -> None:
    """Look at a receiver of webhooks."""


@webhook.command()
@click.argument("url", type=WORDS)
@click.option("--secret", type=WORDS, required=True, help="The node's secret, as the receiver has it.")
@click.option(
    "--node", type=WORDS, default="PRODUCT_PRICE", show_default=True, help="The node that the calls come from."
)
@click.option(
    "--entity",
    "entities",
    type=NameAndValue(),
    multiple=True,
    default=("product_name=speaker",),
    show_default=True,
    help="A value that the receiver knows; may be given several times.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was found as one line of JSON.")
@explained
def check(*, url: str, secret: str, node: str, entities: tuple[tuple[str, str], ...], as_json: bool) -> None:
    """Call the receiver at URL, signed and forged, and say what it does wrong. The calls are real: use a test one."""
    from botyard.app.receivers import check_receiver

    report = finished(check_receiver(our_settings(), url, secret, node=node, entities=dict(entities)))
    if as_json:
        print_json(report)
    else:
        for finding in report.findings:
            tell(str(finding))
    if not report.ok:
        sys.exit(1)
