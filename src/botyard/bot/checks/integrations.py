"""Can every integration be called: one kind, an address, a secret that is set?"""

from collections.abc import Iterator

from botyard.bot.checks.functions import function
from botyard.bot.checks.settings import address_trouble, is_secret, path_trouble, secret_trouble
from botyard.bot.checks.subject import Subject
from botyard.bot.model import Code, Function, Node, Webhook
from botyard.bot.problems import Path, Problem

_MAX_TIMEOUT_S = 30
_WEBHOOK: Path = ("integration", "webhook")


def integrations(subject: Subject) -> Iterator[Problem]:
    """Go through what the nodes call."""
    for node in subject.bot.nodes:
        found = node.integration
        if found is None:
            continue
        kinds = [kind for kind in (found.webhook, found.code, found.function) if kind is not None]
        if len(kinds) != 1:
            sentence = "an integration is exactly one of webhook, code and function"
            yield subject.at_node(node, ("integration",), sentence)
        for kind in kinds:
            yield from _one(subject, node, kind)


def _one(subject: Subject, node: Node, kind: Webhook | Code | Function) -> Iterator[Problem]:
    match kind:
        case Webhook():
            yield from _address(subject, node, kind)
            yield from _secret(subject, node, kind)
            if not 1 <= kind.timeout <= _MAX_TIMEOUT_S:
                sentence = f"a webhook's timeout lies between 1s and {_MAX_TIMEOUT_S}s"
                yield subject.at_node(node, (*_WEBHOOK, "timeout"), sentence)
        case Code():
            return  # checks/code.py
        case Function():
            yield from function(subject, node, kind)


def _address(subject: Subject, node: Node, webhook: Webhook) -> Iterator[Problem]:
    if (webhook.path is None) == (webhook.url is None):
        yield subject.at_node(node, _WEBHOOK, "a webhook has either a `path` below the base URL or a whole `url`")
    if webhook.url is not None and (trouble := address_trouble(webhook.url)):
        yield subject.at_node(node, (*_WEBHOOK, "url"), f"the webhook's url {trouble}")
    if webhook.path is None:
        return
    here: Path = (*_WEBHOOK, "path")
    if trouble := path_trouble(webhook.path):
        yield subject.at_node(node, here, f"the webhook's path {trouble}")
    if not webhook.path.startswith("/") or webhook.path.startswith("//") or " " in webhook.path:
        yield subject.at_node(node, here, "a webhook's path begins with one / and has no spaces, as in /price")
    for environment in _called(subject):
        if getattr(subject.bot.environments, environment).base_url is None:
            sentence = (
                f"this path is relative, but {environment} has no base URL; "
                f"write environments.{environment}.base_url in bot.yaml, or a whole `url` here"
            )
            yield subject.at_node(node, here, sentence)


def _called(subject: Subject) -> tuple[str, ...]:
    """List the environments whose base URL is called; none where bot.yaml could not be read."""
    if not subject.read.places.lines.get("bot.yaml"):
        return ()
    return ("production", "test") if subject.bot.test_uses == "test" else ("production",)


def _secret(subject: Subject, node: Node, webhook: Webhook) -> Iterator[Problem]:
    if webhook.secret is None:
        return
    here: Path = (*_WEBHOOK, "secret")
    if trouble := secret_trouble(subject, webhook.secret):
        yield subject.at_node(node, here, trouble)
    elif not is_secret(webhook.secret):
        sentence = "a secret is never written into a bot; write ${secret:NAME} and set BOTYARD_SECRET_NAME"
        yield subject.at_node(node, here, sentence)
