"""HSL JSON <-> elements (platform §6.1–6.7). Reading is lenient where the field's own samples are, and nowhere else.

Lenient: an action's `type` and `uri` are kept whatever they say; an action may leave `type` out (carousels do);
`location_required` may be the text "false"; what HSL does not name (`isNew`, `voice_text`) is passed over.
"""

from collections.abc import Callable
from typing import Any, assert_never

from botyard.hsl.actionable import Actionable
from botyard.hsl.elements import (
    Buttons,
    Card,
    Carousel,
    Element,
    Field,
    Form,
    NativeAction,
    Receipt,
    Silent,
    System,
    TabList,
    Text,
)
from botyard.hsl.part import NotHsl, Part

__all__ = ["NotHsl", "read_element", "to_json"]

WIDTHS = ("THIN", "MEDIUM", "FAT", "BIG")


def read_element(obj: object, path: str = "$") -> Element:
    """Read one message. obj: parsed JSON. path: where it stands, for the refusal. Raises NotHsl."""
    part = Part(obj, path)
    return _READERS[part.one_of("type", _READERS)](part)


def to_json(element: Element) -> dict[str, Any]:  # noqa: PLR0911 - one return an element
    """Write an element as `{"text", "type", "data"}`; `read_element` gives the same element back."""
    match element:
        case Text():
            return {"text": element.text, "type": "TEXT", "data": {"quick_replies": _actions(element.quick_replies)}}
        case Buttons():
            return {"text": element.text, "type": "BUTTON", "data": {"items": _actions(element.items)}}
        case Carousel():
            return {"text": element.text, "type": "CAROUSEL", "data": _carousel_data(element)}
        case Form():
            fields = [_field_json(field) for field in element.fields]
            named = {"title": element.title, "subtitle": element.subtitle}
            return {"text": element.text, "type": "FORM", "data": {"fields": fields}, **named}
        case System():
            happened = {"event_name": element.event_name, "payload": element.payload}
            return {"text": element.text, "type": "SYSTEM", "data": happened}
        case Silent():
            return {"text": element.text, "type": "SILENT", "data": {"silent_actions": list(element.silent_actions)}}
        case NativeAction():
            return {"text": element.text, "type": "NATIVE_ACTION", "data": {"method": element.method}}
        case TabList():
            return {"text": element.text, "type": "TAB_LIST", "data": element.data}
        case Receipt():
            return {"text": element.text, "type": "RECEIPT", "data": element.data}
        case _:
            assert_never(element)


# ── reading ───────────────────────────────────────────────────────────────────────────────────────────


def _text(part: Part) -> Text:
    return Text(part.text("text"), part.part("data").each("quick_replies", _actionable))


def _buttons(part: Part) -> Buttons:
    return Buttons(part.text("text"), part.part("data").each("items", _actionable, required=True))


def _carousel(part: Part) -> Carousel:
    data = part.part("data")
    return Carousel(
        part.text("text", ""), data.one_of("width", WIDTHS), data.each("items", _card, required=True), _ratio(data)
    )


def _ratio(data: Part) -> str | float | int | None:
    ratio = data.fields.get("image_aspect_ratio")
    if ratio is None or (isinstance(ratio, str | float | int) and not isinstance(ratio, bool)):
        return ratio
    raise data.refuse("image_aspect_ratio", "must be a number such as 1.77, or a text")


def _card(part: Part) -> Card:
    thumbnail = part.part("thumbnail")
    has_mini = part.fields.get("mini_actionable") is not None
    return Card(
        title=part.text("title", ""),
        sub_title=part.text("sub_title", ""),
        description=part.text("description", ""),
        image=thumbnail.text("image", ""),
        image_type=thumbnail.text("type", ""),
        meta=part.mapping("meta"),
        actionables=part.each("actionables", _actionable),
        mini_actionable=_actionable(part.part("mini_actionable")) if has_mini else None,
    )


