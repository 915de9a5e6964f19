"""The API for a client's own systems, over real connections."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from botyard.platform.records import idempotency_key
from botyard.store.commit import Write
from tests.platform.open_api import AUTH_CODE, OpenApi, open_api, run

pytestmark = pytest.mark.usefixtures("each_store")

USER, LOG, SYNC = "/v1.0/user/", "/v1.0/log_message_from_user/", "/v1.0/sync_message_from_user/"


@pytest.fixture(scope="module")
def api(each_store: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenApi]:  # noqa: ARG001 - made once on each
    """One server for all tests of this file; each uses users of its own."""
    with open_api(tmp_path_factory.mktemp("api") / "api.db") as api:
        yield api


def _heard(api: OpenApi, user_name: str) -> list[str]:
    """What a user said in the first conversation, by the transcript."""
    path = "/integration/external/v1.0/get_chat_history/"
    query = f"user_name={user_name}&business_id={api.business_id}&conversation_no=1"
    answer = api.served.ask("GET", f"{path}?{query}", headers=api.headers)
    assert answer.status == 200, answer
    return [line["text"] for line in answer.json["chat_json"] if line["sender"] == "user"]


# ── users ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_user_is_created_then_updated_and_what_is_left_out_stays(api: OpenApi) -> None:
    """POST and PUT give back what is known now, with our handle; never the auth_code or custom data."""
    said = {"auth_id": "maya", "name": "Maya", "email": "m@example.com", "mobile_no": "+911", "language_code": "hi"}
    made = api.post(USER, said | {"auth_code": AUTH_CODE, "custom_data": {"tier": "gold", "age": 7, "vip": True}})
    assert made.status == 200
    assert made.json == said | {"user_name": made.json["user_name"]}
    changed = api.served.ask("PUT", USER, {"auth_id": "maya", "name": "Maya R"}, api.headers)
    assert changed.json == made.json | {"name": "Maya R"}
    assert AUTH_CODE.encode() not in made.content + changed.content


def test_putting_a_user_nobody_knows_is_refused(api: OpenApi) -> None:
    """PUT updates; it does not create."""
    answer = api.served.ask("PUT", USER, {"auth_id": "nobody"}, api.headers)
    assert (answer.status, answer.error) == (403, "user is not registered")


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"auth_id": ""},
        {"auth_id": "  "},
        {"auth_id": 7},
        {"auth_id": "x" * 256},
        {"auth_id": "x", "name": 7},
        {"auth_id": "x", "mobile_no": 911},
        {"auth_id": "x", "language_code": "english"},
        {"auth_id": "x", "language_code": "hi\n"},
        {"auth_id": "x", "language_code": "\n"},
        {"auth_id": "x", "custom_data": {"a": {"b": 1}}},
        {"auth_id": "x", "custom_data": {"a": [1]}},
        {"auth_id": "x", "custom_data": []},
    ],
)
def test_a_profile_of_wrong_types_is_refused(api: OpenApi, said: dict[str, Any]) -> None:
    """Strictly: nothing is converted, custom data is flat."""
    assert api.post(USER, said).status == 400


@pytest.mark.parametrize(
    ("path", "said", "why"),
    [
        (USER, {}, "auth_id is missing"),
        (USER, {"auth_id": " "}, "auth_id must be your own name for the user, not blank"),
        (USER, {"auth_id": 7}, "auth_id must be text, not a whole number"),
        (USER, {"auth_id": "x" * 256}, "auth_id must have at most 255 characters"),
        (
            USER,
            {"auth_id": "x", "language_code": "EN"},
            "language_code must be two small letters of ISO 639-1, as in hi",
        ),
        (USER, {"auth_id": "x", "language_code": True}, "language_code must be text or null, not true or false"),
        (USER, {"auth_id": "x", "auth_code": "x" * 4097}, "auth_code must have at most 4,096 characters"),
        (
            USER,
            {"auth_id": "x", "custom_data": {"tier": "gold", "tags": ["canary"]}},
            "value 2 in custom_data must be true or false, a number, text or null, not a list",
        ),
        (USER, {"auth_id": "x", "custom_data": []}, "custom_data must be an object or null, not a list"),
        (LOG, {"user": {}, "message_body": "x", "business_id": 1}, "user.auth_id is missing"),
        (
            LOG,
            {"user": {"auth_id": ""}, "message_body": "x", "business_id": 1},
            "user.auth_id must be your own name for the user, not blank",
        ),
        (LOG, {"user": "asha", "message_body": "x", "business_id": 1}, "user must be an object, not text"),
        (LOG, {"user": {"auth_id": "x"}, "message_body": "x", "business_id": 0}, "business_id must be at least 1"),
        (
            LOG,
            {"user": {"auth_id": "x"}, "message_body": "x", "business_id": 1.5},
            "business_id must be a whole number, not a number with a point",
        ),
    ],
)
def test_a_refusal_says_which_field_and_what_it_must_be(
    api: OpenApi, path: str, said: dict[str, Any], why: str
) -> None:
    """In words for whoever programs the client: none of a library's, and nothing of what was sent."""
    answer = api.post(path, said)
    assert (answer.status, answer.error) == (400, why)


