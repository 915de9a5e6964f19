"""Anything at all: the whole message, as long as it says something."""

from botyard.nlu.entities.found import Detect, standing
from botyard.nlu.understanding import EntityFound, EntitySpec, Language


def prepare(spec: EntitySpec) -> Detect:
    """Take every message that is not blank, its outer spaces left off."""
    del spec  # nothing to set

    def detect(text: str, language: Language, bot_message: str) -> list[EntityFound]:
        del language, bot_message
        said = text.strip()
        start = text.find(said)
        return [standing(text, start, start + len(said), said)] if said else []

    return detect
