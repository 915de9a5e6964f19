"""Large portions of what `tests.interleavings` plays and compares, as chunks that can be counted."""

from collections import Counter
from pathlib import Path

from hypothesis import seed as seeded
from hypothesis.stateful import run_state_machine_as_test

from tests.interleavings.play import Ledger
from tests.interleavings.schedules import schedules
from tests.interleavings.shared_inbox import how, machine
from tests.interleavings.tables import tables


def played(home: Path, store: str, seed: int, count: int) -> tuple[Counter[str], Counter[str]]:
    """Play schedules: most with many processes, some with one after another; what was counted, and what went wrong."""
    counts, found = Counter[str](), Counter[str]()

    def then(ledger: Ledger, wrong: Counter[str]) -> None:
        counts["schedules"] += 1
        counts["steps"] += len(ledger.steps)
        counts["messages"] += len(ledger.confirmed)
        counts["calls"] += len(ledger.called)
        counts["deaths"] += sum(step.endswith(" dies") for step in ledger.steps)
        found.update(wrong)

    with tables(home, store) as made:
        for is_shared, portion in ((True, count * 4 // 5), (False, count // 5)):
            schedules(made, is_shared=is_shared, count=portion, then=then, chance=seed)
    return counts, found


def compared(home: Path, store: str, seed: int, count: int) -> tuple[Counter[str], Counter[str]]:
    """Run the machine, each step compared with its model; what was counted, and what went wrong."""
    wrong = Counter[str]()
    with tables(home, store) as made, machine(made, home) as its:
        try:
            seeded(seed)(its)
            run_state_machine_as_test(its, settings=how(count, is_the_same=False))
        except AssertionError as error:
            wrong[f"not as modelled: {str(error)[:200]}"] += 1
        return Counter({"runs": count, "steps": its.taken}), wrong
