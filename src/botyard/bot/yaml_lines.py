"""YAML with lines: bytes in, a value and the line of every part of it out; what is refused is named with its line.

Built from PyYAML's events rather than its loader: events know the place of everything, nest without recursion, and
let us refuse what makes a reviewed file lie to its reader: duplicate keys, anchors, tags, several documents.
"""

import re
from typing import Any

import yaml
from msgspec import Struct

from botyard.bot.problems import Path, Problem, spelt
from botyard.bot.yaml_core import NumberUnusable, resolve

MAX_BYTES = 2 * 1024 * 1024
MAX_DEPTH = 32

# libyaml reads ten times as fast; a build without it works too.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# Invisible characters that YAML forbids, or that its old version takes for line breaks. Escapes may stand for them.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")


class Document(Struct, frozen=True):
    """What a file says. lines: of every key and list item, from 1."""

    value: Any
    lines: dict[Path, int]

    def line(self, path: Path) -> int:
        """Find the line of a part, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def parse(file: str, source: bytes) -> tuple[Document | None, tuple[Problem, ...]]:
    """Read one file; no document where its text cannot be followed to the end. Raises nothing."""
    text, problem = _decoded(file, source)
    if problem is not None:
        return None, (problem,)
    builder = _Builder(file)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
    except yaml.YAMLError as error:
        return None, (*builder.problems, _unreadable(file, text, error))
    except _TooDeep:
        return None, tuple(builder.problems)
    return Document(builder.value, builder.lines), tuple(builder.problems)


def _decoded(file: str, source: bytes) -> tuple[str, Problem | None]:
    if len(source) > MAX_BYTES:
        return "", Problem(file, 1, f"this file is larger than {MAX_BYTES // 1024 // 1024} MB; split it")
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        return "", Problem(file, line, "this line is not UTF-8 text; save the file as UTF-8")
    if found := _FORBIDDEN.search(text):
        line = text.count("\n", 0, found.start()) + 1
        code = f"U+{ord(found.group()):04X}"
        return "", Problem(file, line, f"this line holds the invisible character {code}; remove it")
    return text, None


def _unreadable(file: str, text: str, error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line = min(mark.line + 1, text.count("\n") + 1) if mark else 1
    written = text.split("\n")[line - 1]
    if "\t" in written[: len(written) - len(written.lstrip())]:
        return Problem(file, line, "this line is indented with a tab; YAML wants spaces")
    why = getattr(error, "problem", None) or "its text cannot be followed"
    return Problem(file, line, f"this is not YAML: {why}; a text with any of : # {{ }} [ ] ? ! & * % needs quotes")


class _TooDeep(Exception):
    """Nesting passed the limit; the problem is noted already."""


class _Open:
    """A mapping or list that is still being read."""

    def __init__(self, path: Path, value: dict[str, Any] | list[Any]) -> None:
        self.path = path
        self.value = value
        self.key: str | None = None
        self.skips = False  # the key came before: its value is read, and dropped


class _Builder:
    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.lines: dict[Path, int] = {}
        self.value: Any = None
        self.open: list[_Open] = []
        self.documents = 0

    def take(self, event: yaml.Event) -> None:
        line = event.start_mark.line + 1 if event.start_mark else 1
        if getattr(event, "anchor", None) is not None:
            self._refuse(line, "anchors and aliases (& and *) are not allowed; write the text out")
        if isinstance(event, yaml.CollectionStartEvent | yaml.ScalarEvent) and event.tag is not None:
            self._refuse(line, f"tags such as {event.tag[:40]} are not allowed")
        match event:
            case yaml.DocumentStartEvent():
                self._document(event, line)
            case yaml.MappingStartEvent():
                self._enter({}, line)
            case yaml.SequenceStartEvent():
                self._enter([], line)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self.open.pop()
            case yaml.ScalarEvent():
                self._scalar(event, line)
            case yaml.AliasEvent() if self._awaits_key():
                self._broken_key()
            case yaml.AliasEvent():
                self._put(None, line)

    def _refuse(self, line: int, sentence: str) -> None:
        self.problems.append(Problem(self.file, line, sentence))

    def _document(self, event: yaml.DocumentStartEvent, line: int) -> None:
        self.documents += 1
        if self.documents > 1:
            self._refuse(line, "a second document begins here; one file holds one document")
        if event.version or event.tags:
            self._refuse(line, "% directives are not allowed")

    def _enter(self, value: dict[str, Any] | list[Any], line: int) -> None:
        if self._awaits_key():
            self._refuse(line, "a key must be a text")
            self._broken_key()
            self.open.append(_Open((*self.open[-1].path, ""), value))
        else:
            self.open.append(_Open(self._put(value, line), value))
        if len(self.open) > MAX_DEPTH:
            self._refuse(line, f"this is nested deeper than {MAX_DEPTH} levels")
            raise _TooDeep

    def _awaits_key(self) -> bool:
        return bool(self.open) and isinstance(self.open[-1].value, dict) and self.open[-1].key is None

    def _broken_key(self) -> None:
        """Go on behind a key that is no text: what it holds, and its value, are read and dropped."""
        self.open[-1].key, self.open[-1].skips = "", True

    def _scalar(self, event: yaml.ScalarEvent, line: int) -> None:
        if self._awaits_key():
            self._key(event.value, line)
            return
        value: Any = event.value
        if event.implicit[0]:
            try:
                value = resolve(event.value)
            except NumberUnusable:
                self._refuse(line, f"`{event.value[:40]}` is no number a bot can use; if it is text, put it in quotes")
        self._put(value, line)

    def _key(self, key: str, line: int) -> None:
        """Begin an entry. Keys are always text: `no`, `1` and `true` stay the words they are."""
        top = self.open[-1]
        path = (*top.path, key)
        top.key, top.skips = key, False
        if isinstance(top.value, dict) and key in top.value:
            self._refuse(line, f"`{spelt(path)}` is written twice; it is also on line {self.lines[path]}")
            top.skips = True
        else:
            self.lines[path] = line

    def _put(self, value: Any, line: int) -> Path:
        """Place a value where it belongs and answer its path."""
        if not self.open:
            if self.documents == 1:
                self.value = value
            return ()
        top = self.open[-1]
        if isinstance(top.value, list):
            path = (*top.path, len(top.value))
            self.lines.setdefault(path, line)
            top.value.append(value)
            return path
        key, top.key = top.key or "", None
        if not top.skips:
            top.value[key] = value
        return (*top.path, key)
