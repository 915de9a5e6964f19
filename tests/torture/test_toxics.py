"""A bad network on a link of a server loses, doubles and reorders nothing; `make torture` goes on.

Servers and pages tire of a silent connection after half a second here; `make torture` waits as long as they really do.
"""

import asyncio
from contextlib import closing

import psycopg
import pytest
from msgspec.structs import replace

from tests.stores import on_server, read_up
from tests.torture import links, visiting
from tests.torture.homes import on
from tests.torture.toxics import KINDS, MET, Poisoned, Toxics, toxics

pytestmark = [pytest.mark.timeout(300), pytest.mark.usefixtures("postgres")]


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "CALLS_WAIT_S", 1)
    for patience in ("ACCEPTED_WITHIN_S", "WELCOME_WITHIN_S", "HEARD_WITHIN_S"):
        monkeypatch.setattr(visiting, patience, 0.5)


def _honest(*bugs: str) -> Toxics:
    return Toxics(3, bugs=("short_patience", *bugs), moment_s=0.1, silence_s=0.7)


def _found(link: str, store: str, *plans: Toxics) -> list[Poisoned]:
    with on(store) as home:
        return asyncio.run(toxics(home, link, *plans))


def _is_sound(honest: Poisoned) -> None:
    assert not honest.wrong
    assert honest.counts["toxics"] == len(honest.back_s) == len(KINDS)
    assert honest.counts["messages"] > len(KINDS)
    assert [kind for kind, met in MET.items() if not honest.met[met]] == []


def test_a_bad_way_to_postgresql_loses_doubles_and_reorders_nothing() -> None:
    """Each kind is met, and somebody gets a receipt after it.

    Bug control: a server that has no deadline for an answer, and whose receipts go before their commits.
    """
    bugs = ("waits_for_ever", "receipt_before_commit")
    broken = Toxics(3, ("swallowed",), bugs, silence_s=0.3, back_within_s=1.0, quiet_s=0.2)
    honest, found = _found("postgresql", "postgresql", _honest(), broken)
    _is_sound(honest)
    assert found.wrong["nobody served after: swallowed"] == 1
    assert found.wrong["lost"]


def test_a_bad_way_to_redis_makes_nobody_wait_or_read_what_is_old() -> None:
    """Each message is answered in time by what was said last to the other server, whatever stands before Redis.

    Bug control: servers that tell each other through Redis and in no other way.
    """
    broken = Toxics(3, ("swallowed",), ("tells_redis_alone",), silence_s=0.5, back_within_s=1.0, quiet_s=1.0)
    honest, found = _found("redis", "postgresql", _honest(), broken)
    _is_sound(honest)
    assert found.wrong["no answer at all"]


@pytest.mark.usefixtures("_impatient")
def test_a_bad_way_to_a_receiver_calls_nothing_twice() -> None:
    """Every message is answered, by the bot break where a call had no answer, and no call arrives twice.

    What is late, narrow or in slices costs no answer. Bug control: a server that asks again where an answer was lost.
    """
    slow = Toxics(3, ("latency", "slices", "narrow"), moment_s=0.1)
    broken = Toxics(3, ("unanswered",), ("posts_again", "rests_shortly"), silence_s=0.5, quiet_s=1.0)
    honest, slowly, found = _found("webhook", "sqlite", replace(_honest("rests_shortly"), silence_s=1.2), slow, broken)
    _is_sound(honest)
    assert honest.counts["bot breaks"]
    assert not slowly.wrong
    assert not slowly.counts["bot breaks"]
    assert found.wrong["called twice"]


@pytest.mark.usefixtures("_impatient")
def test_a_bad_way_from_a_page_shows_every_line_once() -> None:
    """Each page shows the transcript in the end, and each message was heard once.

    Bug controls: a server that shows a page that comes back only what is new, and one that knows no keys.
    """
    broken = [
        Toxics(3, ("cut", "reset", "unanswered"), (bug, "beats_fast"), moment_s=0.4, silence_s=0.8, quiet_s=0.5)
        for bug in ("shows_what_is_new_only", "forgets_keys")
    ]
    honest, cursorless, keyless = _found("widget", "sqlite", _honest("beats_fast"), *broken)
    _is_sound(honest)
    assert cursorless.wrong["a line was left out"]
    assert cursorless.wrong["a page shows another transcript"]
    assert keyless.wrong["heard twice"]


def test_what_is_read_up_of_a_server_can_be_kept_as_evidence() -> None:
    """A backup of a database in the middle of a transaction waits for ever; this one is at rest."""
    with on("postgresql") as home:
        with psycopg.connect(on_server(home / "botyard.db")) as server:
            server.execute("CREATE TABLE kept AS SELECT 1 AS id")
        with closing(read_up(home / "botyard.db")) as tables:
            assert tables.execute("SELECT id FROM kept").fetchall() == [(1,)]
            assert not tables.in_transaction