# ── messages ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_message_is_kept_and_its_place_told(api: OpenApi) -> None:
    """200 with message_id, the message, when, and its type."""
    api.new_user("logs")
    answer = api.post(LOG, api.message("hello", "logs"))
    assert answer.status == 200
    assert (answer.json["message_body"], answer.json["message_type"]) == ("hello", 0)
    assert isinstance(answer.json["message_id"], int)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", answer.json["created_at"])


def test_a_synchronous_message_is_answered_with_the_replies(api: OpenApi) -> None:
    """Every message of the bot as HSL, said by the automated agent gogo."""
    api.new_user("syncs")
    answer = api.post(SYNC, api.message("hello", "syncs")).json
    assert set(answer) == {"version", "timestamp", "agent", "message"}
    assert answer["version"] == "1.0"
    assert answer["agent"] == {"id": answer["agent"]["id"], "name": "gogo", "profile_image": "", "is_automated": True}
    [reply] = answer["message"]
    assert set(reply) == {"id", "body"}
    assert (reply["body"]["type"], reply["body"]["text"]) == ("TEXT", "echo: hello")


def test_a_synchronous_message_waits_for_the_call_it_sets_off(api: OpenApi) -> None:
    """The whole chain of turns is the answer."""
    api.new_user("calls")
    assert api.chat("call", "calls") == ["answer 1"]


@pytest.mark.parametrize("path", [LOG, SYNC])
def test_who_may_not_speak_is_told_why(api: OpenApi, path: str) -> None:
    """An unknown user, an unknown business, another partner's, one that is switched off."""
    api.new_user("speaks")
    answer = api.post(path, api.message(auth_id="nobody"))
    assert (answer.status, answer.error) == (403, "user is not registered")
    unknown = api.post(path, api.message(auth_id="speaks", business_id=999_999))
    others = api.post(path, api.message(auth_id="speaks", business_id=api.others_business_id))
    assert unknown.status == 403
    assert (others.status, others.content) == (unknown.status, unknown.content)
    inactive = api.post(path, api.message(auth_id="speaks", business_id=api.inactive_id))
    assert (inactive.status, inactive.error) == (403, f'business "{api.inactive_id}" is inactive')


def test_another_partner_does_not_see_our_users(api: OpenApi) -> None:
    """The same auth_id is another user there, or nobody."""
    user_name = api.new_user("shared")
    body = api.message(auth_id="shared", business_id=api.others_business_id)
    answer = api.served.ask("POST", LOG, body, api.others_headers)
    assert (answer.status, answer.error) == (403, "user is not registered")
    theirs = api.served.ask("POST", USER, {"auth_id": "shared"}, api.others_headers)
    assert theirs.json["user_name"] != user_name


