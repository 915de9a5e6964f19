"""Can every entity be recognised, by what its type knows how to use?"""

import re
from collections.abc import Iterator

from phonenumbers import SUPPORTED_REGIONS

from botyard.bot.checks.subject import Subject
from botyard.bot.dictionary_csv import misread
from botyard.bot.model import Entity
from botyard.bot.problems import Path, Problem
from botyard.nlu.entities.taught.learnt import MOST_PATTERNS
from botyard.nlu.entities.taught.pattern import check_regex
from botyard.nlu.entities.taught.tagged import check_pattern, tagged
from botyard.nlu.understanding import Digits, EntityType

_NAME = re.compile(r"[a-z][a-z0-9_]*")

_FEWEST_PATTERNS = 10  # platform.md §4.2

# Options that only some types look at; a regex has a sentence of its own below.
OPTIONS: dict[str, tuple[EntityType, ...]] = {
    "dictionary": ("text", "city", "location"),
    "patterns": ("text",),
    "digits": ("number", "number_range", "otp"),
    "unit": ("number", "number_range", "currency"),
    "locale": ("phone_number", "date"),
    "past": ("date",),
}


def entities(subject: Subject) -> Iterator[Problem]:
    """Go through the bot's own entities."""
    for entity in subject.bot.entities:
        yield from _named(subject, entity)
        yield from _recognised(subject, entity)
        yield from _dictionary(subject, entity)
        yield from _patterns(subject, entity)
        yield from _options(subject, entity)
        yield from _locale(subject, entity)
    yield from _unused(subject)
    for path, source in subject.read.kept.items():
        if path.endswith(".csv"):
            yield from misread(path, source)


def _named(subject: Subject, entity: Entity) -> Iterator[Problem]:
    if not _NAME.fullmatch(entity.name):
        sentence = f"`{entity.name[:60]}` must be small letters, digits and _, as in product_name"
        yield subject.at_entity(entity, ("name",), sentence)


def _recognised(subject: Subject, entity: Entity) -> Iterator[Problem]:
    lost = subject.read.places.has_lost(subject.entity_file(entity), "dictionary", "type")
    if entity.type == "text" and not entity.dictionary and not entity.patterns and not lost:
        yield subject.at_entity(entity, (), f"`{entity.name}` recognises nothing: it has no dictionary and no patterns")
    if entity.type == "regex" and not entity.regex:
        yield subject.at_entity(entity, (), f"`{entity.name}` recognises nothing: it has no regex")
    if entity.regex and (trouble := check_regex(entity.regex)):
        yield subject.at_entity(entity, ("regex",), f"this regex cannot be used: {trouble}")


def _dictionary(subject: Subject, entity: Entity) -> Iterator[Problem]:
    meant: dict[str, str] = {}
    for value, variants in entity.dictionary.items():
        path: Path = ("dictionary", value)
        if not value.strip() or any(not variant.strip() for variant in variants):
            yield subject.at_entity(entity, path, "a value or variant is empty")
        for word in (value, *variants):
            other = meant.setdefault(word.casefold().strip(), value)
            if other != value:
                sentence = f"`{word[:60]}` stands for `{other[:60]}` and for `{value[:60]}`"
                yield subject.at_entity(entity, path, sentence)


def _patterns(subject: Subject, entity: Entity) -> Iterator[Problem]:
    for language, patterns in entity.patterns.items():
        path: Path = ("patterns", language)
        for index, pattern in enumerate(patterns):
            if trouble := check_pattern(pattern):
                yield subject.at_entity(entity, (*path, index), f"this pattern cannot be used: {trouble}")
        marked = sum(bool(tagged(pattern).spans) for pattern in patterns)
        if entity.type == "text" and marked < _FEWEST_PATTERNS:
            sentence = f"{marked} patterns with a mark are few to learn from; write {_FEWEST_PATTERNS} or more"
            yield subject.at_entity(entity, path, sentence, "warning")
    count = sum(map(len, entity.patterns.values()))
    if count > MOST_PATTERNS:
        sentence = f"only the first {MOST_PATTERNS} of {count} patterns are learnt"
        yield subject.at_entity(entity, ("patterns",), sentence, "warning")


def _options(subject: Subject, entity: Entity) -> Iterator[Problem]:
    for option, users in OPTIONS.items():
        value = getattr(entity, option)
        if value and value != Digits() and entity.type not in users:
            sentence = f"`{option}` means nothing for an entity of type {entity.type}"
            yield subject.at_entity(entity, (option,), sentence, "warning")
    least, most = entity.digits.min, entity.digits.max
    if entity.regex is not None and entity.type != "regex":
        yield subject.at_entity(
            entity, ("regex",), f"a regex needs `type: regex`; this entity is of type {entity.type}"
        )
    if any(count is not None and count < 1 for count in (least, most)):
        yield subject.at_entity(entity, ("digits",), "digits count from 1")
    elif least is not None and most is not None and least > most:
        yield subject.at_entity(entity, ("digits",), f"digits.min ({least}) is more than digits.max ({most})")


def _locale(subject: Subject, entity: Entity) -> Iterator[Problem]:
    """Look for the country: a phone number's would be India without a word, and a date's anything but the US."""
    if entity.locale is None or entity.type not in OPTIONS["locale"]:
        return
    language, _, country = entity.locale.replace("_", "-").upper().rpartition("-")
    shown = f"`{entity.locale[:60]}`"
    must_be_known = entity.type == "phone_number" or (language and len(country) == len("IN"))
    if must_be_known and country not in SUPPORTED_REGIONS:
        yield subject.at_entity(entity, ("locale",), f"{shown} names no country; write one as in en-IN")
    elif entity.type == "date" and country == "US" and not language:
        yield subject.at_entity(entity, ("locale",), f"{shown} alone is not read as American dates; write en-US")


def _unused(subject: Subject) -> Iterator[Problem]:
    places = subject.read.places
    if any(places.has_lost(file, "entities") for file in (*places.unreadable, *places.lost)):
        return
    used = {wanted.entity for node in subject.bot.nodes for wanted in node.entities}
    for entity in subject.bot.entities:
        if entity.name not in used:
            sentence = f"no node collects `{entity.name}`"
            yield subject.at_entity(entity, ("name",), sentence, "warning")
