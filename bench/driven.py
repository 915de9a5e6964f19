"""A program under load: what drives it, for how long, and what one measured stretch says."""

import subprocess
import sys
from collections.abc import Callable

import msgspec
from msgspec import Struct

from bench.load import Plan, Result
from bench.machine import BESIDE, HOME, PYTHON, cpu_seconds, pinned

CONVERSATIONS = 32
USERS_EACH = 4  # so that several threads of messages grow side by side behind every connection
SENTENCES = ("what does the speaker cost", "what does the powerbank cost")  # both taught; a changed value calls again
WARM_UP_S = 1.5


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
