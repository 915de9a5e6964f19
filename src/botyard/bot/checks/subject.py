"""The bot under check, and the words to say where in its files something stands."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Literal, TypeAlias

from msgspec import Struct

from botyard.bot import layout
from botyard.bot.business import Business
from botyard.bot.exchange import Read
from botyard.bot.model import Bot, Connection, Entity, Faq, Node, Says
from botyard.bot.problems import Path, Problem
from botyard.bot.system_entities import SYSTEM_ENTITIES
from botyard.nlu.understanding import EntityName, EntityType, Language, NodeName

Severity: TypeAlias = Literal["error", "warning"]

# A requirements.txt -> what is wrong in which line; None is the file as a whole.
NotPackages: TypeAlias = Callable[[str], Iterable[tuple[int | None, str]]]


class Spoken(Struct, frozen=True):
    """A response slot somewhere in the bot."""

    file: str
    path: Path
    says: Says


class Subject:
    """One bot under check. secrets: the names that are set. functions: what nodes may call in process, with arguments.

    zones: names the time zones there are. not_packages: says what is wrong with which line of a requirements.txt.
    business: how the bot is used; None where nobody says.
    """

    def __init__(
        self,
        read: Read,
        secrets: Collection[str],
        functions: Mapping[str, type[Struct]],
        zones: Callable[[], Collection[str]],
        *,
        not_packages: NotPackages,
        business: Business | None,
    ) -> None:
        self.read = read
        self.bot: Bot = read.draft
        self.secrets = secrets
        self.functions = functions
        self.zones = zones
        self.not_packages = not_packages
        self.business = business
        self.languages: tuple[Language, ...] = self.bot.languages
        self.nodes: dict[NodeName, Node] = {node.system_name: node for node in self.bot.nodes}
        self.entities: dict[EntityName, Entity] = {entity.name: entity for entity in self.bot.entities}

    @cached_property
    def known_nodes(self) -> frozenset[NodeName]:
        """What a connection may lead to; a file that cannot be read still defines its node."""
        unread = {layout.stem(path).upper() for path in self.read.places.unreadable if path.startswith("nodes/")}
        return frozenset(self.nodes) | unread

    @cached_property
    def known_entities(self) -> frozenset[EntityName]:
        """What a node may name: own entities and system entities."""
        unread = {layout.stem(path) for path in self.read.places.unreadable if path.startswith("entities/")}
        return frozenset(self.entities) | frozenset(SYSTEM_ENTITIES) | unread

    @cached_property
    def has_gaps(self) -> bool:
        """Whether nodes or connections were left out because they could not be read."""
        places = self.read.places
        files = [path for path in (*places.unreadable, *places.lost) if path.startswith("nodes/")]
        return any(places.has_lost(path, "connections", "start", "active", "user_says") for path in files)

    @cached_property
    def leading(self) -> dict[NodeName, list[Connection]]:
        """The connections that lead to each node."""
        found: dict[NodeName, list[Connection]] = {}
        for _, _, connection in self.connections():
            found.setdefault(connection.to, []).append(connection)
        return found

    def type_of(self, entity: EntityName) -> EntityType | None:
        """Tell an entity's type; None where nobody defines it."""
        if entity in self.entities:
            return self.entities[entity].type
        return SYSTEM_ENTITIES[entity].type if entity in SYSTEM_ENTITIES else None

    def values_of(self, entity: EntityName) -> frozenset[str] | None:
        """List the values an entity can have; None where they cannot be listed."""
        if entity in self.entities:
            own = self.entities[entity]
            is_listed = own.type == "text" and own.dictionary and not own.patterns
            return frozenset(own.dictionary) if is_listed else None
        spec = SYSTEM_ENTITIES.get(entity)
        return frozenset(spec.dictionary) if spec is not None and spec.dictionary else None

    def at(self, file: str, path: Path, sentence: str, severity: Severity = "error") -> Problem:
        """Say something about a place in a file."""
        return Problem(file, self.read.places.line(file, path), sentence, severity)

    def at_bot(self, path: Path, sentence: str, severity: Severity = "error") -> Problem:
        """Say something about the bot itself."""
        return self.at(layout.BOT, path, sentence, severity)

    def at_node(self, node: Node, path: Path, sentence: str, severity: Severity = "error") -> Problem:
        """Say something about a node."""
        return self.at(self.node_file(node), path, sentence, severity)

    def at_entity(self, entity: Entity, path: Path, sentence: str, severity: Severity = "error") -> Problem:
        """Say something about an entity."""
        return self.at(self.entity_file(entity), path, sentence, severity)

    def not_used_yet(self, file: str, path: Path, what: str) -> Problem:
        """Say that something a builder wrote is kept for a later release."""
        return self.at(file, path, f"{what} is read and kept, but this release does not use it yet", "warning")

    def node_file(self, node: Node) -> str:
        """Name the file a node is in."""
        return self.read.places.node_files.get(node.system_name, layout.node_file(node.system_name))

    def entity_file(self, entity: Entity) -> str:
        """Name the file an entity is in."""
        return self.read.places.entity_files.get(entity.name, layout.entity_file(entity.name))

    def faqs(self) -> Iterator[tuple[int, Faq]]:
        """Go through the FAQs, each with its position in the file."""
        return iter(enumerate(self.bot.faqs))

    def connections(self) -> Iterator[tuple[Node, int, Connection]]:
        """Go through all connections, each with its node and its position there."""
        return ((node, i, connection) for node in self.bot.nodes for i, connection in enumerate(node.connections))

    def spoken(self) -> Iterator[Spoken]:
        """Go through every response slot of the bot."""
        yield Spoken(layout.BOT, ("bot_break",), self.bot.bot_break)
        for node in self.bot.nodes:
            yield from (Spoken(self.node_file(node), path, says) for path, says in slots(node))
        for index, faq in self.faqs():
            yield Spoken(layout.FAQS, (index, "bot_says"), faq.bot_says)
        for entity in self.bot.entities:
            yield Spoken(self.entity_file(entity), ("reprompt",), entity.reprompt)


def slots(node: Node) -> Iterable[tuple[Path, Says]]:
    """List a node's response slots."""
    yield ("bot_says", "initial"), node.bot_says.initial
    yield ("bot_says", "final"), node.bot_says.final
    if node.bot_says.follow_up is not None:
        yield ("bot_says", "follow_up", "says"), node.bot_says.follow_up.says
    for index, wanted in enumerate(node.entities):
        yield ("entities", index, "ask"), wanted.ask
    if node.integration is not None and node.integration.webhook is not None:
        yield ("integration", "webhook", "says_before"), node.integration.webhook.says_before
