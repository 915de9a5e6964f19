"""A machine without bubblewrap, or without a network for code: what doctor, builder, readyz and metrics say."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.attacks.conftest import yard
from tests.attacks.hostile import Yard
from tests.processes import ROOT, Server, environment
from tests.test_custom_code_served import (
    ASKS,
    BREAK,
    OFFER,
    SECRETS,
    deployed,
    get,
    open_to_all,
    sample,
    told_to_builders,
)

__all__ = ["yard"]

pytestmark = [
    pytest.mark.skipif(os.getuid() != 0, reason="only root can hide a part of the machine from a process"),
    pytest.mark.usefixtures("yard"),
]
SCRIPT = str(ROOT / "tests" / "without_part.py")
NO_BWRAP = "the jail did not start: sh: 1: exec: bwrap: not found"
FIX = "install bubblewrap (Debian, Ubuntu, Fedora, Alpine and Arch call the package so)"
NO_TUN = "custom code has no network: /dev/net/tun cannot be opened"


def bubblewrap() -> str:
    """Say where it is here."""
    found = shutil.which("bwrap")
    assert found is not None
    return found


def without(part: str, home: Path, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    """Run a command on a machine that lacks a part."""
    return subprocess.run(
        [sys.executable, SCRIPT, part, *arguments],
        capture_output=True,
        text=True,
        cwd="/",
        env=environment(home, **SECRETS),
        timeout=90,
        check=False,
    )


def test_without_bubblewrap_the_doctor_and_the_builder_are_told_what_to_install(tmp_path: Path) -> None:
    """Nothing is deployed; exit code 1."""
    bot = sample(tmp_path)
    open_to_all(tmp_path)
    found = without(bubblewrap(), tmp_path, "runner", "doctor")
    assert found.returncode == 1
    assert NO_BWRAP in found.stderr
    assert f"What would help: {FIX}." in found.stderr
    refused = without(bubblewrap(), tmp_path, "deploy", bot)
    assert refused.returncode == 1
    assert "custom code cannot run here: " in refused.stderr
    assert FIX in refused.stderr


@pytest.mark.parametrize("lacking", ["bwrap", "tunnel"])
def test_readyz_and_metrics_say_what_a_server_lacks(yard: Yard, tmp_path: Path, lacking: str) -> None:
    """Without bubblewrap a server whose live bot has code is not ready; without a tunnel it is, and says so."""
    is_ready = lacking == "tunnel"
    part = "/dev/net/tun" if is_ready else bubblewrap()
    if is_ready and yard.health.network:
        pytest.skip(f"NO NETWORK HERE: {yard.health.network}")
    client = deployed(tmp_path)

    class Lacking(Server):
        program = (SCRIPT, part)

    server = Lacking(tmp_path, "--port", "0", **SECRETS)
    try:
        status, ready = get(server, "/readyz")
        said = json.loads(ready)["checks"]["sandbox"]
        assert (status == 200) is is_ready
        assert (NO_TUN in said) is is_ready
        assert (FIX in said) is not is_ready
        metrics = get(server, "/metrics")[1]
        assert f'botyard_sandbox{{is="ok"}} {float(is_ready)}' in metrics
        assert f'botyard_sandbox{{is="network"}} {float(not is_ready and not yard.health.network)}' in metrics
        assert (NO_TUN if is_ready else FIX) in told_to_builders(server, client)
        client.knows(server, "asha")
        assert client.says(server, "asha", ASKS) == [OFFER if is_ready else BREAK]
    finally:
        server.stop()


def test_without_a_tunnel_code_runs_without_a_network_and_everybody_is_told(tmp_path: Path) -> None:
    """The doctor and whoever deploys read why; nothing is refused."""
    bot = sample(tmp_path)
    open_to_all(tmp_path)
    found = without("/dev/net/tun", tmp_path, "runner", "doctor")
    assert found.returncode == 0
    assert f"Without a network: {NO_TUN}" in found.stderr
    done = without("/dev/net/tun", tmp_path, "deploy", bot)
    assert done.returncode == 0
    assert NO_TUN in done.stderr
