"""What answers courtesies: a model of its own, the same for every bot, and what a bot changes of its replies.

Asked last, when no node answers: so it may be strict, and rather says nothing than something out of place.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Generic, Protocol, TypeVar

from botyard.nlu.intents.rank import IntentModel
from botyard.nlu.language import beginning
from botyard.nlu.small_talk.courtesies import COURTESIES, LANGUAGE
from botyard.nlu.small_talk.courtesy import CourtesyName
from botyard.nlu.understanding import MOST_CHARS, OPENING, Sentences, TrainingSet

# On the raw score; it sits at 0.5 on the scale builders see. A bot's own nodes usually take 0.25. At that, small talk
# would answer twice as many messages of three shops and games, and the half that it adds are none of its business.
THRESHOLD = 0.4
# Better answered once too often than once too seldom.
_SOONER = {"Alert_Suicide": 0.2}

_USUAL = "generic"
_BY_NAME = {one.name: one for one in COURTESIES}
_AMONG = {OPENING: frozenset(_BY_NAME)}
_Element = TypeVar("_Element")


class Chance(Protocol):
    """Dice, as a turn is given them."""

    def pick(self, ways: int) -> int:
        """Choose one of `ways` alternatives: 0 to ways - 1."""
        ...


def small_talk_lessons() -> TrainingSet:
    """Gather what the model of all courtesies is taught."""
    nodes = tuple(Sentences(one.name, one.says) for one in COURTESIES)
    return TrainingSet(LANGUAGE, {OPENING: nodes}, threshold=THRESHOLD)


class Courtesies(Generic[_Element]):
    """Small talk for one bot (engine/small_talk.py). Nothing in it changes; any number of turns may ask it at once."""

    def __init__(
        self,
        model: IntentModel,
        say: Callable[[str], _Element],
        *,
        replies: Mapping[CourtesyName, Sequence[str]] | None = None,
        off: Collection[CourtesyName] = (),
    ) -> None:
        """Put together a model that was trained with `small_talk_lessons` and what the bot has of its own.

        say: a line -> a bubble. replies: instead of ours, in every personality. off: those that are not answered.
        """
        self._model = model
        self._say = say
        self._replies = dict(replies or {})
        self._off = frozenset(off)

    def reply(self, text: str, language: str, personality: str, dice: Chance) -> tuple[_Element, ...]:
        """Answer a courtesy; empty when the message is none, or is in a language that we have no replies in."""
        name = self.meant(text) if language == LANGUAGE else None
        if name is None:
            return ()
        ours = _BY_NAME[name].replies
        lines = self._replies.get(name) or ours.get(personality, ours[_USUAL])
        return (self._say(lines[dice.pick(len(lines))]),)

    def meant(self, text: str) -> CourtesyName | None:
        """Tell which courtesy a message is, None where it is none or one that is switched off."""
        text = beginning(text, MOST_CHARS)
        exact = self._model.exact(text, _AMONG)
        if exact is not None:
            return None if exact[1] in self._off else exact[1]
        best = next(iter(self._model.rank(text, _AMONG)), None)
        if best is None or best.node in self._off:
            return None
        return best.node if best.score >= _SOONER.get(best.node, THRESHOLD) else None
