"""What a visitor of `make demo` sees of understanding, over the API as its curl commands ask, in English and Hindi."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from botyard.engine.texts import DID_YOU_MEAN
from botyard.nlu.small_talk.courtesies import COURTESIES
from tests.demo_process import found, running_demo
from tests.processes import ROOT, Client

COURTESY = {one.name: one.replies["generic"] for one in COURTESIES}


class Demo:
    """A running demo. Every visitor is a new one until `visitor` is called again."""

    def __init__(self, printed: str) -> None:
        token = found(r"Bearer ([\w-]+)", printed)
        self._client = Client({"business_id": 1, "client_id": found(r"client-id: (\w+)", printed), "token": token})
        self._server = SimpleNamespace(address=found(r"(http://127\.0\.0\.1:\d+)/chat", printed))
        self._visitors = count()

    def visitor(self, *said: str) -> list[Any]:
        """Let a new visitor say these one after another; the answers to the last."""
        who = f"visitor-{next(self._visitors)}"
        self._client.knows(self._server, who)
        return [self._client.says(self._server, who, text) for text in said][-1]


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    """One demo for all visitors."""
    with running_demo() as printed:
        yield Demo(printed)


@pytest.mark.parametrize(
    "said", ["when can i come by the shop", "मुझे दुकान पर आना है", "परसों", "for less than 2k", "good night"]
)
def test_the_readme_says_what_to_say(said: str) -> None:
    """What is tried here stands there."""
    assert said in (ROOT / "README.md").read_text()


def shown(day: datetime) -> str:
    """A date as the sample says it."""
    return day.strftime("%d/%m/%Y")


@pytest.mark.parametrize(
    ("asked", "language", "chosen", "answer"),
    [
        ("when can i come by the shop", "en", "Book a visit", "On which day would you like to come?"),
        ("when can i come by the shop", "en", "1", "We are open from 10 am to 8 pm, Monday to Saturday."),
        ("क्या मैं रविवार को दुकान पर आ सकता हूँ", "hi", "मुलाकात का दिन तय करना", "आप किस दिन आना चाहेंगे?"),
        ("क्या मैं रविवार को दुकान पर आ सकता हूँ", "hi", "२", "आप किस दिन आना चाहेंगे?"),
    ],
)
def test_it_asks_which_was_meant(demo: Demo, asked: str, language: str, chosen: str, answer: str) -> None:
    """By label or by number, in the user's language."""
    assert demo.visitor(asked) == [DID_YOU_MEAN[language]]
    assert demo.visitor(asked, chosen) == [answer]


@pytest.mark.parametrize("wish", ["मुझे दुकान पर आना है", "मैं दुकान पर आना चाहती हूँ", "मुझे अपॉइंटमेंट चाहिए"])
def test_it_takes_a_date_in_hindi(demo: Demo, wish: str) -> None:
    """Asked for, and said together with the wish."""
    today = datetime.now(ZoneInfo("Asia/Kolkata"))
    assert demo.visitor(wish) == ["आप किस दिन आना चाहेंगे?"]
    day_after_tomorrow = shown(today + timedelta(days=2))
    assert demo.visitor(wish, "परसों") == [f"{day_after_tomorrow} को मिलते हैं! हम आपको सब कुछ दिखाएँगे।"]
    [told] = demo.visitor(wish, "२५ दिसंबर को")
    assert told.startswith("25/12/")
    [told] = demo.visitor("मैं परसों दुकान पर आना चाहता हूँ")
    assert told.startswith(day_after_tomorrow)


@pytest.mark.parametrize(
    ("said", "budget"),
    [
        (("my budget is less than 2k",), "Your budget: ≤ 2000."),
        (("what can i get for less than 2k",), "Your budget: ≤ 2000."),
        (("help me choose", "1500 to 2000 rupees"), "Your budget: 1500–2000."),
        (("मेरा बजट दो हज़ार से कम है",), "आपका बजट: ≤ 2000।"),
        (("चुनने में मेरी मदद कीजिए", "डेढ़ से दो हज़ार"), "आपका बजट: 1500–2000।"),
    ],
)
def test_it_takes_a_budget(demo: Demo, said: tuple[str, ...], budget: str) -> None:
    """In figures and in words."""
    [told] = demo.visitor(*said)
    assert told.startswith(budget)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("good night", "End_Chat_Goodnight"),
        ("who are you?", "Identity_Bot"),
        ("how are you", "Start_Chat_How_Are_You"),
        ("thanks a lot", "Appreciation_Thanks"),
        ("see you later", "Relationship_See_You"),
        ("great", "Appreciation_Compliment"),
        ("tell me a joke", "Share_Joke"),
    ],
)
def test_it_makes_small_talk(demo: Demo, said: str, name: str) -> None:
    """The greeting node does not take it, however like a greeting it looks."""
    [told] = demo.visitor(said)
    assert told in COURTESY[name]
