"""Whatever a receiver does, the call ends within its deadline, with its reason, and is made once."""

import asyncio
import gzip
import os
import ssl
import time
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from botyard.engine.happenings import Answered, Unusable
from botyard.hsl.elements import Text
from botyard.integrations.answer import MAX_ANSWER_BYTES, judge
from botyard.integrations.outbound import NotSent, Outbound
from tests.integrations.names import Says
from tests.integrations.raw_server import Answer, RawServer, http, raw_server, says

pytestmark = pytest.mark.usefixtures("each_loop")

DEADLINE_S = 0.5
# A shared machine may be slow to notice; that much it may be late, and no more.
LATE_S = 1.0
BODY = b'{"status": true, "response": ["hi"]}'
HI = http(BODY)


async def end_of(outbound: Outbound, url: str, timeout_s: float = DEADLINE_S) -> Answered | Unusable:
    """Call and judge, as `post_webhook` does."""
    started = time.monotonic()
    try:
        got = await outbound.post(url, b"{}", {}, timeout_s=timeout_s, max_bytes=MAX_ANSWER_BYTES)
        return judge(got.status, got.body)
    except NotSent as failed:
        return Unusable(failed.reason, failed.sentence)
    finally:
        assert time.monotonic() - started < timeout_s + LATE_S


def ends(answer: Answer, timeout_s: float = DEADLINE_S) -> tuple[Answered | Unusable, RawServer]:
    """Call a receiver that answers like this, once."""

    async def run() -> tuple[Answered | Unusable, RawServer]:
        async with raw_server(answer) as server, Outbound(server.allow) as outbound:
            return await end_of(outbound, server.url, timeout_s), server

    return asyncio.run(run())


def drips(beginning: bytes, drop: bytes, every_s: float = 0.02) -> Answer:
    """Write something, and then a drop at a time for ever."""

    async def write(writer: asyncio.StreamWriter) -> None:
        writer.write(beginning)
        while True:
            writer.write(drop)
            await writer.drain()
            await asyncio.sleep(every_s)

    return write


async def never(_: asyncio.StreamWriter) -> None:
    """Answer nothing at all."""
    await asyncio.sleep(60)


CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
SWITCH = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

