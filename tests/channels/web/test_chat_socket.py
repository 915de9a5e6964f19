"""The chat page's socket, over a real connection to a real server."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from botyard.channels.web import socket
from botyard.hsl.elements import Element, Text
from tests.channels.web.small_chats import BUILDER_KEY, BUSINESS, Serving, SmallChats, serving


def _echo(text: str) -> tuple[tuple[Element, ...], float]:
    return (Text(f"You said {text}"),), 0.05 if "slow" in text else 0


@pytest.fixture
def server() -> Iterator[Serving]:
    with serving(SmallChats(_echo)) as running:
        yield running


class Page:
    """What the page does, by hand."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.lines: list[int] = []  # the seq of every line it was ever sent

    def send(self, **frame: Any) -> None:
        """Send one frame."""
        self.connection.send(json.dumps(frame, ensure_ascii=False))

    def next(self, name: str) -> Any:
        """Take frames until one of this name comes."""
        while True:
            frame = self._frame(5)
            if name in frame:
                return frame[name]

    def rest(self) -> list[dict[str, Any]]:
        """Take all that comes until nothing comes any more."""
        frames = []
        try:
            while True:
                frames.append(self._frame(0.2))
        except TimeoutError:
            return frames

    def _frame(self, within_s: float) -> dict[str, Any]:
        frame: dict[str, Any] = json.loads(self.connection.recv(timeout=within_s))
        self.lines += [line["seq"] for line in frame.get("messages", [])]
        return frame


@contextmanager
def _page(server: Serving, **hello: Any) -> Iterator[Page]:
    with connect(server.socket) as connection:
        page = Page(connection)
        page.send(hello=hello)
        yield page


def _texts(lines: list[dict[str, Any]]) -> list[str]:
    return [line["text"] for line in lines]


def test_a_message_is_accepted_and_answered(server: Serving) -> None:
    """Welcome, an empty transcript, accepted, then both lines in order."""
    with _page(server) as page:
        welcome = page.next("welcome")
        assert welcome["business"] == "Acme Labs"
        assert (welcome["language"], welcome["trace"]) == ("en", False)
        assert page.next("messages") == []
        page.send(say={"key": "k1", "text": "hello"})
        accepted = page.next("accepted")
        lines = page.next("messages")
        assert _texts(lines) == ["hello", "You said hello"]
        assert accepted == {"key": "k1", "message_id": lines[0]["message_id"], "seq": 1}


def test_a_page_that_comes_back_gets_what_it_has_not_read(server: Serving) -> None:
    """After a reload everything; after a lost connection only what follows the last line it has."""
    with _page(server) as page:
        token = page.next("welcome")["visitor"]
        page.send(say={"key": "k1", "text": "one"})
        page.next("accepted")
    server.do(lambda: server.chats.agent_says("Hi, this is Ravi"))
    with _page(server, visitor=token) as page:
        assert page.next("welcome")["visitor"] == token
        assert _texts(page.next("messages")) == ["one", "You said one", "Ravi joined", "Hi, this is Ravi"]
    with _page(server, visitor=token, after=3) as page:
        assert _texts(page.next("messages")) == ["Hi, this is Ravi"]


def test_a_message_sent_again_under_its_key_is_the_same_message(server: Serving) -> None:
    """A page that did not hear "accepted" sends again, and nothing is said twice."""
    with _page(server) as page:
        for _ in range(2):
            page.send(say={"key": "k1", "text": "once"})
        frames = page.rest()
    lines = [line for frame in frames for line in frame.get("messages", [])]
    assert _texts(lines) == ["once", "You said once"]
    assert [f["accepted"]["seq"] for f in frames if "accepted" in f] == [1, 1]


