"""{path: bytes} <-> a bot. What is written reads back as the same bot, and is written again as the same bytes.

Reading collects everything that is wrong and goes on; a bot comes out only when nothing is. The disk is touched in
releases/folder.py.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from botyard.bot import layout
from botyard.bot.business import Business
from botyard.bot.dictionary_csv import read_dictionary, write_dictionary
from botyard.bot.model import FORMAT_VERSION, Bot, Entity, Faq, Labels, Node
from botyard.bot.problems import Path, Problem, in_order
from botyard.bot.reading import Reading
from botyard.bot.writing import written
from botyard.bot.yaml_lines import parse
from botyard.bot.yaml_text import dump

_S = TypeVar("_S", bound=Struct)

# What a bot has in files of its own.
_ELSEWHERE = frozenset({"nodes", "faqs", "entities", "copy"})


class Places(Struct, frozen=True):
    """Where everything is written. lines: of each file, by the path a value has in the model.

    unreadable: files whose text could not be followed; what they define is unknown, not missing.
    lost: what was left out of each file, because it could not be read.
    """

    lines: dict[str, dict[Path, int]]
    node_files: dict[str, str]
    entity_files: dict[str, str]
    unreadable: frozenset[str] = frozenset()
    lost: dict[str, frozenset[Path]] = {}

    def line(self, file: str, path: Path) -> int:
        """Find the line of a value, or of the nearest thing around it."""
        known = self.lines.get(file, {})
        while path and path not in known:
            path = path[:-1]
        return known.get(path, 1)

    def has_lost(self, file: str, *keys: str) -> bool:
        """Whether something under one of these keys, or the whole file, could not be read."""
        return file in self.unreadable or any(path[:1] == (key,) for path in self.lost.get(file, ()) for key in keys)


class Read(Struct, frozen=True):
    """What a folder says.

    bot, business: None while anything in the folder cannot be read. draft, draft_business: what could be read all the
    same, for check. dialogues, kept: files that stay byte for byte (kept: code, requirements, dictionaries).
    passed_over: keys that say nothing. Whoever brings the folder is refused for them; a version that was kept before
    they were looked at is read without them, and goes on.
    """

    bot: Bot | None
    business: Business | None
    dialogues: dict[str, bytes]
    kept: dict[str, bytes]
    problems: tuple[Problem, ...]
    places: Places
    draft: Bot
    draft_business: Business | None
    passed_over: tuple[Problem, ...] = ()


def read(files: Mapping[str, bytes]) -> Read:
    """Read a bot from its files. Raises nothing: whatever is wrong is among the problems."""
    folder = _Folder(files)
    draft = folder.bot()
    business = folder.business()
    problems = in_order(folder.problems)
    is_whole = not any(problem.is_error for problem in problems)
    return Read(
        bot=draft if is_whole else None,
        business=business if is_whole else None,
        dialogues=_below(files, "dialogues/"),
        kept={path: source for path, source in sorted(files.items()) if _is_kept(path)},
        problems=problems,
        places=folder.places(),
        draft=draft,
        draft_business=business,
        passed_over=tuple(folder.passed_over),
    )


def write(
    bot: Bot,
    business: Business | None = None,
    *,
    dialogues: Mapping[str, bytes] | None = None,
    kept: Mapping[str, bytes] | None = None,
) -> dict[str, bytes]:
    """Write a bot as files, sorted by path. dialogues, kept: as `read` gave them."""
    kept = kept or {}
    files = {**kept, **(dialogues or {}), layout.BOT: dump(written(bot, without=_ELSEWHERE))}
    for node in bot.nodes:
        files[layout.node_file(node.system_name)] = dump(written(node))
    for entity in bot.entities:
        files |= _entity_files(entity, kept.get(layout.dictionary_file(entity.name)))
    if bot.faqs:
        files[layout.FAQS] = dump([written(faq) for faq in bot.faqs])
    if bot.copy:
        files[layout.COPY] = dump(bot.copy)
    if business is not None:
        files[layout.BUSINESS] = dump(written(business))
    return dict(sorted(files.items()))


def _entity_files(entity: Entity, dictionary: bytes | None) -> dict[str, bytes]:
    """Write an entity; a dictionary that lay beside it stays there, to the byte if it still says the same."""
    file = layout.entity_file(entity.name)
    if dictionary is None:
        return {file: dump(written(entity))}
    beside = layout.dictionary_file(entity.name)
    if read_dictionary(beside, dictionary)[0] != entity.dictionary:
        dictionary = write_dictionary(entity.dictionary)
    return {file: dump(written(entity, without=frozenset({"dictionary"}))), beside: dictionary}


def _below(files: Mapping[str, bytes], folder: str) -> dict[str, bytes]:
    return {path: source for path, source in sorted(files.items()) if path.startswith(folder) and layout.is_known(path)}


def _is_kept(path: str) -> bool:
    return layout.is_known(path) and (path.endswith((".csv", ".py")) or path == layout.REQUIREMENTS)


class _Folder:
    """The files of one bot while they are read."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files
        self.problems: list[Problem] = [
            layout.unknown(path) for path in files if not layout.is_known(path) and not layout.is_hidden(path)
        ]
        self.passed_over: list[Problem] = []
        self.lines: dict[str, dict[Path, int]] = {}
        self.node_files: dict[str, str] = {}
        self.entity_files: dict[str, str] = {}
        self.unreadable: set[str] = set()
        self.lost: dict[str, frozenset[Path]] = {}

    def places(self) -> Places:
        return Places(self.lines, self.node_files, self.entity_files, frozenset(self.unreadable), self.lost)

    def bot(self) -> Bot:
        stand_ins: dict[str, Any] = {"botyard": FORMAT_VERSION, "name": "", "system_name": "", "languages": ()}
        found = self._value(layout.BOT, Bot, stand_ins, without=_ELSEWHERE) or Bot(**stand_ins)
        if layout.BOT not in self.files:
            self.problems.append(Problem(layout.BOT, 1, "this file is missing; every bot has one"))
        if found.botyard != FORMAT_VERSION:
            sentence = f"format {found.botyard} is not one that this Botyard reads; it reads format {FORMAT_VERSION}"
            self._note(layout.BOT, ("botyard",), sentence)
        return replace(found, nodes=self._nodes(), entities=self._entities(), faqs=self._faqs(), copy=self._copy())

    def business(self) -> Business | None:
        return self._value(layout.BUSINESS, Business, {"name": ""}) if layout.BUSINESS in self.files else None

    def _nodes(self) -> tuple[Node, ...]:
        found: dict[str, Node] = {}
        for path in _below(self.files, "nodes/"):
            name = layout.stem(path).upper()
            node = self._value(path, Node, {"name": name, "system_name": name})
            if node is None or not self._is_named_for(path, node.system_name, layout.node_file, found):
                continue
            found[node.system_name] = node
            self.node_files[node.system_name] = path
        return tuple(found[name] for name in sorted(found))

    def _entities(self) -> tuple[Entity, ...]:
        found: dict[str, Entity] = {}
        for path in _below(self.files, "entities/"):
            if path.endswith(".csv"):
                continue
            entity = self._value(path, Entity, {"name": layout.stem(path), "type": "any"})
            if entity is None or not self._is_named_for(path, entity.name, layout.entity_file, found):
                continue
            found[entity.name] = self._with_dictionary(path, entity)
            self.entity_files[entity.name] = path
        self._lonely_dictionaries()
        return tuple(found[name] for name in sorted(found))

    def _is_named_for(self, path: str, name: str, file_of: Any, found: Mapping[str, object]) -> bool:
        """Whether this is the one file of this thing; a file of another name is read, but noted."""
        key = "system_name" if path.startswith("nodes/") else "name"
        if name in found:
            self._note(path, (key,), f"`{name[:60]}` is defined twice; the other file is {file_of(name)}")
            return False
        if file_of(name) != path:
            self._note(path, (key,), f"the file of `{name[:60]}` must be called {file_of(name)}")
        return True

    def _with_dictionary(self, path: str, entity: Entity) -> Entity:
        beside = path.removesuffix(".yaml") + ".csv"
        if beside not in self.files:
            return entity
        dictionary, problems = read_dictionary(beside, self.files[beside])
        self.problems += problems
        if entity.dictionary:
            self._note(path, ("dictionary",), f"the dictionary is here and in {beside}; keep one of them")
        return replace(entity, dictionary=dictionary)

    def _lonely_dictionaries(self) -> None:
        for path in _below(self.files, "entities/"):
            entity = path.removesuffix(".csv") + ".yaml"
            if path.endswith(".csv") and entity not in self.files:
                self._note(path, (), f"this dictionary belongs to {entity}, and there is no such file")

    def _faqs(self) -> tuple[Faq, ...]:
        found: tuple[Faq, ...] = self._all(layout.FAQS, tuple[Faq, ...])
        return found

    def _copy(self) -> dict[str, Labels]:
        found: dict[str, Labels] = self._all(layout.COPY, dict[str, Labels])
        return found

    def _all(self, path: str, kind: Any) -> Any:
        reading = self._reading(path)
        if reading is None:
            return kind.__origin__()
        found = reading.read_all(kind)
        self._take(reading)
        return found

    def _value(
        self, path: str, cls: type[_S], stand_ins: Mapping[str, Any], *, without: frozenset[str] = frozenset()
    ) -> _S | None:
        reading = self._reading(path)
        if reading is None:
            return None
        found = reading.read(cls, stand_ins, without=without)
        self._take(reading)
        return found

    def _reading(self, path: str) -> Reading | None:
        if path not in self.files:
            return None
        document, problems = parse(path, self.files[path])
        self.problems += problems
        if document is None:
            self.unreadable.add(path)
            return None
        return Reading(path, document)

    def _take(self, reading: Reading) -> None:
        self.problems += reading.problems
        self.passed_over += reading.passed_over
        self.lines[reading.file] = reading.lines
        self.lost[reading.file] = frozenset(reading.lost)

    def _note(self, path: str, at: Path, sentence: str) -> None:
        known = self.lines.get(path, {})
        self.problems.append(Problem(path, known.get(at, 1), sentence))
