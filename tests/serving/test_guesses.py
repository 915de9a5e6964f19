"""A flood of wrong guesses is looked up one at a time, and honest callers beside it are served."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from msgspec import Struct
from starlette.types import Scope

from botyard.errors import BotyardError
from botyard.serving.application import application
from botyard.serving.asking import headers_of
from botyard.serving.endpoint import Asked, Endpoint, House, NoBody
from botyard.serving.rates import Rates
from tests.serving.served import Served, serving

HONEST = {"x-name": "asha", "client-id": "honest"}


class Unknown(BotyardError):
    """Nobody we know."""

    http_status = 401


class Done(Struct, frozen=True):
    """Something was done."""


class LookUps:
    """A slow `identify` that knows how many are at it at once."""

    def __init__(self) -> None:
        self.now = self.most = 0

    async def __call__(self, scope: Scope) -> str:
        """Look somebody up."""
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0.02)
        self.now -= 1
        for name in headers_of(scope, b"x-name"):
            return name
        raise Unknown("who are you?")


async def slowly(_asked: Asked[str, NoBody]) -> Done:
    """Take a while, once it is known for whom."""
    await asyncio.sleep(0.5)
    return Done()


@pytest.fixture
def look_ups() -> LookUps:
    return LookUps()


@pytest.fixture
def served(look_ups: LookUps) -> Iterator[Served]:
    endpoint = Endpoint(path="/do/", methods=("POST",), identify=look_ups, body=NoBody, answer=Done, handle=slowly)
    with serving(application([endpoint], house=House(rates=Rates(lambda: 1000.0, failed=20)))) as served:
        yield served


def guesses(served: Served, count: int, **headers: str) -> list[int]:
    """Ask so often at once; each time another client where none is named."""
    with ThreadPoolExecutor(20) as threads:
        return list(
            threads.map(
                lambda n: served.ask("POST", "/do/", b"", {"client-id": f"c{n}"} | headers).status, range(count)
            )
        )


def test_past_the_limit_guesses_are_looked_up_one_at_a_time(served: Served, look_ups: LookUps) -> None:
    """Before it they are looked up side by side, and so they are again for nobody else."""
    assert set(guesses(served, 20)) == {401}
    assert look_ups.most > 1
    look_ups.most = 0
    assert set(guesses(served, 60)) == {429}
    assert look_ups.most == 1


def test_honest_callers_are_served_in_the_midst_of_it(served: Served) -> None:
    """They wait their turn to be looked up, and not for what is done for the one before."""
    guesses(served, 25)
    with ThreadPoolExecutor(1) as flood:
        flooding = flood.submit(guesses, served, 60)
        assert guesses(served, 5, **HONEST) == [200] * 5
        assert set(flooding.result()) == {429}
