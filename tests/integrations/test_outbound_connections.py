"""Connections are made to addresses that were judged, used again only if they are fit for it, and never left open."""

import asyncio
import os
import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from ipaddress import ip_network
from pathlib import Path

import pytest

from botyard.integrations.connections import first_connected
from botyard.integrations.outbound import NotSent, Outbound, Received
from botyard.setting_values import PrivateReceiver
from tests.integrations.names import Says
from tests.integrations.raw_server import Answer, RawServer, http, raw_server, says
from tests.integrations.test_hostile_receivers import certificate, drips, never

pytestmark = pytest.mark.usefixtures("each_loop")

BODY = b'{"status": true}'
HI = http(BODY)
HEAD = b"HTTP/1.1 200 OK\r\n"


async def called(
    outbound: Outbound, url: str, timeout_s: float = 2.0, headers: Mapping[str, str] = {}
) -> Received | NotSent:
    """Call, and hand over what came of it."""
    try:
        return await outbound.post(url, b"{}", headers, timeout_s=timeout_s, max_bytes=1000)
    except NotSent as failed:
        return failed


def came(
    answer: Answer, timeout_s: float = 2.0, headers: Mapping[str, str] = {}
) -> tuple[Received | NotSent, RawServer]:
    """Call a receiver that answers like this, once."""

    async def run() -> tuple[Received | NotSent, RawServer]:
        async with raw_server(answer) as server, Outbound(server.allow) as outbound:
            return await called(outbound, server.url, timeout_s, headers), server

    return asyncio.run(run())


def reason(result: Received | NotSent) -> str:
    """Say why nothing came; "" if something did."""
    return result.reason if isinstance(result, NotSent) else ""


# ── used again, or not ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("answer", "connections"),
    [
        (HI, 1),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + HI, 1),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 1),
        (http(BODY, "200 OK", "Connection: close"), 3),
        (HI.replace(b"1.1", b"1.0"), 3),
        (http(BODY, "500 Oops"), 3),
        (http(b"", "204 No Content"), 3),
        (HI + HI, 3),
        (HI + b"H", 3),
        (HI + b"junk", 3),
        (http(b" " * 2000), 3),
        (b"HTTP/1.1 2000 OK\r\n\r\n", 3),
    ],
)
def test_only_what_ended_cleanly_is_used_again(answer: bytes, connections: int) -> None:
    """Status 200, HTTP/1.1, an end by itself, nothing behind it: all else closes, without a word from the receiver."""

    async def run() -> int:
        async with raw_server(says(answer), keep_alive=True) as server, Outbound(server.allow) as outbound:
            for _ in range(3):
                await called(outbound, server.url)
            return server.connections

    assert asyncio.run(run()) == connections


def test_what_comes_unasked_between_two_calls_answers_neither() -> None:
    """The receiver speaks again while the connection lies idle: it is closed."""

    async def later(writer: asyncio.StreamWriter) -> None:
        writer.write(HI)
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.write(http(b'{"intruder": true}'))

    async def run() -> int:
        async with raw_server(later, keep_alive=True) as server, Outbound(server.allow) as outbound:
            for _ in range(3):
                result = await called(outbound, server.url)
                assert isinstance(result, Received)
                assert result.body == BODY
                await asyncio.sleep(0.15)
            return server.connections

    assert asyncio.run(run()) == 3


