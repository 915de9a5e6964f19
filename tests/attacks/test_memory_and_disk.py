"""Memory, files and output: what a worker may use is its own, and has an end."""

import json

import pytest

from tests.attacks.hostile import Attack, Yard, let_loose

_FULL = "OSError"

MEMORY = (
    Attack("ten gigabytes at once", "def attack(): return len(bytearray(10 << 30))", reason="exception",
           error="MemoryError"),
    Attack("bit by bit", "def attack():\n    all = []\n    while True: all.append(bytearray(1 << 20))",
           reason="exception", error="MemoryError"),
    Attack("many small things", "def attack():\n    all = []\n    while True: all.append([all])",
           reason="exception", error="MemoryError", timeout_s=20.0),
    Attack("a map", "import mmap\ndef attack(): return len(mmap.mmap(-1, 4 << 30))", reason="exception"),
    Attack("a file without a name", "def attack(): return os.memfd_create('x')", reason="exception",
           error="PermissionError"),
    Attack("shared memory", """
        from multiprocessing import shared_memory
        def attack(): return shared_memory.SharedMemory(create=True, size=1 << 20).size
        """, reason="exception"),
    Attack("a segment", "def attack(): return ctypes.CDLL(None, use_errno=True).shmget(0, 1 << 20, 0o1600)", got=-1),
    Attack("a queue of messages", "def attack(): return ctypes.CDLL(None, use_errno=True).msgget(0, 0o1600)", got=-1),
    Attack("more, please", """
        import resource
        def attack(): resource.setrlimit(resource.RLIMIT_AS, (-1, -1))
        """, reason="exception", error="ValueError"),
    Attack("a number", "def attack(): return 10 ** 10 ** 10", reason="timeout", timeout_s=0.5),
    Attack("a text", "def attack(): return 'x' * (8 << 30)", reason="exception", error="MemoryError"),
    Attack("an attribute", """
        def attack():
            open('/tmp/a', 'w').close()
            os.setxattr('/tmp/a', 'user.x', b'x' * 60000)
        """, reason="exception", error="PermissionError"),
    Attack("pipes", """
        def attack():
            held = []
            try:
                while True: held.append(os.pipe())
            except OSError:
                return len(held) < 64
        """, got=True),
)  # fmt: skip

DISK = (
    Attack("fill /tmp", """
        def attack():
            for number in range(1000):
                with open(f'/tmp/{number}', 'wb') as file: file.write(bytes(4 << 20))
        """, reason="exception", error=_FULL),
    Attack("one large file", """
        def attack():
            with open('/tmp/large', 'wb') as file:
                for _ in range(100): file.write(bytes(1 << 20))
        """, reason="exception", error=_FULL),
    Attack("a million empty files", """
        def attack():
            for number in range(10**6): open(f'/tmp/{number}', 'w').close()
        """, reason="exception", error=_FULL, timeout_s=20.0),
    Attack("a sparse file", "def attack(): os.truncate(os.open('/tmp/s', os.O_CREAT | os.O_RDWR), 1 << 40)",
           reason="exception"),
    Attack("everywhere else", """
        def attack():
            written = []
            for folder, folders, _ in os.walk('/'):
                if folder.startswith('/tmp'): continue
                try: open(folder + '/mine', 'w').close()
                except OSError: continue
                written.append(folder)
            return written
        """, got=[], timeout_s=20.0),
    Attack("its own code", "def attack(): open(__file__, 'a').write('x')", reason="exception", error=_FULL),
    Attack("the box", "def attack(): open('/botyard/box.py', 'a').write('x')", reason="exception", error=_FULL),
    Attack("a link out", "def attack():\n    os.symlink('/etc/shadow', '/tmp/l')\n    return open('/tmp/l').read()",
           reason="exception"),
    Attack("a hard link", "def attack(): os.link('/usr/lib/os-release', '/tmp/h')", reason="exception", error=_FULL),
    Attack("a device", "def attack(): os.mknod('/tmp/d', 0o060666, os.makedev(254, 0))", reason="exception",
           error="PermissionError"),
    Attack("out of the folder", "def attack(): return open('/var/task/../../../../../../etc/shadow').read()",
           reason="exception", error="FileNotFoundError"),
    Attack("the machine's files", """
        def attack():
            return [path for path in ('/proc', '/sys', '/root', '/home', '/etc/shadow', '/etc/passwd-', '/etc/hostname',
                    '/var/lib', '/run', '/boot', '/srv', '/opt', '/work', '/usr/bin/sh', '/usr/bin/bwrap', '/dev/mem',
                    '/dev/kvm', '/dev/net', '/dev/fuse', '/dev/shm', '/dev/pts', '/dev/tty') if os.path.lexists(path)]
        """, got=[]),
    Attack("what stands at the root", """
        def attack(): return sorted(set(os.listdir('/')) - {'lib', 'lib64', 'lib32'})
        """, got=["botyard", "dev", "etc", "tmp", "usr", "var"]),
    Attack("variables", """
        known = {'PATH', 'HOME', 'LANG', 'TZ', 'MALLOC_ARENA_MAX', 'PWD', 'LC_CTYPE'}
        def attack(): return sorted(set(os.environ) - known)
        """, got=[]),
    Attack("descriptors", """
        def attack():
            there = []
            for fd in range(1024):
                try: os.fstat(fd)
                except OSError: continue
                there.append(fd)
            return there
        """, got=[0, 1, 2, 3]),
    Attack("our own code", "def attack(): import botyard", reason="exception", error="ModuleNotFoundError"),
)  # fmt: skip


