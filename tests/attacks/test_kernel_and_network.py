"""The kernel's other doors, and the network's."""

import os
import platform
import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from botyard.integrations.sandbox.jail.policy import policy
from botyard.integrations.sandbox.jail.syscalls import MACHINES, NUMBERS
from tests.attacks.hostile import Attack, Yard, let_loose

_COLUMN = MACHINES[os.uname().machine].column
_SYSCALL = """
libc = ctypes.CDLL(None, use_errno=True)
def errno_of(number, *arguments):
    ctypes.set_errno(0)
    answer = libc.syscall(ctypes.c_long(number), *(ctypes.c_long(a) for a in (*arguments, 0, 0, 0, 0, 0, 0)[:6]))
    return ctypes.get_errno() if answer == -1 else 0
"""
_EPERM, _ENOSYS = 1, 38


def number(call: str) -> int:
    """Look a call up for this machine."""
    found = NUMBERS[call][_COLUMN]
    assert found is not None
    return found


def test_every_refused_call_is_refused(yard: Yard) -> None:
    """Each call of the policy's lists answers EPERM or ENOSYS: ptrace, mount, bpf, io_uring, keyctl, all of them.

    What orders the disks about, or the host's memory of files, is not done, and not refused either.
    """
    calls = {call: NUMBERS[call][_COLUMN] for group in policy().refused for call in group.calls}
    there = {call: n for call, n in calls.items() if n is not None}
    answers = yard.got(_SYSCALL + f"def attack(): return {{name: errno_of(n) for name, n in {there!r}.items()}}")
    assert set(answers) == set(there)
    others = {call: answer for call, answer in answers.items() if answer != _EPERM}
    answered = ("fsync", "fdatasync", "sync_file_range", "fadvise64", "readahead")
    assert others == {"clone3": _ENOSYS} | dict.fromkeys(answered, 0)
    yard.assert_neighbour_is_unhurt()


def test_calls_younger_than_the_policy_do_not_exist(yard: Yard) -> None:
    """A newer kernel's new call is not allowed only because nobody has looked at it; nor are numbers in x32 dress."""
    answers = yard.got(_SYSCALL + "def attack(): return [errno_of(n) for n in (*range(451, 600), 0x40000000 + 39)]")
    assert set(answers) == {_ENOSYS}


ARGUMENTS = (
    Attack("clone without a thread", _SYSCALL + f"def attack(): return errno_of({number('clone')}, 17)", got=_EPERM),
    Attack("a user namespace", _SYSCALL + f"def attack(): return errno_of({number('clone')}, 0x10000000 | 0x10f00)",
           got=_EPERM),
    Attack("another filter", _SYSCALL + f"def attack(): return errno_of({number('prctl')}, 22, 2, 0)", got=_EPERM),
    Attack("a dump again", _SYSCALL + f"def attack(): return errno_of({number('prctl')}, 4, 1)", got=_EPERM),
    Attack("typing into a terminal", _SYSCALL + f"def attack(): return errno_of({number('ioctl')}, 0, 0x5412, 0)",
           got=_EPERM),
    Attack("high bits that the kernel ignores", _SYSCALL +
           f"def attack(): return errno_of({number('ioctl')}, 0, 0x100005412, 0)", got=_EPERM),
    Attack("a descriptor's flags", "import fcntl\ndef attack(): return fcntl.fcntl(3, fcntl.F_GETFD) >= 0", got=True),
)  # fmt: skip


@pytest.mark.parametrize("attack", ARGUMENTS, ids=lambda attack: attack.name)
def test_calls_are_refused_by_their_arguments(yard: Yard, attack: Attack) -> None:
    """What a filter lets through depends on what is asked."""
    let_loose(yard, attack)


@pytest.mark.skipif(platform.machine() != "x86_64", reason="machine code for x86_64")
def test_the_32_bit_door_is_shut(yard: Yard) -> None:
    """`int 0x80` means other calls under the same numbers: the process that tries it is dead."""
    answer = yard.run(
        yard.bot(
            """
            import mmap
            def attack():
                page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
                page.write(b"\\xb8\\x14\\x00\\x00\\x00\\xcd\\x80\\xc3")
                return ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
            """
        )
    )
    assert answer.error is not None
    assert answer.error.message == "the code's process died of SIGSYS"
    yard.assert_neighbour_is_unhurt()


