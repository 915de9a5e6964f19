"""Which part answers a message: one table, in order; the first row that has an answer gives it."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from botyard.bot.model import Node
from botyard.engine import assist, breaks, collect, connections, disambiguate, respond, visit
from botyard.engine.collect import Brought
from botyard.engine.scene import Scene
from botyard.engine.trace import Candidate
from botyard.nlu.understanding import OPENING, NodeName, Ranked

# One consecutive re-prompt, then the message is taken for something else (platform §14.2 #54).
REPROMPTS = 1

# Below the threshold but worth asking about, on the scale where the threshold is 0.5.
NEAR_MISS = 0.35

# After these the bot has asked its question, and takes what comes as it is; after all of them it does not ask again.
_ASKED_WHICH = frozenset({"disambiguation", "smart_assist"})
_AT_A_LOSS = _ASKED_WHICH | {"bot_break"}

_CANDIDATES_SHOWN = 5

Answer: TypeAlias = Callable[[], None]
Dialogue: TypeAlias = Callable[[Scene], Answer | None]


def answer(scene: Scene) -> None:
    """Let the first dialogue that has an answer give it."""
    asked_before = scene.state.last_dialogue
    if asked_before:
        scene.change(last_dialogue="")
    scene.asked_before = asked_before
    for dialogue in DIALOGUES:
        act = dialogue(scene)
        if act is not None:
            act()
            return


def structured_value(scene: Scene) -> Answer | None:
    """A button, a form or a choice that was offered: nothing has to be understood."""
    offered = scene.state.choices or scene.state.form
    if not offered and not scene.heard.fields:
        return None
    choice, is_number = disambiguate.chosen(scene)
    scene.structured = collect.structured(scene)
    if offered:
        scene.change(choices=(), form=())
    if choice is not None and not choice.node:
        return _none_of_them(scene)
    if choice is not None and _exists(scene, choice.node):
        return _enter(scene, choice.node, "structured value", f"chose “{choice.label}”", {} if is_number else None)
    return _structured_entity(scene)


def _structured_entity(scene: Scene) -> Answer | None:
    node = scene.node()
    if not scene.structured or node is None:
        return None
    connection = connections.by_entities(scene.given.bot, node, scene.structured)
    if connection is not None and connection.to != node.system_name:
        collect.keep(scene, node, scene.structured)
        return _enter(scene, connection.to, "structured value", f"a tap gave {connection.entity}")
    if any(wanted.entity in scene.structured for wanted in node.entities):
        return _stay(scene, node, {}, "structured value", "a tap gave a value this node collects")
    return None


def exact_sentence(scene: Scene) -> Answer | None:
    """What a builder taught, word for word, always reaches its node."""
    taught = scene.given.understand.exact(scene.heard.visible, scene.given.bot.eligible(scene.state.node))
    if taught is None:
        return None
    _, name = taught
    return _enter(scene, name, "exact sentence", f"{name} is taught exactly this sentence")


def awaited_entity(scene: Scene) -> Answer | None:
    """The entity that was asked for stands in the message, or one that leads on from here."""
    node = scene.node()
    if node is None:
        return None
    names = [name for name in (scene.state.awaiting,) if name] + [*connections.entities_of(node)]
    found = collect.look_for(scene, names)
    if scene.state.awaiting in found:
        also = collect.look_for(scene, [*names, *(wanted.entity for wanted in node.entities)])
        return _stay(
            scene, node, also, "awaited entity", f"the message gives {scene.state.awaiting}, which was asked for"
        )
    connection = connections.by_entities(scene.given.bot, node, _news(scene, found))
    if connection is None:
        return None
    if connection.to == node.system_name:
        return _stay(scene, node, found, "awaited entity", f"{connection.entity} keeps the conversation here")
    collect.keep(scene, node, found)
    return _enter(scene, connection.to, "awaited entity", f"{connection.entity} leads to {connection.to}")


def scored_candidates(scene: Scene) -> Answer | None:
    """Taught sentences that are like the message: what depends on this node and FAQs first, then what can begin."""
    above = [r for r in _ranked(scene) if r.is_above and not collect.is_filtered_out(scene, r.node)]
    faqs = scene.given.bot.faqs
    near = [r for r in above if r.scope != OPENING or r.node in faqs]
    if near and scene.state.node:
        above = near
    if not above:
        return None
    close = disambiguate.close_ones(above, scene.given.bot.bot.detection.margin)
    if len(close) >= disambiguate.FEWEST and scene.asked_before not in _ASKED_WHICH:
        return _ask_which(scene, close, "several nodes are about as likely")
    best = max(close, key=_by_score_then_priority(scene))
    return _enter(scene, best.node, "scored candidates", f"like “{best.nearest}”, confidence {best.confidence:.2f}")


def opening_entity(scene: Scene) -> Answer | None:
    """A start node that connects to itself by an entity is reached by that entity alone (platform §3.6 b)."""
    return _opened_by(scene, "opening entity", takes_anything=False)


def gateway(scene: Scene) -> Answer | None:
    """A start node that connects to itself by an entity that takes anything, takes what nothing else answers (§5.8)."""
    return _opened_by(scene, "gateway", takes_anything=True)


def entity_of_this_node(scene: Scene) -> Answer | None:
    """A new value of an entity that this node collects keeps the conversation here (platform §3.6 a)."""
    node = scene.node()
    if node is None:
        return None
    found = collect.look_for(scene, [wanted.entity for wanted in node.entities])
    news = _news(scene, found)
    if not news:
        return None
    return _stay(scene, node, found, "entity of this node", f"the message brings a new {', '.join(news)}")


def awaited_any(scene: Scene) -> Answer | None:
    """An entity that takes anything was asked for: the whole message is its value."""
    node, awaiting = scene.node(), scene.state.awaiting
    if node is None or awaiting is None:
        return None
    found = collect.look_for(scene, [awaiting], takes_anything=True)
    if awaiting not in found:
        return None
    return _stay(scene, node, found, "awaited any", f"{awaiting} takes whatever is said")


def reprompt(scene: Scene) -> Answer | None:
    """What was asked for was not given: ask again, once."""
    node = scene.node()
    if node is None or scene.state.awaiting is None or scene.state.reprompts >= REPROMPTS:
        return None
    wanted = next((w for w in node.entities if w.entity == scene.state.awaiting), None)
    if wanted is None:
        return None

    def ask_again() -> None:
        scene.notes.decided("reprompt", f"no {wanted.entity} in the message: asked again")
        scene.change(reprompts=scene.state.reprompts + 1, last_dialogue="reprompt")
        if not respond.ask_again(scene, node, wanted):
            breaks.no_response(scene, f"{node.system_name} has no words to ask for {wanted.entity} again")

    return ask_again


def near_misses(scene: Scene) -> Answer | None:
    """Mid-conversation, ask about nodes that nearly reach the threshold; never twice running (platform §3.5.4)."""
    if scene.state.node is None or scene.asked_before in _AT_A_LOSS:
        return None
    near = _nearly(scene)
    if len(near) < disambiguate.FEWEST:
        return None
    return _ask_which(scene, near, "nothing is sure, but several nodes are near")


def small_talk(scene: Scene) -> Answer | None:
    """A courtesy, where the bot has small talk switched on and somebody who knows any."""
    settings, talk = scene.given.bot.bot.small_talk, scene.given.small_talk
    if talk is None or not settings.enabled:
        return None
    reply = talk.reply(scene.heard.visible, scene.language, settings.personality, scene.given.dice)
    if not reply:
        return None

    def chat() -> None:
        scene.notes.decided("small talk", "a courtesy that needs no node")
        scene.change(last_dialogue="small_talk")
        respond.spoken(scene, reply, "small_talk", None)

    return chat


def smart_assist(scene: Scene) -> Answer | None:
    """Help the user to say it otherwise, where the bot has that switched on; never twice running (platform §3.8)."""
    if not scene.given.bot.bot.smart_assist or scene.asked_before in _AT_A_LOSS:
        return None
    why, act = assist.assist(scene, _nearly(scene))

    def help_out() -> None:
        scene.notes.decided("smart assist", why)
        act()

    return help_out


def bot_break(scene: Scene) -> Answer | None:
    """Nothing answers."""

    def give_up() -> None:
        scene.notes.decided("bot break", "nothing the bot was taught answers this message")
        breaks.no_response(scene, "the message was not understood")

    return give_up


DIALOGUES: tuple[Dialogue, ...] = (
    structured_value,
    exact_sentence,
    awaited_entity,
    scored_candidates,
    opening_entity,
    entity_of_this_node,
    awaited_any,
    reprompt,
    gateway,
    near_misses,
    small_talk,
    smart_assist,
    bot_break,
)


def _opened_by(scene: Scene, dialogue: str, *, takes_anything: bool) -> Answer | None:
    bot = scene.given.bot
    for node in bot.opened_by_entity:
        name = node.system_name
        by = [c.entity for c in node.connections if c.to == name and c.entity]
        tapped = {entity: values for entity, values in scene.structured.items() if entity in by}
        found = tapped or collect.look_for(scene, by, takes_anything=takes_anything)
        connection = connections.by_entities(bot, node, found)
        if connection is not None and connection.to == name:
            found |= collect.look_for(scene, [wanted.entity for wanted in node.entities])
            return _enter(scene, name, dialogue, f"{connection.entity} alone leads to {name}", found)
    return None


def _ranked(scene: Scene) -> Sequence[Ranked]:
    """Rank what is eligible, once a turn; the trace keeps the first few."""
    if scene.ranked is None:
        among = scene.given.bot.eligible(scene.state.node)
        ranked = scene.given.understand.rank(scene.heard.visible, scene.language, among)
        best: dict[NodeName, Ranked] = {}
        for one in ranked:
            best.setdefault(one.node, one)  # a node taught in two scopes answers once, by its better score
        scene.ranked = tuple(best.values())
        shown = scene.ranked[:_CANDIDATES_SHOWN]
        scene.notes.candidates = tuple(Candidate(r.node, r.confidence, r.score, r.nearest) for r in shown)
    return scene.ranked


def _nearly(scene: Scene) -> Sequence[Ranked]:
    """Take what is worth asking about."""
    return [r for r in _ranked(scene) if r.confidence >= NEAR_MISS and not collect.is_filtered_out(scene, r.node)]


def _none_of_them(scene: Scene) -> Answer:
    def act() -> None:
        scene.notes.decided("structured value", "none of the nodes that were offered was meant")
        breaks.no_response(scene, "none of the nodes that were offered was meant")

    return act


def _news(scene: Scene, found: Brought) -> Brought:
    """Keep what differs from what was known before this message."""
    known = scene.state.entities
    return {name: values for name, values in found.items() if collect.is_news(values, known.get(name, ()))}


def _by_score_then_priority(scene: Scene) -> Callable[[Ranked], tuple[float, int]]:
    """Let priority break ties, and nothing else (platform §14.2 #53)."""
    nodes = scene.given.bot.nodes
    return lambda one: (one.confidence, nodes[one.node].priority if one.node in nodes else 0)


def _exists(scene: Scene, name: NodeName) -> bool:
    return name in scene.given.bot.nodes or name in scene.given.bot.faqs


def _enter(scene: Scene, name: NodeName, dialogue: str, why: str, brought: Brought | None = None) -> Answer:
    def act() -> None:
        scene.notes.decided(dialogue, why)
        visit.enter(scene, name, brought)

    return act


def _stay(scene: Scene, node: Node, brought: Brought, dialogue: str, why: str) -> Answer:
    def act() -> None:
        scene.notes.decided(dialogue, why)
        scene.visited.add(node.system_name)
        visit.stay(scene, node, brought)

    return act


def _ask_which(scene: Scene, ranked: Sequence[Ranked], why: str) -> Answer:
    def act() -> None:
        scene.notes.decided("disambiguation", why)
        disambiguate.ask_which(scene, ranked)

    return act
