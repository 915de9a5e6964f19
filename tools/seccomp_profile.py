"""Write `deploy/seccomp-runner.json`: which system calls a container of `botyard runner` may make.

    python tools/seccomp_profile.py

Docker's own profile forbids user namespaces, which the jails of custom code are made of. This one lists every call that
Linux had when the jails' policy was looked through (`syscalls.HIGHEST_KNOWN`), less what no runner needs; a call that
is newer does not exist for it. It is the outer wall: what code in a jail may call is policy.toml's to say.
Names and numbers are libseccomp's, so this runs where that is installed.
"""

import ctypes
import json
from pathlib import Path

from botyard.integrations.sandbox.jail.syscalls import HIGHEST_KNOWN

PROFILE = Path(__file__).resolve().parent.parent / "deploy" / "seccomp-runner.json"

# The machine itself, its clock, other programs' memory, and large parts of the kernel where escapes have been found.
REFUSED = frozenset(
    """
    _sysctl acct add_key adjtimex bpf clock_adjtime clock_settime create_module delete_module fanotify_init
    fanotify_mark finit_module get_kernel_syms init_module io_cancel io_destroy io_getevents io_pgetevents io_setup
    io_submit io_uring_enter io_uring_register io_uring_setup ioperm iopl kcmp kexec_file_load kexec_load keyctl
    lookup_dcookie memfd_secret migrate_pages modify_ldt move_pages name_to_handle_at nfsservctl open_by_handle_at
    perf_event_open pidfd_getfd process_madvise process_mrelease process_vm_readv process_vm_writev ptrace
    query_module quotactl quotactl_fd reboot remap_file_pages request_key settimeofday swapoff swapon sysfs syslog
    uselib userfaultfd ustat vhangup vmsplice
    """.split()  # noqa: SIM905 - a list of words, one of which is added at a time
)
_ARCHES = {"SCMP_ARCH_X86_64": 0xC000003E, "SCMP_ARCH_AARCH64": 0xC00000B7}
_ENOSYS = 38  # programs then do without; EPERM would tell them to give up


def main() -> None:
    """Write it."""
    PROFILE.write_text(json.dumps(profile(), indent=1) + "\n")


def profile() -> dict[str, object]:
    """Make the profile in the form that Docker, Podman and Kubernetes read."""
    return {
        "defaultAction": "SCMP_ACT_ERRNO",
        "defaultErrnoRet": _ENOSYS,
        "archMap": [{"architecture": arch, "subArchitectures": []} for arch in _ARCHES],
        "syscalls": [{"names": sorted(known() - REFUSED), "action": "SCMP_ACT_ALLOW"}],
    }


def known() -> frozenset[str]:
    """Name every call up to the highest that was looked at, on either machine."""
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_syscall_resolve_num_arch.restype = ctypes.c_void_p
    names = set()
    for arch in _ARCHES.values():
        for number in range(HIGHEST_KNOWN + 1):
            found = library.seccomp_syscall_resolve_num_arch(ctypes.c_uint32(arch), number)
            if found:
                names.add(ctypes.string_at(found).decode())
    return frozenset(names)


if __name__ == "__main__":
    main()