def test_a_page_that_is_told_nothing_else_hears_that_its_socket_is_alive(
    server: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pings are for programs: no page sees them, and one whose network swallows everything would wait for ever."""
    monkeypatch.setattr(socket, "BEATS_EVERY_S", 0.05)
    with _page(server) as page:
        assert page.next("messages") == []
        assert page.next("here") is True
        assert page.next("here") is True


def test_typing_shows_while_a_call_is_out(server: Serving) -> None:
    """The sign goes on with the call and off before its answer."""
    with _page(server) as page:
        page.next("welcome")
        page.send(say={"key": "k1", "text": "slow please"})
        frames = [frame for frame in page.rest() if "typing" in frame or frame.get("messages")]
    assert [frame.get("typing") for frame in frames] == [True, False, None]


def test_starting_over_makes_somebody_new(server: Serving) -> None:
    """A fresh token and an empty transcript on the same socket; the old token still finds its own chat."""
    with _page(server) as page:
        old = page.next("welcome")["visitor"]
        page.next("messages")
        page.send(say={"key": "k1", "text": "my secret"})
        page.next("messages")
        page.send(start_over=True)
        new = page.next("welcome")["visitor"]
        assert new != old
        assert page.next("messages") == []
        page.send(say={"key": "k1", "text": "hello"})
        assert _texts(page.next("messages")) == ["hello", "You said hello"]
    with _page(server, visitor=old) as page:
        assert _texts(page.next("messages"))[0] == "my secret"


def test_an_unknown_token_becomes_a_new_visitor_who_has_read_nothing(server: Serving) -> None:
    """A token of yesterday's database is no error, and its cursor does not hide lines of the new chat."""
    with _page(server, visitor="long gone", after=90) as page:
        assert page.next("welcome")["visitor"] != "long gone"
        page.send(say={"key": "k1", "text": "hello"})
        page.next("messages")
        assert _texts(page.next("messages")) == ["hello", "You said hello"]


def test_a_page_that_has_read_more_than_there_is_reads_everything_anew(server: Serving) -> None:
    """A restored database knows less than the page: it is told to forget, and what is said from now on arrives."""
    with _page(server) as page:
        token = page.next("welcome")["visitor"]
        for number in range(3):
            page.send(say={"key": f"k{number}", "text": f"m{number}"})
            page.next("accepted")
        page.rest()
    assert page.lines == [1, 2, 3, 4, 5, 6]
    server.do(lambda: server.chats.restore(2))
    with _page(server, visitor=token, after=6) as page:
        assert page.next("welcome")["begins_anew"] is True
        assert _texts(page.next("messages")) == ["m0", "You said m0"]
        page.send(say={"key": "k3", "text": "m3"})
        assert page.next("accepted")["seq"] == 3
        assert _texts(page.next("messages")) == ["m3", "You said m3"]
    with _page(server, visitor=token, after=4) as page:
        assert page.next("welcome")["begins_anew"] is False
        assert page.next("messages") == []


def test_the_chosen_language_goes_with_every_message_and_stays(server: Serving) -> None:
    """It is remembered for the visitor; a language the business lacks is refused in words."""
    with _page(server, language="xx") as page:
        welcome = page.next("welcome")
        assert welcome["language"] == "en"
        page.send(language="fr")
        assert "does not speak 'fr', but en, hi, ar" in page.next("refused")["why"]
        page.send(language="hi")
        page.send(say={"key": "k1", "text": "नमस्ते"})
        page.next("accepted")
    assert [message.language for message in server.chats.heard] == ["hi"]
    with _page(server, visitor=welcome["visitor"]) as page:
        assert page.next("welcome")["language"] == "hi"


def test_the_browsers_language_is_only_said_with_the_first_message(server: Serving) -> None:
    """Nobody chose it: from then on the conversation is in the language that it is in."""
    with _page(server, language="hi") as page:
        token = page.next("welcome")["visitor"]
        for key in ("k1", "k2"):
            page.send(say={"key": key, "text": "नमस्ते"})
            page.next("accepted")
        seq = page.next("messages")[-1]["seq"]
    with _page(server, visitor=token, language="hi", after=seq) as page:
        assert page.next("welcome")["language"] == "hi"
        page.send(say={"key": "k3", "text": "2"})
        page.next("accepted")
    assert [message.language for message in server.chats.heard] == ["hi", "", ""]


def test_only_a_builder_is_shown_why(server: Serving) -> None:
    """With the key come turns and calls, those of before too; without it, or with another, none."""
    with _page(server, builder=BUILDER_KEY) as page:
        token = page.next("welcome")["visitor"]
        page.send(say={"key": "k1", "text": "slow order"})
        first = page.next("trace")
        assert [turn["trace"]["dialogue"] for turn in first["turns"]] == ["scored candidates"]
        assert first["calls"][0]["ended_at"] is None
        second = page.next("trace")
        assert [turn["turn_no"] for turn in second["turns"]] == [2]
        assert [(call["call_no"], call["outcome"]) for call in second["calls"]] == [(1, "answered")]
    with _page(server, visitor=token, builder=BUILDER_KEY) as page:
        assert [turn["turn_no"] for turn in page.next("trace")["turns"]] == [1, 2]
    for key in (None, "another key"):
        with _page(server, visitor=token, builder=key) as page:
            assert page.next("welcome")["trace"] is False
            page.send(say={"key": "k2", "text": "hello"})
            assert not [frame for frame in page.rest() if "trace" in frame]


def test_a_builder_whose_token_was_revoked_is_shown_nothing_more(server: Serving) -> None:
    """The page that is open goes on as a visitor's; also for whoever starts over on it."""
    with _page(server, builder=BUILDER_KEY) as page:
        page.send(say={"key": "k1", "text": "hello"})
        page.next("trace")
        server.chats.builder_key = "another token"
        server.chats.troubled = "version 2 could not be loaded"
        page.send(say={"key": "k2", "text": "hello"})
        frames = page.rest()
        assert "You said hello" in [line["text"] for frame in frames for line in frame.get("messages", [])]
        page.send(start_over=True)
        assert page.next("welcome")["trace"] is False
        page.send(say={"key": "k3", "text": "hello"})
        assert not [frame for frame in frames + page.rest() if "trace" in frame or "trouble" in frame]


def test_only_a_builder_is_told_what_is_wrong_with_the_bot(server: Serving) -> None:
    """At once, again when it changes or a new visitor begins, and when it is mended."""
    server.chats.troubled = "version 2 could not be loaded"
    with _page(server, builder=BUILDER_KEY) as page:
        assert page.next("trouble") == "version 2 could not be loaded"
        page.send(start_over=True)
        assert page.next("trouble") == "version 2 could not be loaded"
        server.chats.troubled = ""
        page.send(say={"key": "k1", "text": "hello"})
        assert page.next("trouble") == ""
    server.chats.troubled = "version 3 could not be loaded"
    with _page(server) as page:
        page.send(say={"key": "k2", "text": "hello"})
        assert not [frame for frame in page.rest() if "trouble" in frame]
    server.chats.troubled = ""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "there is nothing in this message: write something"),
        (" \n", "there is nothing in this message: write something"),
        ("x" * 4001, "this message has 4,001 characters; 4,000 are allowed: send it in parts"),
    ],
)
def test_a_message_that_cannot_be_taken_is_refused_by_its_key(server: Serving, text: str, why: str) -> None:
    """The page can say which message was not sent, and why; 4,000 characters are taken."""
    with _page(server) as page:
        page.send(say={"key": "k1", "text": text})
        assert page.next("refused") == {"key": "k1", "why": why, "retry_after_s": None}
        page.send(say={"key": "k2", "text": "ठ" * 4000})
        assert page.next("accepted")["key"] == "k2"


