"""Forged frames, poisoned modules, odd results: the runner believes nothing that comes out of a jail."""

import json
import time

import pytest

from tests.attacks.hostile import Attack, Yard, let_loose

_FRAME = "def frame(body): return struct.pack('>I', len(body)) + body\n"

FORGERIES = (
    Attack("an answer to no call", _FRAME + """
def attack():
    os.write(3, frame(b'{"id": "00", "ok": true, "result": {"statusCode": 200, "body": "{}"}}'))
    return 1
""", reason="forged"),
    Attack("an answer to no call, and nothing after it", _FRAME + """
def attack():
    os.write(3, frame(b'{"id": "00", "ok": true, "result": {"statusCode": 200, "body": "{}"}}'))
    time.sleep(9)
""", reason="forged"),
    Attack("no JSON", _FRAME + "def attack(): os.write(3, frame(b'x' * 100))", reason="forged"),
    Attack("deep JSON", _FRAME + "def attack(): os.write(3, frame(b'[' * 200000))", reason="forged"),
    Attack("a frame without end", "def attack():\n    os.write(3, b'\\xff\\xff\\xff\\xff')\n    time.sleep(9)",
           reason="forged"),
    Attack("a flood of bytes", "def attack():\n    while True: os.write(3, b'\\x00' * 65536)", reason="forged"),
    Attack("half a frame", "def attack():\n    os.write(3, b'\\x00\\x00\\x00\\xff{')\n    os._exit(0)",
           reason="crashed"),
    Attack("hanging up", "def attack(): os.close(3)", reason="crashed"),
    Attack("hanging up and staying", "def attack():\n    os.close(3)\n    time.sleep(9)",
           reason="timeout", timeout_s=0.3),
    Attack("hanging up both ways", """
def attack():
    with socket.socket(fileno=os.dup(3)) as talk: talk.shutdown(socket.SHUT_RDWR)
""", reason="crashed"),
    Attack("another socket in its place", """
def attack():
    one, other = socket.socketpair()
    os.dup2(one.fileno(), 3)
    return 1
""", reason="crashed"),
    Attack("closing all there is", "def attack(): os.closerange(0, 4096)", reason="crashed"),
    Attack("half a character", "def attack(): raise ValueError('\\ud800')", reason="exception", error="ValueError"),
    Attack("half a character as a result", "def attack(): return '\\ud800'", got="\ud800"),
    Attack("a module that lies", """
def attack():
    json.dumps = lambda *_, **__: '{"id": "", "ok": true}'
    json.loads = socket.socket = struct.Struct = threading.active_count = len
    raise ValueError
""", reason="exception", error="ValueError"),
    Attack("an error that says it is ours", """
class CodeError(Exception): pass
def attack(): raise CodeError('timeout')
""", reason="exception", error="CodeError"),
    Attack("an error without a text", """
class Mute(Exception):
    def __str__(self): raise ZeroDivisionError
def attack(): raise Mute
""", reason="exception", error="Mute"),
    Attack("an error with a name without end", "def attack(): raise type('X' * (5 << 20), (Exception,), {})",
           reason="exception", error="X" * 200),
    Attack("descriptors handed out", """
def attack():
    with socket.socket(fileno=os.dup(3)) as talk:
        for _ in range(50): socket.send_fds(talk, [b'x'], [0, 1, 2])
""", reason="forged"),
    Attack("an end that raises", """
class Sticky:
    def __del__(self): raise ValueError
def attack():
    x = Sticky()
    return 1
""", got=1),
)  # fmt: skip


@pytest.mark.parametrize("attack", FORGERIES, ids=lambda attack: attack.name)
def test_what_a_worker_says_is_not_believed(yard: Yard, attack: Attack) -> None:
    """A frame that is not the answer to the call is the end of its worker, and of nobody else."""
    let_loose(yard, attack)


# A thread that Python knows nothing of, so that the worker is not replaced for it.
_LATER = """
later = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
def start(do):
    kept.append(later(lambda _: do()))
    thread = ctypes.c_ulong()
    return ctypes.CDLL(None).pthread_create(ctypes.byref(thread), None, kept[-1], None)
kept = []
calls = 0
"""


def test_bytes_left_for_the_next_call_reach_nobody(yard: Yard) -> None:
    """An answer that lies ready before it is asked for kills the worker that wrote it; the next call gets another."""
    bot = yard.bot(
        _LATER
        + """
def late():
    time.sleep(0.05)
    body = b'{"id": "", "ok": true, "result": {"statusCode": 200, "body": "forged"}}'
    os.write(3, struct.pack('>I', len(body)) + body)
def attack():
    global calls
    calls += 1
    return [start(late), calls]
"""
    )
    for _ in range(3):
        assert json.loads(yard.run(bot).body or "") == {"got": [0, 1]}
        time.sleep(0.2)


def test_what_is_written_between_calls_is_in_nobodys_log(yard: Yard) -> None:
    """It may be about the user before."""
    bot = yard.bot(
        _LATER
        + """
def late():
    time.sleep(0.05)
    os.write(1, b'about the user before')
def attack():
    global calls
    calls += 1
    return [start(late), calls]
"""
    )
    yard.run(bot)
    time.sleep(0.2)
    again = yard.run(bot)
    assert json.loads(again.body or "") == {"got": [0, 2]}
    assert again.stdout == ""


def test_state_is_the_bots_own(yard: Yard) -> None:
    """What one bot does to Python, another does not see; its own next call may, as on AWS Lambda."""
    poison = yard.bot(
        """
        import builtins
        def attack():
            builtins.poison = getattr(builtins, 'poison', 0) + 1
            return builtins.poison
        """
    )
    assert [json.loads(yard.run(poison).body or "")["got"] for _ in range(2)] == [1, 2]
    assert yard.got("import builtins\ndef attack(): return hasattr(builtins, 'poison')") is False


def test_fresh_state_for_every_call_where_the_bot_says_so(yard: Yard) -> None:
    """max_calls: 1 gives each call a new worker."""
    bot = yard.bot("n = 0\ndef attack():\n    global n\n    n += 1\n    return n", max_calls=1)
    assert [yard.run(bot).body for _ in range(4)] == ['{"got": 1}'] * 4
