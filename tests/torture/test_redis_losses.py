"""Redis lost a few times while users talk: nobody notices; and what would be noticed is counted."""

from collections.abc import Iterator

import pytest

from tests.torture.redis_losses import LOSSES, Run, WidePlace, wide_place


@pytest.fixture(scope="module")
def place() -> Iterator[WidePlace]:
    """Two servers, PostgreSQL and Redis."""
    try:
        with wide_place() as one:
            yield one
    except FileNotFoundError as error:
        pytest.skip(f"NOT TORTURED: {error}")


def test_redis_is_lost_in_each_way_and_no_message_is_lost_refused_or_answered_from_an_older_state(
    place: WidePlace,
) -> None:
    """Emptied, killed, replaced by an old copy: twice each, under load."""
    run = Run(place, 1)
    run.to_its_end(6)
    assert not run.wrong
    assert run.lost == dict.fromkeys(LOSSES, 2)
    assert run.messages > 20


def test_an_answer_from_an_older_state_and_a_refused_message_are_counted(
    place: WidePlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The number before the last one is what an older state would tell; a client that is not known is refused."""
    run = Run(place, 2)
    place.client.knows(place.servers[0], "asha")
    run._ask(place.servers[0], "asha", "please note n1", ["noted n1"])
    assert not run.wrong
    run._ask(place.servers[1], "asha", "please note", ["noted n2"])
    monkeypatch.setattr(place.client, "headers", {"Content-Type": "application/json"})
    run._ask(place.servers[1], "asha", "please note", ["noted n1"])
    assert run.wrong == {"stale reads": 1, "messages refused": 1}
