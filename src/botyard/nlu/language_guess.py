"""In which language a message is that holds no small word ("livraison gratuite"), as a model of many languages guesses.

It is asked where nothing else tells, and believed where it is sure among all that it knows: a sentence in Portuguese is
not Spanish because a bot speaks nothing nearer.
"""

from collections.abc import Sequence
from typing import Protocol

from botyard.nlu.language import words
from botyard.nlu.language_words import ROMANISED
from botyard.nlu.understanding import Language

# One word is as often a name; two of a language's own are seldom one.
_FEWEST_WORDS = 2
_SURE = 0.7  # below it, Bengali in Latin letters was taken for German
_LABEL = "__label__"


class ManyLanguages(Protocol):
    """What fastText's models offer."""

    def predict(self, text: str, k: int) -> tuple[Sequence[str], Sequence[float]]:
        """Name the k likeliest languages of one line, and how likely each is."""
        ...


class LanguageGuess:
    """Guesses with a model. Nothing in it changes."""

    def __init__(self, model: ManyLanguages) -> None:
        self._model = model

    def among(self, text: str, languages: Sequence[Language]) -> Language:
        """Name the one of these languages that a text is in, "" where that is not sure or it looks like a name."""
        said = words(text)
        if len(said) < _FEWEST_WORDS or text.istitle() or not ROMANISED.isdisjoint(said):
            return ""
        [label], [sure] = self._model.predict(" ".join(said), 1)
        language = label.removeprefix(_LABEL)
        return language if sure >= _SURE and language in languages else ""
