"""What training found in a bot's sentences, each with the line in the bot's folder where it can be mended."""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from botyard.bot import layout
from botyard.bot.exchange import Read, read
from botyard.bot.model import Labels
from botyard.bot.model import Sentences as SaidBy
from botyard.bot.placeholders import spelt_out
from botyard.bot.problems import Path, Problem
from botyard.nlu.intents.artifact import header_of
from botyard.nlu.intents.report import Finding, Lesson, TooNegative, in_words, lessons_of, report
from botyard.nlu.understanding import OPENING
from botyard.releases.train import Models

# A pair of nodes may be confused by a hundred sentences; the first few show why.
MOST_PLACES = 3

# A file and the way to what is taught there.
_Place: TypeAlias = tuple[str, Path]


def training_report(files: Mapping[str, bytes], models: Models) -> tuple[Problem, ...]:
    """List what was found, the gravest kind first. files: of the bot that the models are of."""
    found = read(files)
    headers = [header_of(models[language]) for language in found.draft.languages if language in models]
    lines = _Lines(found)
    return tuple(lines.problem(finding) for finding in report(headers))


class _Lines:
    """Where everything that a bot is taught is written."""

    def __init__(self, found: Read) -> None:
        self._found = found
        self._bot = found.draft
        self._dictionaries = {entity.name: entity.dictionary for entity in self._bot.entities}
        self._index = {faq.system_name: i for i, faq in enumerate(self._bot.faqs)}
        self._nodes = {node.system_name: node for node in self._bot.nodes}

    def problem(self, finding: Finding) -> Problem:
        """Say a finding as the bot checker says its own: one place first, others behind."""
        places = list(dict.fromkeys(self._at(lesson, finding) for lesson in lessons_of(finding)))
        if not places:
            return Problem(
                layout.BOT, self._found.places.line(layout.BOT, ("languages",)), in_words(finding), "warning"
            )
        (file, line), *others = places[:MOST_PLACES]
        also = "; see also " + ", ".join(f"{other}:{at}" for other, at in others) if others else ""
        return Problem(file, line, in_words(finding) + also, "warning")

    def _at(self, lesson: Lesson, finding: Finding) -> tuple[str, int]:
        for file, path in self._places(lesson, "never_says" if isinstance(finding, TooNegative) else "user_says"):
            return file, self._found.places.line(file, path)
        return layout.BOT, 1

    def _places(self, lesson: Lesson, key: str) -> Iterator[_Place]:
        """Go through where a lesson may stand, the very sentence first."""
        slots = list(self._slots(lesson, key))
        for file, path, says, labels in slots:
            yield from self._sentence(lesson, (file, path, key), says, labels)
        for file, path, says, _ in slots:
            yield file, (*path, key, lesson.language) if lesson.language in says else path

    def _sentence(self, lesson: Lesson, slot: tuple[str, Path, str], says: SaidBy, labels: Labels) -> Iterator[_Place]:
        file, path, key = slot
        for i, sentence in enumerate(says.get(lesson.language, ())):
            if lesson.sentence in set(spelt_out([sentence], self._dictionaries)):
                yield file, (*path, key, lesson.language, i)
        if labels.get(lesson.language) == lesson.sentence is not None:
            yield file, (*path, "did_you_mean", lesson.language)

    def _slots(self, lesson: Lesson, key: str) -> Iterator[tuple[str, Path, SaidBy, Labels]]:
        """List the parts of files that teach a node in a scope: the part's file and path, sentences and labels."""
        node = self._nodes.get(lesson.node)
        if lesson.node in self._index:
            faq = self._bot.faqs[self._index[lesson.node]]
            yield layout.FAQS, (self._index[lesson.node],), faq.user_says, {}
        elif node is not None and (lesson.scope == OPENING or key == "never_says"):
            says = node.never_says if key == "never_says" else node.user_says
            yield self._file(lesson.node), (), says, node.did_you_mean
        elif lesson.scope in self._nodes:
            for i, connection in enumerate(self._nodes[lesson.scope].connections):
                if connection.to == lesson.node and connection.user_says:
                    place: Path = ("connections", i)
                    yield self._file(lesson.scope), place, connection.user_says, connection.did_you_mean

    def _file(self, node: str) -> str:
        return self._found.places.node_files.get(node, layout.node_file(node))
