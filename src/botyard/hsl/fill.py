"""Puts entity and answer values into the placeholders of an element (platform §2.6).

A tag is `%` and a name: `%full_name`, `%entitytag_NAME`, `%entitytag_NAME@format`, `%copy_KEY`. The longest name that
somebody knows wins (`%timeofday` over `%time`); a plural may hang on to one (`%entitytag_products`), another name may
not (`%entitytag_product_id` is not `%entitytag_product`). What nobody knows stays as it is written. Values are put in
once: a `%tag` that a user typed is no tag.
"""

import re
from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from botyard.hsl.elements import Element

# Answers what stands for a tag, named without its `%`; None where nobody knows it.
Values: TypeAlias = Callable[[str], str | None]

_T = TypeVar("_T")

# Bounded, so that no text can make it slow.
_TAG = re.compile(r"%([A-Za-z][A-Za-z0-9_]{0,79})(@[A-Za-z_]{1,20}(?:/[A-Za-z]{1,4}){0,2})?")

# Words of the protocol and names that entities are filled by; a value has no business in them.
_FIXED = frozenset({
    "type", "uri", "width", "event_name", "method", "key", "keyboard_type", "image_type", "autofill_source",
})  # fmt: skip
_ADDRESSES = frozenset({"url", "link", "image", "search_source", "callback_link"})
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def fill(element: Element, values: Values) -> Element:
    """Put values into every text of an element: its words, its buttons, what they send and open."""
    return _struct(element, values)


def fill_text(text: str, values: Values) -> str:
    """Put values into one text."""
    return _TAG.sub(lambda tag: _filled(tag, values), text) if "%" in text else text


def _fill_address(address: str, values: Values) -> str:
    """Put values into an address: one part of it each, that cannot add others, unless the address begins with it."""

    def put(tag: re.Match[str]) -> str:
        return _filled(tag, values, escape=tag.start() > 0)

    return _TAG.sub(put, address) if "%" in address else address


def _filled(tag: re.Match[str], values: Values, *, escape: bool = False) -> str:
    for name, rest in _readings(tag):
        value = values(name)
        if value is not None:
            return (_escaped(value) if escape else value) + rest
    return tag[0]


def _readings(tag: re.Match[str]) -> list[tuple[str, str]]:
    """List what a tag may mean, longest first, each with the letters that are left over."""
    name, form = tag[1], tag[2] or ""
    whole = [(name + form, ""), (name, form)] if form else [(name, "")]
    letters = len(name) - len(name.rstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    return whole + [(name[:-cut], name[-cut:] + form) for cut in range(1, letters + 1) if name[:-cut]]


def _escaped(value: str) -> str:
    return "".join(chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in value.encode("utf-8", "replace"))


def _struct(value: _T, values: Values) -> _T:
    if not isinstance(value, Struct):
        return value
    changes = {
        name: _part(name, getattr(value, name), values) for name in value.__struct_fields__ if name not in _FIXED
    }
    return replace(value, **changes)


def _part(name: str, value: Any, values: Values) -> Any:
    match value:
        case str():
            return (_fill_address if name in _ADDRESSES else fill_text)(value, values)
        case tuple():
            return tuple(_part(name, part, values) for part in value)
        case list():
            return [_part(name, part, values) for part in value]
        case dict():
            return {key: part if key in _FIXED else _part(key, part, values) for key, part in value.items()}
        case _:
            return _struct(value, values)
