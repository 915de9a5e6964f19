"""A bad network between a server and PostgreSQL loses, doubles and reorders nothing; `make torture` goes on.

The server tires of a silent connection after half a second here; `make torture` waits for the real ten.
"""

import asyncio
from contextlib import closing

import psycopg
import pytest

from tests.stores import on_server, read_up
from tests.torture.homes import on
from tests.torture.toxics import KINDS, Poisoned, Toxics, toxics

pytestmark = [pytest.mark.timeout(300), pytest.mark.usefixtures("postgres")]

HONEST = Toxics(3, bugs=("short_patience",), moment_s=0.2, silence_s=0.8)
BROKEN = Toxics(
    3, ("swallowed",), ("waits_for_ever", "receipt_before_commit"), silence_s=0.3, back_within_s=1.0, quiet_s=0.2
)


@pytest.fixture(scope="module")
def found() -> list[Poisoned]:
    """Poison the way of a server that keeps its promises, and of one that does not."""
    with on("postgresql") as home:
        return asyncio.run(toxics(home, HONEST, BROKEN))


def test_no_bad_network_loses_doubles_or_reorders_anything(found: list[Poisoned]) -> None:
    """Late, in slices, reset in the middle, half-closed, swallowed, held back: each is met, and somebody is served."""
    honest = found[0]
    assert not honest.wrong
    assert honest.counts["toxics"] == len(honest.back_s) == len(KINDS)
    assert all(honest.met[what] for what in ("delayed", "sliced", "reset", "half-closed", "swallowed", "held back"))


def test_a_server_that_waits_for_ever_and_promises_early_is_found(found: list[Poisoned]) -> None:
    """Bug control: it has no deadline for an answer, and its receipts go before their commits."""
    assert found[1].wrong["nobody served after: swallowed"] == 1
    assert found[1].wrong["lost"]


def test_what_is_read_up_of_a_server_can_be_kept_as_evidence() -> None:
    """A backup of a database in the middle of a transaction waits for ever; this one is at rest."""
    with on("postgresql") as home:
        with psycopg.connect(on_server(home / "botyard.db")) as server:
            server.execute("CREATE TABLE kept AS SELECT 1 AS id")
        with closing(read_up(home / "botyard.db")) as tables:
            assert tables.execute("SELECT id FROM kept").fetchall() == [(1,)]
            assert not tables.in_transaction
