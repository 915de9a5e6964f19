"""The parts of `make torture`: what each does to a server, how much of it is wanted, and which words say so."""

import asyncio
import os
import time
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

from msgspec import Struct

from tests.stores import KIND, SERVER, private_server
from tests.torture.bad_code import jails_can_be
from tests.torture.bad_doors import GROWTH_MB, Portion, hurl, place_with_doors
from tests.torture.chunks import Chunk, Counted
from tests.torture.clocks import Clocks, clocks
from tests.torture.crash import stop
from tests.torture.edges import Edge, edges
from tests.torture.evidence import keep
from tests.torture.hanging import Hang, hang
from tests.torture.hostile_addresses import call_them
from tests.torture.interleaved import compared, played
from tests.torture.killing import CRASHED, DRAINED, INSIDE, INSIDE_ONE, OUTSIDE, Outcome, Plan, kill
from tests.torture.place import place
from tests.torture.redis_losses import losses
from tests.torture.stops import Stops, stops
from tests.torture.take_overs import TakeOvers, take_overs
from tests.torture.toxics import Toxics, toxics

PAIRS = 4

# Chunk after chunk without end; those of one run share what is dear to set up.
Chunks: TypeAlias = AsyncGenerator[Chunk, None]


class Part(Struct, frozen=True):
    """One part. goal: of `unit`, as the issue asks for. runs: makes chunk after chunk, from a seed on."""

    name: str
    goal: int
    unit: str
    promise: str
    runs: Callable[["Part", int], Chunks]
    store: str = "sqlite"
    times: str = "back after"  # what is timed, where anything is


