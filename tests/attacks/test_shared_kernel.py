"""What all processes of a machine share: its disks, its large pages, a hold on each other, sockets' darker corners."""

import pytest

from tests.attacks.hostile import Attack, Yard, let_loose

_FRAMES = "def frames(): return socket.socket(fileno=os.dup(3))\n"

REFUSED = (
    Attack("a hold on the runner, by the socket to it", _FRAMES + "def attack(): frames().getsockopt(1, 77)",
           reason="exception", error="PermissionError"),
    Attack("a hold on whoever sends", _FRAMES + "def attack(): frames().setsockopt(1, 76, 1)", reason="exception",
           error="PermissionError"),
    Attack("a byte out of band to the runner", _FRAMES + "def attack(): frames().send(b'x', socket.MSG_OOB)",
           reason="exception", error="PermissionError"),
    Attack("a byte out of band, in a message", _FRAMES + "def attack(): frames().sendmsg([b'x'], [], socket.MSG_OOB)",
           reason="exception", error="PermissionError"),
    Attack("bytes out of band to itself", "def attack():\n    a, b = socket.socketpair()\n    a.send(b'x', 1)",
           reason="exception", error="PermissionError"),
    Attack("large pages that are somebody's", "import mmap\ndef attack(): mmap.mmap(-1, 2 << 20, flags=0x40022)",
           reason="exception", error="PermissionError"),
    Attack("a fork at the end", """
        import atexit
        def child(): open('/tmp/child', 'w').write(str(os.fork()))
        atexit.register(child)
        def attack():
            atexit._run_exitfuncs()
            return os.path.getsize('/tmp/child')
        """, got=0),
    Attack("a loader that runs programs", """
        def attack():
            loader = next(p for p in ('/lib64/ld-linux-x86-64.so.2', '/lib/ld-linux-aarch64.so.1') if os.path.exists(p))
            os.posix_spawn(loader, [loader, sys.executable or '/usr/bin/python3.11'], {})
        """, reason="exception", error="PermissionError"),
    Attack("more arguments than fit", "def attack(): os.execv('/usr/bin/python3.11', ['x' * 100000] * 40)",
           reason="exception"),
    Attack("a place in shared memory", "def attack(): open('/dev/shm/x', 'w')", reason="exception",
           error="FileNotFoundError"),
    Attack("a road of the sender's own", """
        def attack():
            with socket.socket() as one: one.setsockopt(0, 4, bytes((131, 7, 4, 10, 0, 2, 2, 0)))
        """, reason="exception", error="PermissionError"),
    Attack("signals to its group", "def attack(): os.killpg(os.getpgrp(), signal.SIGTERM)", reason="exception",
           error="PermissionError"),
    Attack("a pickle for the runner", """
        import pickle
        class Bomb:
            def __reduce__(self): return os.system, ('touch /tmp/pickled',)
        def attack():
            body = pickle.dumps(Bomb())
            os.write(3, len(body).to_bytes(4, 'big') + body)
        """, reason="forged"),
    Attack("output and frames change places", """
        def attack():
            held = os.dup(3)
            os.dup2(1, 3)
            os.dup2(held, 1)
            print('{"id": "", "ok": true}', flush=True)
        """, reason="forged"),
)  # fmt: skip


@pytest.mark.parametrize("attack", REFUSED, ids=lambda attack: attack.name)
def test_what_is_shared_is_not_had(yard: Yard, attack: Attack) -> None:
    """It is refused, or the worker ends; the runner and the neighbours notice nothing."""
    let_loose(yard, attack)


def test_the_hosts_disks_get_no_orders(yard: Yard) -> None:
    """A file that may only be read can be `fsync`ed too; done in earnest, each would flush the machine's disk."""
    taken = yard.got("""
        def attack():
            with open('/usr/lib/os-release') as file:
                return [os.fsync(99), os.fdatasync(99), os.fsync(file.fileno())]
        """)
    assert taken == [None, None, None]  # with a descriptor that is none: nobody has looked at it
    yard.assert_neighbour_is_unhurt()


def test_the_hosts_memory_of_files_takes_no_advice(yard: Yard) -> None:
    """Any file that may be read can be put out of it: whoever starts next would wait for the disk, over and over."""
    taken = yard.got("""
        def attack():
            libc = ctypes.CDLL(None, use_errno=True)
            return [os.posix_fadvise(99, 0, 0, os.POSIX_FADV_DONTNEED), libc.readahead(99, 0, 4096)]
        """)
    assert taken == [None, 0]  # with a descriptor that is none: nobody has looked at it
    yard.assert_neighbour_is_unhurt()


def test_fresh_state_is_fresh_whatever_code_hides(yard: Yard) -> None:
    """Where each call has a new worker, nothing that was hung on Python itself is there in the next."""
    bot = yard.bot(
        """
        import builtins
        def attack():
            hidden = [name for name in ('left', 'behind') if hasattr(builtins, name) or name in sys.modules]
            builtins.left = sys.modules['behind'] = os
            gc.callbacks.append(lambda *_: None)
            gc.freeze()
            os.environ['LEFT'] = 'x'
            return [hidden, len(gc.callbacks), os.environ.get('LEFT')]
        """,
        max_calls=1,
    )
    first, second = yard.run(bot), yard.run(bot)
    assert first.error is second.error is None
    assert first.body == second.body == '{"got": [[], 1, "x"]}'