HOSTILE: dict[str, tuple[Answer, str]] = {
    "says nothing": (never, "timeout"),
    "drips its body": (drips(HEAD + b"Content-Length: 9999\r\n\r\n", b" "), "timeout"),
    "drips chunks": (drips(HEAD + CHUNKED, b"1\r\n \r\n"), "timeout"),
    "drips one header": (drips(HEAD + b"X-Slow: ", b"a"), "timeout"),
    "drips many headers": (drips(HEAD, b"A: b\r\n", 0.05), "timeout"),
    "drips its status": (drips(b"HTTP/1.", b"", 0.05), "timeout"),
    "says Continue for ever": (drips(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.001), "timeout"),
    "says Early Hints for ever": (drips(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", 0.001), "timeout"),
    "has a body without end": (drips(HEAD + b"\r\n", b" " * 65536, 0), "too_large"),
    "has chunks without end": (drips(HEAD + CHUNKED, b"4000\r\n" + b" " * 0x4000 + b"\r\n", 0), "too_large"),
    "has headers without end": (drips(HEAD, b"A: " + b"b" * 4000 + b"\r\n", 0), "not_http"),
    "has a huge header": (says(HEAD + b"A: " + b"b" * 1_000_000 + b"\r\n\r\n"), "not_http"),
    "promises too much": (says(HEAD + b"Content-Length: 99999999999\r\n\r\n{"), "interrupted"),
    "is one byte over the size": (says(http(b" " * (MAX_ANSWER_BYTES + 1))), "too_large"),
    "has two lengths": (says(HEAD + b"Content-Length: 36\r\nContent-Length: 1\r\n\r\n" + BODY), "not_http"),
    "has a negative length": (says(HEAD + b"Content-Length: -1\r\n\r\n" + BODY), "not_http"),
    "has a length in words": (says(HEAD + b"Content-Length: many\r\n\r\n" + BODY), "not_http"),
    "has length and chunks": (says(HEAD + b"Content-Length: 3\r\n" + CHUNKED + b"0\r\n\r\n"), "not_http"),
    "has a broken chunk": (says(HEAD + CHUNKED + b"zz\r\n{}\r\n0\r\n\r\n"), "not_http"),
    "has NUL in a header": (says(HEAD + b"A: \0\r\n\r\n" + BODY), "not_http"),
    "speaks no HTTP": (says(b"SSH-2.0-OpenSSH_9.6\r\n"), "not_http"),
    "speaks noise": (says(os.urandom(4096)), "not_http"),
    "speaks HTTP/0.9": (says(BODY), "not_http"),
    "has no status": (says(b"HTTP/1.1\r\n\r\n"), "not_http"),
    "has a strange status": (says(b"HTTP/1.1 2000 OK\r\n\r\n"), "not_http"),
    "switches protocols": (says(SWITCH), "status_not_200"),
    "creates": (says(http(BODY, "201 Created")), "status_not_200"),
    "has no content": (says(b"HTTP/1.1 204 No Content\r\n\r\n"), "status_not_200"),
    "has no content, and some": (says(http(BODY, "204 No Content")), "not_http"),
    "fails with a body without end": (drips(b"HTTP/1.1 500 Oops\r\n\r\n", b"x" * 65536, 0), "status_not_200"),
    "is a gzip bomb": (says(http(gzip.compress(b" " * 50_000_000), "200 OK", "Content-Encoding: gzip")), "not_json"),
    "is packed though nobody asked": (says(http(gzip.compress(BODY), "200 OK", "Content-Encoding: gzip")), "not_json"),
    "claims to be packed": (says(http(b"{", "200 OK", "Content-Encoding: br")), "not_json"),
    "says nothing in 200": (says(http(b"")), "not_json"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_receiver_ends_in_its_reason(name: str, caplog: pytest.LogCaptureFixture) -> None:
    """One request was made, no second one, and a sentence says what happened; it is no error of ours in the log."""
    answer, reason = HOSTILE[name]
    ended, server = ends(answer)
    assert caplog.records == []
    assert isinstance(ended, Unusable), ended
    assert ended.reason == reason, ended
    assert ended.why
    assert len(server.requests) == server.connections == 1


@pytest.mark.parametrize("cut", sorted({*range(0, len(HI), 7), len(HI) - 1}))
def test_an_answer_cut_off_anywhere_is_interrupted(cut: int) -> None:
    """Close early, after any number of bytes: the call is not made again."""
    ended, server = ends(says(HI[:cut]))
    assert isinstance(ended, Unusable)
    assert ended.reason == "interrupted"
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_never_followed(status: int) -> None:
    """Not even to an address that might be called."""

    async def run() -> tuple[Answered | Unusable, int]:
        async with raw_server(says(HI)) as target:
            redirect = says(http(b"", f"{status} Elsewhere", f"Location: {target.url}"))
            async with raw_server(redirect) as server, Outbound((*server.allow, *target.allow)) as outbound:
                return await end_of(outbound, server.url), target.connections

    ended, connections = asyncio.run(run())
    assert isinstance(ended, Unusable)
    assert ended.reason == "status_not_200"
    assert "redirects are never followed" in ended.why
    assert connections == 0


@pytest.mark.parametrize(
    "answer",
    [
        HI,
        b"HTTP/1.0 200 OK\r\nContent-type: application/json\r\n\r\n" + BODY,
        b"HTTP/1.1 200 OK\r\n\r\n" + BODY,
        b"HTTP/1.1 200 Fine by me\r\nContent-Type: text/html\r\nContent-Length: 36\r\n\r\n" + BODY,
        b"HTTP/1.1 100 Continue\r\n\r\n" + HI,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n24\r\n" + BODY + b"\r\n0\r\n\r\n",
        HI + b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    ],
)
def test_an_honest_answer_is_taken_in_any_of_its_forms(answer: bytes) -> None:
    """HTTP/1.0 that ends with the connection (the seed's sample), no content type, chunks, a Continue before."""
    ended, _ = ends(says(answer))
    assert isinstance(ended, Answered), ended
    assert ended.messages == (Text("hi"),)


def late(seconds: float) -> Answer:
    """Answer after a while."""

    async def write(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(seconds)
        writer.write(HI)

    return write


@pytest.mark.parametrize(("seconds", "is_in_time"), [(0.7, True), (1.3, False)])
def test_the_deadline_is_not_rounded(seconds: float, is_in_time: bool) -> None:  # noqa: FBT001 - a table
    """A second is a second."""
    ended, _ = ends(late(seconds), timeout_s=1.0)
    assert isinstance(ended, Answered) is is_in_time


def test_a_deadline_over_five_seconds_is_not_rounded_either() -> None:
    """The HTTP library we once had rounds such deadlines up to whole seconds."""

    async def run() -> float:
        async with raw_server(never) as server, Outbound(server.allow) as outbound:
            started = time.monotonic()
            await end_of(outbound, server.url, 5.2)
            return time.monotonic() - started

    assert 5.15 < asyncio.run(run()) < 5.6


def test_nobody_listens() -> None:
    """The connection is refused: twice tried, nothing was written, and it is said."""

    async def run() -> Answered | Unusable:
        async with raw_server(says(HI)) as server:
            pass
        async with Outbound(server.allow) as outbound:
            return await end_of(outbound, server.url)

    ended = asyncio.run(run())
    assert isinstance(ended, Unusable)
    assert ended.reason == "no_connection"


def test_a_connection_that_never_came_about_is_tried_once_more() -> None:
    """Nothing was written, so nothing can happen twice; a third try there is not."""

    async def run() -> tuple[Answered | Unusable, int]:
        tries = 0

        async def hangs_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal tries
            tries += 1
            writer.transport.abort()  # in the middle of the TLS handshake

        listener = await asyncio.start_server(hangs_up, "127.0.0.1", 0)
        server = RawServer(port=listener.sockets[0].getsockname()[1])
        async with listener, Outbound(server.allow) as outbound:
            return await end_of(outbound, f"https://127.0.0.1:{server.port}/"), tries

    ended, tries = asyncio.run(run())
    assert isinstance(ended, Unusable)
    assert ended.reason in ("no_connection", "tls")
    assert tries == 2


def test_a_connection_is_used_again_only_while_it_is_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """An old one may just be closing: was the call received then or not?"""
    monkeypatch.setattr("botyard.integrations.outbound.REUSED_WITHIN_S", 0.2)

    async def run() -> int:
        async with raw_server(says(HI), keep_alive=True) as server, Outbound(server.allow) as outbound:
            for pause_s in (0, 0, 0.4):
                await asyncio.sleep(pause_s)
                assert isinstance(await end_of(outbound, server.url), Answered)
            return server.connections

    assert asyncio.run(run()) == 2


def test_an_answer_nobody_asked_for_is_not_taken_for_the_next_one() -> None:
    """A receiver that answers twice does not answer the next call too."""

    async def run() -> list[Answered | Unusable]:
        twice = says(HI + http(b'{"status": true, "response": ["intruder"]}'))
        async with raw_server(twice, keep_alive=True) as server, Outbound(server.allow) as outbound:
            return [await end_of(outbound, server.url) for _ in range(3)]

    for ended in asyncio.run(run()):
        assert isinstance(ended, Answered), ended
        assert ended.messages == (Text("hi"),)


def test_no_cookie_is_kept() -> None:
    """What one receiver sets, nobody is sent."""

    async def run() -> list[bytes]:
        answer = http(BODY, "200 OK", "Set-Cookie: a=b")
        resolver = Says("127.0.0.1")  # a name: addresses are sent no cookies anyway
        async with raw_server(says(answer)) as server, Outbound(server.allow, resolver=resolver) as outbound:
            for _ in range(2):
                assert isinstance(await end_of(outbound, f"http://shop.example:{server.port}/"), Answered)
                await asyncio.sleep(0.05)  # this server closes without saying so: let that be noticed
            return server.requests

    assert not [request for request in asyncio.run(run()) if b"cookie" in request.lower()]


# ── TLS ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def certificate(folder: Path, *, name: str = "127.0.0.1", days: int = 1) -> Path:
    """Make a certificate that vouches for itself, and its key, in one file. days: until it expires."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    alternative = x509.IPAddress(ip_address(name)) if name[0].isdigit() else x509.DNSName(name)
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=30))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return file


def over_tls(file: Path, *, trusted: bool) -> tuple[Answered | Unusable, RawServer]:
    """Call a receiver with this certificate."""

    async def run() -> tuple[Answered | Unusable, RawServer]:
        theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        theirs.load_cert_chain(file)
        ours = ssl.create_default_context(cafile=str(file)) if trusted else None
        async with raw_server(says(HI), tls=theirs) as server, Outbound(server.allow, tls=ours) as outbound:
            ended = await end_of(outbound, f"https://127.0.0.1:{server.port}/", 2.0)
            return ended, server

    return asyncio.run(run())


def test_a_trusted_certificate_is_taken(tmp_path: Path) -> None:
    """The tests below can fail."""
    ended, server = over_tls(certificate(tmp_path), trusted=True)
    assert isinstance(ended, Answered), ended
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("name", "days", "trusted", "why"),
    [("127.0.0.1", 1, False, "self-signed"), ("127.0.0.2", 1, True, "IP address"), ("127.0.0.1", -1, True, "expired")],
)
def test_a_bad_certificate_is_refused(tmp_path: Path, name: str, days: int, trusted: bool, why: str) -> None:  # noqa: FBT001 - a table
    """Self-signed, for another host, expired: nothing is sent, and the sentence says which."""
    ended, server = over_tls(certificate(tmp_path, name=name, days=days), trusted=trusted)
    assert isinstance(ended, Unusable)
    assert ended.reason == "tls"
    assert why in ended.why
    assert server.requests == []


def test_plain_http_behind_an_https_address_is_said_to_be_no_tls() -> None:
    """A builder's most frequent mistake."""

    async def run() -> Answered | Unusable:
        async with raw_server(says(HI)) as server, Outbound(server.allow) as outbound:
            return await end_of(outbound, server.url.replace("http://", "https://"))

    ended = asyncio.run(run())
    assert isinstance(ended, Unusable)
    assert ended.reason in ("tls", "no_connection", "timeout")
