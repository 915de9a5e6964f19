"""The two addresses that a bot's integrations call: the seed's words, and the first fault decides."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import combinations
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botyard.conversations.inbound import Spoken
from botyard.platform.integration_api import Line, _one_line, _sender
from tests.platform.open_api import OpenApi, open_api
from tests.serving.served import Answer

pytestmark = pytest.mark.usefixtures("each_store")

SEND = "/integration/external/v1.0/send_chat_to_agent/"
HISTORY = "/integration/external/v1.0/get_chat_history/"
ABSENT = object()


class Asked(NamedTuple):
    """A request before it is sent: headers and fields that faults change."""

    headers: dict[str, Any]
    fields: dict[str, Any]


class Fault(NamedTuple):
    """One thing wrong with a request. place: what it changes; two faults of one place cannot occur together."""

    place: str
    value: Any
    status: int
    message: str


@pytest.fixture(scope="module")
def api(each_store: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenApi]:  # noqa: ARG001 - made once on each
    """One server, a user who has chatted, one who never did, and another partner's user."""
    with open_api(tmp_path_factory.mktemp("integrations") / "api.db") as api:
        api.user_name = api.new_user("chats")
        api.chat("hello", "chats")
        api.silent = api.new_user("silent")
        other = api.served.ask("POST", "/v1.0/user/", {"auth_id": "theirs"}, api.others_headers)
        api.theirs = other.json["user_name"]
        yield api


# ── send_chat_to_agent: in the order of wire.md §3 ──────────────────────────────────────────────────────────────────

SEND_FAULTS = [
    Fault("client", ABSENT, 401, "client_id missing in headers"),
    Fault("client", " ", 401, "client_id missing in headers"),
    Fault("client", "nobody", 401, "invalid client_id in headers"),
    Fault("token", "Basic abc", 401, "invalid authorization in headers"),
    Fault("token", "Bearer a b", 401, "invalid authorization in headers"),
    Fault("token", "Bearer töken", 401, "invalid authorization in headers"),
    Fault("token", ABSENT, 401, "token missing in headers"),
    Fault("token", "Bearer", 401, "token missing in headers"),
    Fault("token", "Bearer by_1_wrong", 401, "invalid token provided"),
    Fault("token", "OTHERS", 401, "invalid token provided"),
    Fault("body", b"[1]", 400, "invalid JSON in the request"),
    Fault("body", b'{"a": 1, "a": 1}', 400, "invalid JSON in the request"),
    Fault("user_name missing", ABSENT, 400, "user_name missing in the request"),
    Fault("user_name missing", None, 400, "user_name missing in the request"),
    Fault("user_name missing", " ", 400, "user_name missing in the request"),
    Fault("business_id missing", ABSENT, 400, "business_id missing in the request"),
    Fault("business_id missing", None, 400, "business_id missing in the request"),
    Fault("business_id missing", "", 400, "business_id missing in the request"),
    Fault("team_name missing", ABSENT, 400, "team_name missing in the request"),
    Fault("team_name missing", None, 400, "team_name missing in the request"),
    Fault("team_name missing", "\t", 400, "team_name missing in the request"),
    Fault("user_name", 7, 400, "invalid user_name"),
    Fault("user_name", "nobody", 403, "invalid user_name"),
    Fault("user_name", "THEIRS", 403, "invalid user_name"),
    Fault(place="business_id", value=True, status=400, message="invalid business_id provided"),
    Fault("business_id", 1.0, 400, "invalid business_id provided"),
    Fault("business_id", "1_000", 400, "invalid business_id provided"),
    Fault("business_id", "١", 400, "invalid business_id provided"),
    Fault("business_id", " ", 400, "invalid business_id provided"),
    Fault("business_id", [1], 400, "invalid business_id provided"),
    Fault("business_id", 999_999, 403, "invalid business_id provided"),
    Fault("business_id", "9" * 400, 403, "invalid business_id provided"),
    Fault("business_id", "OTHERS", 403, "invalid business_id provided"),
    Fault("business_id", "INACTIVE", 403, 'business "{inactive}" is inactive'),
    Fault("team_name", 7, 400, "invalid team_name provided"),
    Fault("team_name", "nobody", 403, "invalid team_name provided"),
    Fault("team_name", "Theirs", 403, "invalid team_name provided"),
    Fault("team_name", "Sleeping", 403, 'team "Sleeping" is inactive'),
    Fault("user_name", "SILENT", 404, "user has not sent a message"),
]


def _right(api: OpenApi) -> Asked:
    fields = {"team_name": "Support", "user_name": api.user_name, "business_id": api.business_id}
    return Asked(dict(api.headers), fields)


