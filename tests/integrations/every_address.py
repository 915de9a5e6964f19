"""A machine that has every address of the internet, private ones too; and calls that are let loose there.

python -m tests.integrations.every_address COUNT SEED makes it, a network namespace of its own, calls so many hostile
URLs, and prints as JSON which addresses were connected to: counted by those who were.
"""

import asyncio
import ctypes
import json
import os
import subprocess
import sys
from collections import Counter
from contextlib import AsyncExitStack
from ipaddress import ip_address, ip_network
from itertools import islice
from pathlib import Path

from botyard.integrations.outbound import NotSent, Outbound
from botyard.integrations.places import Places
from botyard.setting_values import PrivateReceiver
from tests.hostile_urls import METADATA, PORTS, NameServer, hostile_urls, name_of

IMPOSSIBLE = 77  # on this machine
NEW_NETWORK, NEW_USER = 0x40000000, 0x10000000

# Who may be called: the test can fail, for these arrive.
PUBLIC = [
    "https://8.8.8.8/",
    "https://[2606:4700::1111]/hook",
    f"https://{name_of('9.9.9.9')}/",
    f"https://{name_of('10.0.0.1', '1.1.1.1')}/",
]
LISTED = "http://10.1.2.3:8080/"
ALLOW = (PrivateReceiver(ip_network("10.1.2.3/32"), 8080),)
EVERYTHING = tuple(PrivateReceiver(ip_network(net), port) for net in ("0.0.0.0/0", "::/0") for port in PORTS)


def enter() -> None:
    """Make the network namespace, and lead every address to this machine."""
    uid, gid = os.getuid(), os.getgid()
    if ctypes.CDLL(None, use_errno=True).unshare(NEW_NETWORK | NEW_USER):
        raise OSError(ctypes.get_errno(), "no network namespace can be made here")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"0 {uid} 1")
    Path("/proc/self/gid_map").write_text(f"0 {gid} 1")
    for command in ("link set lo up", "route add local 0.0.0.0/0 dev lo", "-6 route add local ::/0 dev lo"):
        subprocess.run(["ip", *command.split()], check=True)


async def calls(urls: list[str]) -> dict[str, object]:
    """Call everything, and count who was connected to."""
    reached: Counter[str] = Counter()
    answer = b"HTTP/1.1 307 Elsewhere\r\nLocation: http://10.9.9.9:8080/\r\nContent-Length: 0\r\n\r\n"

    async def counts(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reached[str(_plain(writer.get_extra_info("sockname")[0]))] += 1
        if writer.get_extra_info("sockname")[1] == 8080:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
        writer.close()

    async with AsyncExitStack() as stack:
        for port in PORTS:
            await stack.enter_async_context(await asyncio.start_server(counts, "::", port, backlog=1000))
            await stack.enter_async_context(await asyncio.start_server(counts, "0.0.0.0", port, backlog=1000))  # noqa: S104 - in a namespace of its own
        places = Places(per_endpoint=100, per_partner=100, wait_s=60.0)
        async with Outbound(ALLOW, places=places, resolver=NameServer()) as outbound:
            hostile = await _reasons(outbound, urls)
            after_hostile = dict(reached)
            friendly = await _reasons(outbound, [*PUBLIC, LISTED])
        after_friendly = dict(reached)
        async with Outbound(EVERYTHING, places=places, resolver=NameServer()) as outbound:
            names = [_host(one) for one in METADATA] + [name_of(one) for one in METADATA]
            never = await _reasons(outbound, [f"http://{name}:{port}/" for name in names for port in PORTS])
    return {
        "hostile": hostile,
        "reached_by_hostile": after_hostile,
        "friendly": friendly,
        "reached_by_friendly": after_friendly,
        "never": never,
        "reached_by_never": dict(reached - Counter(after_friendly)),
    }


async def _reasons(outbound: Outbound, urls: list[str]) -> dict[str, int]:
    gate = asyncio.Semaphore(20)

    async def one(url: str) -> str:
        async with gate:
            try:
                await outbound.post(url, b"{}", {}, timeout_s=20.0, max_bytes=1000)
            except NotSent as refused:
                return refused.reason
        return "answered"

    return dict(Counter(await asyncio.gather(*map(one, urls))))


def _plain(address: str) -> object:
    found = ip_address(address.partition("%")[0])
    return getattr(found, "ipv4_mapped", None) or found


def _host(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def main(count: str, seed: str) -> None:
    """Let them loose."""
    try:
        enter()
    except (OSError, subprocess.CalledProcessError) as error:
        sys.stderr.write(str(error))
        sys.exit(IMPOSSIBLE)
    urls = list(dict.fromkeys(islice(hostile_urls(int(seed)), int(count))))
    json.dump({"urls": len(urls), **asyncio.run(calls(urls))}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
