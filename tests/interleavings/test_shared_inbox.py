"""The statements of many processes against a model of them, on both databases; each guard taken out once is missed."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from hypothesis.stateful import run_state_machine_as_test

from botyard.conversations import records
from botyard.conversations.leases import records as leases
from botyard.conversations.suspects import records as suspects
from botyard.store.commit import Write
from tests.interleavings.shared_inbox import SharedInbox, how, machine
from tests.interleavings.tables import tables
from tests.torture.homes import a_home

RUNS = {"sqlite": 50, "postgresql": 15}
LOOKED_FOR = 300

_b = sa.bindparam


@pytest.fixture(scope="module")
def here(each_store: str) -> Iterator[tuple[str, type[SharedInbox]]]:
    """A machine on either kind of database."""
    with a_home() as home, tables(home, each_store) as made, machine(made, home) as its:
        yield each_store, its


def test_every_statement_does_what_the_model_says(here: tuple[str, type[SharedInbox]]) -> None:
    """Whatever processes do in whatever order, also those that are dead, every row is as modelled after each step."""
    store, its = here
    run_state_machine_as_test(its, settings=how(RUNS[store]))


@pytest.fixture(scope="module")
def small() -> Iterator[type[SharedInbox]]:
    """A machine for what needs many tries."""
    with a_home() as home, tables(home, "sqlite") as made, machine(made, home) as its:
        yield its


def _any_version(patched: pytest.MonkeyPatch) -> None:
    conversation, version = records.conversation, sa.bindparam("version_", type_=sa.BigInteger)
    values = {**records._MOVE._values}  # type: ignore[dict-item]  # as the statement has them
    patched.setattr(
        records, "_MOVE", sa.update(conversation).where(conversation.c.id == _b("id_"), version >= 0).values(values)
    )


def _takes_from_the_living(patched: pytest.MonkeyPatch) -> None:
    conversation, me = records.conversation, sa.bindparam("me", type_=sa.BigInteger)
    takes = sa.update(conversation).where(conversation.c.id == _b("id_"), me > 0)
    patched.setattr(leases, "_TAKE", takes.values(owner=_b("owner"), version=conversation.c.version + 1))


def _no_new_fence(patched: pytest.MonkeyPatch) -> None:
    conversation = records.conversation
    takes = sa.update(conversation).where(conversation.c.id == _b("id_"), leases._IS_OURS)
    patched.setattr(leases, "_TAKE", takes.values(owner=_b("owner")))


def _forgets_keys(patched: pytest.MonkeyPatch) -> None:
    hears = records.hears
    patched.setattr(records, "hears", lambda thread, **said: hears(thread, **said | {"client_key": None}))


def _counts_the_dead(patched: pytest.MonkeyPatch) -> None:
    message = records.message
    late = sa.update(message).where(message.c.id == _b("id_")).values(starts=_b("starts_"))
    patched.setattr(suspects, "_TRIED_MESSAGE", late)


def _overlooks_calls(patched: pytest.MonkeyPatch) -> None:
    conversation, message = records.conversation, records.message
    waits = sa.select(message.c.conversation_id).where(message.c.starts.is_not(None))
    looks = sa.select(conversation.c.id).where(conversation.c.id.in_(waits), leases._IS_OURS)
    patched.setattr(leases, "_TO_DO", looks.limit(_b("at_most")))


def _takes_any_answer(patched: pytest.MonkeyPatch) -> None:
    patched.setattr(records, "is_done", lambda inbox_id: Write(records._DONE, {"id_": inbox_id + 10**6}))


BUGS = {
    "any version": _any_version,
    "takes from the living": _takes_from_the_living,
    "no new fence": _no_new_fence,
    "forgets keys": _forgets_keys,
    "counts what has had its turn": _counts_the_dead,
    "overlooks calls": _overlooks_calls,
    "leaves hand-overs": _takes_any_answer,
}


@pytest.mark.parametrize("bug", BUGS)
def test_a_missing_guard_is_found(small: type[SharedInbox], bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bug control: the same steps with one guard less do something that the model does not."""
    BUGS[bug](monkeypatch)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(small, settings=how(LOOKED_FOR))