@contextmanager
def _on(store: str) -> Iterator[Path]:
    """Choose the database, and make a folder in memory where there is such a thing: no power is cut."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - a private folder in it
    with TemporaryDirectory(dir=memory) as home:
        if store == "sqlite":
            os.environ[KIND] = store
            yield Path(home)
        else:
            with private_server() as url:
                os.environ[KIND], os.environ[SERVER] = store, url
                try:
                    yield Path(home)
                finally:
                    stop(url)  # it may be another by now than the one that was started


def _kills(part: Part, seed: int) -> Chunks:
    points = (*INSIDE, *INSIDE_ONE[part.store], *OUTSIDE)
    return _outcomes(part, seed, points, len(points) * 2)


def _drains(part: Part, seed: int) -> Chunks:
    return _outcomes(part, seed, (DRAINED,), 10)


def _crashes(part: Part, seed: int) -> Chunks:
    return _outcomes(part, seed, (CRASHED,), 5)


async def _bad_inputs(part: Part, seed: int) -> Chunks:
    with _on(part.store) as home:
        has_code = await asyncio.to_thread(jails_can_be)
        async with place_with_doors(home, has_code=has_code) as (here, hostile):
            await here.server.start()
            await here.until_up()
            await hurl(here, hostile, Portion(500, 100, 50, 20, 35 * has_code), 0)  # what is loaded once is no growth
            for number in range(seed, 2**31):
                started = time.monotonic()
                portion = Portion(4_000, 1_500, 500, 200, 70 * has_code)
                counts, wrong = await hurl(here, hostile, portion, number, may_grow_mb=GROWTH_MB)
                yield Chunk(part.name, number, time.monotonic() - started, dict(counts), dict(wrong))


async def _interleaved(part: Part, seed: int) -> Chunks:
    """Play or compare in a thread: it has an event loop of its own."""
    run, at_once = (played, 500) if part.unit == "schedules" else (compared, 500)
    with _on(part.store) as home:
        for number in range(seed, 2**31):
            started = time.monotonic()
            counts, wrong = await asyncio.to_thread(run, home, part.store, number, at_once)
            yield Chunk(part.name, number, time.monotonic() - started, counts, wrong)


async def _edges(part: Part, seed: int) -> Chunks:
    for number in range(seed, 2**31):
        with _on(part.store) as home:
            started = time.monotonic()
            [(counts, wrong)] = await edges(home, Edge())
            yield Chunk(part.name, number, time.monotonic() - started, dict(counts), dict(wrong))


async def _hostile_addresses(part: Part, seed: int) -> Chunks:
    for number in range(seed, 2**31):
        started = time.monotonic()
        counts, wrong = await call_them(2_000, number)
        yield Chunk(part.name, number, time.monotonic() - started, dict(counts), dict(wrong))


async def _stops(part: Part, seed: int) -> Chunks:
    """Let several pairs of servers hang side by side: each stop is half a minute of waiting."""
    with _on(part.store) as home:
        for number in range(seed, 2**31, PAIRS):
            started, pairs = time.monotonic(), range(number, number + PAIRS)
            for pair in pairs:
                (home / str(pair)).mkdir()
            found = await asyncio.gather(*(stops(home / str(pair), Stops(3, chance=pair)) for pair in pairs))
            each = [one for [one] in found]
            counts = sum((one.counts for one in each), Counter[str]())
            wrong = sum((one.wrong for one in each), Counter[str]())
            took_s = tuple(took for one in each for took in one.times_s)
            yield Chunk(part.name, number, time.monotonic() - started, counts, wrong, took_s)


async def _toxics(part: Part, seed: int) -> Chunks:
    for number in range(seed, 2**31):
        with _on(part.store) as home:
            started = time.monotonic()
            [found] = await toxics(home, part.name.removeprefix("toxics-"), Toxics(number), part=part.name)
            counts = found.counts + Counter({f"{what}": count for what, count in found.met.items()})
            yield Chunk(part.name, number, time.monotonic() - started, counts, found.wrong, found.back_s)


def _planned(plan: Callable[[Path, int], Awaitable[list[Counted]]]) -> Callable[[Part, int], Chunks]:
    """Carry one plan out a chunk, by its seed, in a database of its own."""

    async def chunks(part: Part, seed: int) -> Chunks:
        for number in range(seed, 2**31):
            with _on(part.store) as home:
                started = time.monotonic()
                [found] = await plan(home, number)
                yield Chunk(part.name, number, time.monotonic() - started, found.counts, found.wrong, found.times_s)

    return chunks


_take_overs = _planned(lambda home, seed: take_overs(home, TakeOvers(20, chance=seed)))
_clocks = _planned(lambda home, seed: clocks(home, Clocks(20, chance=seed)))


async def _hanging(part: Part, seed: int) -> Chunks:
    for number in range(seed, 2**31):
        with _on(part.store) as home:
            started = time.monotonic()
            [found] = await hang(home, Hang())
            counts = found.counts + Counter({f"ms p99 of {what}": _p99_ms(took) for what, took in found.times()})
            yield Chunk(part.name, number, time.monotonic() - started, counts, found.wrong, found.beside_s)


def _p99_ms(took_s: Sequence[float]) -> int:
    return round(sorted(took_s)[len(took_s) * 99 // 100] * 1_000)


async def _outcomes(part: Part, seed: int, points: tuple[str, ...], kills: int) -> Chunks:
    with _on(part.store) as home:
        async with place(home) as here:
            for number in range(seed, 2**31):
                started = time.monotonic()
                outcome = await kill(here, Plan(points, kills, chance=number), f"run{number}")
                if outcome.wrong:
                    keep(here.home, f"run{number}", part.name)
                yield _chunk(part, number, outcome, time.monotonic() - started)


def _chunk(part: Part, seed: int, outcome: Outcome, seconds: float) -> Chunk:
    counts = {
        part.unit: sum(outcome.attempted.values()),
        "messages": outcome.messages,
        "calls": outcome.calls,
        "hand-overs": outcome.hand_overs,
        "calls cut off": outcome.breaks,
        "messages given up after five starts": outcome.given_up,
        **{f"attempted: {point}": count for point, count in outcome.attempted.items()},
        **{f"hit: {point}": count for point, count in outcome.hit.items()},
    }
    wrong = dict(outcome.wrong)
    if part.unit == "restarts" and outcome.breaks:
        wrong["bot breaks"] = outcome.breaks
    return Chunk(part.name, seed, seconds, counts, wrong, outcome.back_s)


_KEPT = "0 lost, 0 doubled, 0 reordered, 0 calls made twice that are not `repeatable`"
_ANY_ORDER = "the real conversations, with whatever goes on next, dies, fails or is lost chosen step by step"
_MODELLED = "statements of many processes, late and dead ones too: every row as a model says, after each step"
_BAD_WAY = "slow, narrow, sliced, reset, cut, half-closed, refused, swallowing, unanswered, held back is the way to"

# Asked for are 10,000 over 50,000 messages; between two deaths users say four.
_KILLS = 6_600

PARTS = (
    Part("kills-sqlite", _KILLS, "kills", f"SIGKILL anywhere: {_KEPT}", _kills),
    Part("kills-postgresql", _KILLS, "kills", f"SIGKILL anywhere: {_KEPT}", _kills, "postgresql"),
    Part("restarts-sqlite", 50, "restarts", f"SIGTERM under load: {_KEPT}, 0 bot breaks, exit code 0", _drains),
    Part(
        "restarts-postgresql", 50, "restarts", f"SIGTERM under load: {_KEPT}, 0 bot breaks, exit code 0", _drains,
        "postgresql",
    ),
    Part(
        "database-crashes", 100, "crashes", f"PostgreSQL stops at once under load and comes back: {_KEPT}", _crashes,
        "postgresql",
    ),
    Part(
        "take-overs", 200, "kills",
        "SIGKILL of the server that owns a conversation, of two: the other answers within 2 s; 0 lost, 0 doubled",
        _take_overs, "postgresql", "the next answer after",
    ),
    Part(
        "stops", 200, "stops",
        f"SIGSTOP of one of two servers, SIGCONT after 16 to 20 s: {_KEPT}; taken over within 20 s",
        _stops, "postgresql", "taken over after",
    ),
    Part("toxics-postgresql", 300, "toxics", f"{_BAD_WAY} PostgreSQL: {_KEPT}", _toxics, "postgresql"),
    Part(
        "toxics-redis", 300, "toxics",
        f"{_BAD_WAY} Redis, from two servers: 0 lost, 0 stale reads, 0 refused, each answered within 5 s",
        _toxics, "postgresql",
    ),
    Part("toxics-webhook", 300, "toxics", f"{_BAD_WAY} a webhook's receiver: {_KEPT}", _toxics),
    Part(
        "toxics-widget", 300, "toxics",
        f"{_BAD_WAY} a server, from the chat page: each page shows the transcript; {_KEPT}", _toxics,
    ),
    Part(
        "clocks", 200, "steps",
        f"two servers' clocks are 20 minutes apart and put forward and back by up to an hour, with kills: {_KEPT}",
        _clocks, "postgresql",
    ),
    Part(
        "hanging-webhooks", 1_000, "hanging",
        "fast turns beside a receiver that hangs: p99 at most 250 ms; acknowledged within 200 ms",
        _hanging, times="a fast turn",
    ),
    Part("interleavings-sqlite", 50_000, "schedules", f"{_ANY_ORDER}: {_KEPT}", _interleaved),
    Part("interleavings-postgresql", 10_000, "schedules", f"{_ANY_ORDER}: {_KEPT}", _interleaved, "postgresql"),
    Part("shared-inbox-sqlite", 10_000, "runs", _MODELLED, _interleaved),
    Part("shared-inbox-postgresql", 10_000, "runs", _MODELLED, _interleaved, "postgresql"),
    Part("thirty-seconds", 200, "turns", "an answer after 29.9 s counts, one after 30.1 s is too late", _edges),
    Part(
        "redis-losses", 500, "losses",
        "Redis emptied, killed, swapped for an old copy: 0 stale reads, 0 lost, 0 refused",
        lambda part, seed: losses(part.name, part.unit, seed), "postgresql",
    ),
    Part("ssrf", 1_800, "URLs", "0 connections to forbidden addresses, counted where they arrive", _hostile_addresses),
    Part(
        "bad-input", 25_000, "inputs",
        "requests, frames of the widget's socket, answers of webhooks and code, imports: no 5xx, no secret back, "
        "no error that nobody foresaw, growth below 50 MB",
        _bad_inputs,
    ),
)  # fmt: skip


async def until_reached(part: Part, done: int, seed: int, within_s: float, keep: Callable[[Chunk], None]) -> None:
    """Run chunks of a part until its goal or the end of its time; what was begun is ended."""
    deadline = time.monotonic() + within_s
    async with aclosing(part.runs(part, seed)) as chunks:
        async for chunk in chunks:
            keep(chunk)
            done += chunk.counts[part.unit]
            if done >= part.goal or time.monotonic() > deadline:
                return
