"""Text + what is expected + trained models -> what it may mean: the `Understand` that turns are given."""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo

from botyard.nlu.entities.found import Detect
from botyard.nlu.entities.registry import prepare, specificity
from botyard.nlu.intents.rank import IntentModel
from botyard.nlu.language import beginning
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


class Understanding:
    """A trained bot's understanding; nothing in it changes, so any number of turns may ask it at once.

    models: by language, the bot's first language first: it answers for a language that has no model.
    """

    def __init__(self, models: Mapping[Language, IntentModel], entities: Sequence[EntitySpec]) -> None:
        self._models = dict(models)
        self._default = next(iter(self._models.values()), None)
        self._detectors: dict[EntityName, Detect] = {spec.name: prepare(spec) for spec in entities}
        self._specificity = {spec.name: specificity(spec.type) for spec in entities}

    def exact(self, text: str, among: Among) -> tuple[Scope, NodeName] | None:
        """Find the node taught exactly this sentence (letters and digits equal), in any of the bot's languages."""
        found = (model.exact(text, among) for model in self._models.values())
        return next((where for where in found if where is not None), None)

    def rank(self, text: str, language: Language, among: Among) -> tuple[Ranked, ...]:
        """Order the eligible nodes by confidence, best first; nodes that a negative sentence rules out are left out."""
        model = self._models.get(language, self._default)
        return model.rank(beginning(text, MOST_CHARS), among) if model is not None else ()

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

        asked: what the bot just asked for claims first. Then the more specific types do, so that a phone number is
        not a quantity as well; of two of one type the first named.
        now, timezone: the user's; without them "tomorrow" is not found.
        """
        claimed: list[EntityFound] = []
        found: dict[EntityName, tuple[EntityFound, ...]] = {}
        for name in self._claiming(entities, asked):
            values = self._detectors[name](text, language, bot_message, now=now, timezone=timezone)
            free = tuple(one for one in values if not any(_overlap(one, other) for other in claimed))
            claimed += free
            if free:
                found[name] = free
        return found

    def _claiming(self, entities: Sequence[EntityName], asked: EntityName | None) -> list[EntityName]:
        known = dict.fromkeys(name for name in entities if name in self._detectors)
        return sorted(known, key=lambda name: (name != asked, self._specificity[name]))


def _overlap(one: EntityFound, other: EntityFound) -> bool:
    return one.start < other.end and other.start < one.end
