"""Asking for entities: what a message brings, what is known already, and what is still missing."""

from collections.abc import Iterable
from typing import TypeAlias

from botyard.bot.model import Entity, Node, NodeEntity
from botyard.engine.effects import Collected
from botyard.engine.scene import Scene
from botyard.engine.trace import MASK, EntitySeen
from botyard.nlu.understanding import EntityName, EntityValue, NodeName

Values: TypeAlias = tuple[Collected, ...]
Brought: TypeAlias = dict[EntityName, Values]  # what one message brings


def look_for(scene: Scene, entities: Iterable[EntityName], *, takes_anything: bool = False) -> Brought:
    """Find values of these entities in the message; the awaited one has first claim on its characters.

    takes_anything: also entities of type `any`, which take every message whole.
    """
    wanted = [name for name in dict.fromkeys(entities) if _may_be_filled(scene, name, takes_anything=takes_anything)]
    if not wanted or not scene.heard.visible:
        return {}
    found = scene.given.understand.find(
        wanted,
        scene.heard.visible,
        scene.language,
        scene.state.last_bot_message,
        asked=scene.state.awaiting,
        now=scene.given.now,
        timezone=scene.given.bot.zone,
    )
    brought = {
        name: tuple([Collected("message", one.original_text, one.value) for one in values])
        for name, values in found.items()
    }
    _hide_personal(scene, brought)
    return brought


def structured(scene: Scene) -> Brought:
    """Read the values that a button put behind the message, or that a form gave; they win over the message itself.

    A form comes back as lines of `key: value`, with the keys it asked for (platform §4.6, §6.7).
    """
    if not scene.heard.fields and not scene.state.form:
        return {}
    fields = dict(scene.heard.fields) | _filled_in(scene.heard.visible, scene.state.form)
    brought: Brought = {}
    for entity in scene.given.bot.entities.values():
        raw = _structured_value(entity, fields)
        if raw:
            brought[entity.name] = (_verified(scene, entity.name, raw),)
    _hide_personal(scene, brought)
    return brought


def keep(scene: Scene, node: Node, brought: Brought) -> Brought:
    """Keep what the message brought for this node; answers what of it is another value than before."""
    known = dict(scene.state.entities)
    changed: Brought = {}
    for wanted in node.entities:
        name = wanted.entity
        if name not in brought:
            continue
        values = brought[name]
        if is_news(values, known.get(name, ())):
            changed[name] = values
        known[name] = values
        _note(scene, name, values)
    scene.change(entities=known)
    return changed


def is_news(values: Values, known: Values) -> bool:
    """Whether an entity's values are others than those that were known."""
    return [one.entity_value for one in values] != [one.entity_value for one in known]


def fill_in(scene: Scene, node: Node) -> None:
    """Give unknown entities what needs no asking: the user's profile, then the builder's default."""
    for wanted in node.entities:
        known = scene.state.entities
        if wanted.entity in known:
            continue
        value = _from_profile(scene, wanted.entity) or _from_default(scene, wanted)
        if value is not None:
            scene.change(entities=known | {wanted.entity: (value,)})
            _note(scene, wanted.entity, (value,))


def missing(scene: Scene, node: Node) -> NodeEntity | None:
    """Name the first mandatory entity, in the author's order, that is still unknown."""
    for wanted in node.entities:
        if wanted.mandatory and wanted.entity not in scene.state.entities:
            return wanted
    return None


def of_node(scene: Scene, node: Node) -> dict[EntityName, Values]:
    """Gather what an integration of this node is given: its own entities that have a value."""
    known = scene.state.entities
    return {wanted.entity: known[wanted.entity] for wanted in node.entities if wanted.entity in known}


def is_filtered_out(scene: Scene, name: NodeName) -> bool:
    """A node-entity filter removes a node whose entity the message gives another value (platform §4.7).

    Of several filtered entities the message must give none or all.
    """
    node = scene.given.bot.nodes.get(name)
    filtered = [wanted for wanted in node.entities if wanted.filter] if node is not None else []
    found = look_for(scene, [wanted.entity for wanted in filtered]) if filtered else {}
    if found and len(found) < len(filtered):
        return True
    return any(value.entity_value not in wanted.filter for wanted in filtered for value in found.get(wanted.entity, ()))


def _may_be_filled(scene: Scene, name: EntityName, *, takes_anything: bool) -> bool:
    if name in scene.given.bot.takes_anything and not takes_anything:
        return False
    entity = scene.given.bot.entities.get(name)
    if entity is None or not entity.previous_context_tags:
        return True
    before = scene.state.last_bot_message.casefold()
    return any(tag.casefold() in before for tag in entity.previous_context_tags)


def _filled_in(text: str, keys: tuple[str, ...]) -> dict[str, str]:
    """Take a form's lines apart; only the keys that were asked for count."""
    asked = {key.casefold(): key.lower() for key in keys}
    lines = (line.partition(":") for line in text.splitlines()) if keys else ()
    return {asked[key.strip().casefold()]: value.strip() for key, _, value in lines if key.strip().casefold() in asked}


def _structured_value(entity: Entity, fields: dict[str, str]) -> str | None:
    if "api_name" in fields and fields["api_name"] not in entity.payload_keys:
        return None
    keys = (*entity.context_keys, *entity.form_keys)
    return next((fields[key.lower()] for key in keys if key.lower() in fields), None)


def _verified(scene: Scene, name: EntityName, raw: str) -> Collected:
    value = _recognised(scene, name, raw)
    if value is None:
        return Collected("structure_value_not_verified", raw, raw)
    return Collected("structure_value_verified", raw, value)


def _recognised(scene: Scene, name: EntityName, raw: str) -> EntityValue | None:
    """Bring a value that did not come from the message to the form it has on the wire (wire.md §6), if it is one."""
    given = scene.given
    found = given.understand.find([name], raw, scene.language, "", now=given.now, timezone=given.bot.zone).get(name)
    return found[0].value if found else None


def _from_profile(scene: Scene, name: EntityName) -> Collected | None:
    """Only the system entities that say so read the profile: a friend's number is not the user's (platform §4.8)."""
    user = scene.state.user
    known: dict[EntityName, str] = {
        "email": user.email,
        "completion_email": user.email,
        "phone_number": user.mobile_no,
        "completion_phone_number": user.mobile_no,
        "user_name": user.full_name,
        "person_name": user.full_name,
    }
    text = known.get(name, "")
    if not text:
        return None
    value = _person_name(text) if text == user.full_name else _recognised(scene, name, text)
    return Collected("user_profile", text, text if value is None else value)


def _person_name(full_name: str) -> EntityValue:
    """A profile's name needs no recognising; it is all name, whatever words it has."""
    first, *rest = full_name.split() or [full_name]
    middle, last = " ".join(rest[:-1]), " ".join(rest[-1:])
    return {"first_name": first, "middle_name": middle or None, "last_name": last or None}


def _from_default(scene: Scene, wanted: NodeEntity) -> Collected | None:
    raw = wanted.filter[-1] if wanted.filter else wanted.default
    if raw is None:
        return None
    value = _recognised(scene, wanted.entity, raw)
    return Collected("default", raw, raw if value is None else value)


def _hide_personal(scene: Scene, brought: Brought) -> None:
    for name, values in brought.items():
        if name in scene.given.bot.personal:
            scene.notes.hide(values)


def _note(scene: Scene, name: EntityName, values: Values) -> None:
    for value in values:
        seen = (MASK, MASK) if name in scene.given.bot.personal else (value.entity_value, value.original_text)
        scene.notes.entities.append(EntitySeen(name, *seen, value.detection))
