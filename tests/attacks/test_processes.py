"""Processes, threads and signals: one worker stays one process, and reaches nobody else."""

import json
import os
import time
from pathlib import Path

import pytest

from tests.attacks.hostile import Attack, Yard, let_loose

_REFUSED = "PermissionError"

PROCESSES = (
    Attack("fork", "def attack(): return os.fork()", reason="exception", error=_REFUSED),
    Attack("fork bomb", "def attack():\n    while True: os.fork()", reason="exception", error=_REFUSED),
    Attack("a child that stays", "def attack():\n    if os.fork() == 0:\n        while True: time.sleep(1)",
           reason="exception", error=_REFUSED),
    Attack("subprocess", "import subprocess\ndef attack(): return subprocess.run(['/usr/bin/python3.11']).returncode",
           reason="exception"),
    Attack("a shell", "def attack(): return os.system('id') == 0", got=False),
    Attack("multiprocessing", "import multiprocessing\ndef attack(): multiprocessing.Process(target=print).start()",
           reason="exception", error=_REFUSED),
    Attack("exec", "def attack(): os.execv(sys.executable or '/usr/bin/python3.11', ['x'])", reason="exception",
           error=_REFUSED),
    Attack("exec of a file it wrote", """
        def attack():
            path = '/tmp/x'
            with open(path, 'w') as file: file.write('#!/usr/bin/python3.11')
            os.chmod(path, 0o755)
            os.execv(path, ['x'])
        """, reason="exception", error=_REFUSED),
    Attack("posix_spawn", "def attack(): return os.posix_spawn('/usr/bin/python3.11', ['x'], {})", reason="exception"),
    Attack("thread bomb", """
        def attack():
            started = 0
            try:
                while started < 500:
                    threading.Thread(target=time.sleep, args=(0.2,), daemon=True).start()
                    started += 1
            except RuntimeError:
                return started < 64
            return started
        """, got=True),
    Attack("kill process 1", "def attack(): os.kill(1, signal.SIGKILL)", reason="exception", error=_REFUSED),
    Attack("kill everybody", "def attack(): os.kill(-1, signal.SIGKILL)", reason="exception", error=_REFUSED),
    Attack("kill its group", "def attack(): os.killpg(0, signal.SIGKILL)", reason="exception", error=_REFUSED),
    Attack("stop whoever is near", """
        def attack():
            hit = []
            for pid in range(1, 300):
                if pid != os.getpid():
                    try: os.kill(pid, signal.SIGSTOP)
                    except PermissionError: continue
                    hit.append(pid)
            return hit
        """, got=[]),
    Attack("pidfd", "def attack(): return os.pidfd_open(1)", reason="exception", error=_REFUSED),
    Attack("limits of process 1", "import resource\ndef attack(): resource.prlimit(1, resource.RLIMIT_NOFILE, (1, 1))",
           reason="exception", error=_REFUSED),
    Attack("its own limits", """
        import resource
        def attack():
            resource.setrlimit(resource.RLIMIT_NPROC, (10000, 10000))
        """, reason="exception", error="ValueError"),
    Attack("kill itself", "def attack(): os.kill(os.getpid(), signal.SIGKILL)", reason="crashed"),
    Attack("stop itself", "def attack(): os.kill(os.getpid(), signal.SIGSTOP)", reason="timeout", timeout_s=0.3),
    Attack("leave quietly", "def attack(): os._exit(0)", reason="crashed"),
    Attack("abort", "def attack(): os.abort()", reason="crashed"),
    Attack("segmentation fault", "def attack(): ctypes.string_at(1)", reason="crashed"),
    Attack("sys.exit", "def attack(): sys.exit(3)", reason="exception", error="SystemExit"),
    Attack("become root", "def attack(): os.setuid(0)", reason="exception"),
    Attack("nobody in particular", "def attack(): return [os.getuid(), os.getgid(), len(os.getgroups()) < 2]",
           got=[1000, 1000, True]),
)  # fmt: skip


@pytest.mark.parametrize("attack", PROCESSES, ids=lambda attack: attack.name)
def test_one_worker_stays_one_process(yard: Yard, attack: Attack) -> None:
    """It cannot multiply, become another program, or signal others; what it does to itself only it feels."""
    let_loose(yard, attack)


def test_a_thread_left_behind_does_not_work_on_between_calls(yard: Yard) -> None:
    """A worker whose code left a thread is replaced after its call: the next one does not see what it counted."""
    bot = yard.bot(
        """
        ticks = 0
        def tick():
            global ticks
            while True: ticks += 1; time.sleep(0.001)
        def attack():
            before = ticks
            threading.Thread(target=tick, daemon=True).start()
            time.sleep(0.02)
            return before
        """
    )
    assert [yard.run(bot).body for _ in range(3)] == ['{"got": 0}'] * 3


def test_code_that_closes_what_it_writes_to_wakes_nobody(yard: Yard) -> None:
    """A pipe without a writer is readable for ever: the runner must not look again and again."""
    bot = yard.bot("def attack():\n    os.close(1)\n    os.close(2)\n    return 1\n")
    assert json.loads(yard.run(bot).body or "") == {"got": 1}
    before = processor_s(yard.runner())
    time.sleep(1)
    assert processor_s(yard.runner()) - before < 0.3
    yard.assert_neighbour_is_unhurt()


def processor_s(pid: int) -> float:
    """How long a process has kept a processor busy."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


LOOPS = (
    Attack("for ever", "def attack():\n    while True: pass", reason="timeout", timeout_s=0.3),
    Attack("asleep", "def attack(): time.sleep(3600)", reason="timeout", timeout_s=0.3),
    Attack("a regular expression that holds the lock",
           "import re\ndef attack(): re.match(r'(a+)+$', 'a' * 60 + 'b')", reason="timeout", timeout_s=0.3),
    Attack("a sum that holds the lock", "def attack(): return sum(range(10**13))", reason="timeout", timeout_s=0.3),
    Attack("deaf to signals", """
        def attack():
            for number in range(1, 65):
                try: signal.signal(number, signal.SIG_IGN)
                except (OSError, ValueError): pass
            while True: pass
        """, reason="timeout", timeout_s=0.3),
    Attack("deaf to exceptions", """
        def attack():
            while True:
                try: time.sleep(1)
                except BaseException: pass
        """, reason="timeout", timeout_s=0.3),
    Attack("busy in many threads", """
        def burn():
            while True: pass
        def attack():
            for _ in range(20): threading.Thread(target=burn).start()
            burn()
        """, reason="timeout", timeout_s=0.5),
    Attack("an exit that never comes", """
        import atexit
        def attack():
            atexit.register(lambda: time.sleep(3600))
            sys.exit()
        """, reason="exception", error="SystemExit"),
    Attack("an error whose text never comes", """
        class Endless(Exception):
            def __str__(self):
                while True: pass
        def attack(): raise Endless
        """, reason="timeout", timeout_s=0.3),
    Attack("deep", """
        def attack():
            sys.setrecursionlimit(10**9)
            def down(): return down()
            return down()
        """, reason="timeout", timeout_s=0.5),
    Attack("deep in C", """
        def attack():
            sys.setrecursionlimit(10**9)
            deep = []
            for _ in range(2 * 10**5): deep = [deep]
            return repr(deep)
        """, reason="crashed"),
)  # fmt: skip


@pytest.mark.parametrize("attack", LOOPS, ids=lambda attack: attack.name)
def test_time_ends_for_everybody(yard: Yard, attack: Attack) -> None:
    """A call that does not end is ended at its limit, whatever it does not listen to."""
    let_loose(yard, attack)
