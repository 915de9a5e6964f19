"""The table of answers of wire.md §1, row by row."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from botyard.engine.happenings import Answered, Unusable
from botyard.hsl.elements import Buttons, Text
from botyard.integrations.answer import MAX_ANSWER_BYTES, judge, judge_object

BUTTONS = {
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
            }
        ]
    },
    "isNew": False,
}


def answered(answer: Any) -> Answered:
    """Judge an answer that must be usable."""
    judged = judge(200, json.dumps(answer, ensure_ascii=False).encode())
    assert isinstance(judged, Answered), judged
    return judged


def unusable(body: bytes, status: int = 200) -> Unusable:
    """Judge an answer that must not be."""
    judged = judge(status, body)
    assert isinstance(judged, Unusable), judged
    return judged


def test_messages_come_in_order_and_status_files_them() -> None:
    """The seed's first two examples; nothing is warned about."""
    judged = answered({"status": True, "response": ["phone number seems invalid", "कृपया पुनः प्रयास करें"]})
    assert judged.messages == (Text("phone number seems invalid"), Text("कृपया पुनः प्रयास करें"))
    assert (judged.status, judged.silent, judged.warnings) == (True, False, ())
    assert answered({"status": False, "response": ["no"]}).status is False


@pytest.mark.parametrize("answer", [{}, {"response": None}, {"response": []}, {"response": ["", " \n", None]}])
def test_an_answer_without_messages_is_no_response(answer: dict[str, Any]) -> None:
    """What that means (bot break, pending) the engine decides; it is no intended silence."""
    judged = answered({"status": True} | answer)
    assert (judged.messages, judged.silent, judged.warnings) == ((), False, ())


@pytest.mark.parametrize("response", [["{}"], [{}], [" {} "], ["{ }"], ["\n{\t}\n"]])
def test_the_empty_object_is_an_intended_silence(response: list[Any]) -> None:
    """Alone it means that nothing is to be sent."""
    judged = answered({"status": True, "response": response})
    assert (judged.messages, judged.silent) == ((), True)


def test_an_empty_object_beside_messages_is_passed_over() -> None:
    """The seed shows `['Hello', {}]`."""
    judged = answered({"status": True, "response": ["Hello", {}, "{}", " { } "]})
    assert (judged.messages, judged.silent, judged.warnings) == ((Text("Hello"),), False, ())


@pytest.mark.parametrize("status", [None, "true", "True", 1, 0, [], {}])
def test_a_status_that_is_no_boolean_is_false_and_warned_about(status: object) -> None:
    """Missing too."""
    judged = answered({"status": status, "response": ["hi"]})
    assert judged.status is False
    assert "status" in judged.warnings[0]
    assert "status is missing" in answered({"response": ["hi"]}).warnings[0]


@pytest.mark.parametrize("response", ["hi", {"type": "BUTTON"} | BUTTONS])
def test_one_message_outside_a_list_is_read_as_a_list_of_one(response: object) -> None:
    """With a warning."""
    judged = answered({"status": True, "response": response})
    assert len(judged.messages) == 1
    assert "list of one" in judged.warnings[0]


@pytest.mark.parametrize("message", [BUTTONS, json.dumps(BUTTONS), " \n" + json.dumps(BUTTONS, indent=1)])
def test_an_element_may_be_an_object_or_its_json_as_a_text(message: object) -> None:
    """The seed sends HSL as a text."""
    judged = answered({"status": True, "response": [message]})
    assert isinstance(judged.messages[0], Buttons)
    assert judged.warnings == ()


@pytest.mark.parametrize(
    ("message", "sent"),
    [
        ({"type": "HOLOGRAM", "text": "look"}, (Text("look"),)),
        ('{"type": "BUTTON", "text": "look"}', (Text("look"),)),
        ({"text": "look"}, (Text("look"),)),
        ({"type": "HOLOGRAM"}, ()),
        ({"type": "HOLOGRAM", "text": " "}, ()),
        ({"type": "HOLOGRAM", "text": 7}, ()),
        ('{"type": "HOLOGRAM"}', ()),
    ],
)
def test_an_invalid_element_is_sent_as_its_text_or_dropped(message: object, sent: tuple[Text, ...]) -> None:
    """With a warning that says where and why."""
    judged = answered({"status": True, "response": [message]})
    assert judged.messages == sent
    assert "$.response[0]" in judged.warnings[0]
    assert judged.silent is False


@pytest.mark.parametrize(
    "text", ["{name}, hello", '{"a": 1}', "{'type': 'BUTTON'}", '["a"]', '"quoted"', '{"type": "BUTTON", "type": "X"}']
)
def test_a_text_that_is_no_element_is_a_text(text: str) -> None:
    """Braces alone make no element."""
    assert answered({"status": True, "response": [text]}).messages == (Text(text),)


@pytest.mark.parametrize(
    "names", [("conversation_data", "permanent_user_data"), ("conversation_details", "user_details")]
)
def test_both_stores_are_taken_under_either_name(names: tuple[str, str]) -> None:
    """A null inside deletes a key, so it is passed on; the whole answer is kept for connections on the result."""
    answer = {"status": True, "response": ["hi"], names[0]: {"a": None}, names[1]: {"phone_number": 8826755986}}
    judged = answered(answer)
    assert judged.conversation_data == {"a": None}
    assert judged.permanent_user_data == {"phone_number": 8826755986}
    assert judged.body == answer


