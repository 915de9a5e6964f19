"""Examine a sandbox that lacks one wall, as an unprivileged user: `python one_wall_less.py WALL` prints a Health."""

import asyncio
import ctypes
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from botyard.integrations.sandbox.jail import egress, launch
from botyard.integrations.sandbox.jail.doctor import Health, examine
from botyard.integrations.sandbox.jail.launch import NoJail, Walls, find_python
from botyard.integrations.sandbox.jail.policy import Choice, Policy, policy
from botyard.integrations.sandbox.runner.runner import become_nobody


def main(wall: str) -> None:
    """Take the wall away, and ask the doctor."""
    whole = policy()
    become_nobody()
    changed = WITHOUT[wall](whole)
    network = egress.open_network() if wall == "nft" else None
    try:
        health = asyncio.run(examine(Walls(changed, find_python(), network.egress if network else None)))
    except NoJail as none:
        health = Health(is_ok=False, sentence=none.sentence)
    finally:
        if network:
            network.close()
    sys.stdout.write(msgspec.json.encode(health).decode())


def _nothing(whole: Policy) -> Policy:
    return whole


def _calls(whole: Policy) -> Policy:
    return replace(whole, refused=whole.refused[:1])


def _processes(whole: Policy) -> Policy:
    spared = tuple(rule for rule in whole.only if rule.call != "clone")
    return replace(whole, refused=whole.refused[1:], only=spared)


def _sockets(whole: Policy) -> Policy:
    return replace(whole, only=tuple(rule for rule in whole.only if rule.call != "socket"))


def _signals(whole: Policy) -> Policy:
    return replace(whole, only=tuple(rule for rule in whole.only if rule.call not in ("kill", "tgkill")))


def _disk(whole: Policy) -> Policy:
    return replace(whole, limits=replace(whole.limits, tmp_mb=4096))


def _memory(whole: Policy) -> Policy:
    return replace(whole, limits=replace(whole.limits, memory_mb=Choice(8192, 8192)))


def _arguments(change: Callable[[tuple[str, ...]], tuple[str, ...]]) -> Callable[[Policy], Policy]:
    """Have bubblewrap told something else."""

    def changed(whole: Policy) -> Policy:
        told: Any = vars(launch)["command"]
        vars(launch)["command"] = lambda *arguments, **named: change(told(*arguments, **named))
        return whole

    return changed


def _without(*words: str) -> Callable[[tuple[str, ...]], tuple[str, ...]]:
    def change(argv: tuple[str, ...]) -> tuple[str, ...]:
        at = next(n for n in range(len(argv)) if argv[n : n + len(words)] == words)
        return argv[:at] + argv[at + len(words) :]

    return change


def _with_host(path: str) -> Callable[[tuple[str, ...]], tuple[str, ...]]:
    def change(argv: tuple[str, ...]) -> tuple[str, ...]:
        at = argv.index("--remount-ro")
        return (*argv[:at], "--ro-bind", path, path, *argv[at:])

    return change


def _rules(whole: Policy) -> Policy:
    egress.rules = lambda: "table inet botyard {}"
    return whole


def _environment(whole: Policy) -> Policy:
    launch.ENVIRONMENT["SECRET"] = "canary"
    return _arguments(_without("--clearenv"))(whole)


def _no_user_namespaces(whole: Policy) -> Policy:
    """Live in a user namespace that may have none below it, as in many containers."""
    libc = ctypes.CDLL(None)
    libc.prctl(4, 1, 0, 0, 0)  # PR_SET_DUMPABLE: giving up root took the right to write our own map
    user, group = os.getuid(), os.getgid()
    if libc.unshare(0x10000000):
        raise OSError("the test cannot be made here: no user namespace")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    Path("/proc/sys/user/max_user_namespaces").write_text("0")
    return whole


WITHOUT: dict[str, Callable[[Policy], Policy]] = {
    "nothing": _nothing,
    "calls": _calls,
    "processes": _processes,
    "sockets": _sockets,
    "signals": _signals,
    "disk": _disk,
    "memory": _memory,
    "remount": _arguments(_without("--remount-ro", "/")),
    "proc": _arguments(_with_host("/proc")),
    "etc": _arguments(_with_host("/home")),
    "environment": _environment,
    "nft": _rules,
    "user namespaces": _no_user_namespaces,
}

if __name__ == "__main__":
    main(sys.argv[1])
