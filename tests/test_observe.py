"""Log lines are JSON with constant names, and hold neither secrets nor anybody's words."""

import io
import json
import logging
from contextvars import copy_context
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botyard import observe
from botyard.errors import BotyardError
from botyard.store.commit import StorageFailed

CANARY = "canary-5a1f"


class _Unreadable(ValueError):
    pass


@pytest.fixture
def stream() -> io.StringIO:
    """A place for log lines."""
    stream = io.StringIO()
    observe.set_up_logs("json", stream)
    return stream


def _lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_has_its_event_its_facts_and_its_request(stream: io.StringIO) -> None:
    """One line, one JSON object."""

    def call() -> None:
        observe.request_begins("r-1")
        observe.log.info("call_returned", node="PRICE", status=200)

    copy_context().run(call)  # as a task has it, so that no later test is in this request
    [line] = _lines(stream)
    assert line["event"] == "call_returned"
    assert (line["node"], line["status"], line["request_id"], line["level"]) == ("PRICE", 200, "r-1", "info")


@pytest.mark.parametrize(
    "name", ["secret", "bot_token", "Authorization", "auth_code", "text", "message_body", "email", "api_key", "body"]
)
def test_a_field_named_like_a_secret_or_a_text_is_blanked(stream: io.StringIO, name: str) -> None:
    """However deep it stands."""
    observe.log.info("something", **{name: CANARY}, facts={"in": [{name: CANARY}]})
    assert CANARY not in stream.getvalue()
    assert len(_lines(stream)) == 1


def test_ids_and_counts_may_be_logged(stream: io.StringIO) -> None:
    """The guard blanks secrets, not everything around them."""
    observe.log.info("something", token_id=7, text_chars=12)
    [line] = _lines(stream)
    assert (line["token_id"], line["text_chars"]) == (7, 12)


def test_an_event_that_is_no_constant_word_is_not_logged(stream: io.StringIO) -> None:
    """A sentence with a user's words in it cannot pass as an event name."""
    observe.log.info(f"user said {CANARY}")
    [line] = _lines(stream)
    assert line["event"] == "unnamed_event"
    assert CANARY not in stream.getvalue()


def test_an_exception_tells_its_kind_and_place_but_not_its_message(stream: io.StringIO) -> None:
    """Messages of exceptions quote what they choked on."""
    try:
        raise _Unreadable(CANARY)  # noqa: TRY301 - it has to rise somewhere
    except _Unreadable:
        observe.log.exception("request_failed")
    [line] = _lines(stream)
    assert line["error"] == "_Unreadable"
    assert "test_observe.py" in line["raised_in"][-1]
    assert CANARY not in stream.getvalue()


def test_a_refusal_tells_its_code_and_facts(stream: io.StringIO) -> None:
    """Facts of our own errors are made for logs; the guard reads them too."""
    error = BotyardError("sentence", path="/x", token=CANARY)
    observe.log.error("storage_failed", exc_info=error)
    [line] = _lines(stream)
    assert (line["code"], line["facts"]["path"]) == ("error", "/x")
    assert CANARY not in stream.getvalue()


def test_what_storage_could_not_do_is_told_with_its_cure(stream: io.StringIO) -> None:
    """Who reads the log of a refused request learns what to mend: such a sentence is made of our own words."""
    observe.log.error("request_refused", exc_info=StorageFailed("PostgreSQL: its disk is full: free some space"))
    [line] = _lines(stream)
    assert line["why"] == "PostgreSQL: its disk is full: free some space"


def test_libraries_speak_through_the_same_stream_without_their_arguments(stream: io.StringIO) -> None:
    """A warning of asyncio or uvicorn is a JSON line too."""
    logging.getLogger("asyncio").warning("task %s was slow", CANARY)
    logging.getLogger("uvicorn.error").error(f"broken by {CANARY}")  # noqa: G004 - this is what libraries do
    first, second = _lines(stream)
    assert (first["library"], first["template"]) == ("asyncio", "task %s was slow")
    assert second["template"] == ""
    assert CANARY not in stream.getvalue()


@given(st.dictionaries(st.text(min_size=1), st.text(), max_size=4))
def test_a_line_stays_one_line(facts: dict[str, str]) -> None:
    """Nothing in a value can begin a second line."""
    stream = io.StringIO()
    observe.set_up_logs("json", stream)
    observe.log.info("something", facts=facts)
    assert len(_lines(stream)) == 1


def test_what_was_counted_is_exposed() -> None:
    """Metrics carry route templates, statuses and outcomes."""
    observe.count_request("/v1.0/user/", 201)
    observe.count_turn(0.25)
    observe.count_call("success")
    text, content_type = observe.metrics()
    assert b'botyard_http_requests_total{route="/v1.0/user/",status="201"} 1.0' in text
    assert b'botyard_calls_total{outcome="success"} 1.0' in text
    assert [line for line in text.splitlines() if line.startswith(b'botyard_turn_seconds_bucket{le="+Inf"}')]
    assert content_type.startswith("text/plain")
