"""Functions run in process; what is wrong with their arguments is said, not raised."""

import pytest

from botyard.bot.model import Function
from botyard.engine.happenings import Flushes, HandsOver, Unusable
from botyard.integrations.functions import known_functions, run_function


@pytest.mark.parametrize(
    ("function", "answer"),
    [
        (Function(name="chat_force_pending", arguments={"team": "Support"}), HandsOver("Support")),
        (Function(name="chat_force_pending", arguments={"team": ""}), HandsOver(None)),
        (Function(name="chat_force_pending"), HandsOver(None)),
        (Function(name="entity_flusher", arguments={"keep": ["email"]}), Flushes(("email",))),
        (Function(name="entity_flusher", arguments={"keep": []}), Flushes(())),
        (Function(name="entity_flusher"), Flushes(("person_name", "city"))),
    ],
)
def test_a_function_answers_for_the_turn(function: Function, answer: object) -> None:
    """Both functions of platform.md §2.8, with and without arguments."""
    assert run_function(function) == answer


@pytest.mark.parametrize(
    ("function", "reason", "why"),
    [
        (Function(name="format_disk"), "no_such_function", "chat_force_pending"),
        (Function(name="chat_force_pending", arguments={"team": 7}), "bad_arguments", "$.team"),
        (Function(name="chat_force_pending", arguments={"taem": "Support"}), "bad_arguments", "taem"),
        (Function(name="entity_flusher", arguments={"keep": "email"}), "bad_arguments", "$.keep"),
    ],
)
def test_what_does_not_fit_is_unusable(function: Function, reason: str, why: str) -> None:
    """The builder reads which argument it was."""
    answer = run_function(function)
    assert isinstance(answer, Unusable)
    assert answer.reason == reason
    assert why in answer.why


def test_the_list_tells_what_a_node_may_name() -> None:
    """A check of a bot needs the names, an editor the arguments."""
    assert set(known_functions()) == {"chat_force_pending", "entity_flusher"}
    assert known_functions()["chat_force_pending"].__struct_fields__ == ("team",)