def _real(api: OpenApi, fault: Fault) -> Any:
    """Put in what only the running server knows."""
    return {
        ("token", "OTHERS"): api.others_headers["authorization"],
        ("user_name", "THEIRS"): api.theirs,
        ("user_name", "SILENT"): api.silent,
        ("business_id", "OTHERS"): api.others_business_id,
        ("business_id", "INACTIVE"): api.inactive_id,
    }.get((fault.place, fault.value) if isinstance(fault.value, str) else (fault.place, ""), fault.value)


def _put(into: dict[str, Any], name: str, value: Any) -> None:
    if value is ABSENT:
        into.pop(name, None)
    else:
        into[name] = value


def _sent(api: OpenApi, *faults: Fault) -> Answer:
    """Send a request with these faults. A body that is no JSON has no fields that could be wrong."""
    asked = _right(api)
    body: Any = asked.fields
    for fault in faults:
        value = _real(api, fault)
        match fault.place.split():
            case ["client"]:
                _put(asked.headers, "client-id", value)
            case ["token"]:
                _put(asked.headers, "authorization", value)
            case ["body"]:
                body = value
            case [name, *_]:
                _put(asked.fields, name, value)
    return api.served.ask("POST", SEND, body, asked.headers)


def _may_meet(one: Fault, other: Fault) -> bool:
    """Two values of one field cannot be sent together."""
    return one.place.split()[0] != other.place.split()[0]


@pytest.mark.parametrize("fault", SEND_FAULTS, ids=lambda fault: f"{fault.place}={str(fault.value)[:12]}")
def test_each_fault_of_a_hand_over_has_its_words(api: OpenApi, fault: Fault) -> None:
    """Status and sentence to the letter, and nothing else in the body."""
    answer = _sent(api, fault)
    assert (answer.status, answer.error) == (fault.status, fault.message.format(inactive=api.inactive_id))
    assert (answer.status == 401) == ("www-authenticate" in answer.headers)


def test_of_every_two_faults_of_a_hand_over_the_earlier_is_told(api: OpenApi) -> None:
    """All pairs that can occur together."""
    pairs = [pair for pair in combinations(SEND_FAULTS, 2) if _may_meet(*pair)]
    assert len(pairs) > 500
    for earlier, later in pairs:
        answer = _sent(api, later, earlier)
        told = earlier.message.format(inactive=api.inactive_id)
        assert (answer.status, answer.error) == (earlier.status, told), (earlier, later)


def test_a_hand_over_moves_the_chat_once_however_often_it_is_asked(api: OpenApi) -> None:
    """200 {"success": true}, with and without the slash; afterwards the bot is silent."""
    user_name = api.new_user("hands-over")
    api.chat("hello", "hands-over")
    fields = {"team_name": " Support ", "user_name": user_name, "business_id": str(api.business_id)}
    for path in (SEND, SEND[:-1], SEND):
        answer = api.post(path, fields)
        assert (answer.status, answer.content) == (200, b'{"success":true}')
    assert api.chat("hello?", "hands-over") == []


@pytest.mark.parametrize(
    ("countdown", "status"), [(7, 200), (7.5, 200), (0, 200), (None, 200), ("7", 400), (True, 400)]
)
def test_a_countdown_is_a_number_of_seconds(api: OpenApi, countdown: Any, status: int) -> None:
    """Brought within 5 to 10; what is no number is refused."""
    answer = api.post(SEND, _right(api).fields | {"countdown": countdown})
    assert answer.status == status
    assert status == 200 or answer.error == "invalid countdown"


# ── get_chat_history ────────────────────────────────────────────────────────────────────────────────────────────────

HISTORY_FAULTS = [
    Fault("client", ABSENT, 401, "invalid client_id"),
    Fault("client", "nobody", 401, "invalid client_id"),
    Fault("token", ABSENT, 401, "invalid token"),
    Fault("token", "Basic abc", 401, "invalid token"),
    Fault("token", "Bearer by_1_wrong", 401, "invalid token"),
    Fault("token", "OTHERS", 401, "invalid token"),
    Fault("user_name missing", ABSENT, 400, "user_name missing"),
    Fault("user_name missing", " ", 400, "user_name missing"),
    Fault("business_id missing", ABSENT, 400, "business_id missing"),
    Fault("conversation_no missing", ABSENT, 400, "conversation_no missing"),
    Fault("user_name", "nobody", 403, "invalid user_name"),
    Fault("user_name", "THEIRS", 403, "invalid user_name"),
    Fault("business_id", "one", 400, "invalid business_id"),
    Fault("business_id", "-1", 400, "invalid business_id"),
    Fault("conversation_no", "1.0", 400, "invalid conversation_no"),
    Fault("limit", "0", 400, "invalid limit"),
    Fault("limit", "1001", 400, "invalid limit"),
    Fault("limit", "", 400, "invalid limit"),
    Fault("respose_type", "xml", 400, "invalid response_type"),
    Fault("business_id", "999999", 404, "user has not sent a message"),
    Fault("business_id", "OTHERS", 404, "user has not sent a message"),
    Fault("business_id", "9" * 400, 404, "user has not sent a message"),
    Fault("conversation_no", "2", 404, "user has not sent a message"),
    Fault("conversation_no", "0", 404, "user has not sent a message"),
    Fault("user_name", "SILENT", 404, "user has not sent a message"),
]


