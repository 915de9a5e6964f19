"""What runs inside a jail: the standard library and this file, nothing else of ours.

`main` is the zygote: process 1 of the jail. It imports packages once, and forks a worker whenever the runner asks
for one; the bot's code it never runs. A worker limits itself, shuts the filter behind itself, loads the bot's file and
answers one call after the other. Whatever a worker says is said by the bot's author: the runner believes none of it.

Between runner and zygote: JSON datagrams, with a worker's three descriptors along (its socket, where its standard
output goes, where its standard error goes). Between runner and worker: frames of four bytes of length and JSON.
"""

import _thread
import ctypes
import gc
import importlib
import importlib.util
import json
import logging
import os
import re
import resource
import select
import signal
import socket
import struct
import sys
import threading
import time
import traceback
from typing import Any


def main(control_fd: int) -> None:
    """Serve the runner until it goes away."""
    control = socket.socket(fileno=control_fd)
    settings = json.loads(control.recv(1 << 20))
    _LIBC.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    sys.path += settings["packages"]  # last: a bot's own package must not take the place of a module we import later
    threading.stack_size(settings["thread_stack_kb"] * 1024)
    _import_ahead(settings["import_ahead"])
    gc.collect()
    gc.freeze()  # collecting would touch, and so copy, what all workers share
    Zygote(control, settings).serve()


def _import_ahead(names: list[str]) -> None:
    """Import what the code will import. Only packages that the operator approved and the standard library's."""
    for name in names:
        try:
            if importlib.util.find_spec(name) is not None:
                importlib.import_module(name)
        except BaseException:  # noqa: BLE001, S112 - SystemExit too; the worker meets it again, and its author sees it
            continue


# ── process 1 ───────────────────────────────────────────────────────────────────────────────────────────────────────


