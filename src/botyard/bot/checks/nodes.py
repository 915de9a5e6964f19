"""Is every node well named, reachable and able to answer?"""

import re
from collections.abc import Iterator

from botyard.bot import layout
from botyard.bot.checks.subject import Subject
from botyard.bot.model import Labels, Node, NodeEntity
from botyard.bot.problems import Path, Problem, suggestion

_SYSTEM_NAME = re.compile(r"[A-Z0-9_]+")
_MAX_LABEL_CHARS = 40
_FOLLOW_UP_S = (20, 20 * 60)


def nodes(subject: Subject) -> Iterator[Problem]:
    """Go through the nodes and FAQs."""
    for node in subject.bot.nodes:
        yield from _named(subject, node)
        yield from _collects(subject, node)
        yield from _follows_up(subject, node)
        yield from _labels(subject, subject.node_file(node), ("did_you_mean",), node.did_you_mean)
        for index, connection in enumerate(node.connections):
            path: Path = ("connections", index, "did_you_mean")
            yield from _labels(subject, subject.node_file(node), path, connection.did_you_mean)
    yield from _faq_names(subject)
    yield from _reached(subject)


def _named(subject: Subject, node: Node) -> Iterator[Problem]:
    if not _SYSTEM_NAME.fullmatch(node.system_name):
        sentence = f"system name `{node.system_name[:60]}` must be capital letters, digits and _, as in PRODUCT_PRICE"
        yield subject.at_node(node, ("system_name",), sentence)
    if not node.name.strip() and ("name",) in subject.read.places.lines.get(subject.node_file(node), {}):
        yield subject.at_node(node, ("name",), "the node's name is empty")


def _faq_names(subject: Subject) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, faq in subject.faqs():
        name = faq.system_name
        path: Path = (index, "system_name")
        if not _SYSTEM_NAME.fullmatch(name):
            sentence = f"system name `{name[:60]}` must be capital letters, digits and _, as in DELIVERY_TIME"
            yield subject.at(layout.FAQS, path, sentence)
        if name in seen:
            yield subject.at(layout.FAQS, path, f"`{name}` is defined twice")
        elif name in subject.known_nodes:
            yield subject.at(layout.FAQS, path, f"`{name}` is a node too; system names are unique in a bot")
        seen.add(name)


def _labels(subject: Subject, file: str, path: Path, labels: Labels) -> Iterator[Problem]:
    for language, label in labels.items():
        if len(label) > _MAX_LABEL_CHARS:
            sentence = f"a did_you_mean button has room for {_MAX_LABEL_CHARS} characters; this text has {len(label)}"
            yield subject.at(file, (*path, language), sentence)
        if not label.strip():
            yield subject.at(file, (*path, language), "a did_you_mean button needs a text")


def _collects(subject: Subject, node: Node) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, wanted in enumerate(node.entities):
        path: Path = ("entities", index)
        name = wanted.entity
        if name not in subject.known_entities:
            sentence = f"entity `{name[:60]}` is not defined; add {layout.entity_file(name[:60])}"
            yield subject.at_node(node, (*path, "entity"), sentence + suggestion(name, subject.known_entities))
        if name in seen:
            yield subject.at_node(node, (*path, "entity"), f"entity `{name}` is collected twice")
        seen.add(name)
        yield from _asks(subject, node, path, wanted)
        yield from _filters(subject, node, path, wanted)


def _asks(subject: Subject, node: Node, path: Path, wanted: NodeEntity) -> Iterator[Problem]:
    if wanted.mandatory and not any(wanted.ask.values()):
        yield subject.at_node(node, path, f"`{wanted.entity}` is mandatory, but there is no `ask` to ask for it")
    if wanted.ask and not wanted.mandatory:
        sentence = f"`ask` is never said: only mandatory entities are asked for, and `{wanted.entity}` is not"
        yield subject.at_node(node, (*path, "ask"), sentence, "warning")


def _filters(subject: Subject, node: Node, path: Path, wanted: NodeEntity) -> Iterator[Problem]:
    kind = subject.type_of(wanted.entity)
    if wanted.filter and kind is not None and kind not in ("text", "regex"):
        yield subject.at_node(node, (*path, "filter"), f"`filter` works for text and regex entities, not for {kind}")
    values = subject.values_of(wanted.entity)
    if values is None:
        return
    for index, value in enumerate(wanted.filter):
        if value not in values:
            sentence = f"`{value[:60]}` is no value of `{wanted.entity}`{suggestion(value, values)}"
            yield subject.at_node(node, (*path, "filter", index), sentence)
    if wanted.default is not None and wanted.default not in values:
        sentence = f"the default `{wanted.default[:60]}` is no value of `{wanted.entity}`"
        yield subject.at_node(node, (*path, "default"), sentence + suggestion(wanted.default, values))


def _follows_up(subject: Subject, node: Node) -> Iterator[Problem]:
    follow_up = node.bot_says.follow_up
    if follow_up is None:
        return
    shortest, longest = _FOLLOW_UP_S
    if not shortest <= follow_up.after <= longest:
        yield subject.at_node(node, ("bot_says", "follow_up", "after"), "a follow-up comes between 20s and 20m")
    if not any(follow_up.says.values()):
        yield subject.at_node(node, ("bot_says", "follow_up", "says"), "this follow-up has nothing to say")


def _reached(subject: Subject) -> Iterator[Problem]:
    """Say which nodes no conversation can come to."""
    active = {name: node for name, node in subject.nodes.items() if node.active}
    if subject.has_gaps:
        return
    if not any(node.start for node in active.values()) and not subject.bot.faqs:
        yield subject.at_bot((), "no node can begin a conversation; mark one with `start: true`")
        return
    reached = {name for name, node in active.items() if node.start and _can_begin(node)}
    waiting = list(reached)
    while waiting:
        for connection in active[waiting.pop()].connections:
            if connection.to in active and connection.to not in reached:
                reached.add(connection.to)
                waiting.append(connection.to)
    for name in sorted(active.keys() - reached):
        yield _unreachable(subject, active[name])


def _can_begin(node: Node) -> bool:
    """Whether a first message can be for this node: by what is said, or by an entity that leads back to it."""
    leads_back = any(c.to == node.system_name and c.entity is not None for c in node.connections)
    return leads_back or any(node.user_says.values()) or bool(node.did_you_mean)


def _unreachable(subject: Subject, node: Node) -> Problem:
    name = node.system_name
    if node.start:
        return subject.at_node(node, ("start",), f"node {name} cannot be reached: it is a start node without user_says")
    sentence = f"node {name} cannot be reached: it is no start node, and no connection from a node in use leads to it"
    return subject.at_node(node, (), sentence)