def test_too_much_is_refused_with_the_time_to_wait(server: Serving) -> None:
    """Whoever floods the bot is told when to come back."""
    server.chats.is_full = True
    with _page(server) as page:
        page.send(say={"key": "k1", "text": "again"})
        refused = page.next("refused")
    assert (refused["key"], refused["retry_after_s"]) == ("k1", 3)


BAD_FRAMES: list[str | bytes] = [
    "",
    "hello",
    "[]",
    "{}",
    "null",
    '{"say": {"key": "k", "text": "a"}, "say": {"key": "k", "text": "b"}}',
    '{"say": {"key": "k", "text": "a"}, "typing": true}',
    '{"say": {"key": "k"}}',
    '{"say": {"key": 7, "text": "a"}}',
    '{"say": {"key": "k", "text": "a", "user_id": 1}}',
    '{"say": {"key": "%s", "text": "a"}}' % ("k" * 65),
    '{"say": {"key": "k", "text": "\\u0000"}}',
    '{"say": {"key": "k", "text": "\\ud800"}}',
    '{"start_over": false}',
    '{"language": 7}',
    '{"hello": {}}',
    '{"hello": {"after": -1}}',
    '{"hello": {"after": 9223372036854775808}}',
    '{"__proto__": {}}',
    "[" * 5000,
    '{"say": {"key": "k", "text": "%s"}}' % ("x" * 17_000),
    b"\xff\xfe",
    b"\x00",
]


def test_frames_that_nobody_knows_are_refused_in_words_and_hurt_nobody(server: Serving) -> None:
    """Whatever a program sends, it is told why, and the next good frame is taken."""
    assert len(BAD_FRAMES) > 20
    for half in (BAD_FRAMES[::2], BAD_FRAMES[1::2]):
        with _page(server) as page:
            for bad in half:
                page.connection.send(bad)
                assert len(page.next("refused")["why"]) > 10
            page.send(say={"key": "k1", "text": "still here"})
            assert page.next("accepted")["key"] == "k1"


def test_who_sends_only_nonsense_is_shown_out(server: Serving) -> None:
    """Twenty frames that cannot be read are enough."""
    with _page(server) as page:
        for _ in range(20):
            page.send(nonsense=True)
        for _ in range(20):
            page.next("refused")
        with pytest.raises(ConnectionClosed) as closed:
            page.connection.recv(timeout=5)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1008


@pytest.mark.parametrize("frame", [{"hello": {}}, {"language": "tlh"}])
def test_frames_that_are_never_taken_count_as_nonsense(server: Serving, frame: dict[str, Any]) -> None:
    """A second hello, and a language nobody speaks here: twenty are enough."""
    with _page(server) as page:
        for _ in range(20):
            page.send(**frame)
        for _ in range(20):
            page.next("refused")
        with pytest.raises(ConnectionClosed) as closed:
            page.connection.recv(timeout=5)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1008


