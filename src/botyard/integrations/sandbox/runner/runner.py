"""The runner: a process of its own user, without secrets and without a database, that runs custom code in jails.

`python -m botyard.integrations.sandbox.runner.runner ORDERS` (JSON, see `Orders`) serves one connection handed to it,
or a socket in the file system, or a port for other machines (door.py). Root it does not stay: what root owns is open
to whoever breaks out of a jail.
"""

import asyncio
import concurrent.futures.thread  # noqa: F401 - whoever gives up root may lose the right to read it later
import ctypes
import encodings.idna  # noqa: F401 - likewise
import os
import resource
import signal
import socket
import ssl
import struct
import sys
import traceback
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path
from typing import assert_never

import msgspec
from msgspec import Struct

from botyard.errors import BotyardError
from botyard.integrations.sandbox.jail.doctor import Diagnosis, Health, diagnose, examine, fix_of
from botyard.integrations.sandbox.jail.egress import Network, NoNetwork, open_network
from botyard.integrations.sandbox.jail.jail import Python
from botyard.integrations.sandbox.jail.jails import Jails, Source
from botyard.integrations.sandbox.jail.launch import NoJail, Walls, find_python
from botyard.integrations.sandbox.jail.policy import policy
from botyard.integrations.sandbox.runner.door import Tls, context_of, open_door, socket_of
from botyard.integrations.sandbox.runner.line import Line
from botyard.integrations.sandbox.runner.talk import (
    Asked,
    Examine,
    Examined,
    Keep,
    Ran,
    Run,
    read_asked,
)
from botyard.integrations.sandbox.said import CodeAnswer, CodeError

# Nobody else's: below what systemd hands out by itself, above what is given to people (systemd's UIDS-GIDS.md).
RUNNER_UID = 60914
_KEPT_SOURCES = 2000
_DESCRIPTORS = 65536
_REAP_EVERY_S = 5.0
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36


class Orders(Struct, frozen=True):
    """How to serve. fd: a connected socket, ours for life; or path: where to listen, for those of uid `caller`; or tls.

    is_unsafe: BOTYARD_UNSAFE_NO_SANDBOX was set. has_network: let code have a network where it can be had.
    is_doctor: serve nobody; print the diagnosis and end.
    """

    fd: int | None = None
    path: str | None = None
    caller: int | None = None
    tls: Tls | None = None
    is_unsafe: bool = False
    has_network: bool = True
    python: Python | None = None
    budget_mb: float | None = None
    is_doctor: bool = False


