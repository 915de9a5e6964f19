"""Both event loops that Botyard runs on: what holds on one must hold on the other."""

import asyncio
from collections.abc import Callable, Coroutine
from importlib.util import find_spec
from typing import Any, TypeVar

import pytest

T = TypeVar("T")

LOOPS: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {"asyncio": asyncio.new_event_loop}
if find_spec("uvloop"):
    import uvloop

    LOOPS["uvloop"] = uvloop.new_event_loop


def run_on(loop: str, main: Coroutine[Any, Any, T]) -> T:
    """Run on one of them."""
    with asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
        return runner.run(main)


@pytest.fixture(params=LOOPS)
def each_loop(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let `asyncio.run` run on this loop, for the tests of a module that asks for it."""
    loop: str = request.param
    monkeypatch.setattr(asyncio, "run", lambda main: run_on(loop, main))
    return loop
