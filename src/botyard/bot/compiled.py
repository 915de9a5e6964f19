"""The same bot with every look-up done, ready for turns."""

from collections.abc import Callable, Mapping
from datetime import UTC, timedelta, tzinfo
from functools import cached_property
from types import MappingProxyType

from msgspec import Struct

from botyard.bot.business import Business
from botyard.bot.model import Bot, Connection, Entity, Faq, Labels, Node
from botyard.bot.model import Sentences as SaidBy
from botyard.bot.placeholders import Dictionary, spelt_out
from botyard.bot.system_entities import SYSTEM_ENTITIES
from botyard.nlu.understanding import (
    OPENING,
    Among,
    EntityName,
    EntitySpec,
    Language,
    NodeName,
    Sentences,
    TrainingSet,
)

_NO_CODE: Mapping[str, bytes] = MappingProxyType({})


class CompiledBot:
    """One version of a bot. nodes: the active ones, by system name; faqs likewise. version: its content's hash.

    code: the files that custom code is made of, by path in the bot's folder. lock: what its requirements came to when
    it was trained, "" where it was not or has none. zone: the one the bot names, looked up on disk.
    """

    def __init__(
        self, bot: Bot, version: str, code: Mapping[str, bytes] = _NO_CODE, *, lock: str = "", zone: tzinfo = UTC
    ) -> None:
        self.bot = bot
        self.version = version
        self.code = code
        self.lock = lock
        self.zone = zone
        self.nodes: Mapping[NodeName, Node] = {node.system_name: node for node in bot.nodes if node.active}
        self.faqs: Mapping[NodeName, Faq] = {faq.system_name: faq for faq in bot.faqs if faq.active}
        self.entities: Mapping[EntityName, Entity] = {entity.name: entity for entity in bot.entities}

    @cached_property
    def runs_code(self) -> bool:
        """Whether any node has custom code."""
        return any(node.integration and node.integration.code for node in self.nodes.values())

    @cached_property
    def opening(self) -> frozenset[NodeName]:
        """What can answer the first message of a conversation: start nodes and FAQ nodes."""
        return frozenset(name for name, node in self.nodes.items() if node.start) | frozenset(self.faqs)

    @cached_property
    def dependents(self) -> Mapping[NodeName, frozenset[NodeName]]:
        """The nodes that a connection with user says leads to, by parent; only parents that have some."""
        found: dict[NodeName, frozenset[NodeName]] = {}
        for name, node in self.nodes.items():
            targets = frozenset(c.to for c in node.connections if c.user_says and c.to in self.nodes)
            if targets:
                found[name] = targets
        return found

    @cached_property
    def completion(self) -> timedelta:
        """After how much silence a conversation is complete."""
        return timedelta(seconds=self.bot.timing.completion)

    @cached_property
    def follow_up_after(self) -> Mapping[NodeName, timedelta]:
        """After how much silence a node follows up; only nodes that do."""
        return {
            name: timedelta(seconds=node.bot_says.follow_up.after)
            for name, node in self.nodes.items()
            if node.bot_says.follow_up is not None
        }

    @cached_property
    def personal(self) -> frozenset[EntityName]:
        """The entities whose values are shown to nobody but the user, the integration and an agent."""
        return frozenset(entity.name for entity in self.entities.values() if entity.personal)

    @cached_property
    def takes_anything(self) -> frozenset[EntityName]:
        """The entities that take every message whole."""
        return frozenset(spec.name for spec in entity_specs(self) if spec.type == "any")

    @cached_property
    def opened_by_entity(self) -> tuple[Node, ...]:
        """The start nodes that an entity alone leads to: they connect to themselves by it."""
        starts = (node for name, node in sorted(self.nodes.items()) if node.start)
        return tuple(n for n in starts if any(c.to == n.system_name and c.entity for c in n.connections))

    def eligible(self, current: NodeName | None) -> Among:
        """What may be detected while `current` is where the conversation stands."""
        return self._eligible.get(current, self._eligible[None])

    @cached_property
    def _eligible(self) -> Mapping[NodeName | None, Among]:
        found: dict[NodeName | None, Among] = {None: {OPENING: self.opening}}
        for parent, dependents in self.dependents.items():
            found[parent] = {OPENING: self.opening, parent: dependents}
        return found

    @cached_property
    def led_by_entity(self) -> Mapping[NodeName, tuple[Connection, ...]]:
        """The connections that entities fire, by parent: the target's priority first, then the author's order."""
        return self._leading(lambda c: c.entity is not None)

    @cached_property
    def led_by_result(self) -> Mapping[NodeName, tuple[Connection, ...]]:
        """The connections that an integration's result fires, in the same order."""
        return self._leading(lambda c: c.result is not None)

    def _leading(self, fires: Callable[[Connection], bool]) -> Mapping[NodeName, tuple[Connection, ...]]:
        found: dict[NodeName, tuple[Connection, ...]] = {}
        for name, node in self.nodes.items():
            live = [c for c in node.connections if fires(c) and c.to in self.nodes]
            found[name] = tuple(sorted(live, key=lambda c: -self.nodes[c.to].priority))  # stable: the author's order
        return found


