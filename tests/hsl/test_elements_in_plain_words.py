"""Elements for somebody who can only read."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botyard.hsl.actionable import Actionable
from botyard.hsl.elements import Buttons, Card, Carousel, Element, Field, Form, NativeAction, Silent, System, Text
from botyard.hsl.plain import plain, text_of


def _action(label: str, **payload: str) -> Actionable:
    return Actionable(actionable_text=label, uri="LINK" if "url" in payload else "", type="", payload=payload)


@pytest.mark.parametrize(
    ("element", "text"),
    [
        (Text("Hello"), "Hello"),
        (Text(" "), "TEXT"),
        (Carousel("", "BIG", ()), "CAROUSEL"),
        (Form("Book a test", "", ()), "FORM"),
        (System("Ravi joined", "chat_pinned"), "Ravi joined"),
    ],
)
def test_a_transcript_shows_the_text_or_else_the_type(element: Element, text: str) -> None:
    """What the seed's chat history shows for a message without words."""
    assert text_of(element) == text


@pytest.mark.parametrize(
    ("element", "text"),
    [
        (Text("Pick", (_action("Yes"), _action("No"))), "Pick\n1. Yes\n2. No"),
        (
            Buttons("Pick", (_action("Buy"), _action("See", url="shop.example"))),
            "Pick\n1. Buy\n2. See: https://shop.example",
        ),
        (
            Carousel(
                "Ours",
                "BIG",
                (
                    Card(
                        title="A", sub_title="small", image="https://i.example/a.png", actionables=(_action("Take A"),)
                    ),
                    Card(title="B", description="large", actionables=(_action("Take B"),)),
                ),
            ),
            "Ours\nA - small\nhttps://i.example/a.png\n1. Take A\nB\nlarge\n2. Take B",
        ),
        (Form("Book", "Two questions", (Field(key="Name"), Field(key="Day"))), "Book\nTwo questions\n- Name\n- Day"),
        (System("Ravi joined", "chat_pinned"), "Ravi joined"),
        (Silent("x", ()), ""),
        (NativeAction("x", "open"), ""),
    ],
)
def test_an_element_reads_as_lines(element: Element, text: str) -> None:
    """Choices count through from 1 over all cards; addresses are written out; what shows nothing says nothing."""
    assert plain(element) == text


@given(st.lists(st.text(min_size=1), min_size=1, max_size=12), st.sampled_from([Text, Buttons]))
def test_every_choice_can_still_be_told_apart(
    labels: list[str], make: Callable[[str, tuple[Actionable, ...]], Element]
) -> None:
    """However alike the labels, each is on its own line under its own number."""
    lines = plain(make("Pick", tuple(_action(label) for label in labels))).split("\n")
    assert [line.split(".")[0] for line in lines[1:]] == [str(number) for number in range(1, len(labels) + 1)]
