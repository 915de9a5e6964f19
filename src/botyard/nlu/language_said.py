"""In which language a message is to be answered.

A script that one of the bot's languages has for itself decides; of several that share one, small words tell
(language_words.py). Latin letters, in which every language is typed, leave it to what somebody states, then to small
words. Where these are silent, a guess chooses a conversation's first language. A language is left only on good
grounds: three letters at least, and a script or words that belong to another one; never for a number, a name or a tap.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from botyard.nlu.language import LANGUAGES_OF_SCRIPT, beginning, count_letters, script_of, words
from botyard.nlu.language_words import LANGUAGES_OF_WORD, ROMANISED
from botyard.nlu.understanding import Language

# A text, and languages: the one of them that it is in, "" where that is not sure.
Guess: TypeAlias = Callable[[str, Sequence[Language]], Language]

_FEWEST_LETTERS = 3
_MOST_CHARS = 500  # a language shows in its first sentences
# What is typed on a Latin keyboard counts beside the languages of Latin letters, as one of them.
_LANGUAGES_OF_LATIN_WORD = LANGUAGES_OF_WORD | {
    word: (*LANGUAGES_OF_WORD.get(word, ()), "romanised") for word in ROMANISED
}


def language_to_answer(
    text: str,
    languages: tuple[Language, ...],
    *,
    stated: Sequence[Language] = (),
    current: Language = "",
    is_answer: bool = False,
    guess: Guess | None = None,
) -> Language:
    """Choose the reply's language among the bot's.

    stated: what the user's client and profile say, the stronger first. current: the conversation's, "" at its start.
    is_answer: the bot had asked for something; a value is often a name, and a name in another script is no sentence.
    Latin letters decide nothing against what is stated: many languages are typed in them. A script that only another of
    the bot's languages has does: somebody who writes Devanagari reads it.
    guess: is asked where all else is silent and the conversation has no language yet; it never changes one.
    """
    if len(languages) == 1:
        return languages[0]
    text = beginning(text, _MOST_CHARS)
    said = next((code for code in stated if code in languages), "")
    before = said or (current if current in languages else "")
    script = script_of(text)
    if script is None or count_letters(text) < _FEWEST_LETTERS or (said and script == "latin"):
        return before or languages[0]
    written = [code for code in languages if code in LANGUAGES_OF_SCRIPT[script]]
    if len(written) == 1 and script != "latin" and not is_answer:
        return written[0]
    known = _by_words(text, written, is_latin=script == "latin")
    if not known and (is_answer or script == "latin" or before in written):
        known = before
    if not known and guess is not None and not is_answer:
        known = guess(text, written)
    return known or (before if script == "latin" else next(iter(written), before)) or languages[0]


def _by_words(text: str, written: list[Language], *, is_latin: bool) -> Language:
    """Find the language that most small words speak for, "" where none leads.

    Every language of these letters that we know has its say, not only the bot's: a sentence in another one is none in
    the bot's because of a word that they share.
    """
    points: dict[str, float] = {}
    languages_of = _LANGUAGES_OF_LATIN_WORD if is_latin else LANGUAGES_OF_WORD
    for word in words(text):
        having = languages_of.get(word)
        if having is not None:
            share = 1 / len(having)
            for code in having:
                points[code] = points.get(code, 0.0) + share
    if not points:
        return ""
    best = max(points.values())
    leading = [code for code, sum_ in points.items() if sum_ == best]
    return leading[0] if len(leading) == 1 and leading[0] in written else ""
