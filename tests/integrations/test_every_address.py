"""No URL leads to an address that must not be called: connections are counted where they arrive, on every address."""

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.hostile_urls import FORBIDDEN, is_forbidden
from tests.integrations.every_address import IMPOSSIBLE

COUNT = 4_000


@pytest.fixture(scope="module")
def counted() -> dict[str, Any]:
    """What happened in a network namespace in which every address listens."""
    command = [sys.executable, "-m", "tests.integrations.every_address", str(COUNT), "0"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode == IMPOSSIBLE:
        pytest.skip(f"NOT TESTED: no network namespace can be made here, or `ip` is missing ({done.stderr.strip()})")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_no_hostile_url_reaches_a_forbidden_address(counted: dict[str, Any]) -> None:
    """Spellings, disguises, names and names that change: what they reached is public, or nothing."""
    assert counted["urls"] >= 1_800
    assert sum(counted["hostile"].values()) == counted["urls"]
    assert [address for address in counted["reached_by_hostile"] if is_forbidden(address)] == []
    assert set(counted["hostile"]) <= {"address_refused", "bad_url", "no_connection", "tls", "breaker_open"}


def test_what_may_be_called_is_reached_and_a_redirect_leads_nowhere(counted: dict[str, Any]) -> None:
    """The count can be wrong in neither direction: public addresses and the listed receiver are in it."""
    reached = counted["reached_by_friendly"]
    assert {"8.8.8.8", "2606:4700::1111", "9.9.9.9", "1.1.1.1", "10.1.2.3"} <= set(reached)
    assert [address for address in reached if is_forbidden(address)] == ["10.1.2.3"]


def test_metadata_services_are_not_called_even_where_everything_is_listed(counted: dict[str, Any]) -> None:
    """An operator's `0.0.0.0/0` does not open them."""
    assert set(counted["never"]) == {"address_refused"}
    assert counted["reached_by_never"] == {}


def test_the_second_list_of_what_is_forbidden_is_a_list_of_its_own() -> None:
    """It knows public addresses from others, so that the tests above can fail."""
    assert len(FORBIDDEN) > 20
    assert is_forbidden("::ffff:10.0.0.1")
    assert is_forbidden("64:ff9b::1")
    assert not is_forbidden("8.8.8.8")
    assert not is_forbidden("2606:4700::1111")