@pytest.mark.parametrize("attack", MEMORY, ids=lambda attack: attack.name)
def test_memory_has_an_end(yard: Yard, attack: Attack) -> None:
    """However it is asked for: the code is told so, and nobody else is."""
    let_loose(yard, attack)


@pytest.mark.parametrize("attack", DISK, ids=lambda attack: attack.name)
def test_files_are_few_and_the_codes_own(yard: Yard, attack: Attack) -> None:
    """Nothing of the host is seen but what policy.toml lists; nothing is written but a little below /tmp."""
    let_loose(yard, attack)


FLOODS = (
    Attack("of output", "def attack():\n    while True: print('x' * 10000)", reason="output"),
    Attack("of errors", "def attack():\n    while True: sys.stderr.write('x' * 10000)", reason="output"),
    Attack("past Python", "def attack():\n    while True: os.write(1, b'x' * 65536)", reason="output"),
    Attack("from a thread", """
        def flood():
            while True: os.write(2, b'x' * 65536)
        def attack():
            threading.Thread(target=flood).start()
            time.sleep(3600)
        """, reason="output"),
    Attack("of results", "def attack(): return 'x' * (50 << 20)", reason="exception", error="ResultTooLarge"),
    Attack("of words", "def attack(): raise ValueError('x' * (20 << 20))", reason="exception", error="ValueError"),
    Attack("and no place", "def attack():\n    os.close(1)\n    os.close(2)\n    print('x')", reason="exception"),
)  # fmt: skip


@pytest.mark.parametrize("attack", FLOODS, ids=lambda attack: attack.name)
def test_output_has_an_end(yard: Yard, attack: Attack) -> None:
    """A flood ends its worker, not the runner; of what is kept, 64 KB are."""
    answer = let_loose(yard, attack)
    assert len(answer.stdout) <= 66_000
    assert len(answer.stderr) <= 66_000
    assert answer.error is None or len(answer.error.message) + len(answer.error.traceback) < 21_000


def test_one_bot_does_not_see_what_another_wrote(yard: Yard) -> None:
    """The folder for temporary files is a jail's own."""
    assert yard.got("def attack():\n    open('/tmp/mine', 'w').write('secret')\n    return os.listdir('/tmp')") == [
        "mine"
    ]
    assert yard.got("def attack(): return os.listdir('/tmp')") == []


def test_output_before_a_crash_is_kept(yard: Yard) -> None:
    """What the code printed last is what its author needs most."""
    answer = yard.run(yard.bot("def attack():\n    print('so far')\n    os._exit(1)"))
    assert answer.error is not None
    assert (answer.error.reason, answer.stdout) == ("crashed", "so far\n")


def test_what_is_printed_belongs_to_its_call(yard: Yard) -> None:
    """Two calls of one worker do not share a log, and half a character breaks nothing."""
    bot = yard.bot("def attack(): print('\\ud800', os.getpid())")
    first, second = yard.run(bot), yard.run(bot)
    assert first.stdout == second.stdout
    assert first.stdout.startswith("\\ud800 ")
    assert json.loads(first.body or "") == {"got": None}