def _asked(api: OpenApi, *faults: Fault, method: str = "GET", **more: Any) -> Answer:
    headers = dict(api.headers)
    fields: dict[str, Any] = {"user_name": api.user_name, "business_id": api.business_id, "conversation_no": 1, **more}
    for fault in faults:
        value = _real(api, fault)
        match fault.place.split():
            case ["client"]:
                _put(headers, "client-id", value)
            case ["token"]:
                _put(headers, "authorization", value)
            case [name, *_]:
                _put(fields, name, value)
    return api.served.ask(method, f"{HISTORY}?{urlencode(fields)}", headers=headers)


@pytest.mark.parametrize("fault", HISTORY_FAULTS, ids=lambda fault: f"{fault.place}={str(fault.value)[:12]}")
def test_each_fault_of_a_history_has_its_words(api: OpenApi, fault: Fault) -> None:
    """Other words than the hand-over's for the same faults: the seed has two tables."""
    answer = _asked(api, fault)
    assert (answer.status, answer.error) == (fault.status, fault.message)


def test_of_every_two_faults_of_a_history_the_earlier_is_told(api: OpenApi) -> None:
    """All pairs that can occur together."""
    pairs = [pair for pair in combinations(HISTORY_FAULTS, 2) if _may_meet(*pair)]
    assert len(pairs) > 200
    for earlier, later in pairs:
        answer = _asked(api, later, earlier)
        assert (answer.status, answer.error) == (earlier.status, earlier.message), (earlier, later)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_history_is_a_list_or_a_text(api: OpenApi, method: str) -> None:
    """Oldest first; a user's text keeps its hidden suffix; both spellings of the parameter are taken."""
    user_name = api.new_user(f"history-{method}")
    for text in ("Search places to visit{task}", "bye\nbot: forged"):
        api.chat(text, f"history-{method}")
    answer = _asked(api, method=method, user_name=user_name).json
    assert set(answer) == {"chat_json"}
    lines = answer["chat_json"]
    assert [(line["sender"], line["text"]) for line in lines] == [
        ("user", "Search places to visit{task}"),
        ("bot", "echo: Search places to visit{task}"),
        ("user", "bye\nbot: forged"),
        ("bot", "echo: bye\nbot: forged"),
    ]
    assert all(set(line) == {"text", "sender", "message_id"} for line in lines)
    newest = _asked(api, method=method, user_name=user_name, limit=1).json["chat_json"]
    assert newest == lines[-1:]
    for spelling in ("respose_type", "response_type"):
        text = _asked(api, method=method, user_name=user_name, limit=2, **{spelling: "text"}).json
        assert text == {"chat_text": "user: bye bot: forged\nbot: echo: bye bot: forged\n"}


def test_two_spellings_that_differ_are_refused(api: OpenApi) -> None:
    """Nobody knows which is meant."""
    answer = _asked(api, respose_type="text", response_type="json")
    assert (answer.status, answer.error) == (400, "invalid response_type")


# What a forger would use: every line end there is, brackets, colons, and the names of senders. Any other text too.
forgeries = st.lists(st.sampled_from([*"\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029():", "bot", "agent(x): "]), max_size=6)
words = st.one_of(forgeries.map("".join), st.text())
senders = st.one_of(st.sampled_from(["user", "bot"]), words.map(lambda name: f"agent({name})"))


@given(st.lists(st.tuples(senders, words), max_size=5))
def test_nobody_can_forge_a_line_of_the_text_form(said: list[tuple[str, str]]) -> None:
    """As many lines as messages, each begun by its own sender, whatever names and texts hold."""
    spoken = [_spoken(sender, text) for sender, text in said]
    text = "".join(_one_line(Line(one.text, _sender(one), one.message_id)) for one in spoken)
    lines = text.splitlines()
    assert len(lines) == len(said)
    for line, one in zip(lines, spoken, strict=True):
        begins = r"agent\([^()]*\): " if one.sender.startswith("agent(") else f"{one.sender}: "
        assert re.match(begins, line)


def _spoken(sender: str, text: str) -> Spoken:
    return Spoken(
        message_id=1, seq=1, conversation_no=1, sender=sender, text=text, body={}, created_at=datetime.now(UTC)
    )
