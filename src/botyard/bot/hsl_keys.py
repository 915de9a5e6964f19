"""Which keys an HSL element in a bot's files may have.

Reading passes over keys it does not know (hsl/wire.py): webhooks of other platforms send more. In a file, a key that
nobody reads is a slip of the pen, and what it holds is never said.
"""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from msgspec import Struct

from botyard.bot.problems import Path, suggestion
from botyard.hsl.actionable import Actionable
from botyard.hsl.elements import Card, Field

# By key, what may stand below it; a list is its items. None: whatever the builder likes.
Keys: TypeAlias = Mapping[str, "Keys | None"]


class Strange(Struct, frozen=True):
    """A key that nobody reads. path: from the element inwards. is_hsl: HSL has it, and Botyard makes nothing of it."""

    path: Path
    sentence: str
    is_hsl: bool = False


def strange_keys(element: Mapping[str, Any]) -> Iterator[Strange]:
    """Find the keys that are passed over when this element, which can be read, is read."""
    return _strange(element, _ELEMENTS[element["type"]], ())


def _strange(value: Any, keys: Keys | None, at: Path) -> Iterator[Strange]:
    if keys is None:
        return
    if isinstance(value, list):
        for place, part in enumerate(value):
            yield from _strange(part, keys, (*at, place))
    elif isinstance(value, dict):
        for key, part in value.items():
            if key in keys:
                yield from _strange(part, keys[key], (*at, key))
            elif key in _NOT_OURS:
                yield Strange((*at, key), f"`{key}` means nothing here and is left out", is_hsl=True)
            else:
                yield Strange((*at, key), f"no key is called `{key[:60]}`{_instead(key, keys)}")


def _instead(key: str, keys: Keys) -> str:
    inside = next((name for name, below in keys.items() if below is not None and key in below), None)
    return f"; write it under `{inside}`" if inside else suggestion(key, keys)


def _free(*names: str) -> Keys:
    return dict.fromkeys(names)


# What other platforms' builders write into messages (platform §6.1, §6.3): no slip of anybody's.
_NOT_OURS = frozenset({"isNew", "voice_text", "option_unselected_text", "option_selected_text", "expired_text"})

_ACTION = _free(*Actionable.__struct_fields__)
_CARD: Keys = {
    **_free(*(name for name in Card.__struct_fields__ if name not in {"image", "image_type"})),
    "thumbnail": _free("image", "type"),
    "actionables": _ACTION,
    "mini_actionable": _ACTION,
}


def _envelope(data: Keys | None, *more: str) -> Keys:
    return {**_free("type", "text", *more), "data": data}


_ELEMENTS: Mapping[str, Keys] = {
    "TEXT": _envelope({"quick_replies": _ACTION}),
    "BUTTON": _envelope({"items": _ACTION}),
    "CAROUSEL": _envelope({**_free("width", "image_aspect_ratio"), "items": _CARD}),
    "FORM": _envelope({"fields": _free(*Field.__struct_fields__)}, "title", "subtitle"),
    "SYSTEM": _envelope(_free("event_name", "payload")),
    "SILENT": _envelope(_free("silent_actions")),
    "NATIVE_ACTION": _envelope(_free("method")),
    "TAB_LIST": _envelope(None),
    "RECEIPT": _envelope(None),
}
