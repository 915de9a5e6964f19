"""Turns a second through `sync_message_from_user`, one webhook call each, beside the limit program.

The limit program (limit_turn.py) does the least that keeps the same promise: a message over HTTP, kept durably, a
signed webhook called, the answer kept durably, the reply. No engine, no understanding, no guard, no log. Our share of
its turns is the figure. Both get the same core, load, webhook and durability, and take turns.
"""

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from types import MappingProxyType

import msgspec
from msgspec import Struct

from bench.load import Plan, Result
from bench.machine import (
    BESIDE,
    HOME,
    PYTHON,
    UNDER_TEST,
    can_pin,
    cpu_seconds,
    free_port,
    pinned,
    running,
    table,
    wait_until_ready,
)
from bench.target import SENTENCE

CONVERSATIONS = 32
USERS_EACH = 4  # so that several threads of messages grow side by side behind every connection
SENTENCES = ("what does the speaker cost", "what does the powerbank cost")  # both taught; a changed value calls again
WARM_UP_S = 1.5
BOTYARD = Path(PYTHON).parent / "botyard"
LIMIT_PROGRAM = Path(os.environ.get("BOTYARD_LIMIT_PROGRAM") or HOME.parent / "shared" / "bench" / "limit_turn.py")


class Round(Struct, frozen=True):
    """One measured stretch of one program."""

    result: Result
    cpu_us: float

    @property
    def per_second(self) -> float:
        """Turns a second."""
        return self.result.turns / self.result.seconds


class Program(Struct, frozen=True):
    """Something that takes turns: its process, and how its load looks."""

    pid: int
    plan: Callable[[float], Plan]


def report(seconds: float, rounds: int) -> str:
    """Measure both programs in alternating rounds and lay out the table."""
    with ExitStack() as stack:
        port = free_port()
        stack.enter_context(running([PYTHON, "-m", "bench.target", str(port)], core=BESIDE, port=port))
        programs = {"Botyard": stack.enter_context(botyard(port))}
        if LIMIT_PROGRAM.exists():
            programs["the limit program"] = stack.enter_context(limit(port))
        taken: dict[str, list[Round]] = {name: [] for name in programs}
        for _ in range(rounds):
            for name, program in programs.items():
                taken[name].append(measure(program, seconds))
    return _laid_out(taken, rounds)


def measure(program: Program, seconds: float) -> Round:
    """Drive one program for a while; its processor time is counted over warm-up and measurement alike."""
    plan = program.plan(seconds)
    before = cpu_seconds(program.pid)
    command = [*pinned(BESIDE), PYTHON, "-m", "bench.load"]
    done = subprocess.run(command, cwd=HOME, input=msgspec.json.encode(plan), stdout=subprocess.PIPE, check=True)
    result = msgspec.json.decode(done.stdout, type=Result)
    if result.turns <= result.others:
        sys.exit(
            f"only {result.turns} replies carried the webhook's answer, {result.others} did not:\n{result.example}"
        )
    used = (cpu_seconds(program.pid) - before) * result.seconds / (result.seconds + WARM_UP_S)
    return Round(result, used / max(1, result.turns) * 1e6)


# ── Botyard ──────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def botyard(webhook_port: int) -> Iterator[Program]:
    """Deploy the sample bot against the bench's webhook, serve it, and register the users."""
    with deployed(webhook_port) as (home, environment, business):
        port = free_port()
        environment["BOTYARD_PORT"] = str(port)
        with running([BOTYARD, "serve"], core=UNDER_TEST, port=port, environment=environment, cwd=home) as process:
            wait_until_ready(f"http://127.0.0.1:{port}/readyz")
            register(port, business)
            yield Program(process.pid, lambda seconds: _botyard_plan(port, business, seconds))


class Business(Struct, frozen=True):
    """What `botyard deploy --json` prints, as far as it matters here."""

    client_id: str
    token: str
    business_id: int


@contextmanager
def deployed(
    webhook_port: int, settings: Mapping[str, str] = MappingProxyType({})
) -> Iterator[tuple[Path, dict[str, str], Business]]:
    """Make a database with the sample bot live in it, in a folder of its own beside the limit program's.

    settings: more variables, for the deployment and for whoever serves it.
    """
    with tempfile.TemporaryDirectory(prefix="botyard-bench-", dir=HOME) as folder:
        home = Path(folder)
        shutil.copytree(HOME / "examples" / "electronics_store", home / "electronics_store")
        shutil.copy(HOME / "examples" / "botyard.toml", home / "botyard.toml")
        bot = home / "electronics_store" / "bot.yaml"
        bot.write_text(bot.read_text().replace("127.0.0.1:9009", f"127.0.0.1:{webhook_port}"))
        environment = {
            "BOTYARD_DATABASE_URL": f"sqlite:///{home}/botyard.db",
            "BOTYARD_EGRESS_ALLOW": f"127.0.0.1/32:{webhook_port}",
            "BOTYARD_KEY": secrets.token_hex(32),
            "BOTYARD_RATE_LIMIT": "off",
            "OPENBLAS_NUM_THREADS": "1",
            **settings,
        }
        command = [str(BOTYARD), "deploy", "electronics_store", "--json"]
        done = subprocess.run(command, cwd=home, env=os.environ | environment, stdout=subprocess.PIPE, check=True)
        yield home, environment, msgspec.json.decode(done.stdout, type=Business)