@pytest.mark.parametrize("path", [LOG, SYNC])
@pytest.mark.parametrize(
    "wrong",
    [
        {"message_body": ""},
        {"message_body": " \n\u2003"},
        {"message_body": "x" * 4001},
        {"message_body": None},
        {"message_body": 7},
        {"message_type": "0"},
        {"message_type": 99},
        {"business_id": "1"},
        {"business_id": True},
        {"business_id": 1.0},
        {"business_id": 0},
        {"business_id": 2**63},
        {"user": "asha"},
        {"user": {}},
        {"user": {"auth_id": None}},
    ],
)
def test_a_message_of_wrong_types_is_refused(api: OpenApi, path: str, wrong: dict[str, Any]) -> None:
    """Before anybody is looked up."""
    assert api.post(path, api.message() | wrong).status == 400


def test_a_message_of_4000_characters_is_taken(api: OpenApi) -> None:
    """Characters, not bytes."""
    api.new_user("long")
    assert api.post(LOG, api.message("न" * 4000, "long")).status == 200


# ── who is calling ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", [USER, LOG, SYNC])
def test_every_fault_of_the_credentials_reads_the_same(api: OpenApi, path: str) -> None:
    """401 and one sentence, whatever is wrong; the token is never given back."""
    client, authorization = api.headers["client-id"], api.headers["authorization"]
    faults: list[dict[str, str]] = [
        {},
        {"client-id": client},
        {"authorization": authorization},
        {"client-id": "nobody", "authorization": authorization},
        {"client-id": api.others_headers["client-id"], "authorization": authorization},
        {"client-id": client, "authorization": f"{authorization}x"},
        {"client-id": client, "authorization": f"Basic {api.token}"},
        {"client-id": client, "authorization": "Bearer töken"},
    ]
    for headers in faults:
        answer = api.served.ask("POST", path, api.message(), headers)
        assert (answer.status, answer.error) == (401, "invalid authorization details")
        assert api.token.encode() not in answer.content


# ── the same request again ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", [LOG, SYNC])
def test_a_repeated_key_answers_as_the_first_time_and_does_nothing_again(api: OpenApi, path: str) -> None:
    """One message in the transcript, however often; another key is another message."""
    auth_id = f"repeats-{path.split('/')[2]}"
    user_name = api.new_user(auth_id)
    first = api.post(path, api.message("once", auth_id), idempotency_key="k-1")
    again = api.post(path, api.message("something else", auth_id), idempotency_key="k-1")
    assert (again.status, again.content) == (200, first.content)
    api.chat("settle", auth_id)
    assert _heard(api, user_name) == ["once", "settle"]
    assert api.post(path, api.message("twice", auth_id), idempotency_key="k-2").content != first.content


