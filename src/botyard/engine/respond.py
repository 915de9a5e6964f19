"""Which of a node's responses is said, and which variant of it (platform §2.4–2.6)."""

from datetime import datetime

from msgspec.structs import replace

from botyard.bot.model import Bubble, Node, NodeEntity, Says, Variant
from botyard.engine.effects import Role, Say
from botyard.engine.scene import Scene
from botyard.engine.state import State
from botyard.engine.value_texts import shown
from botyard.hsl.actionable import Actionable
from botyard.hsl.elements import Element, Form, Text
from botyard.hsl.fill import fill
from botyard.hsl.plain import text_of
from botyard.nlu.understanding import Language

# Names that builders restrict a variant to, by device platform (platform §1.3).
PLATFORMS = {2: "android", 3: "facebook", 4: "jio", 5: "web", 6: "ios", 13: "api", 14: "whatsapp", 15: "jio"}

# A bubble that says nothing on purpose (platform §2.6).
_SILENCE = "{}"


def say(scene: Scene, says: Says, role: Role, node: Node | None) -> bool:
    """Say one variant of a response; False when there is nothing to say in any language the user could get."""
    variant = _variant(scene, says) if says else None
    if variant is None:
        return False
    spoken(scene, _elements(scene, variant), role, node)
    return True


def spoken(scene: Scene, messages: tuple[Element, ...], role: Role, node: Node | None) -> None:
    """Say these messages; the last one is what an entity's previous-context tags are matched with."""
    if not messages:
        return
    scene.ask_for(Say(messages, role, node.system_name if node else None))
    asked = tuple([field.key for message in messages if isinstance(message, Form) for field in message.fields])
    active = scene.state.last_active
    if role != "follow_up":  # what the bot says counts as activity too, but not what only silence made it say
        active, scene.has_spoken = scene.given.now, True
    scene.change(last_bot_message=text_of(messages[-1]), form=asked, last_active=active)


def ask(scene: Scene, node: Node, wanted: NodeEntity, *, nothing_known: bool) -> bool:
    """Ask for an entity: by the node's initial response while nothing is known, if it has several entities."""
    if nothing_known and len(node.entities) > 1 and say(scene, node.bot_says.initial, "initial", node):
        return True
    return say(scene, wanted.ask, "entity", node)


def ask_again(scene: Scene, node: Node, wanted: NodeEntity) -> bool:
    """Say the entity's own re-prompt; where it has none, ask as before."""
    entity = scene.given.bot.entities.get(wanted.entity)
    if entity is not None and say(scene, entity.reprompt, "reprompt", node):
        return True
    return say(scene, wanted.ask, "reprompt", node)


def finish(scene: Scene, node: Node) -> bool:
    """Say what closes a node that calls nothing: its final response; a node without one has only its initial."""
    return say(scene, node.bot_says.final, "final", node) or say(scene, node.bot_says.initial, "initial", node)


def _variant(scene: Scene, says: Says) -> Variant | None:
    platform = PLATFORMS.get(scene.state.user.device_platform, "web")
    for language in (scene.language, *scene.given.bot.bot.languages):
        fitting = [v for v in says.get(language, ()) if not v.platforms or platform in v.platforms]
        if fitting:
            return fitting[scene.given.dice.pick(len(fitting))]
    return None


def _elements(scene: Scene, variant: Variant) -> tuple[Element, ...]:
    tags = Tags(scene)
    filled = [fill(_element(bubble), tags.value) for bubble in variant.messages if bubble != _SILENCE]
    if variant.quick_replies and filled and isinstance(filled[-1], Text):
        replies = tuple(Actionable(actionable_text=r, payload={"message": r}) for r in variant.quick_replies)
        filled[-1] = replace(filled[-1], quick_replies=filled[-1].quick_replies + replies)
    return tuple(filled)


def _element(bubble: Bubble) -> Element:
    return Text(bubble) if isinstance(bubble, str) else bubble


class Tags:
    """The values behind `%tags`, looked up when a text asks for one."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    def value(self, tag: str) -> str | None:
        """Answer what stands for a tag; None for a tag nobody knows, which then stays as it is written."""
        if tag.startswith("entitytag_"):
            return self._entity(tag.removeprefix("entitytag_"))
        if tag.startswith("copy_"):
            return self._copy(tag.removeprefix("copy_"))
        given = self.scene.given
        return _fact(self.scene.state, given.now.astimezone(given.bot.zone), tag)

    def _entity(self, tag: str) -> str | None:
        name, _, form = tag.partition("@")
        values = self.scene.state.entities.get(name)
        if not values:
            return "" if name in self.scene.given.bot.entities else None
        return ", ".join(shown(value.entity_value, form) for value in values)

    def _copy(self, key: str) -> str | None:
        texts = self.scene.given.bot.bot.copy.get(key)
        return None if texts is None else _localised(texts, self.scene.language, self.scene.given.bot.bot.languages)


def _localised(texts: dict[Language, str], language: Language, languages: tuple[Language, ...]) -> str:
    return next((texts[code] for code in (language, *languages) if code in texts), "")


def _fact(state: State, now: datetime, tag: str) -> str | None:
    user = state.user
    facts = {
        "full_name": user.full_name,
        "name": user.full_name.split(" ")[0],
        "email": user.email,
        "mobile_no": user.mobile_no,
        "date": f"{now:%B} {now.day}",
        "time": f"{now.hour % 12 or 12}:{now:%M} {now:%p}".lower(),
        "timeofday": _time_of_day(now.hour),
    }
    return facts.get(tag)


def _time_of_day(hour: int) -> str:
    """Say which part of the day an hour is in: mornings begin at 4, evenings at 17 (platform §2.6)."""
    bounds = ((4, "evening"), (12, "morning"), (17, "afternoon"), (24, "evening"))
    return next(name for until, name in bounds if hour < until)
