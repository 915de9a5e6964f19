"""Which detector finds which type, the more specific types first."""

from collections.abc import Callable
from datetime import datetime, tzinfo

from botyard.nlu.entities.amounts import budget, currency, number, number_range
from botyard.nlu.entities.dates import date_found
from botyard.nlu.entities.formats import any as any_
from botyard.nlu.entities.formats import attachment, codes, email, identity, phone, url
from botyard.nlu.entities.found import Detect, Find, Heard, standing
from botyard.nlu.entities.names import person_name, place
from botyard.nlu.entities.taught import pattern, phrases
from botyard.nlu.entities.times import time_found
from botyard.nlu.language import as_seen
from botyard.nlu.understanding import (
    MOST_CHARS,
    EntityFound,
    EntitySpec,
    EntityType,
    EntityValue,
    Language,
)

# In this order detectors claim their part of a message.
_PREPARE: dict[EntityType, Callable[[EntitySpec], Find]] = {
    "email": email.prepare,
    "attachment": attachment.prepare,
    "url": url.prepare,
    "regex": pattern.prepare,
    "phone_number": phone.prepare,
    "aadhaar": identity.prepare_aadhaar,
    "pan": identity.prepare_pan,
    "pnr": codes.prepare_pnr,
    "date": date_found.prepare,
    "time": time_found.prepare,
    "otp": codes.prepare_otp,
    "budget": budget.prepare,
    "currency": currency.prepare,
    "number_range": number_range.prepare,
    "number": number.prepare,
    "text": phrases.prepare,
    "location": place.prepare_location,
    "city": place.prepare_city,
    "person_name": person_name.prepare,
    "any": any_.prepare,
}
_ORDER = {type_: place for place, type_ in enumerate(_PREPARE)}


def prepare(spec: EntitySpec) -> Detect:
    """Make an entity's detector once: its dictionary indexed, its pattern compiled. Raises PatternUnusable."""
    find = _PREPARE[spec.type](spec)

    def detect(
        text: str,
        language: Language,
        bot_message: str = "",
        *,
        now: datetime | None = None,
        timezone: tzinfo | None = None,
    ) -> list[EntityFound]:
        heard = Heard(language, as_seen(bot_message), now, timezone)
        # `any` is whatever was said, all of it; no other detector sees more than so many characters.
        found = find(text, heard) if spec.type == "any" else _find_as_seen(find, text[:MOST_CHARS], heard)
        return found if spec.role is None else [one for one in found if _role_said(one.value) in (None, spec.role)]

    return detect


def detect(
    text: str,
    spec: EntitySpec,
    language: Language,
    bot_message: str = "",
    *,
    now: datetime | None = None,
    timezone: tzinfo | None = None,
) -> list[EntityFound]:
    """Detect one entity once; whoever looks for it again keeps what `prepare` gives."""
    return prepare(spec)(text, language, bot_message, now=now, timezone=timezone)


def specificity(type_: EntityType) -> int:
    """Rank types by who claims first; lower is more specific."""
    return _ORDER[type_]


def _find_as_seen(find: Find, text: str, heard: Heard) -> list[EntityFound]:
    """Look for values in what the user saw as they typed or copied it; places are those of what they sent."""
    if text.isascii() or len(seen := as_seen(text)) == len(text):
        return find(text, heard)
    places = [i for i, character in enumerate(text) if as_seen(character)]
    return [standing(text, places[one.start], places[one.end - 1] + 1, one.value) for one in find(seen, heard)]


def _role_said(value: EntityValue) -> str | None:
    return next((role for role in ("from", "to", "via") if isinstance(value, dict) and value.get(role)), None)
