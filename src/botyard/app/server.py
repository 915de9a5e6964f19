"""Runs the doors on a socket, from the first request to the last, and ends without losing one."""

import asyncio
import gc
import math
import resource
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import cast

import uvicorn
from starlette.types import ASGIApp

from botyard.conversations.loop import DRAIN_S
from botyard.errors import BotyardError
from botyard.observe import log
from botyard.serving.connection import Connection
from botyard.serving.crowd import CONNECTIONS, CONNECTIONS_PER_ADDRESS, Crowd, Network
from botyard.serving.socket_connection import SocketConnection

# Largest message that a socket takes from a page; what it may hold, each door decides.
SOCKET_MESSAGE_BYTES = 64 * 1024
# Collecting young garbage this seldom halves the p99 of a turn: turns leave next to no cycles.
GARBAGE_THRESHOLD = 50_000

# What the process opens besides: the database, calls that are out, runners.
_OTHER_DESCRIPTORS = 1_000


class PortTaken(BotyardError):
    """Somebody else listens where the server should."""

    code = "port_taken"
    http_status = 503


class NoSuchHost(BotyardError):
    """The server was told to listen where nothing can be."""

    code = "no_such_host"


async def run(
    app: ASGIApp,
    host: str,
    port: int,
    *,
    ready: Callable[[str], None],
    stopping: Callable[[], None],
    drain_s: float = DRAIN_S,
    trusted_proxies: Sequence[Network] = (),
    connections: int = CONNECTIONS,
    connections_per_address: int = CONNECTIONS_PER_ADDRESS,
) -> None:
    """Serve until SIGINT or SIGTERM. port 0 takes any free one.

    ready: told the address once requests are taken. stopping: told as soon as the end is asked for. drain_s: how long
    requests under way may take to finish then; by default as long as turns may, which answer them.
    """
    listener = _listen(host, port)
    crowd = Crowd(room_for(connections), connections_per_address, trusted_proxies)
    config = configured(app, drain_s, trusted_proxies, crowd)
    server = _Server(config, lambda: ready(_address(listener)), stopping)
    loop = asyncio.get_running_loop()
    for wanted in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(wanted, server.stop)
    leave_no_garbage()
    await server.serve(sockets=[listener])


def leave_no_garbage() -> None:
    """Keep what the start has made out of every later collection, and collect seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_THRESHOLD)


def configured(
    app: ASGIApp, drain_s: float = DRAIN_S, trusted_proxies: Sequence[Network] = (), crowd: Crowd | None = None
) -> uvicorn.Config:
    """Say how connections are served. trusted_proxies: who may say for whom a request is; by default nobody may."""
    crowd = crowd or Crowd(proxies=trusted_proxies)
    return uvicorn.Config(
        app,
        http=cast("type[asyncio.Protocol]", partial(Connection, crowd=crowd)),  # uvicorn only ever calls it
        ws=cast("type[asyncio.Protocol]", partial(SocketConnection, crowd=crowd)),
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=[str(network) for network in trusted_proxies],
        timeout_graceful_shutdown=math.ceil(drain_s),
        ws_max_size=SOCKET_MESSAGE_BYTES,
    )


class _Server(uvicorn.Server):
    """uvicorn, but for signals: it would raise them again at the end, before what lives under the doors has closed."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None], stopping: Callable[[], None]) -> None:
        super().__init__(config)
        self._started = started
        self._stopping = stopping

    def stop(self) -> None:
        """Take no new requests, finish those under way; asked twice, finish nothing."""
        self._stopping()
        self.force_exit = self.should_exit
        self.should_exit = True

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to `run`."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        if self.started:
            self._started()


def room_for(connections: int) -> int:
    """Ask the system for so many file descriptors; tell how many connections there is room for."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + _OTHER_DESCRIPTORS
    if resource.RLIM_INFINITY in (soft, hard) or soft >= wanted:
        return connections
    allowed = min(hard, wanted)
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    room = min(connections, max(allowed - _OTHER_DESCRIPTORS, allowed // 2))
    if room < connections:
        log.warning("few_file_descriptors", connections=room, wanted=connections, descriptors=allowed)
    return room


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise PortTaken(f"cannot listen on {host} port {port}: {error.strerror}; choose another with --port") from error
    except (UnicodeError, TypeError) as error:  # a TypeError where not even bytes can be made of it
        listener.close()
        raise NoSuchHost(f"cannot listen on {host!a}: no host has such a name; choose one with --host") from error
    listener.set_inheritable(True)
    return listener


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
