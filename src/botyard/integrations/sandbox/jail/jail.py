"""The command line of a jail, as values: what bubblewrap is told, and nothing it is not told."""

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from botyard.integrations.sandbox.jail.policy import Policy

TASK = "/var/task"
BOX = "/botyard/box.py"
UID = "1000"
# Where a jail's /tmp is made before bubblewrap takes it over. Any folder every Linux has will do that no jail is
# given; what it held is hidden from this one process alone.
_TMP_MADE_AT = "/sys"
# bubblewrap can limit the bytes of a tmpfs, not its files: a million empty ones would be a gigabyte of the host's.
_TMP = 'mount -t tmpfs -o size="$1"m,nr_inodes="$2",mode=1777,nosuid,nodev tmp "$3" && shift 3 && exec "$@"'


class Python(Struct, frozen=True):
    """An interpreter. executable: its real path. folders: what it needs beside the policy's. packages: on its path.

    trusted: the packages were approved by the operator, so that process 1 may import them ahead.
    """

    executable: str
    folders: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    trusted: bool = True


class Egress(Struct, frozen=True):
    """A network namespace that leads to the internet and nowhere else. holder: the process that keeps it."""

    holder: int
    resolver: str


def command(
    policy: Policy,
    python: Python,
    *,
    files: Mapping[str, int],
    filter_fd: int,
    control_fd: int,
    links: Mapping[str, str],
    egress: Egress | None,
) -> tuple[str, ...]:
    """Write the whole command line.

    files: descriptors to read files from, by their path in the jail. links: path in the jail -> where it leads.
    """
    return (
        *_entered(policy, egress),
        *("bwrap", "--unshare-user", "--uid", UID, "--gid", UID, "--unshare-pid", "--unshare-ipc", "--unshare-uts"),
        *("--unshare-cgroup-try", "--disable-userns", "--as-pid-1", "--die-with-parent", "--new-session"),
        *("--cap-drop", "ALL", "--hostname", "bot", "--clearenv"),
        *(() if egress else ("--unshare-net",)),
        *_each("--setenv", policy.environment.items()),
        *_each("--ro-bind-try", ((folder, folder) for folder in (*policy.seen.folders, *python.folders))),
        *_each("--symlink", ((leads_to, link) for link, leads_to in links.items())),
        *("--ro-bind", python.executable, python.executable),
        *_each("--dev-bind", ((device, device) for device in _DEVICES)),
        *("--bind", _TMP_MADE_AT, "/tmp"),  # noqa: S108 - the jail's own
        *_each("--ro-bind", ((path, path) for path in python.packages)),  # after /tmp, which would hide those below it
        *_each("--file", ((str(fd), path) for path, fd in files.items())),
        *("--remount-ro", "/", "--chdir", TASK, "--seccomp", str(filter_fd), "--"),
        *python_command(python, BOX, control_fd),
    )


def python_command(python: Python, box: str, control_fd: int) -> tuple[str, ...]:
    """Say how process 1 starts: no user's site, no environment variables, no bytecode written, UTF-8."""
    return (python.executable, "-I", "-S", "-B", "-X", "utf8", box, str(control_fd))


_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")


def _entered(policy: Policy, egress: Egress | None) -> tuple[str, ...]:
    limits = policy.limits
    tmp = ("sh", "-c", _TMP, "sh", str(limits.tmp_mb), str(limits.tmp_files), _TMP_MADE_AT)
    private = ("--mount", "--propagation", "private", "--")
    if egress is None:
        return ("unshare", "--user", "--map-root-user", *private, *tmp)
    holder = ("--target", str(egress.holder), "--user", "--net", "--preserve-credentials")
    return ("nsenter", *holder, "--", "unshare", *private, *tmp)


def _each(flag: str, pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    for first, second in pairs:
        yield from (flag, first, second)
