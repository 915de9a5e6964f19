"""Words and phrases: what the dictionary has, and what patterns taught where it has nothing."""

from botyard.nlu.entities.found import Find, Heard, standing
from botyard.nlu.entities.taught import listed
from botyard.nlu.entities.taught.learnt import learnt
from botyard.nlu.understanding import EntityFound, EntitySpec


def prepare(spec: EntitySpec) -> Find:
    """Index the dictionary, and learn the patterns; the value of what only they find is as it was typed."""
    find_listed = listed.prepare(spec)
    if not spec.patterns:
        return find_listed
    values = tuple(said for value, variants in spec.dictionary.items() for said in (value, *variants))
    taught = learnt(spec.patterns, values)

    def find(text: str, heard: Heard) -> list[EntityFound]:
        found = find_listed(text, heard)
        tokens = listed.tokens_of(text)
        for first, end in taught.spans(tokens):
            start, stop = tokens[first].start, tokens[end - 1].end
            if all(stop <= one.start or one.end <= start for one in found):
                value = taught.meant(tokens[first:end]) or text[start:stop]
                found.append(standing(text, start, stop, value))
        return sorted(found, key=lambda one: one.start)

    return find
