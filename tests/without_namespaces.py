"""Runs a command of ours where the kernel gives no user namespaces, as in many containers, and we are not root.

python tests/without_namespaces.py ARGUMENTS… is `botyard ARGUMENTS…` there. It must be started as root, or where users
may have namespaces: in one of its own it forbids those below.
"""

import ctypes
import os
import sys
from pathlib import Path

SOMEBODY = 60912
NEW_USER_NAMESPACE = 0x10000000
PR_SET_DUMPABLE = 4


def main() -> None:
    """Become somebody, live in a namespace that may have none below it, and become the command."""
    libc = ctypes.CDLL(None)
    if os.getuid() == 0:
        os.setgroups([])
        os.setresgid(SOMEBODY, SOMEBODY, SOMEBODY)
        os.setresuid(SOMEBODY, SOMEBODY, SOMEBODY)
    libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)  # giving up root took the right to write our own map
    user, group = os.getuid(), os.getgid()
    if libc.unshare(NEW_USER_NAMESPACE):
        sys.exit("the test cannot be made here: no user namespace")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    Path("/proc/sys/user/max_user_namespaces").write_text("0")
    os.execv(sys.executable, [sys.executable, "-m", "botyard.cli", *sys.argv[1:]])  # noqa: S606 - ourselves


if __name__ == "__main__":
    main()