def _actionable(part: Part) -> Actionable:
    is_default = part.whole("is_default")
    if is_default not in (0, 1):
        raise part.refuse("is_default", f"must be 0 or 1, not {is_default}")
    return Actionable(
        actionable_text=part.text("actionable_text"),
        type=part.text("type", ""),
        uri=part.text("uri", ""),
        is_default=is_default,
        location_required=part.truth("location_required"),
        payload=part.mapping("payload"),
        emoji=part.text("emoji") if part.fields.get("emoji") is not None else None,
    )


def _form(part: Part) -> Form:
    return Form(
        title=part.text("title", ""),
        subtitle=part.text("subtitle", ""),
        fields=part.part("data").each("fields", _field, required=True),
        text=part.text("text", ""),
    )


def _field(part: Part) -> Field:
    return Field(
        key=part.text("key"),
        type=part.text("type", "text"),
        keyboard_type=part.text("keyboard_type", "normal"),
        order=part.whole("order"),
        icon=part.text("icon", ""),
        hint=part.text("hint", ""),
        options=part.texts("options"),
        search_source=part.text("search_source", ""),
        search_placeholder=part.text("search_placeholder", ""),
        autofill=part.truth("autofill"),
        autofill_source=part.text("autofill_source", ""),
    )


def _system(part: Part) -> System:
    data = part.part("data")
    return System(part.text("text", ""), data.text("event_name"), data.mapping("payload"))


def _silent(part: Part) -> Silent:
    return Silent(part.text("text", ""), part.part("data").each("silent_actions", lambda action: action.fields))


def _native(part: Part) -> NativeAction:
    return NativeAction(part.text("text", ""), part.part("data").text("method"))


def _tab_list(part: Part) -> TabList:
    return TabList(part.text("text", ""), part.mapping("data"))


def _receipt(part: Part) -> Receipt:
    return Receipt(part.text("text", ""), part.mapping("data"))


_READERS: dict[str, Callable[[Part], Element]] = {
    "TEXT": _text,
    "BUTTON": _buttons,
    "CAROUSEL": _carousel,
    "FORM": _form,
    "SYSTEM": _system,
    "SILENT": _silent,
    "NATIVE_ACTION": _native,
    "TAB_LIST": _tab_list,
    "RECEIPT": _receipt,
}


# ── writing ───────────────────────────────────────────────────────────────────────────────────────────


def _carousel_data(carousel: Carousel) -> dict[str, Any]:
    ratio = {} if carousel.image_aspect_ratio is None else {"image_aspect_ratio": carousel.image_aspect_ratio}
    return {**ratio, "width": carousel.width, "items": [_card_json(card) for card in carousel.items]}


def _card_json(card: Card) -> dict[str, Any]:
    thumbnail = {"image": card.image, "type": card.image_type}
    written: dict[str, Any] = {
        "thumbnail": {key: part for key, part in thumbnail.items() if part},
        "title": card.title,
        "sub_title": card.sub_title,
        "description": card.description,
        "meta": card.meta,
        "actionables": _actions(card.actionables),
    }
    if card.mini_actionable is not None:
        written["mini_actionable"] = _action_json(card.mini_actionable)
    return written


def _actions(actionables: tuple[Actionable, ...]) -> list[dict[str, Any]]:
    return [_action_json(actionable) for actionable in actionables]


def _action_json(action: Actionable) -> dict[str, Any]:
    written: dict[str, Any] = {
        "actionable_text": action.actionable_text,
        "location_required": action.location_required,
        "is_default": action.is_default,
        "uri": action.uri,
        "type": action.type,
        "payload": action.payload,
    }
    if action.emoji is not None:
        written["emoji"] = action.emoji
    return written


def _field_json(field: Field) -> dict[str, Any]:
    return {
        "key": field.key,
        "type": field.type,
        "keyboard_type": field.keyboard_type,
        "order": field.order,
        "icon": field.icon,
        "hint": field.hint,
        "options": list(field.options),
        "search_source": field.search_source,
        "search_placeholder": field.search_placeholder,
        "autofill": field.autofill,
        "autofill_source": field.autofill_source,
    }
