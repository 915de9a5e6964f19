"""Is there somebody to hand a chat to? From then on the bot is silent: without a team, users wait for ever."""

from collections.abc import Iterator

from botyard.bot import layout
from botyard.bot.checks.subject import Severity, Subject
from botyard.bot.problems import Problem, suggestion


def on_failure(subject: Subject) -> Iterator[Problem]:
    """Go through the nodes that hand the chat over where their integration fails."""
    for node in subject.bot.nodes:
        if node.integration is None or node.integration.on_failure != "agent":
            continue
        if trouble := team_trouble(subject, None):
            yield subject.at_node(node, ("integration", "on_failure"), *trouble)


def team_trouble(subject: Subject, team: str | None) -> tuple[str, Severity] | None:
    """Say why nobody would take a chat that is handed to this team. team: None or "" is the default team.

    Only a warning where deploy's --team may still say who does. Nothing where nobody told which teams there are: the
    folder has no business.yaml that can be read.
    """
    business = subject.business
    if business is None or subject.read.places.has_lost(layout.BUSINESS, "teams", "default_team"):
        return None
    if not team:
        if business.default_team:
            return None
        sentence = (
            "this hands chats to the default team, and there is none; "
            f"write `default_team` in {layout.BUSINESS}, or name it with deploy's --team"
        )
        return sentence, "warning"
    if team in {one.name for one in business.teams if not one.active}:
        return f"this hands chats to the team `{team[:60]}`, which is switched off", "error"
    known = {*(one.name for one in business.teams), *filter(None, (business.default_team,))}
    if team in known:
        return None
    near = suggestion(team, known) or f"; write it under `teams` in {layout.BUSINESS}"
    return f"there is no team `{team[:60]}`{near}", "error" if known else "warning"