class Zygote:
    """Forks workers, kills them, tells of their end."""

    def __init__(self, control: socket.socket, settings: dict[str, Any]) -> None:
        self.control = control
        self.settings = settings
        self.workers: dict[int, int] = {}  # process id -> the runner's number of it

    def serve(self) -> None:
        """Do what the runner asks until it hangs up."""
        awake, wake = os.pipe()
        os.set_blocking(wake, False)
        os.set_blocking(awake, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self.tell(type="ready")
        asked = select.poll()
        asked.register(self.control, select.POLLIN)
        asked.register(awake, select.POLLIN)
        while True:
            ready = [fd for fd, _ in asked.poll()]
            if awake in ready:
                os.read(awake, 4096)
                self.bury()
            if self.control.fileno() in ready and not self.obey():
                return

    def obey(self) -> bool:
        """Take one order; tell whether the runner is still there."""
        message, fds, _, _ = socket.recv_fds(self.control, 1 << 16, 3)
        if not message:
            return False
        order = json.loads(message)
        if order["do"] == "start":
            self.fork(order, fds)
        elif order["do"] == "kill":
            for pid, number in self.workers.items():
                if number == order["worker"]:
                    os.kill(pid, signal.SIGKILL)
        return True

    def fork(self, order: dict[str, Any], fds: list[int]) -> None:
        """Make a worker. Nothing of the zygote's own stays open in it."""
        try:
            pid = os.fork()
        except OSError as error:
            self.tell(type="gone", worker=order["worker"], status=-1, max_rss_kb=0, why=str(error))
            _close(fds)
            return
        if pid == 0:
            try:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                self.control.close()
                worker(order, fds, self.settings)
            finally:
                os._exit(70)
        self.workers[pid] = order["worker"]
        _close(fds)

    def bury(self) -> None:
        """Tell the runner who has died, and how."""
        while True:
            try:
                pid, status, used = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            number = self.workers.pop(pid, None)
            if number is not None:
                self.tell(type="gone", worker=number, status=status, max_rss_kb=used.ru_maxrss)

    def tell(self, **words: Any) -> None:
        """Say something to the runner."""
        self.control.send(json.dumps(words).encode())


def _close(fds: list[int]) -> None:
    for fd in fds:
        os.close(fd)


# ── a worker ────────────────────────────────────────────────────────────────────────────────────────────────────────


def worker(order: dict[str, Any], fds: list[int], settings: dict[str, Any]) -> None:
    """Be one worker, to the end of its life."""
    talk = _take_places(fds)
    _limit(order, settings)
    if settings["filter"]:
        _shut(bytes.fromhex(settings["filter"]), settings["own_pid_at"])
    _capture()
    say = Said(talk, settings["result_kb"] * 1024)
    try:
        code = _load(settings["task"], order["file"])
        answer_with = code.main
    except BaseException as error:  # noqa: BLE001 - whatever an author's file raises, the author is told
        say.failed("", error)
        return
    say.loaded()
    named: dict[str, str] = {}
    while (asked := say.next()) is not None:
        if "function_name" in asked:  # once for all calls that it holds for
            named = _named(asked, order["memory_mb"])
        _call(answer_with, asked, named, say)


def _take_places(fds: list[int]) -> socket.socket:
    """Have the socket as 3, output as 1 and 2, nothing as 0, and not one descriptor more."""
    high = [os.dup2(fd, 64 + place) for place, fd in enumerate(fds)]
    for place, fd in zip((3, 1, 2), high, strict=True):
        os.dup2(fd, place, inheritable=False)
    os.closerange(4, 256)
    return socket.socket(fileno=3)


_MEMORY, _SELF = resource.RLIMIT_AS, resource.RUSAGE_SELF
_READ, _HEAD = 1 << 16, 4
_LAST_WORDS_BYTES = 8 << 20  # beyond the limit: to say, without memory, that there was none


def _limit(order: dict[str, Any], settings: dict[str, Any]) -> None:
    os.nice(5)  # workers only: what kills them must not wait for them
    memory = order["memory_mb"] * 1024 * 1024
    resource.setrlimit(_MEMORY, (memory, memory + _LAST_WORDS_BYTES))
    for name, most in settings["rlimits"].items():
        kind = getattr(resource, name)
        resource.setrlimit(kind, (most, most))


_LIBC = ctypes.CDLL(None, use_errno=True)
_LIBC.prctl.argtypes = [ctypes.c_int, ctypes.c_ulong, ctypes.c_ulong, ctypes.c_ulong, ctypes.c_ulong]
_PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 4, 38, 22, 2


class _Program(ctypes.Structure):
    _fields_ = [("count", ctypes.c_ushort), ("steps", ctypes.c_void_p)]


def _shut(program: bytes, own_pid_at: list[int]) -> None:
    """Put the filter in force, for ever. A worker without one must not run."""
    steps = bytearray(program)
    for place in own_pid_at:
        struct.pack_into("<I", steps, place, os.getpid())
    memory = ctypes.create_string_buffer(bytes(steps), len(steps))
    wanted = _Program(len(steps) // 8, ctypes.cast(memory, ctypes.c_void_p).value)
    _LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if _LIBC.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.addressof(wanted), 0, 0):
        os._exit(71)


def _capture() -> None:
    """Have `print` and `logging` go where the runner reads, line by line: a crash must not swallow what came before."""
    sys.stdout = open(1, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)  # noqa: SIM115 - for good
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)  # noqa: SIM115 - likewise
    logging.basicConfig(stream=sys.stderr, format="[%(levelname)s] %(name)s: %(message)s")


def _load(task: str, file: str) -> Any:
    """Load the author's file as a module of its own name, as Lambda's handler FILE.main does."""
    path = f"{task}/{file}"
    name = re.sub(r"\.py$", "", file).replace("/", ".")
    sys.path.insert(0, path.rpartition("/")[0])
    sys.argv = [path]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault(name, module)  # a file called json.py must not become everybody's json
    spec.loader.exec_module(module)
    if not callable(getattr(module, "main", None)):
        raise NoMain(file)
    return module


