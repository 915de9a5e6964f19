"""What the runner tries in a jail before it trusts it: each attack returns None where it was stopped, else what it got.

Runs inside, as custom code does, and so imports nothing of ours.
"""

import ctypes
import errno
import json
import mmap
import os
import signal
import socket
from pathlib import Path
from typing import Any

_LIBC = ctypes.CDLL(None, use_errno=True)


def main(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda's two arguments
    """Try one attack."""
    asked = json.loads(event["body"])
    return {"statusCode": 200, "body": json.dumps(ATTACKS[asked["attack"]](asked)), "headers": {}}


def files(_: dict[str, Any]) -> str | None:
    """See what is the host's."""
    there = [path for path in ("/proc/self", "/sys/kernel", "/etc/shadow", "/root", "/home", "/var/lib") if _is(path)]
    return ", ".join(there) or None


def environment(_: dict[str, Any]) -> str | None:
    """See variables that are the runner's."""
    known = {"PATH", "HOME", "LANG", "TZ", "MALLOC_ARENA_MAX", "PWD", "LC_CTYPE"}
    return ", ".join(sorted(set(os.environ) - known)) or None


def descriptors(_: dict[str, Any]) -> str | None:
    """Hold something open that is not ours."""
    ours = {0, 1, 2, 3}
    return ", ".join(str(fd) for fd in range(256) if fd not in ours and _is_open(fd)) or None


def writing(_: dict[str, Any]) -> str | None:
    """Write where code must not."""
    for folder in ("/", "/usr/lib", "/var/task", "/etc", "/dev"):
        try:
            (Path(folder) / "botyard-canary").write_text("here")
        except OSError:
            continue
        return folder
    return None


def filling(_: dict[str, Any]) -> str | None:
    """Write more than /tmp may hold."""
    try:
        for number in range(16):
            Path(f"/tmp/fill-{number}").write_bytes(bytes(8 << 20))  # noqa: S108 - that is the point
    except OSError:
        return None
    finally:
        for number in range(16):
            Path(f"/tmp/fill-{number}").unlink(missing_ok=True)  # noqa: S108 - likewise
    return "128 MB in /tmp"


def memory(_: dict[str, Any]) -> str | None:
    """Take more memory than is allowed."""
    try:
        with mmap.mmap(-1, 2 << 30) as taken:
            return f"{len(taken)} bytes"
    except (MemoryError, OSError):
        return None


def processes(_: dict[str, Any]) -> str | None:
    """Become two."""
    try:
        child = os.fork()
    except OSError:
        return None
    if child == 0:
        os._exit(0)
    return "a process"


def programs(_: dict[str, Any]) -> str | None:
    """Become somebody else. A child would have to; this worker does it itself, and comes back only if refused."""
    try:
        os.execv("/usr/bin/python3", ["python3", "-c", ""])  # noqa: S606 - that is the point
    except OSError as error:
        return None if error.errno in (errno.EPERM, errno.EACCES) else f"an answer other than no: {error.strerror}"


def signals(_: dict[str, Any]) -> str | None:
    """Kill process 1, and everybody."""
    return ", ".join(str(pid) for pid in (1, -1) if not _is_refused(os.kill, pid, signal.SIGKILL)) or None


def kernel(asked: dict[str, Any]) -> str | None:
    """Make calls no bot needs: whatever they answer, it must be EPERM, or ENOSYS where the kernel has none."""
    return ", ".join(name for name, number in asked["calls"].items() if not _is_call_refused(number)) or None


def sockets(_: dict[str, Any]) -> str | None:
    """Open sockets that are shared with the host or with other bots."""
    kinds = [(family, socket.SOCK_STREAM) for family in (1, 16, 38, 40)]  # unix, netlink, alg, vsock
    kinds += [(family, socket.SOCK_RAW) for family in (socket.AF_INET, 16, 17)]  # raw, netlink, packet
    return (
        ", ".join(f"{family}/{kind}" for family, kind in kinds if not _is_refused(socket.socket, family, kind)) or None
    )


def network(asked: dict[str, Any]) -> str | None:
    """Reach what is private."""
    return ", ".join(f"{host}:{port}" for host, port in asked["places"] if _reaches(host, port)) or None


ATTACKS = {
    attack.__name__: attack
    for attack in (
        *(files, environment, descriptors, writing, filling, memory, processes, programs, signals, kernel, sockets),
        network,
    )
}


def _is(path: str) -> bool:
    return os.path.lexists(path)


def _is_open(fd: int) -> bool:
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True


def _is_refused(do: Any, *arguments: int) -> bool:
    try:
        do(*arguments)
    except OSError:
        return True
    return False


def _is_call_refused(number: int) -> bool:
    ctypes.set_errno(0)
    answer = _LIBC.syscall(ctypes.c_long(number), *(ctypes.c_long(0),) * 6)
    return answer == -1 and ctypes.get_errno() in (errno.EPERM, errno.ENOSYS)


def _reaches(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False
