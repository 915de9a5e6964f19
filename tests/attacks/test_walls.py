"""The doctor's attacks notice each wall that is missing; and nothing is left when it is over."""

import os
import time
from pathlib import Path

import msgspec
import pytest

from botyard.integrations.sandbox.jail.doctor import Health
from botyard.integrations.sandbox.runner.runner import RUNNER_UID
from tests.attacks.hostile import Yard, processes_of, python

_SCRIPT = "tests/attacks/one_wall_less.py"


def examined(wall: str) -> Health:
    """Ask a doctor whose sandbox lacks a wall."""
    done = python(_SCRIPT, wall)
    assert done.returncode == 0, done.stderr
    return msgspec.json.decode(done.stdout, type=Health)


@pytest.mark.parametrize(
    ("wall", "attack"),
    [
        ("calls", "kernel"),
        ("processes", "processes"),
        ("sockets", "sockets"),
        ("signals", "signals"),
        ("disk", "filling"),
        ("memory", "memory"),
        ("remount", "writing"),
        ("proc", "files"),
        ("etc", "files"),
        ("environment", "environment"),
        ("nft", "network"),
    ],
)
def test_a_missing_wall_is_noticed(yard: Yard, wall: str, attack: str) -> None:
    """With one wall away, the attack that it stops gets through, the runner says which, and runs no code."""
    if wall == "nft" and yard.health.network:
        pytest.skip(f"NO NETWORK HERE: {yard.health.network}")
    health = examined(wall)
    assert not health.is_ok
    assert f"an attack ({attack}) got through" in health.sentence
    assert health.fix


@pytest.mark.usefixtures("yard")
def test_with_every_wall_all_is_well() -> None:
    """The same script with nothing taken away is content: so the others are red for the wall, not for the script."""
    assert examined("nothing") == Health(is_ok=True, network=None)


@pytest.mark.usefixtures("yard")
def test_without_user_namespaces_custom_code_is_refused_with_the_reason_and_the_fix() -> None:
    """A container that allows none: the operator reads what the kernel said, and what to change."""
    health = examined("user namespaces")
    assert not health.is_ok
    assert "No space left on device" in health.sentence
    assert health.fix == "raise the limit: sysctl user.max_user_namespaces=10000"


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give up root")
def test_a_runner_that_root_starts_is_nobodys(yard: Yard) -> None:
    """Neither the runner nor anything that came of it has root's rights, groups or environment."""
    came_of_it = (int(row.split(maxsplit=1)[0]) for row in processes_of(yard.runner()))
    mine = [pid for pid in (yard.runner(), *came_of_it) if Path(f"/proc/{pid}").stat().st_uid == RUNNER_UID]
    assert mine
    for pid in mine:
        status = Path(f"/proc/{pid}/status").read_text()
        assert f"Uid:\t{RUNNER_UID}\t{RUNNER_UID}\t{RUNNER_UID}\t{RUNNER_UID}" in status
        assert "Groups:\t \n" in status or "Groups:\t\n" in status
        assert f"CapEff:\t{_rights_of(pid):016x}" in status
        assert b"BOTYARD" not in Path(f"/proc/{pid}/environ").read_bytes()


def _rights_of(pid: int) -> int:
    """slirp4netns keeps one, CAP_NET_BIND_SERVICE, which counts for nothing outside a user namespace of its own."""
    if Path(f"/proc/{pid}/comm").read_text() != "slirp4netns\n":
        return 0
    assert Path(f"/proc/{pid}/ns/user").readlink() != Path("/proc/self/ns/user").readlink()
    return 1 << 10


def test_nothing_is_left_over() -> None:
    """When a runner ends, so do all its jails, what they held and where they were mounted: asked to, or killed."""
    for end in ("close", "kill"):
        yard = Yard()
        if not yard.health.is_ok:
            yard.close()
            pytest.skip(f"NO ATTACK WAS TRIED: {yard.health.sentence}")
        mounts = Path("/proc/self/mountinfo").read_text()
        bots = [yard.bot("def attack():\n    open('/tmp/x', 'w').write('x')\n    return os.getpid()") for _ in range(3)]
        for bot in bots:
            assert yard.run(bot).error is None
        process = yard.sandbox._process
        assert process is not None
        family = processes_of(process.pid)
        assert len([one for one in family if "box.py" in one]) >= 6  # three jails, three workers
        if end == "kill":
            process.kill()
        yard.close()
        deadline = time.monotonic() + 5
        while left := [one for one in family if _is_running(one)]:
            assert time.monotonic() < deadline, left
            time.sleep(0.02)
        assert Path("/proc/self/mountinfo").read_text() == mounts


def _is_running(row: str) -> bool:
    try:
        return (
            "Z"
            not in Path(f"/proc/{row.split(maxsplit=1)[0]}/stat").read_text().rpartition(")")[2].split(maxsplit=1)[0]
        )
    except OSError:
        return False
