"""Text + what is expected + trained models -> what it may mean: the `Understand` that turns are given."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, tzinfo
from functools import partial
from typing import TypeAlias

from botyard.nlu.entities.found import Detect
from botyard.nlu.entities.registry import prepare, specificity
from botyard.nlu.intents.rank import IntentModel
from botyard.nlu.language import beginning, exact_key
from botyard.nlu.language_guess import LanguageGuess
from botyard.nlu.language_typed import has_small_words, is_romanised, may_be_romanised
from botyard.nlu.understanding import (
    MOST_CHARS,
    Among,
    EntityFound,
    EntityName,
    EntitySpec,
    Language,
    NodeName,
    Ranked,
    Scope,
)

_VALUE_CHARS = 40  # of an answer that is nothing but a value, "pehle hafte ke somvar" and longer
_READ_TWICE_CHARS = 200  # at most: a bot may have a dozen more languages, and a turn has 50 ms
_Detect: TypeAlias = Callable[[Language], list[EntityFound]]


class Understanding:
    """A trained bot's understanding; nothing in it changes, so any number of turns may ask it at once.

    models: by language, the bot's first language first: it answers for a language that has no model.
    guess: of languages; without one none is ever sure.
    """

    def __init__(
        self,
        models: Mapping[Language, IntentModel],
        entities: Sequence[EntitySpec],
        guess: LanguageGuess | None = None,
    ) -> None:
        self._guess = guess
        self._models = dict(models)
        self._default = next(iter(self._models.values()), None)
        self._detectors: dict[EntityName, Detect] = {spec.name: prepare(spec) for spec in entities}
        self._specificity = {spec.name: specificity(spec.type) for spec in entities}

    def exact(self, text: str, among: Among) -> tuple[Scope, NodeName] | None:
        """Find the node taught exactly this sentence (letters and digits equal), in any of the bot's languages."""
        for model in self._models.values():
            where = model.exact(text, among)
            if where is not None:
                return where
        return None

    def rank(self, text: str, language: Language, among: Among) -> tuple[Ranked, ...]:
        """Order the eligible nodes by confidence, best first; nodes that a negative sentence rules out are left out."""
        model = self._models.get(language, self._default)
        return model.rank(beginning(text, MOST_CHARS), among) if model is not None else ()

    def guess_language(self, text: str, languages: Sequence[Language]) -> Language:
        """Name the one of these languages that a text is in, "" where that is not sure."""
        return "" if self._guess is None else self._guess.among(text, languages)

    def find(
        self,
        entities: Sequence[EntityName],
        text: str,
        language: Language,
        bot_message: str,
        *,
        asked: EntityName | None = None,
        now: datetime | None = None,
        timezone: tzinfo | None = None,
    ) -> dict[EntityName, tuple[EntityFound, ...]]:
        """Find values of these entities; a part of the message belongs to one of them only.

        asked: what the bot just asked for claims first, but for what lies inside a more specific value: in "2 on 5
        december" one number was given. Then the more specific types do, so that a phone number is not a quantity as
        well; of two of one type the first named.
        now, timezone: the user's; without them "tomorrow" is not found.
        What the message's language knows no value in is read in the bot's others too, where it is typed as they are:
        "kal ke liye" in an English conversation of an English and Hindi bot.
        """
        claiming = self._claiming(entities, asked)
        values: dict[EntityName, list[EntityFound]] = {}
        for name in claiming:
            detect = self._detectors[name]
            values[name] = detect(text, language, bot_message, now=now, timezone=timezone)
            if not values[name]:
                again = partial(detect, text, bot_message=bot_message, now=now, timezone=timezone)
                values[name] = self._in_another_language(again, text, language, is_asked=name == asked)
        if asked in values:
            values[asked] = self._not_inside_others(values, asked)
        claimed: list[EntityFound] = []
        found: dict[EntityName, tuple[EntityFound, ...]] = {}
        for name in claiming:
            free = tuple([one for one in values[name] if not claimed or not _is_claimed(one, claimed)])
            claimed += free
            if free:
                found[name] = free
        return found

    def _not_inside_others(
        self, values: Mapping[EntityName, list[EntityFound]], asked: EntityName
    ) -> list[EntityFound]:
        """Leave out what was taken from within a more specific value: the 6 of "at 6 pm" is no quantity."""
        specific = [name for name in values if self._specificity[name] < self._specificity[asked]]
        wider = [one for name in specific for one in values[name]]
        return [one for one in values[asked] if not any(_is_inside(one, other) for other in wider)]

    def _in_another_language(
        self, detect: _Detect, text: str, language: Language, *, is_asked: bool
    ) -> list[EntityFound]:
        """Look for a value in the bot's other languages: of a romanised message, or of one that is the value alone."""
        others = [code for code in self._models if code != language]
        if not others or len(text) > _READ_TWICE_CHARS:
            return []
        if is_romanised(text, language):
            return next(filter(None, map(detect, filter(may_be_romanised, others))), [])
        return _as_all_there_is(detect, text, language, others) if is_asked else []

    def _claiming(self, entities: Sequence[EntityName], asked: EntityName | None) -> list[EntityName]:
        known = [name for name in dict.fromkeys(entities) if name in self._detectors]
        if len(known) > 1:
            known.sort(key=lambda name: (name != asked, self._specificity[name]))
        return known


def _as_all_there_is(detect: _Detect, text: str, language: Language, others: Sequence[Language]) -> list[EntityFound]:
    """Read an answer that is nothing but a value in another language.

    Numbers and days are short words, and many are this language's small ones ("do" is two in Hindi): those are none.
    """
    if len(text) > _VALUE_CHARS or has_small_words(text, language):
        return []
    whole = exact_key(text)
    read = map(detect, others)
    return next((values for values in read if exact_key(" ".join(v.original_text for v in values)) == whole), [])


def _is_inside(one: EntityFound, other: EntityFound) -> bool:
    return other.start <= one.start and one.end <= other.end and len(one.original_text) < len(other.original_text)


def _is_claimed(one: EntityFound, claimed: Sequence[EntityFound]) -> bool:
    return any(one.start < other.end and other.start < one.end for other in claimed)