def test_an_idle_connection_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not only not used again: closed, and the receiver forgotten."""
    monkeypatch.setattr("botyard.integrations.outbound.REUSED_WITHIN_S", 0.05)

    async def run() -> None:
        async with raw_server(says(HI), keep_alive=True) as server, Outbound(server.allow) as outbound:
            await asyncio.gather(*(called(outbound, server.url) for _ in range(5)))
            assert len(outbound._connections._open) == 5
            await asyncio.sleep(0.3)
            assert not outbound._connections._open
            assert not outbound._connections._idle

    asyncio.run(run())


@pytest.mark.parametrize(("first_s", "second_s"), [(5.0, 0.3), (0.3, 0.3), (0.3, 0.9)])
def test_a_call_on_a_used_connection_has_its_own_deadline(first_s: float, second_s: float) -> None:
    """Neither the time that was left to the call before, nor the rest of it."""
    answers = iter((says(HI), never))

    async def in_turn(writer: asyncio.StreamWriter) -> None:
        await next(answers)(writer)

    async def run() -> tuple[float, int]:
        async with raw_server(in_turn, keep_alive=True) as server, Outbound(server.allow) as outbound:
            assert reason(await called(outbound, server.url, first_s)) == ""
            begun = time.monotonic()
            assert reason(await called(outbound, server.url, second_s)) == "timeout"
            return time.monotonic() - begun, server.connections

    took_s, connections = asyncio.run(run())
    assert connections == 1
    assert second_s - 0.01 < took_s < second_s + 0.5


def test_a_deadline_that_passes_after_its_call_ends_nothing() -> None:
    """The connection lies idle then, or has another call on it: neither is ended by it."""

    async def run() -> int:
        async with raw_server(slow, keep_alive=True) as server, Outbound(server.allow) as outbound:
            assert reason(await called(outbound, server.url, 0.3)) == ""
            assert reason(await called(outbound, server.url)) == ""
            assert reason(await called(outbound, server.url, 0.3)) == ""
            await asyncio.sleep(0.3)
            assert reason(await called(outbound, server.url)) == ""
            return server.connections

    async def slow(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.2)
        writer.write(HI)

    assert asyncio.run(run()) == 1


# ── nothing stays open ──────────────────────────────────────────────────────────────────────────────────────────────


def open_sockets() -> int:
    """Count the sockets of this process."""
    found = 0
    for link in tuple(Path("/proc/self/fd").iterdir()):
        with suppress(FileNotFoundError):  # the one that lists them
            found += os.readlink(link).startswith("socket:")  # noqa: PTH115 - Path would ask whether it exists
    return found


ENDINGS: dict[str, Answer] = {
    "answers": says(HI),
    "says nothing": never,
    "drips": drips(HEAD + b"Content-Length: 999\r\n\r\n", b" "),
    "fails without end": drips(b"HTTP/1.1 500 Oops\r\n\r\n", b"x", 0.001),
    "speaks noise": says(b"\0\1\2"),
    "hangs up": says(b""),
}


@pytest.mark.parametrize("name", ENDINGS)
@pytest.mark.parametrize("over_tls", [False, True])
def test_no_socket_outlives_its_call(name: str, over_tls: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a table
    """Answered, failed, too late or cancelled at some moment: the receiver sees its connections end, all of them."""
    file = certificate(tmp_path)
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(file)

    async def run() -> None:
        before = open_sockets()
        async with raw_server(ENDINGS[name], keep_alive=True, tls=theirs if over_tls else None) as server:
            url = server.url.replace("http:", "https:") if over_tls else server.url
            async with Outbound(server.allow, tls=ssl.create_default_context(cafile=str(file))) as outbound:
                await called(outbound, url, 0.1)
                for turns in (0, 1, 2, 3, 5, 8, 13):
                    call = asyncio.create_task(called(outbound, url))
                    for _ in range(turns):
                        await asyncio.sleep(0)
                    call.cancel()
                    await asyncio.wait([call])
            assert not outbound._connections._open
        await until(lambda: open_sockets() <= before)

    asyncio.run(run())


async def until(is_so: Callable[[], bool]) -> None:
    """Wait a moment for something."""
    deadline = time.monotonic() + 2
    while not is_so():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


def test_a_cancelled_call_hangs_up() -> None:
    """The receiver notices, at once."""
    ended = asyncio.Event()

    async def waits(writer: asyncio.StreamWriter) -> None:
        while not writer.transport.is_closing():
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            await asyncio.sleep(0.01)
        ended.set()

    async def run() -> None:
        async with raw_server(waits) as server, Outbound(server.allow) as outbound:
            call = asyncio.create_task(called(outbound, server.url))
            await until(lambda: bool(server.requests))
            call.cancel()
            await asyncio.wait_for(ended.wait(), 2)

    asyncio.run(run())


def test_closing_interrupts_what_is_out_and_lets_nothing_begin() -> None:
    """No call waits for its deadline, none slips through."""

    async def run() -> list[str]:
        async with raw_server(never) as server:
            outbound = Outbound(server.allow)
            call = asyncio.create_task(called(outbound, server.url, 30))
            await until(lambda: bool(server.requests))
            await outbound.close()
            return [reason(await call), reason(await called(outbound, server.url))]

    assert asyncio.run(run()) == ["interrupted", "no_connection"]


# ── made ────────────────────────────────────────────────────────────────────────────────────────────────────────────


class Slow:
    """Looks names up slowly."""

    asked = 0

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """Answer after a while."""
        Slow.asked += 1
        await asyncio.sleep(0.2)
        return ["127.0.0.1"]


def test_many_calls_ask_for_a_name_once() -> None:
    """At once, and for a moment after; who is cancelled does not take the answer from the others."""

    async def run() -> list[str]:
        Slow.asked = 0
        async with raw_server(says(HI)) as server, Outbound(server.allow, resolver=Slow()) as outbound:
            url = f"http://shop.example:{server.port}/"
            calls = [asyncio.create_task(called(outbound, url)) for _ in range(10)]
            await asyncio.sleep(0.05)
            calls[0].cancel()
            ended = await asyncio.gather(*calls[1:], called(outbound, url))
            return [reason(one) for one in [*ended, await called(outbound, url)]]

    assert asyncio.run(run()) == [""] * 11
    assert Slow.asked == 1


def test_the_deadline_holds_from_the_look_up_on() -> None:
    """It counts there as elsewhere."""

    async def run() -> tuple[str, int]:
        async with raw_server(says(HI)) as server, Outbound(server.allow, resolver=Slow()) as outbound:
            return reason(await called(outbound, f"http://shop.example:{server.port}/", 0.1)), server.connections

    assert asyncio.run(run()) == ("timeout", 0)


def test_the_deadline_holds_in_the_handshake() -> None:
    """A receiver that never says hello."""

    async def run() -> str:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            server = RawServer(silent.getsockname()[1])
            async with Outbound(server.allow) as outbound:
                return reason(await called(outbound, server.url.replace("http:", "https:"), 0.3))

    assert asyncio.run(run()) == "timeout"


def test_a_connection_that_takes_too_long_is_tried_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own bound is shorter than the call's: nothing was written, so a second try is safe."""
    # The name is known after 0.2 s: too late for the first try, and with 0.1 s to spare for the second.
    monkeypatch.setattr("botyard.integrations.connections.CONNECT_S", 0.15)

    async def run() -> tuple[Received | NotSent, int]:
        Slow.asked = 0
        async with raw_server(says(HI)) as server, Outbound(server.allow, resolver=Slow()) as outbound:
            return await called(outbound, f"http://shop.example:{server.port}/"), server.connections

    result, connections = asyncio.run(run())
    assert (reason(result), connections) == ("", 1)


