"""Can what custom code asks for be had at all: is every line of requirements.txt a package?

Whether the index has it is seen at training.
"""

from collections.abc import Iterator

from botyard.bot import layout
from botyard.bot.checks.subject import Subject
from botyard.bot.problems import Problem


def requirements(subject: Subject) -> Iterator[Problem]:
    """Go through requirements.txt, where a node has code that they are for."""
    text = subject.read.kept.get(layout.REQUIREMENTS)
    if text is None or not any(node.integration and node.integration.code for node in subject.bot.nodes):
        return
    for line, trouble in subject.not_packages(text.decode("utf-8", "replace")):
        sentence = trouble if line else f"this file {trouble}"
        yield Problem(layout.REQUIREMENTS, line or 1, sentence)
