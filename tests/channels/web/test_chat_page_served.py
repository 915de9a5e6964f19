"""The chat page as it is served: who gets one, and what its headers forbid."""

import re
from http.client import HTTPConnection
from urllib.parse import quote

import pytest
from msgspec import Struct

from botyard.channels.web.ports import Facts
from botyard.hsl.elements import Text
from tests.channels.web.small_chats import SmallChats, serving


class Answer(Struct):
    """What a browser gets."""

    status: int
    headers: dict[str, str]
    text: str


def _get(*paths: str, business: str = "Acme Labs", origins: tuple[str, ...] = ()) -> list[Answer]:
    """Get these addresses from one server."""
    chats = SmallChats(lambda text: ((Text(text),), 0))
    chats.facts_shown = Facts(business=business, languages=("en",))
    answers = []
    with serving(chats, origins=origins) as server:
        for path in paths:
            connection = HTTPConnection("127.0.0.1", server.port, timeout=5)
            connection.request("GET", quote(path))
            answer = connection.getresponse()
            headers = {name.lower(): value for name, value in answer.getheaders()}
            answers.append(Answer(answer.status, headers, answer.read().decode()))
            connection.close()
    return answers


@pytest.mark.parametrize("path", ["/chat/7", "/chat/7/"])
def test_a_business_has_a_page(path: str) -> None:
    """With and without the slash, by its own name, never kept by a cache."""
    [answer] = _get(path)
    assert answer.status == 200
    assert "<title>Acme Labs</title>" in answer.text
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/chat/8", "/chat/abc", "/chat/-7", "/chat/7x", "/chat/٧", f"/chat/{'9' * 4000}"])
def test_an_address_of_nobody_says_so_in_plain_words(path: str) -> None:
    """Not found, as a page a visitor can read."""
    [answer] = _get(path)
    assert answer.status == 404
    assert "There is no chat here" in answer.text
    assert "Ask whoever gave you the address" in answer.text


def test_nothing_runs_but_the_pages_own_script() -> None:
    """A nonce of this one answer, no eval, no inline handlers, nobody's frame."""
    first, second = _get("/chat/7", "/chat/7")
    policy = dict(part.split(" ", 1) for part in first.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert re.fullmatch(r"'nonce-[\w-]{22}'", policy["script-src"])
    assert policy["frame-ancestors"] == "'self'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert f'<script {policy["script-src"][1:-1].replace("nonce-", "nonce=" + chr(34))}">' in first.text
    assert first.headers["content-security-policy"] != second.headers["content-security-policy"]
    assert first.headers["x-content-type-options"] == "nosniff"
    assert first.headers["referrer-policy"] == "no-referrer"
    assert "{{" not in first.text
    assert not re.search(r"<[^>]+\son\w+=", first.text.split("<script", 1)[0])


def test_a_listed_site_may_show_the_chat() -> None:
    """The list that opens the socket opens the frame."""
    [answer] = _get("/chat/7", origins=("https://shop.example",))
    assert "frame-ancestors 'self' https://shop.example" in answer.headers["content-security-policy"]


def test_a_name_is_text_on_the_page() -> None:
    """Whatever a business is called, its name is no markup."""
    [answer] = _get("/chat/7", business="</title><script>alert(1)</script>&\"'")
    assert "<script>alert" not in answer.text
    assert "<title>&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;&#x27;</title>" in answer.text