def test_a_look_up_that_fails_is_tried_once_more() -> None:
    """And a third time not."""

    class Fails:
        asked = 0

        async def addresses(self, host: str, port: int) -> Sequence[str]:
            self.asked += 1
            raise socket.gaierror(socket.EAI_AGAIN, "try again")

    async def run() -> tuple[str, int]:
        resolver = Fails()
        async with Outbound(resolver=resolver) as outbound:
            return reason(await called(outbound, "https://shop.example/")), resolver.asked

    assert asyncio.run(run()) == ("no_connection", 2)


def test_the_name_is_what_a_certificate_must_vouch_for(tmp_path: Path) -> None:
    """The address is connected to, the name is asked for (SNI) and verified; another name's certificate is none."""
    file = certificate(tmp_path, name="shop.example")
    asked: list[str | None] = []
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(file)
    theirs.sni_callback = lambda _, name, __: asked.append(name)

    async def run() -> list[str]:
        ours = ssl.create_default_context(cafile=str(file))
        ours.check_hostname = False  # whoever hands this in does not get it
        async with (
            raw_server(says(HI), tls=theirs) as server,
            Outbound(server.allow, tls=ours, resolver=Says("127.0.0.1")) as outbound,
        ):
            hosts = ("shop.example", "shop.example.", "other.example")
            return [reason(await called(outbound, f"https://{host}:{server.port}/")) for host in hosts]

    assert asyncio.run(run()) == ["", "", "tls"]
    assert asked == ["shop.example", "shop.example", "other.example"]


def test_old_tls_is_not_spoken() -> None:
    """Whatever context is handed in."""

    async def run() -> tuple[ssl.TLSVersion, ssl.VerifyMode]:
        loose = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        loose.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        loose.check_hostname, loose.verify_mode = False, ssl.CERT_NONE
        async with Outbound(tls=loose):
            return loose.minimum_version, loose.verify_mode

    assert asyncio.run(run()) == (ssl.TLSVersion.TLSv1_2, ssl.CERT_REQUIRED)


