"""Keep a number of conversations going for a while, each saying its next sentence when it was answered.

    python -m bench.load < plan.json > result.json

A process of its own, so that it runs on another core than what it measures.
"""

import asyncio
import sys
import time
from itertools import count
from typing import cast

import msgspec
from msgspec import Struct

from bench.target import content_length


class Plan(Struct, frozen=True):
    """What to send, and for how long.

    bodies: by conversation, the request bodies it sends in turn, over and over. head: everything above
    Content-Length. answered: what a reply that counts contains. warm_up_s is not measured.
    """

    port: int
    head: str
    bodies: tuple[tuple[str, ...], ...]
    answered: str
    warm_up_s: float
    seconds: float


class Result(Struct, frozen=True):
    """What came back in the measured time. others: replies that did not count; example: one of them."""

    turns: int
    others: int
    seconds: float
    p50_ms: float
    p99_ms: float
    example: str = ""


class Conversation(asyncio.Protocol):
    """One kept-open connection: one request at a time, the next as soon as the answer is whole."""

    def __init__(self, requests: tuple[bytes, ...], run: "Run") -> None:
        self.requests = requests
        self.run = run
        self.numbers = count()
        self.pending = b""
        self.sent_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Say the first sentence."""
        self.transport = cast("asyncio.Transport", transport)  # of TCP; uvloop's is no subclass of it
        self.say_next()

    def say_next(self) -> None:
        """Send the next request and look at the clock."""
        request = self.requests[next(self.numbers) % len(self.requests)]
        self.sent_at = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Note an answer once it is whole."""
        self.pending += data
        head = self.pending.find(b"\r\n\r\n")
        if head < 0 or len(self.pending) < head + 4 + content_length(self.pending[:head]):
            return
        answer, self.pending = self.pending, b""
        if self.run.goes_on(answer, self.sent_at, time.perf_counter()):
            self.say_next()
        else:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Count a connection that was closed on us."""
        if exc is not None or not self.run.is_over:
            self.run.broken(str(exc or "the server closed the connection"))


class Run:
    """The measured time and what came back in it."""

    def __init__(self, plan: Plan) -> None:
        self.begin = time.perf_counter() + plan.warm_up_s
        self.end = self.begin + plan.seconds
        self.answered = plan.answered.encode()
        self.took: list[float] = []
        self.others = 0
        self.example = ""
        self.is_over = False

    def goes_on(self, answer: bytes, sent_at: float, now: float) -> bool:
        """Count one answer; tell whether to send another request."""
        counts = answer.startswith(b"HTTP/1.1 200") and self.answered in answer
        if sent_at >= self.begin and now <= self.end:
            if counts:
                self.took.append(now - sent_at)
            else:
                self.others += 1
                self.example = answer[:600].decode(errors="replace")
        self.is_over = now > self.end
        return not self.is_over

    def broken(self, why: str) -> None:
        """Count a connection that broke."""
        self.others += 1
        self.example = why

    def result(self) -> Result:
        """Sum up."""
        took = sorted(self.took) or [0.0]
        return Result(
            turns=len(self.took),
            others=self.others,
            seconds=self.end - self.begin,
            p50_ms=took[len(took) // 2] * 1000,
            p99_ms=took[len(took) * 99 // 100] * 1000,
            example=self.example,
        )


async def drive(plan: Plan) -> Result:
    """Open all connections and let them talk until the time is over."""
    run = Run(plan)
    loop = asyncio.get_running_loop()
    for bodies in plan.bodies:
        requests = tuple(f"{plan.head}Content-Length: {len(b.encode())}\r\n\r\n{b}".encode() for b in bodies)
        await loop.create_connection(lambda requests=requests: Conversation(requests, run), "127.0.0.1", plan.port)  # type: ignore[misc]  # mypy cannot infer a lambda with a default
    await asyncio.sleep(plan.warm_up_s + plan.seconds + 0.2)
    run.is_over = True
    return run.result()


if __name__ == "__main__":
    import uvloop

    plan = msgspec.json.decode(sys.stdin.buffer.read(), type=Plan)
    print(msgspec.json.encode(uvloop.run(drive(plan))).decode())
