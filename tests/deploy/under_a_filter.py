"""Runs a command under a seccomp filter, as a container engine or systemd would have it.

    python tests/deploy/under_a_filter.py FILTER COMMAND…

FILTER is JSON: `{"allowed": [name, …]}`, all else answers ENOSYS, or `{"refused": [name, …]}`, which answers EPERM.
Libseccomp makes the filter; like an engine it passes over names that this machine does not have.
"""

import ctypes
import json
import os
import sys

_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_EPERM, _ENOSYS = 1, 38


def main() -> None:
    """Become the command, with the filter in force."""
    wanted = json.loads(sys.argv[1])
    usual, rule = (_ERRNO | _ENOSYS, _ALLOW) if "allowed" in wanted else (_ALLOW, _ERRNO | _EPERM)
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(library.seccomp_init(ctypes.c_uint32(usual)))
    for name in wanted.get("allowed") or wanted["refused"]:
        number = library.seccomp_syscall_resolve_name(name.encode())
        if number >= 0:
            must(library.seccomp_rule_add(context, ctypes.c_uint32(rule), number, 0))
    must(library.seccomp_load(context))
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606 - what the test wants to see under the filter


def must(code: int) -> None:
    """Stop where libseccomp refused."""
    if code:
        raise OSError(-code, os.strerror(-code))


if __name__ == "__main__":
    main()
