"""The network that all jails share, as the runner makes it."""

import subprocess
from pathlib import Path

import pytest

from botyard.integrations.sandbox.jail import egress
from botyard.integrations.sandbox.jail.egress import NoNetwork, open_network


def test_an_address_that_the_host_is_given_later_is_shut_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine gets new addresses while its runner runs; what listens there is as little the internet as before."""
    try:
        network = open_network()
    except NoNetwork as none:
        pytest.skip(f"NO NETWORK HERE: {none.sentence}")
    inside = ("nsenter", "--target", str(network.holder.pid), "--user", "--net", "--preserve-credentials", "--")
    listed = (*inside, "nft", "list", "set", "inet", "botyard", "closed")
    try:
        network.keep_shut()
        before = subprocess.run(listed, capture_output=True, text=True, check=True).stdout
        now = egress.own_addresses() | {"9.9.9.9"}
        monkeypatch.setattr(egress, "own_addresses", lambda: now)
        network.keep_shut()
        network.keep_shut()
        after = subprocess.run(listed, capture_output=True, text=True, check=True).stdout
    finally:
        network.close()
    assert "9.9.9.9" not in before
    assert "9.9.9.9" in after


def test_a_table_of_addresses_that_cannot_be_read_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The runner tidies up in the same breath: an error that it does not know would be the end of that, for good."""
    monkeypatch.setattr(egress, "Path", lambda _: Path("/no/such/table"))
    with pytest.raises(NoNetwork, match="this machine's own addresses"):
        egress.own_addresses()