def test_an_integer_of_any_length_is_kept_exactly() -> None:
    """Whether nobody reads it, a store keeps it, or an element holds it; also through the journal and back."""
    large = 10**40 + 1
    answer = {"status": True, "response": ["hi"], "trace_id": large, "conversation_data": {"n": large}}
    judged = answered(answer)
    assert (judged.body, judged.conversation_data) == (answer, {"n": large})
    assert msgspec.json.decode(msgspec.json.encode(judged), type=Answered) == judged


@pytest.mark.parametrize("data", [{}, {"conversation_data": {}}, {"conversation_data": None}])
def test_an_absent_or_empty_store_changes_nothing(data: dict[str, Any]) -> None:
    """`{}` does not mean "forget all"."""
    assert answered({"status": True, "response": ["hi"]} | data).conversation_data is None


def test_the_name_of_the_seed_wins_over_the_later_one() -> None:
    """Where a receiver sends both."""
    judged = answered({"status": True, "conversation_data": {"a": 1}, "conversation_details": {"b": 2}})
    assert judged.conversation_data == {"a": 1}


@pytest.mark.parametrize("status", [100, 201, 202, 204, 301, 302, 307, 400, 401, 404, 500, 503])
def test_only_200_counts(status: int) -> None:
    """Whatever the body says."""
    judged = unusable(b'{"status": true, "response": ["hi"]}', status)
    assert judged.reason == "status_not_200"
    assert str(status) in judged.why


@pytest.mark.parametrize(
    ("body", "reason", "why"),
    [
        (b"", "not_json", "empty"),
        (b"OK", "not_json", "malformed"),
        (b"{'status': True, 'response': ['hi']}", "not_json", "json.dumps"),
        (b'{"status": True, "response": ["hi"]}', "not_json", "json.dumps"),
        (b"<html></html>", "not_json", "web page"),
        (b"\x1f\x8b\x08\x00", "not_json", "compressed"),
        (b'{"status": NaN}', "not_json", "malformed"),
        (b'{"n": 1e999}', "not_json", "too large"),
        (b'{"response": ["\\ud800"]}', "not_json", "surrogate"),
        (b'{"status": true, "status": true}', "not_json", "twice"),
        (b'{"response": ["\\u0000"]}', "not_json", "NUL"),
        (b'{"response": ["\xff"]}', "not_json", "UTF-8"),
        (b'{"response": ' + b"[" * 40 + b"]" * 40 + b"}", "too_deep", "deeper than 32"),
        (b"[]", "not_an_object", "a list"),
        (b'"hi"', "not_an_object", "a text"),
        (b"null", "not_an_object", "null"),
        (b'{"response": 7}', "wrong_types", "response must be a list"),
        (b'{"response": true}', "wrong_types", "response must be a list"),
        (b'{"response": ["a", 7]}', "wrong_types", "response[1]"),
        (b'{"response": [["a"]]}', "wrong_types", "response[0]"),
        (b'{"response": [false]}', "wrong_types", "response[0]"),
        (b'{"response": ["a"], "conversation_data": "x"}', "wrong_types", "conversation_data"),
        (b'{"response": ["a"], "user_details": []}', "wrong_types", "user_details"),
        (json.dumps({"response": ["a"] * 21}).encode(), "too_many_messages", "21"),
        (b'{"response": ["' + b"a" * MAX_ANSWER_BYTES + b'"]}', "too_large", "256 KiB"),
    ],
)
def test_what_a_turn_cannot_use_has_its_reason(body: bytes, reason: str, why: str) -> None:
    """A stable word for programs, a sentence for the builder."""
    judged = unusable(body)
    assert judged.reason == reason
    assert why in judged.why


def test_the_limits_themselves_are_allowed() -> None:
    """Twenty messages, 256 KiB, 32 deep."""
    assert len(answered({"status": True, "response": ["a"] * 20 + [None, ""]}).messages) == 20
    frame = len(b'{"response":[""]}')
    body = b'{"response":["' + b"a" * (MAX_ANSWER_BYTES - frame) + b'"]}'
    assert len(body) == MAX_ANSWER_BYTES
    assert isinstance(judge(200, body), Answered)
    assert isinstance(judge(200, b'{"x":' + b"[" * 31 + b"]" * 31 + b"}"), Answered)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "{}", "hi", '{"type": "TEXT"}']),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["type", "text", "data", "items"]), inner)
    ),
)
names = st.sampled_from(["status", "response", "conversation_data", "permanent_user_data", "user_details", "other"])


@given(st.dictionaries(names, json_values))
def test_every_object_is_judged(answer: dict[str, Any]) -> None:
    """Nothing a receiver can send raises; no more is sent than was there; silence and messages exclude each other."""
    judged = judge_object(answer)
    if isinstance(judged, Answered):
        assert len(judged.messages) <= 20
        assert not (judged.silent and judged.messages)


@given(st.binary(max_size=200), st.integers(0, 999))
def test_any_bytes_are_judged(body: bytes, status: int) -> None:
    """Likewise for what is no JSON at all."""
    assert isinstance(judge(status, body), Answered | Unusable)
