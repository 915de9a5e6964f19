"""What small words tell of a message beside its language: a second one in it, typed on a Latin keyboard."""

from functools import lru_cache

from botyard.nlu.language import LANGUAGES_OF_SCRIPT, words
from botyard.nlu.language_words import LANGUAGES_OF_WORD, ROMANISED
from botyard.nlu.understanding import Language


@lru_cache(maxsize=32)  # each entity that finds nothing asks again
def is_romanised(text: str, language: Language) -> bool:
    """Whether more of its small words are an Indic language's in Latin letters than the message's own language's."""
    said = words(text)
    own = sum(language in LANGUAGES_OF_WORD.get(word, ()) for word in said)
    return sum(word in ROMANISED for word in said) > own


def may_be_romanised(language: Language) -> bool:
    """Whether a language is written in letters of its own, which people with a Latin keyboard do without."""
    return language not in LANGUAGES_OF_SCRIPT["latin"]


def has_small_words(text: str, language: Language) -> bool:
    """Whether a message is said in a language beyond doubt, be it by one word ("no")."""
    return any(language in LANGUAGES_OF_WORD.get(word, ()) for word in words(text))
