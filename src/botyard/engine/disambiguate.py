"""Did you mean …: two or three nodes that a message could be for, as buttons (platform §3.9)."""

from collections.abc import Sequence

from botyard.engine import respond
from botyard.engine.scene import Scene
from botyard.engine.state import Choice
from botyard.engine.texts import DID_YOU_MEAN, in_language
from botyard.hsl.actionable import Actionable
from botyard.hsl.elements import Buttons
from botyard.nlu.understanding import OPENING, NodeName, Ranked, Scope

FEWEST, MOST = 2, 3


def close_ones(ranked: Sequence[Ranked], margin: float) -> Sequence[Ranked]:
    """Take the best and those so near to it that the bot should rather ask; scores of one scope compare as they are."""
    best = ranked[0]
    return [r for r in ranked if _distance(best, r) <= margin][:MOST]


def ask_which(scene: Scene, ranked: Sequence[Ranked]) -> None:
    """Offer the nodes as buttons; a tap says the label, which is what the node was taught."""
    choices = tuple(Choice(_label(scene, r.scope, r.node), r.scope, r.node) for r in ranked[:MOST])
    items = tuple(Actionable(actionable_text=c.label, payload={"message": c.label}) for c in choices)
    respond.spoken(scene, (Buttons(in_language(DID_YOU_MEAN, scene.language), items),), "disambiguation", None)
    scene.change(choices=choices, last_dialogue="disambiguation")


def chosen(scene: Scene) -> Choice | None:
    """Tell which offered choice the message takes: its label, or its number."""
    said = scene.heard.visible.strip().casefold()
    for number, choice in enumerate(scene.state.choices, start=1):
        if said in (choice.label.casefold(), str(number)):
            return choice
    return None


def _distance(best: Ranked, other: Ranked) -> float:
    if best.scope == other.scope:
        return best.score - other.score
    return best.confidence - other.confidence


def _label(scene: Scene, scope: Scope, name: NodeName) -> str:
    bot = scene.given.bot
    node = bot.nodes.get(name)
    labels = node.did_you_mean if node is not None else {}
    if scope != OPENING and scope in bot.nodes:
        connection = next((c for c in bot.nodes[scope].connections if c.to == name and c.did_you_mean), None)
        labels = connection.did_you_mean if connection is not None else labels
    languages = (scene.language, *bot.bot.languages)
    label = next((labels[code] for code in languages if code in labels), None)
    return label or (node.name if node is not None else name.replace("_", " ").capitalize())
