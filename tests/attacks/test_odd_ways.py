"""Odd ways: what files cost besides their bytes, what the kernel holds on its way, a box that is turned against us."""

import pytest

from tests.attacks.hostile import Attack, Yard, let_loose
from tests.attacks.test_between_calls import _FORGE

_BOX = """
def box():
    return next(one for one in gc.get_objects() if type(one).__name__ == "Said")
"""

FILES = (
    Attack("a million names of one file", """
        def attack():
            open('/tmp/one', 'w').close()
            made = 0
            try:
                while made < 10**6:
                    os.link('/tmp/one', f'/tmp/{made}')
                    made += 1
            except OSError as error:
                return [error.errno == errno.ENOSPC, made < 5000]
            finally:
                for number in range(made): os.unlink(f'/tmp/{number}')
        """, got=[True, True]),
    Attack("folders in folders", """
        def attack():
            os.chdir('/tmp')
            made = 0
            try:
                while made < 10**6:
                    os.mkdir('d')
                    os.chdir('d')
                    made += 1
            except OSError as error:
                return [error.errno == errno.ENOSPC, made < 5000]
            finally:
                for _ in range(made):
                    os.chdir('..')
                    os.rmdir('d')
                os.chdir('/var/task')
        """, got=[True, True]),
    Attack("room that is kept and not used", """
        def attack():
            libc = ctypes.CDLL(None, use_errno=True)
            kept, held = 0, []
            for number in range(64):
                held.append(open(f'/tmp/kept-{number}', 'wb'))
                os.unlink(held[-1].name)
                while libc.fallocate(held[-1].fileno(), 1, ctypes.c_long(kept << 20), ctypes.c_long(1 << 20)) == 0:
                    kept += 1
                    if kept > 64: return kept
            return kept <= 32
        """, got=True),
    Attack("a map of what is no longer there", """
        import mmap
        def attack():
            with open('/tmp/cut', 'wb+') as file:
                file.truncate(1 << 16)
                seen = mmap.mmap(file.fileno(), 1 << 16)
                file.truncate(0)
                return seen[5000]
        """, reason="crashed"),
    Attack("links that go round", """
        def attack():
            os.symlink('/tmp/b', '/tmp/a')
            os.symlink('/tmp/a', '/tmp/b')
            try: open('/tmp/a')
            except OSError as error: return error.errno == errno.ELOOP
            finally: os.unlink('/tmp/a'), os.unlink('/tmp/b')
        """, got=True),
)  # fmt: skip

HELD = (
    Attack("descriptors on their way to nobody", """
        def attack():
            sent = 0
            try:
                for _ in range(40):
                    one, other = socket.socketpair()
                    while sent < 10**5:
                        socket.send_fds(one, [b'x'], [one.fileno(), other.fileno()] * 10, socket.MSG_DONTWAIT)
                        sent += 20
                    one.close(), other.close()
            except OSError:
                return sent < 2000
        """, got=True),
    Attack("a poll of polls of polls", """
        import select
        def attack():
            held = [select.epoll()]
            try:
                while len(held) < 100:
                    held.append(select.epoll())
                    held[-1].register(held[-2].fileno())
            except OSError: return len(held) < 10
        """, got=True),
    Attack("a page that is said to be broken", """
        def attack():
            libc = ctypes.CDLL(None, use_errno=True)
            page = libc.valloc(4096)
            return [libc.madvise(ctypes.c_void_p(page), 4096, advice) for advice in (100, 101)]
        """, got=[-1, -1]),
    Attack("output past every layer", """
        def attack():
            with open('/tmp/much', 'wb+') as file:
                file.write(bytes(4 << 20))
                file.flush()
                while True: os.sendfile(1, file.fileno(), 0, 4 << 20)
        """, reason="output"),
    Attack("frames past every layer", """
        def attack():
            with open('/tmp/much', 'wb+') as file:
                file.write(bytes(4 << 20))
                file.flush()
                while True: os.sendfile(3, file.fileno(), 0, 4 << 20)
        """, reason="forged"),
    Attack("deaf to its own faults", """
        def attack():
            signal.signal(signal.SIGSEGV, signal.SIG_IGN)
            ctypes.string_at(1)
        """, reason="crashed"),
)  # fmt: skip

TURNED = (
    Attack("a box without a limit", _BOX + """
def attack():
    box()._most = 1 << 40
    return 'x' * (8 << 20)
""", reason="forged"),
    Attack("all is well, and it is not", _FORGE + """
def attack():
    say(asked()['id'], error={"type": "Busy", "message": "m", "reason": "busy"})
    time.sleep(9)
""", reason="forged"),
    Attack("an answer without a result", _FORGE + """
def attack():
    body = json.dumps({"id": asked()["id"], "ok": True}).encode()
    os.write(3, struct.pack(">I", len(body)) + body)
    time.sleep(9)
""", reason="forged"),
    Attack("an error that is a number", _FORGE + """
def attack():
    body = json.dumps({"id": asked()["id"], "ok": False, "error": 7}).encode()
    os.write(3, struct.pack(">I", len(body)) + body)
    time.sleep(9)
""", reason="forged"),
    Attack("no text at all in an error", _FORGE + """
def attack():
    body = b'{"id": "%s", "ok": false, "error": {"type": "\\xff", "message": ""}}' % asked()["id"].encode()
    os.write(3, struct.pack(">I", len(body)) + body)
    time.sleep(9)
""", reason="forged"),
    Attack("output that is taken to pieces", """
        def attack():
            for stream in (sys.stdout, sys.stderr):
                try: stream.detach()
                except ValueError: pass  # the call before did it
            return 1
        """, got=1),
)  # fmt: skip


@pytest.mark.parametrize("attack", FILES, ids=lambda attack: attack.name)
def test_files_cost_no_more_than_they_may(yard: Yard, attack: Attack) -> None:
    """Names, folders and room that is only kept count as well."""
    let_loose(yard, attack)


@pytest.mark.parametrize("attack", HELD, ids=lambda attack: attack.name)
def test_what_the_kernel_does_on_its_behalf_has_an_end(yard: Yard, attack: Attack) -> None:
    """What is on its way counts, and what never passes through Python is seen all the same."""
    let_loose(yard, attack)


@pytest.mark.parametrize("attack", TURNED, ids=lambda attack: attack.name)
def test_a_box_turned_against_its_runner_is_not_believed(yard: Yard, attack: Attack) -> None:
    """The runner keeps its own limits, and takes no frame that says two things or none."""
    let_loose(yard, attack)


def test_a_result_that_is_no_text_is_a_bad_return(yard: Yard) -> None:
    """Bytes that are no UTF-8, where a text is expected: the author is told, and the runner goes on."""
    bot = yard.bot(
        _FORGE
        + """
def attack():
    body = b'{"id": "%s", "ok": true, "result": {"statusCode": 200, "body": "\\xff"}}' % asked()["id"].encode()
    os.write(3, struct.pack(">I", len(body)) + body)
    time.sleep(9)
"""
    )
    answer = yard.run(bot)
    assert answer.error is not None
    assert answer.error.reason == "bad_return", answer.error
    yard.assert_neighbour_is_unhurt()
