"""The closed list of what a bot can say. Adding an element makes the type checker name every renderer it lacks."""

from typing import Any, TypeAlias

from msgspec import Struct

from botyard.hsl.actionable import Actionable


class Text(Struct, frozen=True, tag="TEXT"):
    """One bubble of text. Quick replies vanish after one is tapped."""

    text: str
    quick_replies: tuple[Actionable, ...] = ()


class Buttons(Struct, frozen=True, tag="BUTTON"):
    """Text with buttons that stay."""

    text: str
    items: tuple[Actionable, ...]


class Card(Struct, frozen=True, kw_only=True):
    """One card of a carousel. image: a URL, "" for none."""

    title: str = ""
    sub_title: str = ""
    description: str = ""
    image: str = ""
    image_type: str = ""
    meta: dict[str, Any] = {}
    actionables: tuple[Actionable, ...] = ()
    mini_actionable: Actionable | None = None


class Carousel(Struct, frozen=True, tag="CAROUSEL"):
    """Cards side by side; one card without actions is an image. width: THIN, MEDIUM, FAT or BIG."""

    text: str
    width: str
    items: tuple[Card, ...]
    image_aspect_ratio: str | float | int | None = None


class Field(Struct, frozen=True, kw_only=True):
    """One field of a form. key: its label and, through an entity's form keys, the entity it fills."""

    key: str
    type: str = "text"
    keyboard_type: str = "normal"
    order: int = 0
    icon: str = ""
    hint: str = ""
    options: tuple[str, ...] = ()
    search_source: str = ""
    search_placeholder: str = ""
    autofill: bool = False
    autofill_source: str = ""


class Form(Struct, frozen=True, tag="FORM"):
    """Several questions asked at once. text: seldom set; what shows is the title."""

    title: str
    subtitle: str
    fields: tuple[Field, ...]
    text: str = ""


class System(Struct, frozen=True, tag="SYSTEM"):
    """What happened to the chat, e.g. an agent joined. event_name: chat_pinned or chat_complete."""

    text: str
    event_name: str
    payload: dict[str, Any] = {}


class Silent(Struct, frozen=True, tag="SILENT"):
    """Actions for the client that show nothing."""

    text: str
    silent_actions: tuple[dict[str, Any], ...]


class NativeAction(Struct, frozen=True, tag="NATIVE_ACTION"):
    """A call into the app that hosts the chat."""

    text: str
    method: str


class TabList(Struct, frozen=True, tag="TAB_LIST"):
    """Legacy native list; its data is passed on as it came."""

    text: str
    data: dict[str, Any]


class Receipt(Struct, frozen=True, tag="RECEIPT"):
    """Legacy native receipt; its data is passed on as it came."""

    text: str
    data: dict[str, Any]


Element: TypeAlias = Text | Buttons | Carousel | Form | System | Silent | NativeAction | TabList | Receipt
