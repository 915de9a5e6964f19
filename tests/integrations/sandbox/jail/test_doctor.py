"""What the doctor says where it cannot even begin."""

import asyncio

import pytest

from botyard.integrations.sandbox.jail import doctor
from botyard.integrations.sandbox.jail.doctor import Health, examine
from botyard.integrations.sandbox.jail.egress import NoNetwork
from botyard.integrations.sandbox.jail.jail import Egress
from botyard.integrations.sandbox.jail.launch import Walls, find_python
from botyard.integrations.sandbox.jail.policy import policy

_WHY = "custom code cannot be kept from this machine's own addresses: [Errno 13] Permission denied"


@pytest.fixture(autouse=True)
def _unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel's table of addresses cannot be read."""

    def refused() -> set[str]:
        raise NoNetwork(_WHY)

    monkeypatch.setattr(doctor, "own_addresses", refused)


def test_a_network_that_cannot_be_examined_is_a_sentence_and_a_fix() -> None:
    """Code has a network, and which addresses are the machine's own is not known: nothing runs, and why is told."""
    health = asyncio.run(examine(Walls(policy(), find_python(), Egress(1, "10.0.2.3"))))
    assert not health.is_ok
    assert health.sentence == _WHY
    assert health.fix == "let the runner read /proc/net/fib_trie, or run it with --no-network"


def test_without_a_network_the_examination_goes_on() -> None:
    """What listens on this machine is out of reach whatever its addresses are; that there is no network is told."""
    walls = Walls(policy(), find_python(), is_unsafe=True)
    health = asyncio.run(examine(walls, network=NoNetwork(_WHY)))
    assert health == Health(is_ok=True, network=_WHY, is_unsafe=True)