def register(port: int, business: Business) -> None:
    """Make every user known to the business's partner."""
    for number in range(CONVERSATIONS * USERS_EACH):
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/v1.0/user/",
            data=json.dumps({"auth_id": f"user{number}", "name": f"User {number}"}).encode(),
            headers={
                "client-id": business.client_id,
                "Authorization": f"Bearer {business.token}",
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(request, timeout=10):  # noqa: S310 - an address of this machine
            pass


def _botyard_plan(port: int, business: Business, seconds: float) -> Plan:
    return Plan(
        port=port,
        head="POST /v1.0/sync_message_from_user/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"client-id: {business.client_id}\r\nAuthorization: Bearer {business.token}\r\n",
        bodies=tuple(_sentences(business, first) for first in range(CONVERSATIONS)),
        answered=SENTENCE,
        warm_up_s=WARM_UP_S,
        seconds=seconds,
    )


def _sentences(business: Business, first: int) -> tuple[str, ...]:
    users = range(first, CONVERSATIONS * USERS_EACH, CONVERSATIONS)
    return tuple(
        json.dumps(
            {
                "user": {"auth_id": f"user{user}"},
                "message_body": sentence,
                "message_type": 0,
                "business_id": business.business_id,
            }
        )
        for sentence in SENTENCES
        for user in users
    )


# ── the limit program ────────────────────────────────────────────────────────────────────────────


@contextmanager
def limit(webhook_port: int) -> Iterator[Program]:
    """Serve the limit program with its durable inbox, on the same disk."""
    port = free_port()
    durable = ["--store", "sqlite", "--sync", "FULL", "--inbox", "on"]
    with tempfile.TemporaryDirectory(prefix="limit-bench-", dir=HOME) as folder:
        where = ["--port", str(port), "--hook-port", str(webhook_port), "--dir", folder]
        with running([PYTHON, LIMIT_PROGRAM, "serve", *where, *durable], core=UNDER_TEST, port=port) as process:
            yield Program(process.pid, lambda seconds: _limit_plan(port, seconds))


def _limit_plan(port: int, seconds: float) -> Plan:
    """Build its own request body: it prints the two ends between which the number of the conversation belongs."""
    printed = subprocess.run([PYTHON, str(LIMIT_PROGRAM), "lua"], capture_output=True, text=True, check=True).stdout
    before, after = re.findall(r"\[==\[(.*?)\]==\]", printed, re.DOTALL)
    return Plan(
        port=port,
        head="POST /v1/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n",
        bodies=tuple(
            tuple(f"{before}{user}{after}" for user in range(first, CONVERSATIONS * USERS_EACH, CONVERSATIONS))
            for first in range(CONVERSATIONS)
        ),
        answered=SENTENCE,
        warm_up_s=WARM_UP_S,
        seconds=seconds,
    )


# ── the table ────────────────────────────────────────────────────────────────────────────────────


def _laid_out(taken: dict[str, list[Round]], rounds: int) -> str:
    rows = [
        [
            name,
            f"{median(one.per_second for one in run):,.0f}",
            f"{median(one.result.p50_ms for one in run):.1f}",
            f"{median(one.result.p99_ms for one in run):.1f}",
            f"{median(one.cpu_us for one in run):,.0f}",
        ]
        for name, run in taken.items()
    ]
    if "the limit program" not in taken:
        rows.append(["the limit program", "not found", "", "", ""])
    how = f"one core, {CONVERSATIONS} conversations at a time, medians of {rounds} alternating rounds"
    core = (
        ""
        if can_pin()
        else "\nThe programs could not be pinned to a core of their own here: the figures mean little.\n"
    )
    heads = ["turns with one webhook each", "turns/s", "p50 ms", "p99 ms", "CPU µs a turn"]
    return (
        f"### Turns through the API\n\n{how.capitalize()}.\n{core}\n{table(heads, rows)}{_ratio(taken)}{_misses(taken)}"
    )


def _ratio(taken: dict[str, list[Round]]) -> str:
    if "the limit program" not in taken:
        return ""
    turns = [median(one.per_second for one in run) for run in taken.values()]
    cpu = [median(one.cpu_us for one in run) for run in taken.values()]
    return (
        f"\nBotyard takes **{turns[0] / turns[1]:.1%}** of the turns a second of the limit program, "
        f"and {cpu[0] / cpu[1]:.1f} times its processor time for each.\n"
    )


def _misses(taken: dict[str, list[Round]]) -> str:
    missed = sum(one.result.others for run in taken.values() for one in run)
    return f"\n{missed} replies came without the webhook's answer; they are not counted as turns.\n" if missed else ""
