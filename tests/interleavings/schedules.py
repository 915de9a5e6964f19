"""Lets Hypothesis be the scheduler: it draws a plan, and for each step of the chaos what happens next."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import structlog
from hypothesis import HealthCheck, Phase, given, note, seed, settings
from hypothesis import strategies as st

from botyard.conversations import for_owner, lookout, shared, turn_taking
from tests.interleavings.play import CHAOS_AT_MOST, KINDS, Ledger, Plan, Saying, World
from tests.interleavings.tables import Tables
from tests.interleavings.verdict import verdict

# Steps at which something may happen; most plays are in the middle of something then.
_STEPS = st.integers(1, 160)
_SAYINGS = st.builds(Saying, st.sampled_from(KINDS), st.sampled_from([False, False, False, True]))
# All zeros: whatever has waited longest goes on. As one draw: one for each step took more time than all else.
_CHOICES = st.binary(min_size=CHAOS_AT_MOST, max_size=CHAOS_AT_MOST)


@st.composite
def plans(draw: st.DrawFn, *, is_shared: bool) -> Plan:
    """Draw what is said and what goes wrong."""
    faults = ["before", "after"] if is_shared else ["before"]

    def steps(at_most: int) -> frozenset[int]:
        return frozenset(draw(st.lists(_STEPS, max_size=at_most)))

    tabs = draw(st.lists(st.lists(_SAYINGS, min_size=1, max_size=3), min_size=1, max_size=2))
    return Plan(
        tabs=tuple(map(tuple, tabs)),
        beside=tuple(draw(st.lists(_SAYINGS, max_size=2))),
        processes=draw(st.integers(2, 3)),
        is_shared=is_shared,
        deaths=steps(3),
        silences=steps(1) if is_shared else frozenset(),
        ends=steps(1),
        cut=frozenset(draw(st.lists(st.integers(1, 4), max_size=1))),
        # The answer to a COMMIT can only be lost where a network is between.
        faults=tuple(draw(st.lists(st.tuples(st.integers(1, 40), st.sampled_from(faults)), max_size=2))),
        lost=frozenset(draw(st.lists(st.integers(1, 12), max_size=3))),
    )  # fmt: skip


def schedules(
    tables: Tables,
    *,
    is_shared: bool,
    count: int,
    then: Callable[[Ledger, Counter[str]], None],
    chance: int | None = None,
) -> None:
    """Play so many schedules. then: told of each. chance: a seed; None: the same ones each time.

    Where `then` raises, Hypothesis looks for the shortest schedule with which it does.
    """

    @settings(
        max_examples=count, database=None, deadline=None, derandomize=chance is None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink) if chance is None else (Phase.generate,),
    )  # fmt: skip
    @given(plans(is_shared=is_shared), _CHOICES)
    def one(plan: Plan, choices: bytes) -> None:
        chosen = iter(choices)
        tables.begin_anew()
        ledger = World(plan, tables, lambda ways: next(chosen, 0) % ways).play()
        for step in ledger.steps:
            note(step)
        then(ledger, verdict(ledger, tables))

    with _pretended_time():
        (one if chance is None else seed(chance)(one))()


@contextmanager
def _pretended_time() -> Iterator[None]:
    """Let the clocks that are not the loop's be the loop's, and say nothing of what goes wrong on purpose."""

    def now() -> float:
        return asyncio.get_running_loop().time()

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(lookout, "monotonic", now)
        for module in (lookout, shared):
            patched.setattr(module, "LOOKS_EVERY_S", 0.5)
        for module in (for_owner, turn_taking):
            patched.setattr(module, "perf_counter", now)
        before = structlog.get_config()
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
        try:
            yield
        finally:
            structlog.configure(**before)
