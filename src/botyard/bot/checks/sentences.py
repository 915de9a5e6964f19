"""Is every node taught enough, and nothing that another is taught too?"""

from collections.abc import Iterator

from msgspec import Struct

from botyard.bot import layout
from botyard.bot.checks.subject import Subject
from botyard.bot.model import Labels, Node
from botyard.bot.model import Sentences as SaidBy
from botyard.bot.placeholders import PLACEHOLDER
from botyard.bot.problems import Path, Problem, suggestion
from botyard.nlu.language import exact_key
from botyard.nlu.understanding import OPENING, NodeName, Scope

_FEW = 3


class Lesson(Struct, frozen=True):
    """One sentence that one node is taught, and where it stands."""

    scope: Scope
    node: NodeName
    file: str
    path: Path
    sentence: str
    is_label: bool


def sentences(subject: Subject) -> Iterator[Problem]:
    """Go through everything the bot is taught."""
    lessons = list(_lessons(subject))
    yield from _shared(subject, lessons)
    yield from _placeholders(subject, lessons)
    yield from _languages(subject, lessons)
    for node in subject.bot.nodes:
        yield from _contradicted(subject, node)
        yield from _idle(subject, node)
        yield from _few(subject, node)


def _lessons(subject: Subject) -> Iterator[Lesson]:
    for node in subject.bot.nodes:
        file = subject.node_file(node)
        if node.active and node.start:
            yield from _taught(OPENING, node.system_name, (file, ()), node.user_says, node.did_you_mean)
        for index, connection in enumerate(node.connections if node.active else ()):
            at: Path = ("connections", index)
            labels = connection.did_you_mean if connection.user_says else {}
            yield from _taught(node.system_name, connection.to, (file, at), connection.user_says, labels)
    for index, faq in subject.faqs():
        if faq.active:
            yield from _taught(OPENING, faq.system_name, (layout.FAQS, (index,)), faq.user_says, {})


def _taught(scope: Scope, node: NodeName, place: tuple[str, Path], says: SaidBy, labels: Labels) -> Iterator[Lesson]:
    file, at = place
    for language, lines in says.items():
        for index, line in enumerate(lines):
            yield Lesson(scope, node, file, (*at, "user_says", language, index), line, is_label=False)
    for language, label in labels.items():
        yield Lesson(scope, node, file, (*at, "did_you_mean", language), label, is_label=True)


def _language_of(taught: Lesson) -> str | int:
    """Tell a sentence's language: "no" may be said in two, to the same node."""
    return taught.path[-2]


def _shared(subject: Subject, lessons: list[Lesson]) -> Iterator[Problem]:
    first: dict[tuple[Scope, str], Lesson] = {}
    for lesson in lessons:
        word = exact_key(lesson.sentence)
        if not word:
            if not lesson.is_label:
                yield subject.at(lesson.file, lesson.path, "this sentence is empty")
            continue
        earlier = first.setdefault((lesson.scope, word), lesson)
        if earlier is lesson:
            continue
        place = f"{earlier.file}:{subject.read.places.line(earlier.file, earlier.path)}"
        if earlier.node != lesson.node:
            sentence = f"{lesson.node} and {earlier.node} are both taught `{lesson.sentence[:80]}` ({place})"
            yield subject.at(lesson.file, lesson.path, sentence)
        elif not lesson.is_label and not earlier.is_label and _language_of(lesson) == _language_of(earlier):
            sentence = f"`{lesson.sentence[:80]}` is taught twice ({place})"
            yield subject.at(lesson.file, lesson.path, sentence, "warning")


def _placeholders(subject: Subject, lessons: list[Lesson]) -> Iterator[Problem]:
    for lesson in lessons:
        for name in PLACEHOLDER.findall(lesson.sentence):
            if name not in subject.known_entities:
                sentence = f"`{{{name[:60]}}}` stands for an entity, and none is called so"
                yield subject.at(lesson.file, lesson.path, sentence + suggestion(name, subject.known_entities))
            elif name in subject.entities and not subject.entities[name].dictionary:
                sentence = f"`{{{name}}}` has no dictionary whose values could take its place"
                yield subject.at(lesson.file, lesson.path, sentence, "warning")


def _languages(subject: Subject, lessons: list[Lesson]) -> Iterator[Problem]:
    if not subject.languages:
        return
    for lesson in lessons:
        language = lesson.path[lesson.path.index("did_you_mean" if lesson.is_label else "user_says") + 1]
        if language not in subject.languages:
            sentence = f"`{str(language)[:20]}` is not a language of this bot; it speaks {', '.join(subject.languages)}"
            yield subject.at(lesson.file, lesson.path[: lesson.path.index(language) + 1], sentence)


def _contradicted(subject: Subject, node: Node) -> Iterator[Problem]:
    taught = {exact_key(line) for lines in node.user_says.values() for line in lines}
    for language, lines in node.never_says.items():
        for index, line in enumerate(lines):
            if exact_key(line) in taught:
                sentence = f"`{line[:80]}` is in user_says too; one sentence cannot be for a node and never for it"
                yield subject.at_node(node, ("never_says", language, index), sentence)


def _idle(subject: Subject, node: Node) -> Iterator[Problem]:
    if not node.start and any(node.user_says.values()):
        sentence = (
            f"{node.system_name} is no start node, so its user_says teach nothing; "
            "write them on the connection that leads to it"
        )
        yield subject.at_node(node, ("user_says",), sentence, "warning")


def _few(subject: Subject, node: Node) -> Iterator[Problem]:
    if not (node.start and node.active and any(node.user_says.values())):
        return
    for language in subject.languages:
        count = len(node.user_says.get(language, ()))
        if count < _FEW:
            enough = "the ten sentences that make it dependable"
            sentence = f"{node.system_name} is taught too little in {language}: {count} of {enough}"
            yield subject.at_node(node, ("user_says", language), sentence, "warning")
