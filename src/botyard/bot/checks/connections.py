"""Does every connection lead somewhere, by one clear way, and can those of one node all exist together?"""

from collections.abc import Hashable, Iterator

from botyard.bot.checks.subject import Subject
from botyard.bot.model import Connection, Node, ResultRules
from botyard.bot.problems import Path, Problem, suggestion

_WITHOUT_VALUE = ("exists", "empty")


def connections(subject: Subject) -> Iterator[Problem]:
    """Go through all connections."""
    for node, index, connection in subject.connections():
        path: Path = ("connections", index)
        yield from _leads(subject, node, path, connection)
        yield from _fires(subject, node, path, connection)
        if connection.entity is not None:
            yield from _by_entity(subject, node, path, connection)
        if connection.result is not None:
            yield from _by_result(subject, node, path, connection.result)
    for node in subject.bot.nodes:
        yield from _together(subject, node)


def _leads(subject: Subject, node: Node, path: Path, connection: Connection) -> Iterator[Problem]:
    target = connection.to
    if target not in subject.known_nodes:
        sentence = f"this connection leads to `{target[:60]}`, and there is no such node"
        yield subject.at_node(node, (*path, "to"), sentence + suggestion(target, subject.known_nodes))
        return
    found = subject.nodes.get(target)
    if found is not None and node.active and not found.active:
        yield subject.at_node(node, (*path, "to"), f"this connection leads to {target}, which is not active", "warning")
    if found is not None and _story(subject, found) != _story(subject, node):
        sentence = f"this connection leads into another story: {target} is in `{_story(subject, found)}`"
        yield subject.at_node(node, (*path, "to"), sentence, "warning")


def _story(subject: Subject, node: Node) -> str:
    return node.story or subject.bot.name


def _fires(subject: Subject, node: Node, path: Path, connection: Connection) -> Iterator[Problem]:
    has_trigger = any(connection.user_says.values()) or connection.entity is not None or connection.result is not None
    if not has_trigger and not subject.has_gaps:  # what could not be read may have been its trigger
        sentence = f"nothing makes this connection to {connection.to} fire; give it user_says, entity or result"
        yield subject.at_node(node, path, sentence)
    if connection.entity is None and (connection.values or connection.present):
        yield subject.at_node(node, path, "`values` and `present` go with `entity`; name the entity they are about")
    if connection.did_you_mean and not connection.user_says:
        sentence = "did_you_mean is only offered for a connection with user_says"
        yield subject.at_node(node, (*path, "did_you_mean"), sentence, "warning")


def _by_entity(subject: Subject, node: Node, path: Path, connection: Connection) -> Iterator[Problem]:
    name = connection.entity or ""
    here: Path = (*path, "entity")
    collected = [wanted.entity for wanted in node.entities]
    if name not in collected:
        if name in subject.known_entities:
            sentence = f"entity `{name}` is not among the entities that {node.system_name} collects"
        else:
            sentence = f"entity `{name[:60]}` is not defined{suggestion(name, subject.known_entities)}"
        yield subject.at_node(node, here, sentence)
    if bool(connection.values) == connection.present:
        sentence = "a connection by entity has either `values: […]` or `present: true`"
        yield subject.at_node(node, here, sentence)
    if node.end:
        sentence = (
            f"{node.system_name} is an end node: its entities are forgotten before a connection by entity could fire"
        )
        yield subject.at_node(node, here, sentence)
    for index, value in enumerate(connection.values):
        values = subject.values_of(name)
        if values is not None and value not in values:
            sentence = f"`{value[:60]}` is no value of `{name}`{suggestion(value, values)}"
            yield subject.at_node(node, (*path, "values", index), sentence)


def _by_result(subject: Subject, node: Node, path: Path, result: ResultRules) -> Iterator[Problem]:
    here: Path = (*path, "result")
    if node.integration is None:
        sentence = f"this connection looks at an integration's answer, but {node.system_name} has no integration"
        yield subject.at_node(node, here, sentence)
    if bool(result.all) == bool(result.any):
        yield subject.at_node(node, here, "a result has either `all: […]` or `any: […]`")
    for kind, rules in (("all", result.all), ("any", result.any)):
        for index, rule in enumerate(rules):
            rule_path: Path = (*here, kind, index)
            if not all(rule.path.split(".")):
                yield subject.at_node(node, rule_path, "`path` names a place in the answer, as in order.stock")
            if rule.is_ in _WITHOUT_VALUE and rule.value is not None:
                yield subject.at_node(node, rule_path, f"`{rule.is_}` takes no `value`")
            if rule.is_ not in _WITHOUT_VALUE and rule.value is None:
                yield subject.at_node(node, rule_path, f"`{rule.is_}` needs a `value` to compare with")


def _together(subject: Subject, node: Node) -> Iterator[Problem]:
    """Say which connections want the same thing: only one of them could ever fire."""
    claimed: dict[Hashable, tuple[int, Connection]] = {}
    for index, connection in enumerate(node.connections):
        for claim, words in _claims(connection):
            earlier_index, earlier = claimed.setdefault(claim, (index, connection))
            if earlier_index == index:
                continue
            line = subject.read.places.line(subject.node_file(node), ("connections", earlier_index))
            sentence = (
                f"the connections to {earlier.to} (line {line}) and to {connection.to} cannot both exist: "
                f"both fire {words}"
            )
            yield subject.at_node(node, ("connections", index), sentence)
            break


def _claims(connection: Connection) -> Iterator[tuple[Hashable, str]]:
    """List what a connection fires on, each thing as something comparable and in words.

    Sentences are left to checks/sentences.py, which sees all that is taught in one place.
    """
    if connection.entity is not None:
        for value in connection.values:
            yield ("value", connection.entity, value), f"when `{connection.entity}` is `{value[:60]}`"
        if connection.present:
            yield ("present", connection.entity), f"when `{connection.entity}` is present"
    if connection.result is not None:
        yield ("result", repr(connection.result)), "on the same result"
