"""Has the bot something to say wherever it must, in every language it speaks?"""

import re
from collections.abc import Collection, Iterator

from botyard.bot import layout
from botyard.bot.checks.subject import Severity, Subject, slots
from botyard.bot.model import Node, Says, Variant
from botyard.bot.problems import Path, Problem, suggestion
from botyard.hsl.elements import Element
from botyard.nlu.understanding import Language

_ENTITY_TAG = re.compile(r"%entitytag_([a-z][a-z0-9_]*)")
_COPY_TAG = re.compile(r"%copy_(\w+)")
# What builders bring along from other platforms (docs/reference/bot-format.md): messages that do something, and tags.
_SMART_ACTIONS = ("{taskbox}", "{feedback}")
# The forms that engine/value_texts.py writes; what follows a form is text.
_FORMS = r"(?:full_name|dd/mm/yy|mm/dd/yy|short)"
_FOREIGN_TAG = re.compile(rf"%city\b|(?<=%entitytag_)\w+@(?!{_FORMS})[A-Za-z_/]+")

# Those that are, and those that will be: bots can be written for them (docs/reference/device-platforms.md).
PLATFORMS = ("android", "facebook", "jio", "web", "ios", "api", "whatsapp")

# Slots that a conversation can do without: in a language that lacks them, another language or nothing is said.
_COURTESIES = frozenset({"follow_up", "says_before", "reprompt"})


def replies(subject: Subject) -> Iterator[Problem]:
    """Go through everything the bot says."""
    for node in subject.bot.nodes:
        if node.active:
            yield from _silent(subject, node)
            yield from _node_languages(subject, node)
    yield from _faq_languages(subject)
    yield from _mute(subject)
    yield from _other_languages(subject)
    for spoken in subject.spoken():
        yield from _foreign(subject, spoken.file, spoken.path, spoken.says)
        yield from _variants(subject, spoken.file, spoken.path, spoken.says)
    yield from _copy(subject)


def _silent(subject: Subject, node: Node) -> Iterator[Problem]:
    says = node.bot_says
    if node.integration is not None or any(says.initial.values()) or any(says.final.values()):
        return
    if subject.read.places.has_lost(subject.node_file(node), "bot_says", "integration"):
        return
    if any(wanted.mandatory for wanted in node.entities):
        sentence = f"{node.system_name} has nothing to say once its entities are known; write bot_says.final"
    else:
        sentence = f"{node.system_name} has nothing to say; write bot_says.initial, or give it an integration"
    yield subject.at_node(node, ("bot_says",), sentence)


def _node_languages(subject: Subject, node: Node) -> Iterator[Problem]:
    taught = _taught_in(subject, node)
    for path, says in slots(node):
        if path == ("bot_says", "final") and node.integration is not None:
            continue  # never said: the integration's answer takes its place
        yield from _lacking(subject, subject.node_file(node), (path, says), node.system_name, taught)


def _faq_languages(subject: Subject) -> Iterator[Problem]:
    for index, faq in subject.faqs():
        path: Path = (index, "bot_says")
        if faq.active and not any(faq.bot_says.values()) and not subject.read.places.lost.get(layout.FAQS):
            yield subject.at(layout.FAQS, path, f"{faq.system_name} has nothing to say")
        yield from _lacking(subject, layout.FAQS, (path, faq.bot_says), faq.system_name, faq.user_says)


def _other_languages(subject: Subject) -> Iterator[Problem]:
    yield from _lacking(subject, layout.BOT, (("bot_break",), subject.bot.bot_break), "the bot", subject.languages)
    for entity in subject.bot.entities:
        slot: tuple[Path, Says] = (("reprompt",), entity.reprompt)
        yield from _lacking(subject, subject.entity_file(entity), slot, f"`{entity.name}`", ())


def _taught_in(subject: Subject, node: Node) -> frozenset[Language]:
    """List the languages in which a conversation can come to a node."""
    leading = subject.leading.get(node.system_name, [])
    if any(connection.entity is not None or connection.result is not None for connection in leading):
        return frozenset(subject.languages)
    says = (node.user_says if node.start else {}, *(connection.user_says for connection in leading))
    taught = frozenset(language for lesson in says for language, lines in lesson.items() if lines)
    return taught or frozenset(subject.languages)


def _mute(subject: Subject) -> Iterator[Problem]:
    """Say which languages the bot claims to speak, without a single reply in them."""
    spoken = {language for slot in subject.spoken() for language, variants in slot.says.items() if variants}
    for index, language in enumerate(subject.languages if spoken else ()):
        if language not in spoken:
            yield subject.at_bot(("languages", index), f"the bot has not one reply in {language}")