def test_who_writes_too_much_is_told_when_to_go_on(server: Serving) -> None:
    """Messages and languages count, for their visitor and their address; the page stays and says why."""
    server.chats.admits = 2
    with _page(server) as page:
        page.send(say={"key": "k1", "text": "hello"})
        page.next("accepted")
        page.send(language="hi")
        page.send(say={"key": "k2", "text": "hello"})
        refused = page.next("refused")
        assert (refused["key"], refused["retry_after_s"]) == ("k2", 7)
        page.send(language="ar")
        assert page.next("refused")["why"] == "you have written very much: wait a moment"
    assert server.chats.admitted == [("127.0.0.1", 1)] * 2
    assert [message.text for message in server.chats.heard] == ["hello"]


def test_a_message_that_was_accepted_is_accepted_again_however_much_was_written(server: Serving) -> None:
    """A page that did not hear "accepted" is told so past its limit, and where the bot was switched off meanwhile."""
    server.chats.admits = 1
    with _page(server) as page:
        token = page.next("welcome")["visitor"]
        page.send(say={"key": "k1", "text": "hello"})
        first = page.next("accepted")
    with _page(server, visitor=token) as page:
        page.send(say={"key": "k1", "text": "hello"})
        assert page.next("accepted") == first
        page.send(say={"key": "k2", "text": "hello"})
        assert page.next("refused")["key"] == "k2"
        server.chats.is_off = True
        page.send(say={"key": "k1", "text": "hello"})
        assert page.next("accepted") == first
    assert [message.text for message in server.chats.heard] == ["hello"]


def test_a_business_that_is_not_there_says_so_and_closes(server: Serving) -> None:
    """The page learns that coming back is no use."""
    with connect(server.socket.replace(f"/{BUSINESS}/", "/99/")) as connection:
        page = Page(connection)
        page.send(hello={})
        assert page.next("refused")["why"] == "there is no business 99"
        with pytest.raises(ConnectionClosed) as closed:
            connection.recv(timeout=5)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4404


def test_a_page_of_a_business_that_was_switched_off_is_shown_out(
    server: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When it says something, which is not kept; and by the next beat where nobody told its server."""
    with _page(server) as page:
        page.next("messages")
        server.chats.is_off = True
        page.send(say={"key": "k1", "text": "hello"})
        assert page.next("refused")["key"] == "k1"
        assert page.next("refused") == {"key": None, "why": "business 7 is switched off", "retry_after_s": None}
        _is_closed(page, 4403)
    assert server.chats.heard == []
    server.chats.is_off = False
    monkeypatch.setattr(socket, "BEATS_EVERY_S", 0.05)
    with _page(server) as page:
        page.next("here")
        server.chats.is_off = True
        assert page.next("refused")["why"] == "business 7 is switched off"
        _is_closed(page, 4403)


def _is_closed(page: Page, code: int) -> None:
    with pytest.raises(ConnectionClosed) as closed:
        page.connection.recv(timeout=5)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == code


def test_the_first_frame_must_be_a_hello(server: Serving) -> None:
    """Nobody speaks before they said who they are."""
    with connect(server.socket) as connection:
        page = Page(connection)
        page.send(say={"key": "k1", "text": "hello"})
        assert page.next("refused")["why"] == "the first frame must be a hello"
    assert server.chats.heard == []


def test_a_cursor_beyond_every_count_is_refused_and_the_next_hello_is_taken(server: Serving) -> None:
    """A page that claims to have read more than any database can count is told so; nothing breaks underneath."""
    with _page(server, after=9223372036854775808) as page:
        assert "after" in page.next("refused")["why"]
        page.send(hello={})
        assert page.next("welcome")["visitor"]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://[", "http://a]b"])
def test_another_sites_page_may_not_open_the_socket(server: Serving, origin: str) -> None:
    """A page elsewhere cannot talk as its visitor; pages of our own host can."""
    with pytest.raises(InvalidStatus) as refused, connect(server.socket, additional_headers={"Origin": origin}):
        pass
    assert refused.value.response.status_code == 403
    with connect(server.socket, additional_headers={"Origin": f"http://127.0.0.1:{server.port}"}) as connection:
        connection.send('{"hello": {}}')
        assert "welcome" in json.loads(connection.recv(timeout=5))


def test_many_pages_of_one_visitor_see_the_same(server: Serving) -> None:
    """Two tabs: what is said in one is read in the other, each line once."""
    with _page(server) as one:
        token = one.next("welcome")["visitor"]
        with _page(server, visitor=token) as two:
            for number in range(5):
                (one, two)[number % 2].send(say={"key": f"k{number}", "text": f"m{number}"})
                (one, two)[number % 2].next("accepted")
            one.rest()
            two.rest()
    assert one.lines == two.lines == list(range(1, 11))
