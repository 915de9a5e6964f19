"""HSL JSON and back: what is kept, what is read leniently, and how a refusal reads."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from botyard.hsl.wire import WIDTHS, NotHsl, read_element, to_json

words = st.text(max_size=8)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | words,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(words, inner, max_size=2),
    max_leaves=4,
)
objects = st.dictionaries(words, json_values, max_size=3)
actions = st.builds(
    Actionable,
    actionable_text=words,
    type=words,
    uri=words,
    is_default=st.integers(0, 1),
    location_required=st.booleans(),
    payload=objects,
    emoji=st.none() | words,
)
some_actions = st.lists(actions, max_size=2).map(tuple)
cards = st.builds(
    Card,
    title=words,
    sub_title=words,
    description=words,
    image=words,
    image_type=words,
    meta=objects,
    actionables=some_actions,
    mini_actionable=st.none() | actions,
)
fields = st.builds(
    Field, key=words, type=words, order=st.integers(0, 9), options=st.lists(words).map(tuple), autofill=st.booleans()
)
elements: st.SearchStrategy[Element] = st.one_of(
    st.builds(Text, words, some_actions),
    st.builds(Buttons, words, some_actions),
    st.builds(
        Carousel,
        words,
        st.sampled_from(WIDTHS),
        st.lists(cards, max_size=2).map(tuple),
        st.none() | words | st.integers() | st.floats(allow_nan=False),
    ),
    st.builds(Form, words, words, st.lists(fields, max_size=2).map(tuple), words),
    st.builds(System, words, words, objects),
    st.builds(Silent, words, st.lists(objects, max_size=2).map(tuple)),
    st.builds(NativeAction, words, words),
    st.builds(TabList, words, objects),
    st.builds(Receipt, words, objects),
)

# The seed's own sample, to the letter.
SAMPLE: dict[str, Any] = {
    "text": "COMPLETE BLOOD COUNT; CBC",
    "type": "BUTTON",
    "data": {
        "items": [
            {
                "actionable_text": "View Price",
                "location_required": False,
                "is_default": 0,
                "uri": "LAUNCH_CHANNEL",
                "type": "TEXT_ONLY",
                "payload": {"gogo_message": "", "message": "I want to check the price of this test"},
            },
            {
                "actionable_text": "View Details",
                "location_required": False,
                "is_default": 0,
                "uri": "LINK",
                "type": "APP_ACTION",
                "payload": {"url": "XYZ.COM", "gogo_message": ""},
            },
        ]
    },
    "isNew": False,
}


@given(elements)
def test_an_element_comes_back_from_its_json_as_it_was(element: Element) -> None:
    """Nothing is lost between the engine and the database, or between a bot's file and the engine."""
    assert read_element(to_json(element)) == element


@given(json_values | st.builds(lambda kind, rest: {**rest, "type": kind}, st.sampled_from(["TEXT", "FORM"]), objects))
def test_anything_else_is_refused_and_never_crashes(obj: object) -> None:
    """Whatever a receiver answers, reading it ends in an element or in our own refusal."""
    with suppress(NotHsl):
        read_element(obj)


def test_the_seeds_sample_speaks_with_one_button_and_links_with_the_other() -> None:
    """TEXT_ONLY with a screen still says its message; a link without a scheme is taken as https."""
    element = read_element(SAMPLE)
    assert isinstance(element, Buttons)
    price, details = element.items
    assert (price.message, price.sent, price.href) == ("I want to check the price of this test",) * 2 + (None,)
    assert (details.message, details.href) == ("", "https://XYZ.COM")


@pytest.mark.parametrize(
    ("action", "read"),
    [
        ({"type": "BRAND_NEW", "uri": "SCREEN_9"}, Actionable(actionable_text="Go", type="BRAND_NEW", uri="SCREEN_9")),
        ({}, Actionable(actionable_text="Go", type="")),
        ({"location_required": "false"}, Actionable(actionable_text="Go", type="")),
        ({"location_required": "true"}, Actionable(actionable_text="Go", type="", location_required=True)),
        ({"is_default": True, "uri": None}, Actionable(actionable_text="Go", type="", is_default=1)),
    ],
)
def test_actions_are_read_as_builders_write_them(action: dict[str, Any], read: Actionable) -> None:
    """Unknown types and screens are kept, absent ones are empty, and "false" is false."""
    data = {"width": "BIG", "items": [{"actionables": [{"actionable_text": "Go", **action}]}]}
    element = read_element({"type": "CAROUSEL", "data": data})
    assert isinstance(element, Carousel)
    assert element.items[0].actionables == (read,)


def test_a_picker_may_list_its_options_with_commas() -> None:
    """Forms are often written by hand; one text with commas is a list of options."""
    form = read_element({"type": "FORM", "title": "Slot", "data": {"fields": [{"key": "day", "options": "Mon, Tue,"}]}})
    assert isinstance(form, Form)
    assert form.fields[0].options == ("Mon", "Tue")


@pytest.mark.parametrize(
    ("obj", "path", "why"),
    [
        ("hello", "$", "must be an object, not a text"),
        (None, "$", "must be an object, not null"),
        ({"text": "x"}, "$.type", "is missing; it must be a text"),
        ({"type": "LIST", "text": "x"}, "$.type", "must be TEXT, BUTTON"),
        ({"type": "TEXT"}, "$.text", "is missing; it must be a text"),
        ({"type": "TEXT", "text": 7}, "$.text", "must be a text, not a number"),
        ({"type": "BUTTON", "text": "x"}, "$.data.items", "is missing; it must be a list"),
        ({"type": "BUTTON", "text": "x", "data": {"items": [{}]}}, "$.data.items[0].actionable_text", "is missing"),
        ({"type": "CAROUSEL", "data": {"width": "HUGE", "items": []}}, "$.data.width", "must be THIN, MEDIUM, FAT or"),
        (
            {"type": "TEXT", "text": "x", "data": {"quick_replies": [{"actionable_text": "a", "is_default": 2}]}},
            "$.data.quick_replies[0].is_default",
            "must be 0 or 1, not 2",
        ),
    ],
)
def test_a_refusal_says_where_and_what_belongs_there(obj: object, path: str, why: str) -> None:
    """A builder finds the place in their own JSON and knows what to write instead."""
    with pytest.raises(NotHsl) as refused:
        read_element(obj)
    assert refused.value.path == path
    assert refused.value.why.startswith(why)


def test_the_path_begins_where_the_caller_says() -> None:
    """The third message of an answer is named as the third message of the answer."""
    with pytest.raises(NotHsl, match=r"\$\.response\[2\]\.text is missing"):
        read_element({"type": "TEXT"}, "$.response[2]")