class Bots(Struct, frozen=True):
    """The bots of one business, ready for turns, and what the business sets for them. default: a key of by_name."""

    business: Business
    by_name: dict[str, CompiledBot]
    default: str


def training_set(bot: CompiledBot, language: Language) -> TrainingSet:
    """Gather what this language of the bot is taught: what opens a conversation, and what leads on from each node."""
    scopes = {OPENING: _opening(bot, language)}
    for parent in bot.dependents:
        scopes[parent] = _leading_on(bot, bot.nodes[parent], language)
    detection = bot.bot.detection
    return TrainingSet(
        language=language,
        scopes={scope: sentences for scope, sentences in scopes.items() if sentences},
        strictness=detection.strictness,
        threshold=detection.threshold,
    )


def entity_specs(bot: CompiledBot) -> tuple[EntitySpec, ...]:
    """List the bot's own entities and the system entities its nodes name, as detectors need them."""
    named = (wanted.entity for node in bot.nodes.values() for wanted in node.entities)
    system = (
        SYSTEM_ENTITIES[name] for name in dict.fromkeys(named) if name not in bot.entities and name in SYSTEM_ENTITIES
    )
    return (*(spec_of(entity) for entity in bot.entities.values()), *system)


def spec_of(entity: Entity) -> EntitySpec:
    """Say what a detector needs to know of an entity."""
    return EntitySpec(
        name=entity.name,
        type=entity.type,
        dictionary=entity.dictionary,
        fuzzy=entity.fuzzy,
        patterns=tuple(pattern for patterns in entity.patterns.values() for pattern in patterns),
        regex=entity.regex,
        digits=entity.digits,
        unit=entity.unit,
        locale=entity.locale,
        past=entity.past,
    )


def _opening(bot: CompiledBot, language: Language) -> tuple[Sentences, ...]:
    nodes = (
        _taught(bot, node.system_name, language, [(node.user_says, node.did_you_mean)], node.never_says)
        for node in bot.nodes.values()
        if node.start
    )
    faqs = (_taught(bot, faq.system_name, language, [(faq.user_says, {})], {}) for faq in bot.faqs.values())
    return tuple(sentences for sentences in (*nodes, *faqs) if sentences.says)


def _leading_on(bot: CompiledBot, parent: Node, language: Language) -> tuple[Sentences, ...]:
    """Gather what leads on from one node; several connections to the same node teach it together."""
    taught: dict[NodeName, list[tuple[SaidBy, Labels]]] = {}
    for connection in parent.connections:
        if connection.user_says and connection.to in bot.nodes:
            taught.setdefault(connection.to, []).append((connection.user_says, connection.did_you_mean))
    found = (_taught(bot, to, language, lessons, bot.nodes[to].never_says) for to, lessons in taught.items())
    return tuple(sentences for sentences in found if sentences.says)


def _taught(
    bot: CompiledBot, node: NodeName, language: Language, lessons: list[tuple[SaidBy, Labels]], never: SaidBy
) -> Sentences:
    """Put together what one node is taught in one scope. What a "did you mean" button says is a lesson too."""
    says = [said for lesson, _ in lessons for said in lesson.get(language, ())]
    labels = [label[language] for _, label in lessons if language in label]
    dictionaries = _values_here(bot, node)
    return Sentences(
        node=node,
        says=tuple(dict.fromkeys([*spelt_out(says, dictionaries), *labels])),
        negative=tuple(dict.fromkeys(spelt_out(never.get(language, ()), dictionaries))),
    )


def _values_here(bot: CompiledBot, name: NodeName) -> dict[EntityName, Dictionary]:
    """Gather the values that a placeholder stands for in a node: those that the node filters out are not taught."""
    node = bot.nodes.get(name)
    kept = {wanted.entity: wanted.filter for wanted in node.entities if wanted.filter} if node is not None else {}
    return {
        entity.name: {v: variants for v, variants in entity.dictionary.items() if v in kept.get(entity.name, (v,))}
        for entity in bot.entities.values()
    }
