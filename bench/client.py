"""What a webhook's call costs its caller: our client, and aiohttp doing the same, side by side.

python -m bench.client      # needs aiohttp, which nothing else does

Both call the same target on the other core, in turns, so that a noisy moment hits both. aiohttp is guarded as our
client is: where the socket is made, with one deadline over all, and with the answer counted as it streams in.
"""

import asyncio
import os
import resource
import socket
import sys
from collections.abc import Awaitable, Callable
from ipaddress import ip_network
from statistics import median
from typing import Any, TypeAlias

import aiohttp
import uvloop

from bench.machine import BESIDE, PYTHON, UNDER_TEST, can_pin, free_port, running, table
from botyard.integrations.addresses import refusal
from botyard.integrations.outbound import Outbound
from botyard.integrations.places import Places
from botyard.setting_values import PrivateReceiver

ROUNDS, CALLS = 7, 4_000
BODY = b'{"node":"PRODUCT_PRICE","event":"API_INTEGRATION","padding":"' + b"x" * 1_300 + b'"}'
HEADERS = {
    "Content-Type": "application/json",
    "User-Agent": "Botyard/bench",
    "Accept": "application/json",
    "X-Request-Id": "msg_call_5_1",
    "X-Hub-Signature": "sha1=" + "0" * 40,
    "X-Hub-Signature-256": "sha256=" + "0" * 64,
    "webhook-id": "msg_call_5_1",
    "webhook-timestamp": "1700000000",
    "webhook-signature": "v1," + "0" * 44,
    "traceparent": "00-" + "0" * 32 + "-" + "0" * 16 + "-01",
}
MAX_BYTES = 256 * 1024

Call: TypeAlias = Callable[[], Awaitable[bytes]]


async def measure(port: int) -> str:
    """Lay out µs of processor time per call, at 1 and at 32 at a time: medians of interleaved rounds."""
    allow = (PrivateReceiver(ip_network("127.0.0.1/32"), port),)
    url = f"http://127.0.0.1:{port}/price"
    async with Outbound(allow) as outbound, _aiohttp_session(allow) as session:
        calls = {"aiohttp": _by_aiohttp(session, url), "ours": _by_ours(outbound, url)}
        rows = []
        for at_a_time in (1, 32):
            spent: dict[str, list[float]] = {name: [] for name in calls}
            for _ in range(ROUNDS):
                for name, call in calls.items():
                    spent[name].append(await _us_per_call(call, at_a_time))
            each = {name: median(figures) for name, figures in spent.items()}
            ranges = [f"{each[name]:.0f} ({min(spent[name]):.0f} to {max(spent[name]):.0f})" for name in calls]
            rows.append([str(at_a_time), *ranges, f"{each['aiohttp'] - each['ours']:.0f}"])
    return table(["calls at a time", *(f"{name}, µs" for name in calls), "saved, µs"], rows)


def _by_ours(outbound: Outbound, url: str) -> Call:
    async def call() -> bytes:
        return (await outbound.post(url, BODY, HEADERS, timeout_s=30, max_bytes=MAX_BYTES)).body

    return call


def _by_aiohttp(session: aiohttp.ClientSession, url: str) -> Call:
    places = Places()

    async def call() -> bytes:
        read = bytearray()
        async with (
            places.one(("http", "127.0.0.1", 0)),
            asyncio.timeout(30),
            session.post(
                url, data=BODY, headers={**HEADERS, "Accept-Encoding": "identity"}, allow_redirects=False
            ) as response,
        ):
            async for part in response.content.iter_any():
                read += part
                if len(read) > MAX_BYTES:
                    raise ValueError
            dict(response.headers)
        return bytes(read)

    return call


def _aiohttp_session(allow: tuple[PrivateReceiver, ...]) -> aiohttp.ClientSession:
    def guarded(info: tuple[Any, ...]) -> socket.socket:
        family, kind, protocol, _, (host, port, *_) = info
        if why := refusal(host, port, allow, is_plain=True):
            raise OSError(why)
        return socket.socket(family, kind, protocol)

    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(socket_factory=guarded, keepalive_timeout=1.5, limit=0),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=10),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
        skip_auto_headers=("User-Agent", "Accept"),
    )


async def _us_per_call(call: Call, at_a_time: int) -> float:
    async def some() -> None:
        for _ in range(CALLS // at_a_time):
            await call()

    await asyncio.gather(*(call() for _ in range(at_a_time)))  # connections are made
    before = _processor_s()
    await asyncio.gather(*(some() for _ in range(at_a_time)))
    return (_processor_s() - before) * 1e6 / CALLS


def _processor_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure in this process; the target has the other core."""
    if can_pin():
        os.sched_setaffinity(0, {UNDER_TEST})
    port = free_port()
    with running([PYTHON, "-m", "bench.target", str(port)], core=BESIDE, port=port):
        sys.stdout.write(uvloop.run(measure(port)))


if __name__ == "__main__":
    main()