@pytest.mark.parametrize("path", [LOG, SYNC])
def test_a_key_used_twice_at_the_same_moment_is_one_request(api: OpenApi, path: str) -> None:
    """Eight at once: one message, eight equal answers."""
    auth_id = f"at-once-{path.split('/')[2]}"
    user_name = api.new_user(auth_id)
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _: api.post(path, api.message("call", auth_id), idempotency_key="same"), range(8))
        )
    assert {answer.status for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    api.chat("settle", auth_id)
    assert _heard(api, user_name) == ["call", "settle"]


def test_a_key_is_forgotten_after_a_day(api: OpenApi) -> None:
    """Within 24 h it is the same request, after that a new one."""
    api.new_user("daily")
    first = api.post(LOG, api.message("good morning", "daily"), idempotency_key="daily").json
    try:
        api.later = timedelta(hours=23, minutes=59)
        assert api.post(LOG, api.message("good morning", "daily"), idempotency_key="daily").json == first
        api.later = timedelta(hours=24, minutes=1)
        assert api.post(LOG, api.message("good morning", "daily"), idempotency_key="daily").json != first
    finally:
        api.later = timedelta()


def test_a_repeated_key_does_not_change_a_user_back(api: OpenApi) -> None:
    """The old request, come late a second time, answers as then and changes nothing."""
    first = api.post(USER, {"auth_id": "renamed", "name": "Before"}, idempotency_key="rename")
    after = api.post(USER, {"auth_id": "renamed", "name": "After"}).json
    assert api.post(USER, {"auth_id": "renamed", "name": "Before"}, idempotency_key="rename").json == first.json
    assert api.post(USER, {"auth_id": "renamed"}).json == after


def test_a_refused_request_may_be_sent_again_under_its_key(api: OpenApi) -> None:
    """A refusal did nothing; once its cause is mended the same request goes through."""
    assert api.post(LOG, api.message(auth_id="late"), idempotency_key="late").status == 403
    api.new_user("late")
    assert api.post(LOG, api.message(auth_id="late"), idempotency_key="late").status == 200


@pytest.mark.parametrize("path", [LOG, SYNC])
def test_a_key_that_was_used_for_another_user_is_refused(api: OpenApi, path: str) -> None:
    """Nothing is swallowed, and nothing of the first answer is shown."""
    auth_id, other = (f"{who}-{path.split('/')[2]}" for who in ("reuses", "reused"))
    ours, theirs = api.new_user(auth_id), api.new_user(other)
    first = api.post(path, api.message("once", auth_id), idempotency_key="7")
    answer = api.post(path, api.message("once", other), idempotency_key="7")
    assert (answer.status, answer.error) == (422, "this idempotency-key was used for another user")
    assert set(answer.json) == {"error_message"}
    assert api.post(path, api.message("once", other), idempotency_key="8").status == 200
    assert api.post(path, api.message("once", auth_id), idempotency_key="7").content == first.content
    for user, who in ((ours, auth_id), (theirs, other)):
        api.chat("settle", who)
        assert _heard(api, user) == ["once", "settle"]


def test_a_refused_request_may_be_mended_under_its_key(api: OpenApi) -> None:
    """The refusal did nothing, so the key names nothing yet; afterwards it is answered as what was done."""
    api.new_user("mends")
    assert api.post(LOG, api.message(" ", "mends"), idempotency_key="mends").status == 400
    done = api.post(LOG, api.message("mended", "mends"), idempotency_key="mends")
    assert done.json["message_body"] == "mended"
    assert api.post(LOG, api.message("mended", "mends"), idempotency_key="mends").content == done.content
    assert api.post(LOG, api.message("again", "mends"), idempotency_key="mends").content == done.content


def test_an_answer_that_the_release_before_remembered_is_given_again(api: OpenApi) -> None:
    """It did not keep which request that was; nor that of one it began and did not finish."""
    api.new_user("old")
    asked = api.message("once", "old")
    first = api.post(LOG, asked, idempotency_key="old")
    then = sa.update(idempotency_key).where(idempotency_key.c.key == "old").values(whom_hash=None)
    run(api.shell.database.commit([Write(then, {})]))
    assert api.post(LOG, asked, idempotency_key="old").content == first.content
    run(api.shell.database.commit([Write(then.values(response=None), {})]))
    assert api.post(LOG, asked, idempotency_key="old").content == first.content
    api.new_user("older")
    assert api.post(LOG, api.message("once", "older"), idempotency_key="old").status == 422


def test_keys_of_two_partners_do_not_meet(api: OpenApi) -> None:
    """A key is the client's own name; another client may use the same."""
    body = {"auth_id": "two-partners", "name": "One"}
    ours = api.post(USER, body, idempotency_key="shared")
    theirs = api.served.ask("POST", USER, body, api.others_headers | {"idempotency-key": "shared"})
    assert ours.json["user_name"] != theirs.json["user_name"]


def test_nothing_of_the_auth_code_reaches_an_answer_or_the_log(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The auth_code is kept for integrations; the token is kept by its owner."""
    with open_api(tmp_path / "codes.db") as api:
        api.new_user("code", auth_code=AUTH_CODE)
        answers = [api.post(path, api.message(auth_id="code")).content for path in (LOG, SYNC)]
        answers.append(api.post(USER, {"auth_id": "code", "auth_code": [AUTH_CODE]}).content)
        token = api.token
    printed = "".join(capfd.readouterr())
    for secret in (AUTH_CODE, token):
        assert secret.encode() not in b"".join(answers)
        assert secret not in printed
