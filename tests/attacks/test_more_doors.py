"""Ways in that are seldom tried: what counts for others, what goes on between calls, and lies about oneself."""

import pytest

from tests.attacks.hostile import Attack, Yard, let_loose

_FLOOD_OF_DESCRIPTORS = """
def attack():
    held = []
    try:
        while True: held.append(%s)
    except OSError as error:
        return error.errno == errno.EMFILE and len(held) < 128
"""
_LIBC = "libc = ctypes.CDLL(None, use_errno=True)\ndef refused(answer): return [answer, ctypes.get_errno()]\n"

OTHERS = (
    Attack("a signal to process 1 by a pipe that stirs", """
        import fcntl
        def attack():
            reading, _ = os.pipe()
            fcntl.fcntl(reading, fcntl.F_SETOWN, 1)
        """, reason="exception", error="PermissionError"),
    Attack("another signal than was meant", """
        import fcntl
        def attack():
            reading, _ = os.pipe()
            fcntl.fcntl(reading, 10, signal.SIGKILL)
        """, reason="exception", error="PermissionError"),
    Attack("a signal by a socket that stirs", """
        import fcntl
        def attack():
            with socket.socket() as one: fcntl.ioctl(one, 0x8901, struct.pack('i', 1))
        """, reason="exception", error="PermissionError"),
    Attack("a slow process 1", "def attack(): os.setpriority(os.PRIO_PROCESS, 1, 19)", reason="exception",
           error="PermissionError"),
    Attack("a slow everybody", "def attack(): os.setpriority(os.PRIO_USER, 0, 19)", reason="exception",
           error="PermissionError"),
    Attack("process 1 on one processor", "def attack(): os.sched_setaffinity(1, {0})", reason="exception",
           error="PermissionError"),
    Attack("a real time of its own", "def attack(): os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))",
           reason="exception", error="PermissionError"),
    Attack("the host's disks, over and over", _LIBC + "def attack():\n    return refused(libc.syncfs(2))", got=[-1, 1]),
    Attack("a session of its own", "def attack():\n    os.setsid()\n    os.kill(-1, 9)", reason="exception"),
    Attack("a group that it is not in", "def attack(): os.setgroups([0])", reason="exception", error="PermissionError"),
    Attack("the memory of process 1", "def attack(): open('/proc/1/mem', 'rb').read(1)", reason="exception",
           error="FileNotFoundError"),
    Attack("the memory of itself", "def attack(): open('/proc/self/mem', 'wb')", reason="exception",
           error="FileNotFoundError"),
    Attack("the processor time of everybody", """
        def attack():
            seen = []
            for pid in range(2, 400):
                if pid == os.getpid(): continue
                try: os.getsid(pid)
                except ProcessLookupError: continue
                seen.append(pid)
            return len(seen) < 9  # the workers of this bot alone
        """, got=True),
    Attack("a program from memory", """
        def attack():
            fd = os.open('/tmp', os.O_TMPFILE | os.O_RDWR, 0o755)
            os.write(fd, b'#!/usr/bin/python3')
            os.execve(fd, ['x'], {})
        """, reason="exception", error="PermissionError"),
    Attack("a library of its own", """
        def attack():
            with open('/tmp/x.so', 'wb') as file: file.write(b'\\x7fELF' + bytes(100))
            ctypes.CDLL('/tmp/x.so')
        """, reason="exception", error="OSError"),
    Attack("a way out of /tmp", """
        def attack():
            os.symlink('/proc/1/root/etc/shadow', '/tmp/link')
            try: return open('/tmp/link').read()
            finally: os.unlink('/tmp/link')
        """, reason="exception", error="FileNotFoundError"),
    Attack("a link to what it may only read", """
        def attack():
            os.link('/var/task/bot.py', '/tmp/bot.py')
        """, reason="exception", error="OSError"),
    Attack("a device", "def attack(): os.mknod('/tmp/disk', 0o60666, os.makedev(8, 0))", reason="exception",
           error="PermissionError"),
    Attack("rights that a file gives", """
        def attack():
            with open('/tmp/suid', 'w') as file: pass
            os.chmod('/tmp/suid', 0o4755)
            os.chown('/tmp/suid', 0, 0)
        """, reason="exception"),
    Attack("another root", "def attack(): os.chroot('/tmp')", reason="exception", error="PermissionError"),
    Attack("up and out", """
        def attack():
            os.chdir('/')
            os.chdir('../../..')
            return os.path.exists('etc/shadow')
        """, got=False),
)  # fmt: skip


@pytest.mark.parametrize("attack", OTHERS, ids=lambda attack: attack.name)
def test_nobody_else_is_touched(yard: Yard, attack: Attack) -> None:
    """Not process 1, not the worker beside it, not the machine."""
    let_loose(yard, attack)


KERNEL_MEMORY = (
    Attack("watches", _LIBC + "def attack(): return refused(libc.inotify_init())", got=[-1, 1]),
    Attack("larger pipes", "import fcntl\ndef attack(): fcntl.fcntl(os.pipe()[0], 1031, 1 << 20)", reason="exception",
           error="PermissionError"),
    Attack("record locks, one for every other byte", """
        import fcntl
        def attack():
            held = 0
            with open('/tmp/locked', 'wb') as mine, open('/usr/lib/os-release', 'rb') as everybodys:
                for file, kind in ((mine, fcntl.F_WRLCK), (everybodys, fcntl.F_RDLCK)):
                    for call in (fcntl.F_SETLK, fcntl.F_SETLKW, 37, 38):  # and those of an open file (F_OFD_...)
                        for byte in range(0, 200, 2):
                            try: fcntl.fcntl(file, call, struct.pack('hhqqi4x', kind, os.SEEK_SET, byte, 1, 0))
                            except PermissionError: continue
                            held += 1
            return held
        """, got=0),
    Attack("locked memory", _LIBC + "def attack(): return libc.mlockall(1) == 0", got=False),
    Attack("copies", _FLOOD_OF_DESCRIPTORS % "os.dup(0)", got=True),
    Attack("epolls", "import select" + _FLOOD_OF_DESCRIPTORS % "select.epoll()", got=True),
    Attack("events", _FLOOD_OF_DESCRIPTORS % "os.eventfd(0)", got=True),
    Attack("sockets", _FLOOD_OF_DESCRIPTORS % "socket.socket()", got=True),
    Attack("timers", _LIBC + """
def attack():
    made, timer = 0, ctypes.c_void_p()
    while made < 300000 and libc.timer_create(1, None, ctypes.byref(timer)) == 0: made += 1
    return made < 1000
""", got=True),
    Attack("signals that wait", """
        def attack():
            signal.pthread_sigmask(signal.SIG_BLOCK, [40])
            sent = 0
            try:
                while sent < 100000:
                    signal.raise_signal(40)
                    sent += 1
            except OSError:
                return sent < 1000
        """, got=True),
    Attack("a young part of TCP", """
        def attack():
            with socket.socket() as one: one.setsockopt(socket.IPPROTO_TCP, 31, b'tls')
        """, reason="exception", error="PermissionError"),
)  # fmt: skip


@pytest.mark.parametrize("attack", KERNEL_MEMORY, ids=lambda attack: attack.name)
def test_what_the_kernel_keeps_for_it_has_an_end(yard: Yard, attack: Attack) -> None:
    """What no file system and no memory limit counts cannot be had, or not much of it."""
    let_loose(yard, attack)
