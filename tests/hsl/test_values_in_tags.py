"""Tags in what a bot says: which are filled, which stay, and what a value cannot do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botyard.hsl.actionable import Actionable
from botyard.hsl.elements import Buttons, Card, Carousel, Field, Form, Text
from botyard.hsl.fill import fill, fill_text

KNOWN = {
    "name": "Asha",
    "full_name": "Asha Rao",
    "time": "7:05 am",
    "timeofday": "morning",
    "entitytag_product": "speaker",
    "entitytag_day@dd/mm/yy": "21/07/95",
    "entitytag_day": "21 July",
    "copy_price_2": "Rs. 1599",
    "entitytag_none": "",
}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Hi %name!", "Hi Asha!"),
        ("Hi %full_name", "Hi Asha Rao"),
        ("Good %timeofday, it is %time.", "Good morning, it is 7:05 am."),
        ("%entitytag_product costs %copy_price_2.", "speaker costs Rs. 1599."),
        ("two %entitytag_products", "two speakers"),
        ("%entitytag_product_id", "%entitytag_product_id"),
        ("on %entitytag_day@dd/mm/yy, at %name@home", "on 21/07/95, at Asha@home"),
        ("[%entitytag_none]", "[]"),
        ("%nameजी", "Ashaजी"),
        ("100% of %nobody at 50%", "100% of %nobody at 50%"),
        ("%", "%"),
    ],
)
def test_the_longest_known_name_is_filled_and_the_rest_stays(text: str, said: str) -> None:
    """A builder's text comes out with every tag that somebody knows, and is otherwise untouched."""
    assert fill_text(text, KNOWN.get) == said


@given(st.text())
def test_a_text_of_unknown_tags_stays_as_it_is(text: str) -> None:
    """Where nobody knows a tag, nothing changes, whatever the text."""
    assert fill_text(text, lambda _tag: None) == text


@given(st.text())
def test_a_value_is_put_in_once_and_whole(value: str) -> None:
    """A user who types `%copy_secret` is shown `%copy_secret`."""
    assert fill_text("<%name>", {"name": value, "copy_secret": "leaked"}.get) == f"<{value}>"


def test_every_text_of_an_element_is_filled_and_its_protocol_is_not() -> None:
    """Labels, what they send, cards and hints are words; types and form keys are not."""
    action = Actionable(
        actionable_text="%name", type="%name", uri="%name", payload={"message": "I am %name", "deep": [{"x": "%name"}]}
    )
    assert fill(Buttons("%name", (action,)), KNOWN.get) == Buttons(
        "Asha",
        (
            Actionable(
                actionable_text="Asha",
                type="%name",
                uri="%name",
                payload={"message": "I am Asha", "deep": [{"x": "Asha"}]},
            ),
        ),
    )
    form = Form("%name", "%time", (Field(key="name", hint="%name", options=("%name",)),))
    assert fill(form, KNOWN.get) == Form("Asha", "7:05 am", (Field(key="name", hint="Asha", options=("Asha",)),))
    carousel = Carousel("", "BIG", (Card(title="%name", meta={"by": "%name"}),), 1.77)
    assert fill(carousel, KNOWN.get) == Carousel("", "BIG", (Card(title="Asha", meta={"by": "Asha"}),), 1.77)
    assert fill(Text("plain"), KNOWN.get) == Text("plain")


def test_a_value_cannot_add_to_an_address() -> None:
    """A value is one part of a link; only a link that begins with a tag is the value's own."""
    values = {"name": "a b&admin=1#é", "entitytag_page": "https://shop.example/?a=1"}
    link = Actionable(actionable_text="Go", payload={"url": "https://shop.example/?q=%name"})
    own = Actionable(actionable_text="Go", payload={"url": "%entitytag_page"})
    filled = fill(Buttons("", (link, own)), values.get)
    assert isinstance(filled, Buttons)
    assert filled.items[0].payload["url"] == "https://shop.example/?q=a%20b%26admin%3D1%23%C3%A9"
    assert filled.items[1].payload["url"] == "https://shop.example/?a=1"