def command_of(orders: Orders) -> tuple[list[str], dict[str, str]]:
    """Say how a runner is started: its command line, and all it may know of our environment."""
    command = [sys.executable, "-m", "botyard.integrations.sandbox.runner.runner", msgspec.json.encode(orders).decode()]
    return command, {"PATH": os.defpath, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


class StillRoot(BotyardError):
    """The runner could not give up root, and so will not run."""

    code = "still_root"


def main() -> None:
    """Give up root, then serve."""
    orders = msgspec.json.decode(sys.argv[1], type=Orders)
    policy()  # read, and kept, while we still may
    _make_room()
    if orders.is_doctor:
        become_nobody()
        asyncio.run(_print_diagnosis(orders))
        return
    context = context_of(orders.tls) if orders.tls else None
    listener = _listener(orders)
    try:
        become_nobody()
    except StillRoot as still_root:
        refusal = Health(is_ok=False, sentence=still_root.sentence, fix=fix_of(""))
        asyncio.run(Runner(None, refusal).serve(orders, listener, context))  # whoever asks is told
        return
    asyncio.run(serve(orders, listener, context))


def _make_room() -> None:
    """Ask for descriptors as deploy/systemd does: a worker has three here, a connection one in slirp4netns."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if resource.RLIM_INFINITY != soft < _DESCRIPTORS:
        most = _DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, _DESCRIPTORS)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def become_nobody() -> None:
    """Give up root for good, groups included. Raises StillRoot."""
    with suppress(OSError):  # in a container without that user; what we are now is looked at below
        if os.getuid() == 0:
            os.setgroups([])
            os.setresgid(RUNNER_UID, RUNNER_UID, RUNNER_UID)
            os.setresuid(RUNNER_UID, RUNNER_UID, RUNNER_UID)
    if 0 in (*os.getresuid(), *os.getresgid()):
        raise StillRoot("the sandbox's runner must not run as root, and could not become another user")
    os.environ.clear()  # what starts us may hold secrets there


async def serve(orders: Orders, listener: socket.socket, context: ssl.SSLContext | None = None) -> None:
    """Serve until the connection ends, or somebody asks the process to. context: of `orders.tls`."""
    # A jail's processes that lose their parent become ours, and are buried.
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    network, no_network = _network(orders)
    walls = None
    try:
        walls = _walls(orders, network)
        health = await examine(walls, network=no_network)
    except NoJail as none:
        health = _without_walls(none, no_network)
    if where := _where(orders):
        _say(f"The runner listens at {where}", *Diagnosis(health, (), os.getuid(), _python_of(walls)).told())
    runner = Runner(Jails(walls, budget_mb=orders.budget_mb) if walls else None, health, network)
    try:
        await runner.serve(orders, listener, context)
    finally:
        await runner.close()
        if network:
            network.close()


async def _print_diagnosis(orders: Orders) -> None:
    network, no_network = _network(orders)
    try:
        found = await diagnose(_walls(orders, network), network=no_network)
    except NoJail as none:
        found = Diagnosis(_without_walls(none, no_network))
    finally:
        if network:
            network.close()
    sys.stdout.buffer.write(msgspec.json.encode(found))


def _without_walls(none: NoJail, network: NoNetwork | None) -> Health:
    why = network.sentence if network else None
    return Health(is_ok=False, sentence=none.sentence, fix=fix_of(none.sentence), network=why)


def _python_of(walls: Walls | None) -> str:
    return walls.python.executable if walls else ""


def _say(*sentences: str) -> None:
    for sentence in sentences:
        sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()


class Runner:
    """Answers what the platform asks. jails: None where there is not even a Python."""

    def __init__(self, jails: Jails | None, health: Health, network: Network | None = None) -> None:
        self._jails = jails
        self._network = network
        self._health = health
        self._sources: OrderedDict[str, Source] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self, orders: Orders, listener: socket.socket, context: ssl.SSLContext | None = None) -> None:
        """Take calls until there will be no more."""
        over = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            # One that serves a server alone ends with it: until its last turn is taken, code is called.
            loop.add_signal_handler(number, over.set if _where(orders) else _go_on)
        reaping = loop.create_task(self._reap())
        try:
            if context is not None:
                await self._open(context, listener, over)
            elif orders.path is None:
                _, line = await loop.create_connection(lambda: Line(self._heard), sock=listener)
                line.gone.add_done_callback(lambda _: over.set())
                await over.wait()
            else:
                await self._listen(orders, listener, over)
        finally:
            reaping.cancel()

    async def close(self) -> None:
        """End what is running."""
        for task in list(self._tasks):
            task.cancel()
        if self._jails:
            await self._jails.close()

    async def _listen(self, orders: Orders, listener: socket.socket, over: asyncio.Event) -> None:
        """Serve this machine. The server is closed, not waited for: connections lie open between calls."""

        def may_call(transport: asyncio.BaseTransport) -> bool:
            return _caller(transport) in {0, os.getuid(), orders.caller}

        loop = asyncio.get_running_loop()
        server = await loop.create_unix_server(lambda: Line(self._heard, may_call), sock=listener)
        await over.wait()
        server.close()

    async def _open(self, context: ssl.SSLContext, listener: socket.socket, over: asyncio.Event) -> None:
        """Serve other machines. The server is closed, not waited for: connections lie open between calls."""
        door = await open_door(context, listener, self._answered)
        await over.wait()
        door.close()

    async def _answered(self, body: bytes) -> bytes:
        """Answer one message of another machine; nothing to what cannot be read."""
        try:
            asked: Asked = read_asked(body)
        except msgspec.DecodeError:
            return b""
        match asked:
            case Keep():
                self._keep(asked)
                return b""
            case Run():
                return msgspec.json.encode(await self._ran(asked))
            case Examine(number=number):
                return msgspec.json.encode(Examined(number, self._health))
        assert_never(asked)

    def _heard(self, line: Line, body: bytes) -> None:
        asked: Asked = read_asked(body)
        match asked:
            case Keep():
                self._keep(asked)
            case Run():
                self._spawn(asked, line)
            case Examine(number=number):
                line.say(Examined(number, self._health))

    def _keep(self, kept: Keep) -> None:
        self._sources[kept.source.key] = kept.source
        while len(self._sources) > _KEPT_SOURCES:
            self._sources.popitem(last=False)

    def _spawn(self, asked: Run, line: Line) -> None:
        task = asyncio.get_running_loop().create_task(self._run(asked, line))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, asked: Run, line: Line) -> None:
        line.say(await self._ran(asked))

    async def _ran(self, asked: Run) -> Ran:
        source = self._sources.get(asked.key)
        return Ran(asked.number, await self._answer(source, asked) if source else None)

    async def _answer(self, source: Source, asked: Run) -> CodeAnswer:
        if not self._health.is_ok or self._jails is None:
            why = f"{self._health.sentence}. {self._health.fix}".strip()
            return CodeAnswer(error=CodeError("NoSandbox", why, reason="no_sandbox"))
        self._sources.move_to_end(source.key)
        try:
            return await self._jails.run(source, asked.wanted)
        except Exception as error:  # noqa: BLE001 - whoever asked waits for an answer, whatever broke here
            traceback.print_exc()
            kind = type(error).__name__
            return CodeAnswer(
                error=CodeError("Broken", f"the runner broke ({kind}); its log says where", reason="no_sandbox")
            )

    async def _reap(self) -> None:
        while True:
            await asyncio.sleep(_REAP_EVERY_S)
            if self._jails:
                self._jails.reap()
            try:
                if self._network:
                    await asyncio.to_thread(
                        self._network.keep_shut
                    )  # nft may take its time; calls must not wait for it
            except NoNetwork as none:
                _say(none.sentence)


def _go_on() -> None:
    """Do nothing."""


def _walls(orders: Orders, network: Network | None) -> Walls:
    egress = network.egress if network else None
    return Walls(policy(), orders.python or find_python(), egress, is_unsafe=orders.is_unsafe)


def _network(orders: Orders) -> tuple[Network | None, NoNetwork | None]:
    if orders.is_unsafe:
        return None, None
    if not orders.has_network:
        return None, NoNetwork("custom code has no network: the operator switched it off")
    try:
        return open_network(), None
    except NoNetwork as none:
        return None, none


def _where(orders: Orders) -> str | None:
    """Say where a runner listens that serves whoever comes."""
    return f"{orders.tls.host}, port {orders.tls.port}" if orders.tls else orders.path


def _listener(orders: Orders) -> socket.socket:
    if orders.tls:
        return socket_of(orders.tls)
    return _socket_at(Path(orders.path)) if orders.path else socket.socket(fileno=orders.fd)


def _socket_at(path: Path) -> socket.socket:
    """Listen at a path, while we may write there. Who may come in is decided by who it is, not by the file's mode."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    path.chmod(0o666)
    listener.listen()  # whoever comes while the doctor is at work waits
    return listener


def _caller(transport: asyncio.BaseTransport) -> int:
    credentials = transport.get_extra_info("socket").getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    return int(struct.unpack("iII", credentials)[1])


if __name__ == "__main__":
    main()