SOCKETS = (
    Attack("unix", "def attack(): socket.socket(socket.AF_UNIX)", reason="exception", error="PermissionError"),
    Attack("the host, by vsock", "def attack(): socket.socket(40, socket.SOCK_STREAM)", reason="exception",
           error="PermissionError"),
    Attack("packets", "def attack(): socket.socket(17, socket.SOCK_RAW)", reason="exception", error="PermissionError"),
    Attack("raw", "def attack(): socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)", reason="exception",
           error="PermissionError"),
    Attack("ping", "def attack(): socket.socket(socket.AF_INET, socket.SOCK_DGRAM, 1)", reason="exception",
           error="PermissionError"),
    Attack("netlink", "def attack(): socket.socket(16, socket.SOCK_RAW)", reason="exception", error="PermissionError"),
    Attack("the kernel's ciphers", "def attack(): socket.socket(38, socket.SOCK_SEQPACKET)", reason="exception",
           error="PermissionError"),
    Attack("another protocol", "def attack(): socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)",
           reason="exception", error="PermissionError"),
    Attack("a datagram pair, to write to others with", """
        def attack(): socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        """, reason="exception", error="PermissionError"),
    Attack("asyncio, which needs a pair", """
        import asyncio
        async def one(): return 1
        def attack(): return asyncio.run(one())
        """, got=1),
)  # fmt: skip


@pytest.mark.parametrize("attack", SOCKETS, ids=lambda attack: attack.name)
def test_sockets_that_are_shared_cannot_be_had(yard: Yard, attack: Attack) -> None:
    """Vsock has no namespace, unix sockets would lead to other bots, raw ones past the rules."""
    let_loose(yard, attack)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Something of the host's own listens on every address it has."""
    with closing(socket.create_server(("0.0.0.0", 0))) as server:  # noqa: S104 - that is what must not be reached
        yield server.getsockname()[1]


def _own_address() -> str:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


_REACH = """
def attack():
    reached = []
    for host, port in %r:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family) as one:
            one.settimeout(0.6)
            if one.connect_ex((host, port)) == 0: reached.append(host)
    return reached
"""


def test_nothing_private_is_reached(yard: Yard, port: int) -> None:
    """Not the host under any of its addresses, not its gateway, not the cloud's metadata, not a private network."""
    places = [
        (host, port)
        for host in ("127.0.0.1", "127.0.0.53", "0.0.0.0", "10.0.2.2", "::1", "::ffff:127.0.0.1", _own_address())  # noqa: S104 - a target
    ]
    places += [("169.254.169.254", 80), ("10.0.2.3", 80), ("10.0.2.100", 80), ("192.168.0.1", 80), ("172.17.0.1", 22)]
    assert yard.got(_REACH % places, timeout_s=15.0) == []


def test_what_is_refused_is_refused_at_once(yard: Yard) -> None:
    """Code that calls a forbidden address is told so; it does not use up its time."""
    if yard.health.network:
        pytest.skip(f"NO NETWORK HERE: {yard.health.network}")
    answer = yard.run(yard.bot(_REACH % [("169.254.169.254", 80), ("10.1.2.3", 443), ("127.0.0.1", 1)]))
    assert answer.error is None
    assert answer.duration_ms < 1000


def test_two_bots_do_not_meet_on_the_network(yard: Yard) -> None:
    """They share a network namespace; a port that one opens is closed to the other, and to itself."""
    listening = yard.bot(
        """
        server = socket.create_server(("0.0.0.0", 4711))
        def attack(): return server.getsockname()[1]
        """
    )
    assert yard.run(listening).error is None
    places = [("127.0.0.1", 4711), ("10.0.2.100", 4711)]
    assert yard.got(_REACH % places) == []


def test_the_wall_of_the_network_cannot_be_torn_down_from_inside(yard: Yard) -> None:
    """No right over the namespace: interfaces and rules stay as they are."""
    assert yard.got(
        """
        def attack():
            import fcntl
            with socket.socket() as one:
                try: fcntl.ioctl(one, 0x8914, struct.pack("16sH14x", b"tap0", 0))
                except OSError as error: return error.errno in (errno.EPERM, errno.ENODEV)
        """
    )