def test_the_systems_certificates_are_read_by_the_first_call_that_needs_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not by a start, which would take twice as long; once, however many calls come first together; and strictly."""
    read: list[ssl.SSLContext] = []
    really = ssl.create_default_context

    def noted() -> ssl.SSLContext:
        read.append(really())
        return read[-1]

    monkeypatch.setattr(ssl, "create_default_context", noted)

    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(certificate(tmp_path))

    async def run() -> tuple[int, list[Received | NotSent]]:
        async with raw_server(says(HI), tls=theirs) as server, Outbound(server.allow) as outbound:
            before = len(read)
            url = f"https://127.0.0.1:{server.port}/"
            return before, await asyncio.gather(*(called(outbound, url) for _ in range(3)))

    before, came_of_it = asyncio.run(run())
    assert before == 0
    assert {reason(one) for one in came_of_it} == {"tls"}
    assert [one.minimum_version for one in read] == [ssl.TLSVersion.TLSv1_2]


async def reached(addresses: Sequence[str], port: int) -> str:
    """Tell which address was connected to."""
    made = await first_connected(addresses, port)
    try:
        return str(made.getpeername()[0])
    finally:
        made.close()


def test_an_address_that_leads_nowhere_does_not_hold_up_the_next() -> None:
    """One that refuses is passed at once; one that is silent gets a quarter of a second."""

    async def run() -> tuple[str, str, float]:
        with socket.create_server(("127.0.0.1", 0)) as here:
            port = here.getsockname()[1]
            with socket.create_server(("127.0.0.3", port), backlog=0):  # its queue is full with one or two
                crowd = [socket.socket() for _ in range(4)]
                for one in crowd:
                    one.setblocking(False)  # noqa: FBT003 - Python's own
                    one.connect_ex(("127.0.0.3", port))
                refused = await reached(["127.0.0.2", "127.0.0.1"], port)
                started = time.monotonic()
                silent = await reached(["127.0.0.3", "127.0.0.1"], port)
                waited_s = time.monotonic() - started
                for one in crowd:
                    one.close()
                return refused, silent, waited_s

    refused, silent, waited_s = asyncio.run(run())
    assert (refused, silent) == ("127.0.0.1", "127.0.0.1")
    assert 0.2 < waited_s < 1.5


def test_where_nobody_answers_the_last_failure_is_told() -> None:
    """And where there is no address at all."""

    async def run(addresses: Sequence[str]) -> None:
        with socket.create_server(("127.0.0.1", 0)) as here:
            await reached(addresses, here.getsockname()[1])

    with pytest.raises(ConnectionRefusedError):
        asyncio.run(run(["127.0.0.2", "127.0.0.3"]))
    with pytest.raises(OSError, match="no address"):
        asyncio.run(run([]))


def test_a_receiver_may_be_listed_by_its_network() -> None:
    """The judge sees the address that is connected to, among several of a name."""

    class Several:
        async def addresses(self, host: str, port: int) -> Sequence[str]:
            return ["10.0.0.1", "127.0.0.2", "127.0.0.1"]

    async def run() -> str:
        async with raw_server(says(HI)) as server:
            allow = (PrivateReceiver(ip_network("127.0.0.0/8"), server.port),)
            async with Outbound(allow, resolver=Several()) as outbound:
                return reason(await called(outbound, f"http://shop.example:{server.port}/"))

    assert asyncio.run(run()) == ""


# ── asked and answered ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "value"),
    [("X", "a\r\nY: b"), ("X", "a\nY: b"), ("X", "a\rb"), ("X", "\0"), ("X", "\x7f"), ("X", "\ud800"),
     ("X: a\r\nY", "b"), ("X Y", "b"), ("", "b"), ("Ü", "b")],
)  # fmt: skip
def test_one_header_is_never_two(name: str, value: str) -> None:
    """A line break in it, or a name that is none: nothing is sent."""
    result, server = came(says(HI), headers={name: value})
    assert reason(result) == "bad_header"
    assert server.connections == 0


def test_what_frames_a_request_is_ours() -> None:
    """One Host, one length, nothing that a receiver could take for another framing; the rest is as it was handed in."""
    theirs = {
        "host": "evil",
        "Content-length": "0",
        "Transfer-Encoding": "chunked",
        "Connection": "close",
        "Expect": "-",
    }
    result, server = came(says(HI), headers={**theirs, "Accept-Encoding": "gzip", "X": "ü\t\u200d"})
    assert reason(result) == ""
    assert sorted(server.headers()) == [
        ("Accept-Encoding", "identity"),
        ("Content-Length", "2"),
        ("Host", f"127.0.0.1:{server.port}"),
        ("X", "ü\t\u200d".encode().decode("latin-1")),
    ]


def long(head_bytes: int, of: int) -> bytes:
    """Write a good answer with so many bytes of headers, each about so long."""
    lines = b"".join(b"A: %s\r\n" % (b"b" * (of - 5)) for _ in range(head_bytes // of))
    return HEAD + lines + b"Content-Length: 2\r\n\r\n{}"


@pytest.mark.parametrize("of", [10, 30_000])
@pytest.mark.parametrize(("head_bytes", "why"), [(60_000, ""), (90_000, "not_http")])
def test_a_head_has_64_kib_at_most(of: int, head_bytes: int, why: str) -> None:
    """In many headers or in few."""
    assert reason(came(says(long(head_bytes, of)))[0]) == why


CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("beginning", "drop", "why"),
    [
        (CHUNKED + b"1;", b"a" * 65536, "too_large"),
        (CHUNKED + b"0\r\nA: ", b"a" * 65536, "too_large"),
        (CHUNKED + b"0\r\n", b"A: b\r\n" * 10_000, "not_http"),
        (b"HTTP/1.1 100 Continue\r\nA: ", b"a" * 65536, "not_http"),
    ],
)
def test_nothing_about_an_answer_is_without_end(beginning: bytes, drop: bytes, why: str) -> None:
    """Comments in chunks, headers behind a body, headers of what comes before the answer."""
    assert reason(came(drips(beginning, drop, 0), 5.0)[0]) == why


def test_an_answer_in_drops_is_read_all_the_same() -> None:
    """Byte by byte, with all that may come before and inside."""
    text = (
        b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
        + HEAD
        + b"content-TYPE: text/x\r\nX: 1\r\nContent-Type: text/y\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n1;a=b\r\n{\r\n1\r\n}\r\n0\r\nT: u\r\n\r\n"
    )

    async def write(writer: asyncio.StreamWriter) -> None:
        for at in range(len(text)):
            writer.write(text[at : at + 1])
            await asyncio.sleep(0)

    result, _ = came(write)
    assert isinstance(result, Received)
    assert result.body == b"{}"
    assert result.content_type == "text/x"


@pytest.mark.parametrize("line", [b"RTSP/1.0 200 OK", b"ICE/1.0 200 OK", b"HTTP/2.0 200 OK", b"HTTP/0.9 200 OK"])
def test_what_only_looks_like_http_is_none(line: bytes) -> None:
    """The parser would take them."""
    assert reason(came(says(line + b"\r\nContent-Length: 2\r\n\r\n{}"))[0]) == "not_http"


def test_who_speaks_before_being_asked_speaks_no_http() -> None:
    """As mail and shell servers do: nothing more is said to them, and they are not called twice."""

    async def run() -> tuple[str, int]:
        greeted = 0

        async def greets(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal greeted
            greeted += 1
            writer.write(b"220 mail.example ESMTP\r\n")
            await writer.drain()
            writer.close()

        listener = await asyncio.start_server(greets, "127.0.0.1", 0)
        server = RawServer(listener.sockets[0].getsockname()[1])
        async with listener, Outbound(server.allow) as outbound:
            result = await called(outbound, server.url)
            await asyncio.sleep(0.1)
            return reason(result), greeted

    assert asyncio.run(run()) == ("not_http", 1)


def test_a_large_request_answered_early_is_answered() -> None:
    """A receiver that has seen enough says so before it read all; its connection is not used again."""

    async def run() -> tuple[int, int]:
        async def refuses(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(1)
            writer.write(HI)
            await writer.drain()
            await asyncio.sleep(0.2)
            writer.close()

        listener = await asyncio.start_server(refuses, "127.0.0.1", 0, limit=1024)
        server = RawServer(listener.sockets[0].getsockname()[1])
        async with listener, Outbound(server.allow) as outbound:
            got = await outbound.post(server.url, b"x" * 20_000_000, {}, timeout_s=5, max_bytes=1000)
            kept = len(outbound._connections._idle)
            await asyncio.sleep(0.4)  # the receiver ends
        return got.status, kept

    assert asyncio.run(run()) == (200, 0)
