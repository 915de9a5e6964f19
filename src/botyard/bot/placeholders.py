"""User says with an entity's name in them: "how much is {product_name}" stands for one sentence a value."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, product

from botyard.nlu.understanding import EntityName

PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")

# One sentence must not outweigh all others that its node is taught.
MAX_SENTENCES = 20

# Letters up to here are Latin; what lies beyond is another script.
_LAST_LATIN = 0x24F

Dictionary = Mapping[str, tuple[str, ...]]


def spelt_out(sentences: Iterable[str], dictionaries: Mapping[EntityName, Dictionary]) -> Iterator[str]:
    """Write every sentence with the values of its entities in place of their names."""
    for sentence in sentences:
        names = PLACEHOLDER.findall(sentence)
        if not names:
            yield sentence
            continue
        choices = [_words(name, dictionaries.get(name, {}), sentence) for name in names]
        for words in islice(product(*choices), MAX_SENTENCES):
            yield "".join(
                text + word for text, word in zip(PLACEHOLDER.split(sentence)[::2], (*words, ""), strict=True)
            )


def _words(name: EntityName, dictionary: Dictionary, sentence: str) -> list[str]:
    """List one word a value, in the sentence's own script where the dictionary has one."""
    is_latin = _is_latin(PLACEHOLDER.sub("", sentence))
    found = [
        next((word for word in (value, *variants) if _is_latin(word) == is_latin), value)
        for value, variants in dictionary.items()
    ]
    return found or [name.replace("_", " ")]


def _is_latin(text: str) -> bool:
    return not any(letter.isalpha() and ord(letter) > _LAST_LATIN for letter in text)
