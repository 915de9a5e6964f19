"""Whatever bytes come, however they are cut: the call ends in time, as an obvious reader of them would have it."""

import asyncio
import os
import time
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from botyard.integrations.outbound import NotSent, Outbound, Received
from tests.integrations.loops import LOOPS, run_on
from tests.integrations.raw_server import Answer, raw_server
from tests.integrations.slow_reader import Unsure, read

MAX_BYTES = 300
EXAMPLES = int(os.environ.get("BOTYARD_FUZZ_EXAMPLES", "100"))  # thousands, after a change to the client
DEADLINE_S, LATE_S = 5.0, 2.0
OK = b"HTTP/1.1 200 OK\r\n"

# ── answers, whole, broken and cut ──────────────────────────────────────────────────────────────────────────────────

bodies = st.binary(max_size=2 * MAX_BYTES // 3) | st.binary(min_size=MAX_BYTES - 1, max_size=MAX_BYTES + 1)
lines = st.sampled_from(
    [OK, b"HTTP/1.0 200 OK\r\n", b"HTTP/1.1 200\r\n", b"HTTP/1.1 204 -\r\n", b"HTTP/1.1 500 No\r\n"]
)
others = st.lists(
    st.sampled_from(
        [b"A: b\r\n", b"Connection: close\r\n", b"Connection: keep-alive\r\n", b"X:\r\n", b"Content-Length: 5\r\n",
         b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: gzip\r\n", b"Y: \xc3\xbc \t\r\n", b"Z: a\n",
         b" fold\r\n"]
    ),
    max_size=3,
)  # fmt: skip
informs = st.lists(
    st.sampled_from([b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 -\r\nLink: </a>\r\n\r\n"]), max_size=2
)
extensions = st.sampled_from([b"", b"", b";a=b", b";a"])
behind = st.sampled_from([b"", b"", b"", b"\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", b"junk"])


@st.composite
def framings(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """Draw a header that says where a body ends, and the body as it says."""
    body = draw(bodies)
    kind = draw(st.sampled_from(["length", "chunks", "end"]))
    if kind == "length":
        return b"Content-Length: %d\r\n" % len(body), body
    if kind == "end":
        return b"", body
    sizes = draw(st.lists(st.integers(1, 100), max_size=8))
    chunks = b""
    while body:
        size = sizes.pop() if sizes else len(body)
        part, body = body[:size], body[size:]
        chunks += b"%x%s\r\n%s\r\n" % (len(part), draw(extensions), part)
    return b"Transfer-Encoding: Chunked\r\n", chunks + b"0\r\n" + draw(st.sampled_from([b"", b"T: u\r\n"])) + b"\r\n"


@st.composite
def answers(draw: st.DrawFn) -> bytes:
    """Draw the bytes of an answer, mostly a good one, perhaps with something behind it."""
    framing, body = draw(framings())
    headers = [*draw(others), framing] if draw(st.booleans()) else [framing]
    return b"".join([*draw(informs), draw(lines), *draw(st.permutations(headers)), b"\r\n", body, draw(behind)])


@st.composite
def broken(draw: st.DrawFn) -> bytes:
    """Draw an answer in which something was changed, lost, added or cut off."""
    text = draw(answers())
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(text)))
        lost = draw(st.integers(0, 3))
        added = draw(
            st.binary(max_size=2) | st.sampled_from([b"\r\n", b"\n", b"\r", b"\0", b" ", b":", b"0", b"f", b";"])
        )
        text = text[:at] + added + text[at + lost :]
    return text[: draw(st.integers(0, len(text)))] if draw(st.booleans()) else text


def in_pieces(text: bytes, cuts: list[int]) -> Answer:
    """Write the bytes cut at these places, each piece on its own."""

    async def write(writer: asyncio.StreamWriter) -> None:
        places = [0, *sorted(cut % (len(text) + 1) for cut in cuts), len(text)]
        for begin, end in pairwise(places):
            writer.write(text[begin:end])
            await asyncio.sleep(0)
            await asyncio.sleep(0)

    return write


# ── what must come of them ──────────────────────────────────────────────────────────────────────────────────────────


def called(loop: str, answer: Answer) -> Received | NotSent:
    """Call a receiver that answers like this; whatever happens, nothing stays open."""

    async def run() -> Received | NotSent:
        async with raw_server(answer) as server, Outbound(server.allow) as outbound:
            started = time.monotonic()
            try:
                return await outbound.post(server.url, b"{}", {}, timeout_s=DEADLINE_S, max_bytes=MAX_BYTES)
            except NotSent as failed:
                return failed
            finally:
                assert time.monotonic() - started < LATE_S
                await outbound.close()
                assert not outbound._connections._open

    return run_on(loop, run())


@pytest.mark.parametrize("loop", LOOPS)
@settings(max_examples=EXAMPLES, deadline=None)
@given(text=broken(), cuts=st.lists(st.integers(0, 1000), max_size=6))
@example(text=b"RTSP/1.0 200 OK\r\n\r\n{}", cuts=[])
@example(text=b"HTTP/2.0 200 OK\r\n\r\n{}", cuts=[])
@example(text=OK + b"Transfer-Encoding: chunked, gzip\r\n\r\n2\r\n{}\r\n0\r\n\r\n", cuts=[])
@example(text=OK + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", cuts=[])
@example(text=OK + b"Content-Length: 2\n\r\n{}", cuts=[])
@example(text=OK + b"A: b\nContent-Length: 3\r\n\r\n{}", cuts=[])
def test_bytes_are_read_as_an_obvious_reader_reads_them(loop: str, text: bytes, cuts: list[int]) -> None:
    """A whole answer is taken as it is, and nothing else is: no other status, no other body, no other error."""
    came = called(loop, in_pieces(text, cuts))
    try:
        meant = read(text)
    except Unsure:
        return
    if meant is None or (meant.status == 200 and (meant.body is None or len(meant.body) > MAX_BYTES)):
        assert isinstance(came, NotSent), came
        assert came.reason in ("not_http", "interrupted", "too_large")
        assert not came.may_try_again
    else:
        assert isinstance(came, Received), came
        assert came.status == meant.status
        assert meant.status != 200 or came.body == meant.body


@pytest.mark.parametrize("loop", LOOPS)
@settings(max_examples=EXAMPLES // 4, deadline=None)
@given(noise=st.binary(max_size=400), cuts=st.lists(st.integers(0, 400), max_size=4))
def test_noise_is_no_answer(loop: str, noise: bytes, cuts: list[int]) -> None:
    """Behind nothing, and behind a good beginning."""
    assert isinstance(called(loop, in_pieces(noise, cuts)), NotSent)
    came = called(loop, in_pieces(OK + b"Transfer-Encoding: chunked\r\n\r\n-" + noise, cuts))
    assert isinstance(came, NotSent)
    assert came.reason in ("not_http", "interrupted")
