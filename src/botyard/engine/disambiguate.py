"""Did you mean …: two or three nodes that a message could be for, to choose among (platform §3.9)."""

from collections.abc import Sequence

from botyard.engine import respond
from botyard.engine.assist_texts import SOMETHING_ELSE
from botyard.engine.effects import Role
from botyard.engine.scene import Scene
from botyard.engine.state import Choice
from botyard.engine.texts import DID_YOU_MEAN, in_language
from botyard.hsl.actionable import Actionable
from botyard.hsl.elements import Buttons, Element, Text
from botyard.nlu.choice_said import choice_said
from botyard.nlu.language import exact_key
from botyard.nlu.understanding import OPENING, NodeName, Ranked, Scope

FEWEST, MOST = 2, 3
LABEL_CHARS = 40

# Device platforms (respond.PLATFORMS) whose users see text only: they choose by number, and may choose nothing of it.
WITHOUT_BUTTONS = frozenset({14})


def close_ones(ranked: Sequence[Ranked], margin: float) -> Sequence[Ranked]:
    """Take the best and those so near to it that the bot should rather ask; scores of one scope compare as they are."""
    best = ranked[0]
    return [r for r in ranked if _distance(best, r) <= margin][:MOST]


def ask_which(scene: Scene, ranked: Sequence[Ranked]) -> None:
    """Offer the nodes; a tap says the label, which is what the node was taught."""
    offered = tuple((r.scope, r.node) for r in ranked)
    offer(scene, offered, in_language(DID_YOU_MEAN, scene.language), "disambiguation")


def offer(scene: Scene, nodes: Sequence[tuple[Scope, NodeName]], asking: str, role: Role) -> None:
    """Ask, with up to three nodes to choose from; what is offered counts for the next message only."""
    choices: list[Choice] = []
    for scope, name in nodes[:MOST]:
        choices.append(Choice(_unlike(_label(scene, scope, name), choices), scope, name))
    if scene.state.user.device_platform in WITHOUT_BUTTONS:
        choices.append(Choice(in_language(SOMETHING_ELSE, scene.language), OPENING, ""))
    respond.spoken(scene, (_shown(scene, asking, choices),), role, None)
    scene.change(choices=tuple(choices), last_dialogue=role)


def chosen(scene: Scene) -> tuple[Choice | None, bool]:
    """Tell which offered choice the message takes, by its label in whatever writing or by its number, also in words.

    The second says whether it was by number: then that is no quantity as well.
    """
    choices = scene.state.choices
    if not choices:
        return None, False
    key = exact_key(scene.heard.visible)
    labelled = next((choice for choice in choices if key and exact_key(choice.label) == key), None)
    number = 0 if labelled is not None else _number(scene)
    return (choices[number - 1], True) if 1 <= number <= len(choices) else (labelled, False)


def _number(scene: Scene) -> int:
    digits = scene.heard.visible.strip().strip(".)(#").strip()
    if digits.isdecimal() and len(digits) == 1:
        return int(digits)
    return choice_said(scene.heard.visible, (scene.language, *scene.given.bot.bot.languages))


def _shown(scene: Scene, asking: str, choices: Sequence[Choice]) -> Element:
    if scene.state.user.device_platform in WITHOUT_BUTTONS:
        return Text("\n".join((asking, *(f"{number} - {c.label}" for number, c in enumerate(choices, start=1)))))
    return Buttons(asking, tuple(Actionable(actionable_text=c.label, payload={"message": c.label}) for c in choices))


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
    return label or (node.name if node is not None else _question(scene, name))


def _question(scene: Scene, name: NodeName) -> str:
    """Label an FAQ, which has no label of its own, with a sentence it is taught in the user's language."""
    faq = scene.given.bot.faqs.get(name)
    taught = faq.user_says.get(scene.language, ()) if faq is not None else ()
    fitting = (sentence for sentence in taught if len(sentence) <= LABEL_CHARS and "{" not in sentence)
    question = next(fitting, None)
    return question[:1].upper() + question[1:] if question else name.replace("_", " ").capitalize()


def _unlike(label: str, others: Sequence[Choice]) -> str:
    """Cut a label to its room, and number it where another reads the same: each must be one to choose."""
    taken = {exact_key(other.label) for other in others}
    ways = (label, *(f"{label[: LABEL_CHARS - 4]} ({n})" for n in range(2, MOST + 1)))
    cut = (way if len(way) <= LABEL_CHARS else way[: LABEL_CHARS - 1] + "…" for way in ways)
    return next(way for way in cut if exact_key(way) not in taken)
