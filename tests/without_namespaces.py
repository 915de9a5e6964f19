"""Runs a command of ours where the kernel gives no user namespaces, as in many containers.

python tests/without_namespaces.py ARGUMENTS… is `botyard ARGUMENTS…` there. It must be started as root, or where users
may have namespaces: in one of its own it forbids those below. Root is root in there too, and keeps its other users, for
the command gives root up by itself.
"""

import ctypes
import os
import signal
import sys
from pathlib import Path

NEW_USER_NAMESPACE = 0x10000000
USERS = 65536


def main() -> None:
    """Live in a namespace that may have none below it, and become the command."""
    user, group = os.getuid(), os.getgid()
    ours, theirs = os.pipe(), os.pipe()
    command = os.fork()
    if command == 0:
        if ctypes.CDLL(None).unshare(NEW_USER_NAMESPACE):
            os._exit(125)
        os.write(ours[1], b".")
        os.read(theirs[0], 1)
        Path("/proc/sys/user/max_user_namespaces").write_text("0")
        os.execv(sys.executable, [sys.executable, "-m", "botyard.cli", *sys.argv[1:]])  # noqa: S606 - ourselves
    os.close(ours[1])
    if os.read(ours[0], 1):
        process = Path("/proc") / str(command)
        if user:
            (process / "setgroups").write_text("deny")
        (process / "uid_map").write_text(f"{user} {user} 1" if user else f"0 0 {USERS}")
        (process / "gid_map").write_text(f"{group} {group} 1" if user else f"0 0 {USERS}")
    for sent in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sent, lambda number, _frame: os.kill(command, number))
    os.write(theirs[1], b".")
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(command, 0)[1]))


if __name__ == "__main__":
    main()
