"""Which connection fires: by an entity's value, by its presence, by the integration's result.

Connections by user says are not here: what they are taught is scored with everything else (dialogue.py).
Several may hold at once; then the target's priority decides, then the author's order (platform §14.2 #51, #52): the
compiled bot has them in that order.
"""

from collections.abc import Callable
from typing import Any

from botyard.bot.compiled import CompiledBot
from botyard.bot.model import Connection, Node, ResultRules, Rule
from botyard.engine.collect import Brought
from botyard.nlu.understanding import EntityName


def by_entities(bot: CompiledBot, node: Node, brought: Brought) -> Connection | None:
    """Find the connection that these values lead along; a value is stronger than mere presence."""
    by_presence: Connection | None = None
    for c in bot.led_by_entity[node.system_name]:
        values = brought.get(c.entity or "")
        if values is None:
            continue
        if c.values and any(value.entity_value in c.values for value in values):
            return c
        if c.present and by_presence is None:
            by_presence = c
    return by_presence


def by_result(bot: CompiledBot, node: Node, body: dict[str, Any]) -> Connection | None:
    """Find the connection whose rules the integration's JSON answer meets."""
    for c in bot.led_by_result[node.system_name]:
        if c.result is not None and _meets(c.result, body):
            return c
    return None


def entities_of(node: Node) -> tuple[EntityName, ...]:
    """List the entities that lead away from a node."""
    return tuple(c.entity for c in node.connections if c.entity is not None)


def _meets(rules: ResultRules, body: dict[str, Any]) -> bool:
    if rules.all:
        return all(_holds(rule, body) for rule in rules.all)
    return any(_holds(rule, body) for rule in rules.any)


_ABSENT = object()


def _holds(rule: Rule, body: dict[str, Any]) -> bool:
    found = _at(body, rule.path)
    if found is _ABSENT:
        return rule.is_ in ("empty", "not_equals", "not_contains")
    return _OPERATORS[rule.is_](found, rule.value)


def _at(body: Any, path: str) -> Any:
    for part in path.split("."):
        if isinstance(body, dict) and part in body:
            body = body[part]
        elif isinstance(body, list) and part.isdecimal() and int(part) < len(body):
            body = body[int(part)]
        else:
            return _ABSENT
    return body


def _ordered(compare: Callable[[float, float], bool]) -> Callable[[Any, Any], bool]:
    def holds(found: Any, value: Any) -> bool:
        left, right = _number(found), _number(value)
        return left is not None and right is not None and compare(left, right)

    return holds


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _same(found: Any, value: Any) -> bool:
    return isinstance(found, bool) == isinstance(value, bool) and bool(found == value)


def _contains(found: Any, value: Any) -> bool:
    if isinstance(found, str):
        return str(value) in found
    return isinstance(found, list | dict) and value in found


_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "equals": _same,
    "not_equals": lambda found, value: not _same(found, value),
    "greater_than": _ordered(lambda a, b: a > b),
    "less_than": _ordered(lambda a, b: a < b),
    "at_least": _ordered(lambda a, b: a >= b),
    "at_most": _ordered(lambda a, b: a <= b),
    "contains": _contains,
    "not_contains": lambda found, value: not _contains(found, value),
    "exists": lambda _found, _value: True,
    "empty": lambda found, _value: found in (None, "", [], {}),
}
