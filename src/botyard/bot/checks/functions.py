"""Can every function be run: is there one of this name, and does what it is given fit, down to teams and entities?"""

from collections.abc import Iterator

from msgspec.structs import replace

from botyard.bot.checks.hand_overs import team_trouble
from botyard.bot.checks.subject import Subject
from botyard.bot.model import Function, Node
from botyard.bot.problems import Path, Problem, suggestion
from botyard.bot.reading import Reading
from botyard.bot.yaml_lines import Document

_FUNCTION: Path = ("integration", "function")
_ARGUMENTS: Path = (*_FUNCTION, "arguments")


def function(subject: Subject, node: Node, called: Function) -> Iterator[Problem]:
    """Look at one function that a node calls."""
    kind = subject.functions.get(called.name)
    if kind is None:
        sentence = f"there is no function `{called.name[:80]}`{suggestion(called.name, subject.functions)}"
        yield subject.at_node(node, (*_FUNCTION, "name"), sentence)
        return
    reading = _reading(subject, node, called)
    given = reading.read(kind, {})
    yield from (replace(one, sentence=f"{called.name}: {one.sentence}") for one in reading.problems)
    if reading.problems or subject.read.places.has_lost(subject.node_file(node), "integration"):
        return
    # What an argument names is told by what it is called, in every function alike.
    if "team" in kind.__struct_fields__ and (trouble := team_trouble(subject, getattr(given, "team"))):  # noqa: B009 - not every function has one
        yield subject.at_node(node, (*_ARGUMENTS, "team"), *trouble)
    for name in getattr(given, "keep", ()):
        if name not in subject.known_entities:
            sentence = f"entity `{name[:60]}` is not defined{suggestion(name, subject.known_entities)}"
            yield subject.at_node(node, (*_ARGUMENTS, "keep"), sentence)


def _reading(subject: Subject, node: Node, called: Function) -> Reading:
    """Read arguments as a file is read: the fields of the function's type are the keys there are."""
    file = subject.node_file(node)
    known = subject.read.places.lines.get(file, {})
    below = len(_ARGUMENTS)
    lines = {path[below:]: line for path, line in known.items() if path[:below] == _ARGUMENTS}
    return Reading(file, Document(called.arguments, lines))
