"""Do the dialogues speak of nodes and entities that exist?"""

from collections.abc import Iterator

from botyard.bot.checks.subject import Subject
from botyard.bot.dialogue import DialogueRead, read_dialogue
from botyard.bot.problems import Path, Problem, suggestion


def dialogues(subject: Subject) -> Iterator[Problem]:
    """Go through dialogues/*.yaml."""
    for file, source in subject.read.dialogues.items():
        found = read_dialogue(file, source)
        yield from found.problems
        for path, problem in _looked_up(subject, found):
            near = next((found.lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in found.lines), 1)
            yield Problem(file, near, problem)


def _looked_up(subject: Subject, found: DialogueRead) -> Iterator[tuple[Path, str]]:
    dialogue = found.dialogue
    if dialogue is None:
        return
    faqs = {faq.system_name for faq in subject.bot.faqs}
    nodes = subject.known_nodes | faqs
    for name in dialogue.webhooks:
        node = subject.nodes.get(name)
        if name not in subject.known_nodes:
            yield ("webhooks", name), f"there is no node `{name[:60]}`{suggestion(name, subject.known_nodes)}"
        elif node is not None and node.integration is None:
            yield ("webhooks", name), f"{name} has no integration that could answer"
    if not dialogue.turns:
        yield ("turns",), "this dialogue has no turns"
    for index, turn in enumerate(dialogue.turns):
        if turn.node is not None and turn.node not in nodes:
            yield ("turns", index, "node"), f"there is no node `{turn.node[:60]}`{suggestion(turn.node, nodes)}"
        for name in turn.entities or {}:
            if name not in subject.known_entities:
                near = suggestion(name, subject.known_entities)
                yield ("turns", index, "entities", name), f"entity `{name[:60]}` is not defined{near}"