def _lacking(
    subject: Subject, file: str, slot: tuple[Path, Says], who: str, taught: Collection[Language]
) -> Iterator[Problem]:
    """Say in which of the bot's languages a slot that is used at all stays silent.

    taught: the languages in which the slot is needed; in others, users who stray here get the bot's first language.
    """
    path, says = slot
    if not any(says.values()):
        return
    name = next(part for part in reversed(path) if isinstance(part, str) and part != "says")
    is_courtesy = not _COURTESIES.isdisjoint(path)
    for language in subject.languages:
        if not says.get(language):
            severity: Severity = "error" if language in taught and not is_courtesy else "warning"
            yield subject.at(file, path, f"{who} has no reply in {language}: `{name}` lacks it", severity)


def _foreign(subject: Subject, file: str, path: Path, says: Says) -> Iterator[Problem]:
    for language in says:
        if subject.languages and language not in subject.languages:
            sentence = f"`{language[:20]}` is not a language of this bot; it speaks {', '.join(subject.languages)}"
            yield subject.at(file, (*path, language), sentence)


def _variants(subject: Subject, file: str, path: Path, says: Says) -> Iterator[Problem]:
    for language, variants in says.items():
        for index, variant in enumerate(variants):
            yield from _variant(subject, file, (*path, language, index), variant)
        if variants and all(variant.platforms for variant in variants):
            sentence = f"every variant in {language} is for certain platforms only; on others nothing is said"
            yield subject.at(file, (*path, language), sentence, "warning")


def _variant(subject: Subject, file: str, path: Path, variant: Variant) -> Iterator[Problem]:
    if not variant.messages or any(isinstance(m, str) and not m.strip() for m in variant.messages):
        yield subject.at(file, path, 'a message is empty; to say nothing on purpose, write "{}"')
    for index, name in enumerate(variant.platforms):
        if name not in PLATFORMS:
            sentence = f"there is no platform `{name[:60]}`{suggestion(name, PLATFORMS)}"
            yield subject.at(file, (*path, "platforms", index), sentence)
    for text in _texts(variant):
        yield from _tags(subject, file, path, text)
        yield from _elsewhere(subject, file, path, text)


def _texts(variant: Variant) -> Iterator[str]:
    for message in variant.messages:
        if isinstance(message, str):
            yield message
        else:
            yield from _text_of(message)
    yield from variant.quick_replies


def _text_of(element: Element) -> Iterator[str]:
    found = getattr(element, "text", "")
    if isinstance(found, str):
        yield found


def _tags(subject: Subject, file: str, path: Path, text: str) -> Iterator[Problem]:
    for name in _ENTITY_TAG.findall(text):
        if name not in subject.known_entities:
            sentence = f"`%entitytag_{name}` names an entity that nobody defines"
            yield subject.at(file, path, sentence + suggestion(name, subject.known_entities))
    if layout.COPY in subject.read.places.unreadable:
        return
    for key in _COPY_TAG.findall(text):
        if key not in subject.bot.copy:
            sentence = f"`%copy_{key}` names a text that {layout.COPY} does not have"
            yield subject.at(file, path, sentence + suggestion(key, subject.bot.copy))


def _elsewhere(subject: Subject, file: str, path: Path, text: str) -> Iterator[Problem]:
    """Say what other platforms would act on, and this one does not."""
    if text.strip() in _SMART_ACTIONS:
        sentence = f"`{text.strip()}` does nothing here: it is said as it is written"
        yield subject.at(file, path, sentence, "warning")
    for found in _FOREIGN_TAG.findall(text):
        what = f"`{found}`" if found.startswith("%") else f"the format in `%entitytag_{found}`"
        yield subject.not_used_yet(file, path, what)


def _copy(subject: Subject) -> Iterator[Problem]:
    for key, texts in subject.bot.copy.items():
        missing = [language for language in subject.languages if language not in texts]
        yield from (subject.at(layout.COPY, (key,), f"text `{key}` is missing in {code}") for code in missing)
        yield from _unknown_languages(subject, key, list(texts))


def _unknown_languages(subject: Subject, key: str, languages: list[Language]) -> Iterator[Problem]:
    for language in languages:
        if subject.languages and language not in subject.languages:
            sentence = f"`{language[:20]}` is not a language of this bot; it speaks {', '.join(subject.languages)}"
            yield subject.at(layout.COPY, (key, language), sentence)
