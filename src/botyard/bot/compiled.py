"""The same bot with every look-up done, ready for turns."""

from collections.abc import Mapping
from functools import cached_property

from msgspec import Struct

from botyard.bot.business import Business
from botyard.bot.model import Bot, Entity, Faq, Node
from botyard.nlu.understanding import OPENING, Among, EntityName, EntitySpec, Language, NodeName, Scope, TrainingSet


class CompiledBot:
    """One version of a bot. nodes: the active ones, by system name; faqs likewise. version: its content's hash."""

    def __init__(self, bot: Bot, version: str) -> None:
        self.bot = bot
        self.version = version
        self.nodes: Mapping[NodeName, Node] = {node.system_name: node for node in bot.nodes if node.active}
        self.faqs: Mapping[NodeName, Faq] = {faq.system_name: faq for faq in bot.faqs if faq.active}
        self.entities: Mapping[EntityName, Entity] = {entity.name: entity for entity in bot.entities}

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

    def eligible(self, current: NodeName | None) -> Among:
        """What may be detected while `current` is where the conversation stands."""
        among: dict[Scope, frozenset[NodeName]] = {OPENING: self.opening}
        if current is not None and current in self.dependents:
            among[current] = self.dependents[current]
        return among


class Bots(Struct, frozen=True):
    """The bots of one business, ready for turns, and what the business sets for them. default: a key of by_name."""

    business: Business
    by_name: dict[str, CompiledBot]
    default: str


def training_set(bot: CompiledBot, language: Language) -> TrainingSet:
    """Gather what this language of the bot is taught."""
    raise NotImplementedError


def entity_specs(bot: CompiledBot) -> tuple[EntitySpec, ...]:
    """List the bot's own entities and the system entities its nodes name, as detectors need them."""
    raise NotImplementedError
