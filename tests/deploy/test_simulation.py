"""The simulation of many workers keeps every promise of the design, and shows each one that is taken away."""

import pytest
from msgspec.structs import replace

from bench.drawing import curves
from bench.simulate import PROMISES, Came, simulated, table
from bench.simulated.plan import Plan

SMALL = Plan(workers=40, conversations=400, seconds=40, rate=400, deaths=80, hangs=40, lost_wake_ups=0.05)


def run(seed: int, *, without: str = "") -> Came:
    """One small run, in which much more breaks than in life."""
    plan = replace(SMALL, seed=seed)
    return simulated("one", replace(plan, **{PROMISES[without]: False}) if without else plan)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nothing_is_lost_doubled_reordered_or_called_twice(seed: int) -> None:
    """And what could go wrong did: workers died and hung at work, and late commits were refused."""
    came = run(seed)
    assert came.messages > 10_000
    assert (came.lost, came.doubled, came.reordered, came.called_twice) == (0, 0, 0, 0)
    assert came.after_death
    assert came.after_hang
    assert came.refused > 0
    assert came.interrupted > 0


def test_a_hung_worker_is_replaced_within_20_seconds() -> None:
    """15 s of silence, and the time until somebody looks."""
    assert max(run(1).after_hang) <= 20
    assert max(run(1).after_death) <= 5


def test_without_the_fence_messages_are_answered_twice() -> None:
    """A worker that hung commits what another has answered meanwhile."""
    assert run(1, without="fence").doubled > 0


def test_without_the_record_of_calls_webhooks_are_called_twice() -> None:
    """Whoever takes over cannot know that the call had begun."""
    assert run(1, without="record of calls").called_twice > 0


@pytest.mark.parametrize("promise", ["sweep", "burying"])
def test_without_the_sweep_or_the_burying_messages_are_lost(promise: str) -> None:
    """A lost wake-up, or a lease that nobody takes back, leaves them where they are."""
    assert run(1, without=promise).lost > 0


def test_the_seed_decides_everything() -> None:
    """The same seed tells the same story; another tells another."""
    first, again, other = (replace(run(seed), took_s=0) for seed in (1, 1, 2))
    assert first == again != other


def test_the_picture_has_a_curve_for_each_name() -> None:
    """Names are text, not markup, whatever is in them."""
    drawn = curves("a & b", {"one <1>": [0.01, 0.1, 1.0], "two": [2.0], "none": []})
    assert drawn.count("<polyline") == 2
    assert "one &lt;1&gt;" in drawn
    assert table(SMALL, [run(1)]).count("| one |") == 1
