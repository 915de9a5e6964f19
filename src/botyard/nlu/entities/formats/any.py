"""Anything at all: the whole message, as long as it says something."""

from botyard.nlu.entities.found import Find, Heard, standing
from botyard.nlu.understanding import EntityFound, EntitySpec


def prepare(spec: EntitySpec) -> Find:
    """Take every message that is not blank, its outer spaces left off."""
    del spec  # nothing to set

    def find(text: str, heard: Heard) -> list[EntityFound]:
        del heard  # the same in every language and at any time
        said = text.strip()
        start = text.find(said)
        return [standing(text, start, start + len(said), said)] if said else []

    return find
