"""Start the process of a jail: its files are handed over as descriptors, so that nothing lies on the host's disk."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from botyard.errors import BotyardError
from botyard.integrations.sandbox.jail.jail import BOX, TASK, Egress, Python, command, python_command
from botyard.integrations.sandbox.jail.policy import Policy
from botyard.integrations.sandbox.jail.seccomp import assemble

# All that the launched programs may know of us: bubblewrap's own environment could be read from inside.
ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}


# Read while we still may: the runner gives up root, and with it perhaps the right to read where we are installed.
_BOX = Path(__file__).with_name("box.py").read_bytes()


class Walls(Struct, frozen=True):
    """What every jail of a runner is built from. is_unsafe: no walls at all, a plain process with limits."""

    policy: Policy
    python: Python
    egress: Egress | None = None
    is_unsafe: bool = False


class Launched(Struct, frozen=True):
    """A jail's process, and where the code lies for process 1. folder: to be removed with it."""

    process: subprocess.Popen[bytes]
    task: str = TASK
    folder: Path | None = None


class NoJail(BotyardError):
    """A jail could not be built. The sentence holds what the system said."""

    code = "no_jail"
    http_status = 503


def launch(walls: Walls, code: Mapping[str, str], control_fd: int) -> Launched:
    """Start a jail's process. code: texts by path below /var/task. Raises NoJail."""
    if walls.is_unsafe:
        return _plain(walls, code, control_fd)
    machine = os.uname().machine
    texts = {f"{TASK}/{path}": text for path, text in code.items()}
    contents = {path: text.encode() for path, text in (texts | _etc(walls.egress)).items()} | {BOX: _BOX}
    filter_fd = _holding(assemble(walls.policy, machine, zygote=True).program)
    held = {path: _holding(content) for path, content in contents.items()}
    argv = command(
        walls.policy,
        walls.python,
        files=held,
        filter_fd=filter_fd,
        control_fd=control_fd,
        links={link: str(Path(link).readlink()) for link in walls.policy.seen.links if Path(link).is_symlink()},
        egress=walls.egress,
    )
    try:
        return Launched(_started(argv, (control_fd, filter_fd, *held.values())))
    finally:
        for fd in (filter_fd, *held.values()):
            os.close(fd)


def find_python() -> Python:
    """Find an interpreter that an unprivileged user can start and that stands where jails see it. Raises NoJail."""
    own = Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}"
    for candidate in (own, *(Path(found) for found in _ON_PATH if found)):
        real = candidate.resolve()
        if real.is_relative_to("/usr") and os.access(real, os.X_OK):
            return Python(str(real))
    raise NoJail("no Python 3 was found under /usr: custom code needs one there (Debian: apt-get install python3)")


_ON_PATH = tuple(shutil.which(name, path=ENVIRONMENT["PATH"]) for name in ("python3.11", "python3"))


def _started(argv: tuple[str, ...], fds: tuple[int, ...]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603 - our own command line, without a shell
            argv,
            env=ENVIRONMENT,
            cwd="/",
            pass_fds=fds,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
    except OSError as error:
        raise NoJail(f"{argv[0]} cannot be started: {error.strerror}") from error


def _plain(walls: Walls, code: Mapping[str, str], control_fd: int) -> Launched:
    folder = Path(tempfile.mkdtemp(prefix="botyard-code-"))
    for path, text in code.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    box = folder / ".box.py"
    box.write_bytes(_BOX)
    argv = python_command(walls.python, str(box), control_fd)
    return Launched(_started(argv, (control_fd,)), str(folder), folder)


def _etc(egress: Egress | None) -> dict[str, str]:
    """What programs look for to find names on the network. Nothing of the host's own /etc is copied."""
    resolver = f"nameserver {egress.resolver}\noptions timeout:2 attempts:2\n" if egress else ""
    return {
        "/etc/resolv.conf": resolver,
        "/etc/hosts": "127.0.0.1 localhost bot\n",
        "/etc/nsswitch.conf": "hosts: files dns\npasswd: files\n",
        "/etc/passwd": "bot:x:1000:1000:bot:/tmp:/\n",
    }


def _holding(content: bytes) -> int:
    """Make a file that is only a descriptor."""
    fd = os.memfd_create("botyard")
    os.write(fd, content)
    os.lseek(fd, 0, os.SEEK_SET)
    return fd
