"""What code leaves behind for the next call, and does while nobody has called it."""

import json
import time

import pytest

from tests.attacks.hostile import Attack, Yard, let_loose, processes_of
from tests.attacks.test_processes import processor_s

# What a worker owes its runner, written by the code itself: the id of the call can be found in the frames above.
_FORGE = """
def asked():
    frame = sys._getframe()
    while "asked" not in frame.f_locals: frame = frame.f_back
    return frame.f_locals["asked"]
def say(call, **more):
    told = {"id": call, "ok": True, "result": {"statusCode": 200, "body": '{"got": "forged"}'}, **more}
    body = json.dumps(told).encode()
    for part in (struct.pack(">I", len(body)), body[:9], body[9:]): os.write(3, part)
"""

POISON = (
    Attack("builtins that lie", """
        import builtins
        def attack():
            builtins.len = lambda *_: 0
            return 1
        """, reason="forged"),
    Attack("modules that lie", """
        def attack():
            for module in (json, struct, socket, os, sys, threading, time):
                for name in list(vars(module)):
                    if not name.startswith('__') and name not in ('modules',):
                        try: delattr(module, name)
                        except Exception: pass
            return 1
        """, reason="exception"),
    Attack("a tracer", """
        def attack():
            def trace(*_): raise ZeroDivisionError
            sys.setprofile(trace)
            return 1
        """, reason="exception"),
    Attack("a collector of rubbish that answers back", """
        def attack():
            gc.callbacks.append(lambda *_: print('x' * 1000) or os.write(3, b'no'))
            gc.collect()
            return 1
        """, reason="forged"),
    Attack("the frame of the next call, before it", _FORGE + """
def attack():
    os.write(3, struct.pack(">I", 100))
    return 1
""", reason="forged"),
    Attack("an end without an end", """
        class Sticky:
            def __del__(self):
                while True: pass
        def attack():
            x = Sticky()
            return 1
        """, reason="timeout", timeout_s=0.3),
)  # fmt: skip


@pytest.mark.parametrize("attack", POISON, ids=lambda attack: attack.name)
def test_what_code_does_to_its_own_worker_is_only_its_own_loss(yard: Yard, attack: Attack) -> None:
    """The call fails, or the next one of the same bot does; the runner and the neighbours notice nothing."""
    let_loose(yard, attack)


def test_an_answer_in_the_boxs_place_ends_with_its_worker(yard: Yard) -> None:
    """Code that answers itself, and goes on, serves no second call: that ends at its limit, or a new worker has it."""
    worker = "result={'statusCode': 200, 'body': me}"
    bot = yard.bot(
        f"me = os.urandom(8).hex()\n{_FORGE}def attack():\n    say(asked()['id'], {worker})\n    time.sleep(3600)\n"
    )
    served = [yard.run(bot, timeout_s=0.3) for _ in range(6)]
    workers = [answer.body for answer in served if answer.error is None]
    assert len(workers) >= 2
    assert len(set(workers)) == len(workers)
    assert all(answer.error.reason == "timeout" for answer in served if answer.error)
    yard.assert_neighbour_is_unhurt()


def test_two_answers_to_one_call_are_the_end_of_a_worker(yard: Yard) -> None:
    """The first may be taken, for it is the bot's own; the second never answers the next call."""
    bot = yard.bot("n = 0" + _FORGE + "def attack():\n    global n\n    n += 1\n    say(asked()['id'])\n    return n\n")
    for _ in range(3):
        answer = yard.run(bot)
        assert answer.body == '{"got": "forged"}' or (answer.error and answer.error.reason == "forged")
        time.sleep(0.1)
    yard.assert_neighbour_is_unhurt()


def test_a_lie_about_its_memory_closes_nobody_elses_jail(yard: Yard) -> None:
    """A worker that says it has used everything is not believed beyond what it may use."""
    yard.assert_neighbour_is_unhurt()
    bot = yard.bot(_FORGE + "say('', rss_kb=1 << 50)\ntime.sleep(3600)\ndef attack(): return 1\n")
    answer = yard.run(bot, timeout_s=7)  # the runner looks at the memory of all in the meantime
    assert answer.error is not None
    assert answer.error.reason == "timeout"
    yard.assert_neighbour_is_unhurt()


UNASKED = {
    "a thread that Python does not know": """
        entry = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
        @entry
        def burn(_):
            while True: pass
        def attack():
            thread = ctypes.c_ulong()
            ctypes.CDLL(None).pthread_create(ctypes.byref(thread), None, burn, None)
            return 1
        """,
    "an alarm": """
        def burn(*_):
            while True: pass
        def attack():
            signal.signal(signal.SIGALRM, burn)
            signal.setitimer(signal.ITIMER_REAL, 0.1)
            return 1
        """,
}


@pytest.mark.parametrize("code", UNASKED.values(), ids=UNASKED)
def test_work_between_calls_is_ended(yard: Yard, code: str) -> None:
    """The machine's processors are not for what nobody asked for: such a jail is gone within some seconds."""
    bot = yard.bot(code)
    before = set(processes_of(yard.runner()))
    assert json.loads(yard.run(bot).body or "") == {"got": 1}
    mine = [row for row in processes_of(yard.runner()) if row not in before]
    assert mine
    deadline = time.monotonic() + 30
    while [row for row in processes_of(yard.runner()) if row in mine]:
        assert time.monotonic() < deadline, [processor_s(int(row.split()[0])) for row in mine]
        time.sleep(0.2)
    assert json.loads(yard.run(bot).body or "") == {"got": 1}
    yard.assert_neighbour_is_unhurt()


def test_an_alarm_that_writes_between_calls_is_heard_by_nobody(yard: Yard) -> None:
    """Its worker ends; the next call gets another and its own answer."""
    bot = yard.bot(
        """
        n = 0
        def attack():
            global n
            n += 1
            signal.signal(signal.SIGALRM, lambda *_: os.write(3, struct.pack('>I', 2) + b'{}'))
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            return n
        """
    )
    for _ in range(3):
        assert json.loads(yard.run(bot).body or "") == {"got": 1}
        time.sleep(0.2)


def test_a_file_that_a_compiler_chokes_on_ends_at_the_limit_of_loading(yard: Yard) -> None:
    """A kilobyte of `finally` in `finally` is a million lines: eighty are too many for anybody."""
    opened = "".join(" " * n + "try:\n" for n in range(1, 20))
    closed = "".join(f"{' ' * n}finally:\n{' ' * n} return\n" for n in range(19, 0, -1))
    bomb = f"def bomb():\n{opened}{' ' * 20}return\n{closed}"
    answer = yard.run(yard.bot(bomb * 80 + "def attack(): return 1\n"))
    assert answer.error is not None
    assert (answer.error.reason, answer.error.type) in {("timeout", "Timeout"), ("exception", "MemoryError")}
    yard.assert_neighbour_is_unhurt()


def test_modules_that_do_something_when_imported_do_not_do_it_in_process_1(yard: Yard) -> None:
    """A line that names them is enough to have them imported ahead: those that are programs are not."""
    assert (
        yard.got(
            "if 0:\n    import unittest.__main__, test.__main__, antigravity, idlelib.idle\ndef attack(): return 1"
        )
        == 1
    )
