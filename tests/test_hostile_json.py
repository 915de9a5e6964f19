"""Each door for JSON is tried with the same hostile bytes: all are refused, nothing fails, nothing is repeated."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from itertools import islice

import msgspec
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from botyard.bot.exchange import read
from botyard.channels.web.frames import FRAME_BYTES, BadFrame, read_frame
from botyard.engine.happenings import Answered, Unusable
from botyard.hsl.elements import Text
from botyard.integrations.answer import judge
from botyard.integrations.sandbox.said import Returned, returned
from botyard.strict_json import NotJson, parse_object
from tests.channels.web.small_chats import SmallChats, serving
from tests.hostile_json import CANARY, RULES, Hostile, hostile_json
from tests.platform.open_api import OpenApi, open_api

COUNT = 3_400
A_FEW = 340
OVER_A_SOCKET = 170


def some(count: int, **whole: object) -> list[Hostile]:
    """The first of the hostile bodies, around an object that is in order."""
    return list(islice(hostile_json(7, whole), count))


def test_the_rules_are_worth_their_names() -> None:
    """Without its fault an object is taken: it is the fault that is refused. Every rule makes many bodies."""
    made = some(COUNT)
    assert len({one.body for one in made}) > COUNT * 2 / 3
    assert set(Counter(one.rule for one in made).values()) == {COUNT // len(RULES)}
    taken = [spot.replace(b'"SPOT"', b"1") for spot in (b'{"a": "SPOT"}', b'{"a": ["SPOT", {}], "b": "a:b"}')]
    assert all(parse_object(body, max_bytes=100) for body in taken)


@pytest.mark.parametrize("any_integer", [True, False])
def test_the_door_refuses_all(any_integer: bool) -> None:  # noqa: FBT001 - a table
    """Thousands of bodies; each refusal says what is wrong in words of ours."""
    for one in some(COUNT):
        with pytest.raises(NotJson) as refused:
            parse_object(one.body, max_bytes=10**6, any_integer=any_integer)
        assert CANARY not in refused.value.sentence, one


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenApi]:
    """A served API."""
    with open_api(tmp_path_factory.mktemp("hostile-json") / "api.db") as api:
        api.new_user()
        yield api


def test_the_public_api_refuses_all(api: OpenApi) -> None:
    """400 or 413, the sentence alone, and no canary; with a content type that lies too. Then the next is served."""
    lies = ("application/json", "application/json; charset=utf-16", "text/plain", "application/x-www-form-urlencoded")
    for number, one in enumerate(some(A_FEW, **api.message())):
        path = ("/v1.0/log_message_from_user/", "/integration/external/v1.0/send_chat_to_agent/")[number % 2]
        answer = api.post(path, one.body, **{"content-type": lies[number % 4]})
        assert answer.status in (400, 413), one
        assert answer.error
        assert CANARY.encode() not in answer.content
    assert api.chat("hello")


def test_the_chat_pages_socket_refuses_all() -> None:
    """A page that sends such frames is told so, and shown out after too many; others go on."""
    chats = SmallChats(lambda text: ((Text(f"You said {text}"),), 0))
    with serving(chats) as server, ExitStack() as stack:
        heard = Counter[str]()
        wires: list[ClientConnection] = []
        for one in some(OVER_A_SOCKET, say={"key": "k", "text": "hello"}):
            if not wires or wires[-1].close_code is not None:
                wires.append(stack.enter_context(connect(server.socket)))
                wires[-1].send('{"hello": {}}')
            heard[_sent(wires[-1], one.body)] += 1
        assert heard["refused"] + heard["closed"] == OVER_A_SOCKET
        assert heard["refused"] > OVER_A_SOCKET / 2
        with connect(server.socket) as page:
            page.send('{"hello": {}}')
            page.send('{"say": {"key": "k", "text": "hello"}}')
            assert any("You said hello" in str(page.recv(timeout=5)) for _ in range(9))


def _sent(wire: ClientConnection, body: bytes) -> str:
    """Send a frame as text, whatever it is; tell how it was taken."""
    with suppress(ConnectionClosed):
        wire.send(body, text=True)
        while True:
            said = str(wire.recv(timeout=5))
            assert CANARY not in said
            if "refused" in json.loads(said):
                return "refused"
            assert "accepted" not in json.loads(said), body
    return "closed"


def test_frames_of_a_chat_page_are_refused_all() -> None:
    """The same, at the place where they are read."""
    for one in some(COUNT, say={"key": "k", "text": "hello"}):
        with pytest.raises((NotJson, BadFrame)) as refused:
            read_frame(one.body[: FRAME_BYTES + 1])
        assert CANARY not in str(refused.value)


def test_an_answer_of_a_webhook_or_of_code_is_unusable() -> None:
    """Whatever is wrong with it, the turn gets a reason; its words repeat nothing."""
    for one in some(COUNT, status=True, response=["hi"]):
        answer = judge(200, one.body)
        assert isinstance(answer, Unusable), one
        assert answer.reason in {"not_json", "not_an_object", "too_deep"}
        assert CANARY not in answer.why


def test_an_elements_json_in_a_text_is_a_text_where_it_is_no_json() -> None:
    """It is said as it stands: it was no element, so it was a text; nothing of it is taken for one."""
    for one in some(A_FEW, type="TEXT", text="hi"):
        try:
            text = one.body.decode()
            answer = judge(200, msgspec.json.encode({"status": True, "response": [text]}))
        except UnicodeDecodeError:
            continue
        if isinstance(answer, Answered):
            assert [element.text for element in answer.messages if isinstance(element, Text)] in ([text], []), one


def test_what_code_returns_is_refused_before_it_is_looked_at() -> None:
    """A worker that was taken over may write what it likes into its frame."""
    for one in some(COUNT, statusCode=200, body="{}"):
        got = returned(msgspec.Raw(one.body))
        if isinstance(got, Returned):  # it lies beside what is taken, and is not looked at
            assert (got.status_code, got.body) == (200, "{}")


@pytest.mark.parametrize("path", ["bot.yaml", "nodes/a.yaml", "entities/e.yaml", "dialogues/d.yaml", "entities/e.csv"])
def test_a_bots_files_are_read_whatever_they_hold(path: str) -> None:
    """JSON is YAML: an import takes it or says what is wrong, and raises nothing."""
    for one in some(A_FEW, name="A", system_name="a"):
        read({path: one.body})