class NoMain(Exception):
    """The author's file has no function `main`."""

    def __init__(self, file: str) -> None:
        super().__init__(f"{file} has no function main(event, context)")


class BadReturn(Exception):
    """What `main` returned cannot be sent."""


class ResultTooLarge(Exception):
    """What `main` returned is larger than is taken."""


def _call(answer_with: Any, asked: dict[str, Any], named: dict[str, str], say: "Said") -> None:
    """One call: everything an author's code can raise becomes an answer."""
    try:
        returned = answer_with(asked["event"], Context(named, asked["request_id"], asked["timeout_s"]))
    except BaseException as error:  # noqa: BLE001 - SystemExit and KeyboardInterrupt too
        say.failed(asked["id"], error)
    else:
        say.returned(asked["id"], returned)


class Identity:
    """Who called, on a mobile device: nobody."""

    cognito_identity_id = None
    cognito_identity_pool_id = None


class Context:
    """What AWS Lambda's context carries."""

    client_context = None
    identity = Identity()
    _ends_at: float

    def __init__(self, named: dict[str, str], request_id: str, timeout_s: float) -> None:
        self.__dict__ = {**named, "aws_request_id": request_id, "_ends_at": time.monotonic() + timeout_s}

    def get_remaining_time_in_millis(self) -> int:
        """How long is left until the call is stopped."""
        return max(0, int((self._ends_at - time.monotonic()) * 1000))

    def log(self, message: object) -> None:
        """Write to the log as it is."""
        sys.stdout.write(str(message))


def _named(asked: dict[str, Any], memory_mb: int) -> dict[str, str]:
    """What a context says that is the same for one call after the other."""
    function, version = asked["function_name"], asked["function_version"]
    return {
        "function_name": function,
        "function_version": version,
        "memory_limit_in_mb": str(memory_mb),  # a string there too
        "invoked_function_arn": f"arn:botyard:code:{function}:{version}",
        "log_group_name": f"/botyard/code/{function}",
        "log_stream_name": f"[{version}]{asked['log_stream']}",
    }


# ── what a worker says ──────────────────────────────────────────────────────────────────────────────────────────────


