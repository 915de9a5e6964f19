"""Any element as plain text: transcripts, terminals, channels that can do no better."""

from collections.abc import Iterable
from typing import assert_never

from botyard.hsl.actionable import Actionable
from botyard.hsl.elements import (
    Buttons,
    Card,
    Carousel,
    Element,
    Form,
    NativeAction,
    Receipt,
    Silent,
    System,
    TabList,
    Text,
)
from botyard.hsl.links import safe_href


def plain(element: Element) -> str:
    """Write an element for somebody who can only read: choices are numbered from 1, links written out."""
    match element:
        case Text():
            return _lines(element.text, _choices(element.quick_replies))
        case Buttons():
            return _lines(element.text, _choices(element.items))
        case Carousel():
            return _lines(element.text, _cards(element.items))
        case Form():
            return _lines(
                element.text, (element.title, element.subtitle, *(f"- {_line(f.key)}" for f in element.fields))
            )
        case System() | TabList() | Receipt():
            return text_of(element)
        case Silent() | NativeAction():
            return ""
        case _:
            assert_never(element)


def text_of(element: Element) -> str:
    """Answer what a transcript shows of an element: its text, or its type if it has none."""
    return element.text if element.text.strip() else str(element.__struct_config__.tag)


def _lines(text: str, more: Iterable[str]) -> str:
    return "\n".join(line for line in (text, *more) if line.strip())


def _cards(cards: tuple[Card, ...]) -> Iterable[str]:
    first = 1
    for card in cards:
        yield _line(" - ".join(part for part in (card.title, card.sub_title) if part))
        yield _line(card.description)
        yield safe_href(card.image) or ""
        yield from _choices(card.actionables, first)
        first += len(card.actionables)


def _choices(actions: tuple[Actionable, ...], first: int = 1) -> Iterable[str]:
    return (f"{number}. {_choice(action)}" for number, action in enumerate(actions, start=first))


def _choice(action: Actionable) -> str:
    label = _line(action.actionable_text)
    return f"{label}: {action.href}" if action.href else label


def _line(text: str) -> str:
    """Keep a label on its line: a newline in it could pass for another choice."""
    return " ".join(text.split())
