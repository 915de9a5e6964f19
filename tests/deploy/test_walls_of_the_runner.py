"""Jails of custom code can be built inside the walls that deploy/ puts around their runner, which leave little open."""

import ctypes.util
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import ROOT
from tools.seccomp_profile import PROFILE, profile

UNIT = ROOT / "deploy" / "systemd" / "botyard-runner.service"
UNDER = Path(__file__).with_name("under_a_filter.py")

pytestmark = [
    pytest.mark.skipif(ctypes.util.find_library("seccomp") is None, reason="libseccomp is not installed"),
    pytest.mark.skipif(
        shutil.which("bwrap") is None, reason="bubblewrap is not installed: tools/debian.py installs it"
    ),
]


def doctor(tmp_path: Path, filter_: dict[str, list[str]] | None) -> list[str]:
    """What `botyard runner doctor` found wrong, under a filter. The health's own sentence is one of it."""
    ours = [sys.executable, "-m", "botyard.cli", "runner", "doctor", "--json"]
    under = [] if filter_ is None else [sys.executable, str(UNDER), json.dumps(filter_)]
    done = subprocess.run([*under, *ours], capture_output=True, text=True, check=False, cwd=tmp_path, timeout=100)
    found = json.loads(done.stdout)
    wrong = [one["attack"] for one in found["attempts"] if one["wrong"]]
    return wrong if found["health"]["is_ok"] else [*wrong, found["health"]["sentence"]]


@pytest.fixture(scope="module", autouse=True)
def _jails_can_be_built(tmp_path_factory: pytest.TempPathFactory) -> None:
    if wrong := doctor(tmp_path_factory.mktemp("doctor"), None):
        pytest.skip(f"this machine builds no jails: {wrong[-1]}")


def allowed() -> list[str]:
    """The calls that the container's profile allows."""
    names: list[str] = json.loads(PROFILE.read_text())["syscalls"][0]["names"]
    return names


def test_the_profile_is_what_its_tool_writes() -> None:
    """Nobody edits it by hand: the list of what is refused stands in tools/seccomp_profile.py."""
    assert json.loads(PROFILE.read_text()) == profile()


def test_jails_hold_under_the_containers_profile(tmp_path: Path) -> None:
    """Every attack of the doctor is stopped there as elsewhere."""
    assert doctor(tmp_path, {"allowed": allowed()}) == []


@pytest.mark.parametrize("call", ["unshare", "mount", "pivot_root", "sethostname"])
def test_the_profile_allows_nothing_for_nothing(call: str, tmp_path: Path) -> None:
    """Without one of the calls that Docker's own profile forbids there is no jail, and the doctor says so."""
    assert doctor(tmp_path, {"allowed": [name for name in allowed() if name != call]}) != []


def calls_of(group: str) -> list[str]:
    """The system calls of one of systemd's groups, and of the groups in it."""
    told = subprocess.run(["systemd-analyze", "syscall-filter", group], capture_output=True, text=True, check=True)
    words = [line.strip() for line in told.stdout.splitlines()[1:]]
    inner = [call for word in words if word.startswith("@") for call in calls_of(word)]
    return inner + [word for word in words if re.fullmatch(r"[a-z_0-9]+", word)]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_jails_hold_under_the_units_filter(tmp_path: Path) -> None:
    """What the unit's SystemCallFilter refuses, a runner can do without."""
    [refused] = re.findall(r"^SystemCallFilter=~(.*)$", UNIT.read_text(), re.MULTILINE)
    calls = [call for group in refused.split() for call in calls_of(group)]
    assert {"reboot", "ptrace", "clock_settime"} <= set(calls)
    assert doctor(tmp_path, {"refused": calls}) == []