class Said:
    """The worker's end of its socket. What it needs is held here: authors change modules under our feet."""

    def __init__(self, talk: socket.socket, most_bytes: int) -> None:
        self._recv_into, self._send, self._room = talk.recv_into, talk.sendall, bytearray(_READ)
        self._loads, self._dumps = _c_decoder(), json.JSONEncoder(allow_nan=False).encode
        self._around: dict[int, object] = {}  # what encloses the value that is being written: a ring is no JSON
        self._pieces = _c_encoder(self._around)
        self._pack, self._unpack_from = struct.Struct(">I").pack, struct.Struct(">I").unpack_from
        self._usage = resource.getrusage
        self._set_limit = resource.setrlimit
        self._usual = resource.getrlimit(_MEMORY)
        self._beyond = (self._usual[1], self._usual[1])
        self._flush = (sys.stdout.flush, sys.stderr.flush)
        self._threads = _thread._count  # noqa: SLF001 - counts those that `threading` was not told of, too
        self._most = most_bytes

    def next(self) -> Any:
        """Wait for the next call; None: there will be none."""
        # All of it, as a rule: a system call is a good part of what a call costs, and so is room that is made anew.
        count = self._recv_into(self._room)
        if count > _HEAD and self._unpack_from(self._room)[0] == count - _HEAD:
            return self._loads(self._room[_HEAD:count].decode(), 0)[0]
        got = self._room[:count]
        while got and len(got) < _HEAD:
            got = self._and_more(got)
        while got and len(got) < _HEAD + self._unpack_from(got)[0]:
            got = self._and_more(got)
        return self._loads(got[_HEAD:].decode(), 0)[0] if got else None

    def loaded(self) -> None:
        """Say that the author's file is loaded."""
        self._frame('"id": "", "ok": true')

    def returned(self, call: str, value: object) -> None:
        """Say what `main` returned."""
        try:
            text = "".join(self._pieces(value, 0))
        except BaseException as error:  # noqa: BLE001 - no JSON, too deep, or an object that raises when looked at
            self._around.clear()
            self.failed(call, BadReturn(f"main must return a dict that json.dumps takes: {_text_of(error)}"))
            return
        if len(text) > self._most:
            self.failed(call, ResultTooLarge(f"main returned {len(text)} bytes; {self._most} are taken"))
            return
        self._frame(f'"id": "{call}", "ok": true, "result": {text}')

    def failed(self, call: str, error: BaseException) -> None:
        """Say what was raised, with the author's lines."""
        self._set_limit(_MEMORY, self._beyond)  # nothing here may need memory before this is done
        try:
            self._told(call, error)
        finally:
            self._set_limit(_MEMORY, self._usual)

    def _told(self, call: str, error: BaseException) -> None:
        told = {
            "type": type(error).__name__[:200],
            "message": _text_of(error)[:4000],
            "traceback": _traceback_of(error),
        }
        in_json = self._dumps({name: _sendable(text) for name, text in told.items()})
        self._frame(f'"id": "{call}", "ok": false, "error": {in_json}')

    def _frame(self, said: str) -> None:
        for flush in self._flush:
            try:
                flush()
            except Exception:  # noqa: BLE001, S112 - the author closed it
                continue
        memory, threads = self._usage(_SELF).ru_maxrss, 1 + self._threads()
        body = f'{{{said}, "rss_kb": {memory}, "threads": {threads}}}'.encode()
        self._send(self._pack(len(body)) + body)

    def _and_more(self, got: bytearray) -> bytearray:
        """Read on; nothing at all where the runner has hung up."""
        count = self._recv_into(self._room)
        return got + self._room[:count] if count else bytearray()


def _c_decoder() -> Any:
    """What is below json.loads: text and where to begin in, the value and where it ended out."""
    return vars(json.JSONDecoder())["scan_once"]


def _c_encoder(around: dict[int, object]) -> Any:
    """What json.dumps makes anew for every value (json.encoder.JSONEncoder.iterencode), made once."""
    plain = json.JSONEncoder(allow_nan=False)
    make = vars(json.encoder)["c_make_encoder"]
    sorts = skips = allows_nan = False
    return make(around, plain.default, json.encoder.encode_basestring_ascii, None, ": ", ", ", sorts, skips, allows_nan)


def _sendable(text: str) -> str:
    """Halves of characters stand in no UTF-8."""
    return text.encode("utf-8", "backslashreplace").decode()


def _text_of(error: BaseException) -> str:
    try:
        return str(error)
    except BaseException:  # noqa: BLE001 - an author's __str__
        return "(its text cannot be had)"


_MOST_FRAMES = 60
_MOST_CHARS = 16000


def _traceback_of(error: BaseException) -> str:
    """The author's frames and their libraries'; ours are where it begins, and say nothing to an author."""
    try:
        mine = error.__traceback__
        while mine is not None and mine.tb_frame.f_code.co_filename == __file__:
            mine = mine.tb_next
        while mine is not None and mine.tb_frame.f_code.co_filename.startswith("<frozen importlib"):
            mine = mine.tb_next
        if isinstance(error, (NoMain, BadReturn, ResultTooLarge)):
            return ""
        lines = traceback.format_exception(type(error), error, mine, limit=-_MOST_FRAMES)
        return "".join(lines)[-_MOST_CHARS:]
    except BaseException:  # noqa: BLE001 - memory is gone, or the author's objects raise when printed
        return ""


if __name__ == "__main__":
    main(int(sys.argv[1]))
