"""What is PostgreSQL's alone: its schema and migrations, its lock, its failures in sentences, its lost connections."""

import asyncio
import os
import random
import resource
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
import uvloop
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from psycopg import pq

from botyard.errors import BadRequest, BotyardError
from botyard.store.commit import StorageFailed, Write
from botyard.store.lock import HeldByAnother
from botyard.store.opening import bring_up_to_date, hold, join
from botyard.store.postgres import connecting, line, lock, up_to_date
from botyard.store.postgres.connecting import ANSWERS_WITHIN_S, connect, conninfo
from botyard.store.postgres.database import PostgresDatabase
from botyard.store.postgres.line import Line, word
from botyard.store.postgres.lock import make_sure_it_is_held
from botyard.store.postgres.up_to_date import NotOurs, schema_connection
from botyard.store.postgres.writing import GROUP
from botyard.store.schema import metadata
from botyard.store.up_to_date import NewerSchema, take_the_missing_steps
from tests.store.notes import ADD, names, opened
from tests.stores import KIND, on_server
from tests.torture.toxic_proxy import ToxicProxy
from tests.torture.ways import database_by, to_database

COLUMNS = """
SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns
WHERE table_schema = current_schema() AND table_name <> 'alembic_version' ORDER BY 1, 2
"""
INDEXES = """
SELECT indexname, replace(indexdef, current_schema() || '.', '') FROM pg_indexes
WHERE schemaname = current_schema() AND tablename <> 'alembic_version' ORDER BY 1
"""


@pytest.fixture
def url(postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A schema of its own on a server that runs."""
    assert postgres
    monkeypatch.setenv(KIND, "postgresql")
    return on_server(tmp_path / "n.db")


def test_the_schema_equals_the_migrations_on_postgresql(url: str, tmp_path: Path) -> None:
    """A fresh database and one taken through every step have the same tables; Alembic finds nothing to add."""
    stepped = on_server(tmp_path / "stepped")
    bring_up_to_date(url)
    with schema_connection(stepped) as connection:
        take_the_missing_steps(connection)
    bring_up_to_date(stepped)
    with psycopg.connect(url) as fresh, psycopg.connect(stepped) as other:
        for question in (COLUMNS, INDEXES):
            assert fresh.execute(question).fetchall() == other.execute(question).fetchall() != []
    with schema_connection(stepped) as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata) == []


def test_a_start_that_finds_nothing_to_do_makes_no_engine(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that comes back after its death is not held up by what only a new database, or an old one, needs."""
    asked_for: list[str] = []

    def noted(url: str) -> AbstractContextManager[sa.Connection]:
        asked_for.append(url)
        return schema_connection(url)

    monkeypatch.setattr(up_to_date, "schema_connection", noted)
    bring_up_to_date(url)
    assert asked_for == [url]
    bring_up_to_date(url)
    assert asked_for == [url]


def test_a_newer_schema_and_another_programs_tables_are_refused(url: str, tmp_path: Path) -> None:
    """An old program does not run over what a newer one wrote, nor beside a stranger."""
    bring_up_to_date(url)
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NewerSchema, match="9999"):
        bring_up_to_date(url)
    taken = on_server(tmp_path / "taken")
    with psycopg.connect(taken) as connection:
        connection.execute("CREATE TABLE message (id int)")
    with pytest.raises(NotOurs, match="a database of its own"):
        bring_up_to_date(taken)


def test_a_right_to_the_database_is_taken_again_when_its_session_is_lost(url: str) -> None:
    """Many work beside each other; who needs it alone waits for all, and a right that was lost is taken again."""
    with join(url, control_socket=""), join(url, control_socket=""), pytest.raises(HeldByAnother):
        hold(url)
    with hold(url):
        for use in (hold, partial(join, control_socket="")):
            with pytest.raises(HeldByAnother, match=str(os.getpid())):
                use(url)
        end_sessions(url)
        make_sure_it_is_held(url)
        with pytest.raises(HeldByAnother):
            hold(url)
        end_sessions(url)
        with psycopg.connect(url) as other:
            other.execute("SELECT pg_advisory_lock(1651471481, 1)")
            with pytest.raises(StorageFailed, match="may not write any more"):
                make_sure_it_is_held(url)
    hold(url).release()


def end_sessions(url: str) -> None:
    """As a restart of the server does."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name LIKE 'botyard%'"
        )


def test_a_lost_connection_fails_what_waits_and_is_made_again(url: str, tmp_path: Path) -> None:
    """Whoever is told that it was kept has it; afterwards writing and reading go on without a restart."""
    assert url
    store = opened(tmp_path / "n.db")

    async def test() -> None:
        await store.commit([Write(ADD, {"name": "before"})])
        assert await names(store) == ["before"]
        await asyncio.to_thread(end_sessions, url)
        await asyncio.sleep(0.2)
        await store.commit([Write(ADD, {"name": "after"})])
        assert await names(store) == ["before", "after"]
        store.close()

    asyncio.run(test())


def test_a_server_that_dies_with_a_question_unread_is_known_to_be_dead_at_once(url: str) -> None:
    """It says a last word, which hides that it hung up; uvloop tells once of a socket that has an error."""

    async def asks() -> None:
        line = Line(connect(url, name="botyard asks"))
        [answer] = await line.ask([word("SELECT pg_backend_pid()")])
        pid = int.from_bytes(answer.get_value(0, 0) or b"")
        os.kill(pid, signal.SIGSTOP)
        asked = line.send([word(f"SELECT '{'x' * 100_000}'")])
        _end(pid)  # the loop has no turn meanwhile: it hears of the last word and of the end together
        with pytest.raises(StorageFailed, match="lost"):
            await asyncio.wait_for(asked, ANSWERS_WITHIN_S / 2)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(asks())


def _end(stopped: int) -> None:
    os.kill(stopped, signal.SIGTERM)
    os.kill(stopped, signal.SIGCONT)
    while Path(f"/proc/{stopped}").exists():
        time.sleep(0.01)


def test_a_process_with_thousands_of_open_sockets_connects_and_asks(url: str) -> None:
    """A number above 1,023 is too great for select()."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
    many = [os.open(os.devnull, os.O_RDONLY)]
    try:
        while many[-1] < 1024:
            many.append(os.dup(many[0]))
        connection = connect(url, name="botyard beside many")
        assert lock.asked(connection, "SELECT 1") == "1"
        connection.finish()
    finally:
        for one in many:
            os.close(one)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize(
    ("state", "cure"),
    [("53100", "disk is full"), ("42501", "GRANT"), ("25006", "primary"), ("55P03", "locked"), ("57P03", "shutting")],
)
def test_what_the_server_cannot_do_is_a_sentence_with_its_cure(url: str, tmp_path: Path, state: str, cure: str) -> None:
    """Whatever state the server reports, the unit is not kept, and the next one is."""
    assert url
    store = opened(tmp_path / "n.db")
    fails = sa.text(f"DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{state}'; END $$")

    async def test() -> None:
        with pytest.raises(StorageFailed, match=cure):
            await store.commit([Write(ADD, {"name": "lost"}), Write(fails, {})])
        await store.commit([Write(ADD, {"name": "kept"})])
        assert await names(store) == ["kept"]
        store.close()

    asyncio.run(test())


@pytest.mark.parametrize(
    ("wrong", "cure"),
    [
        ("postgresql://me:hush@127.0.0.1:1/b", "nobody listens there"),
        ("postgresql://me:hush@no.such.host.invalid/b", "host"),
        ("postgresql://me:hu/sh@h/b", "%2F"),
        ("postgresql://me:hush@h:port/b", "%40"),
        ("postgresql+psycopg://me:hush@/b?host=/no/such/folder", "socket"),
    ],
)
def test_a_url_that_leads_nowhere_is_a_sentence_without_the_password(wrong: str, cure: str) -> None:
    """Wrong or unreachable: who reads the log learns what to mend, and no part of a password."""
    for use in (hold, bring_up_to_date):
        with pytest.raises(BotyardError, match=cure) as refused:
            use(wrong)
        assert isinstance(refused.value, StorageFailed | BadRequest)
        assert "hush" not in str(refused.value)


def test_no_such_database_or_user_says_how_to_make_one(url: str) -> None:
    """The two most usual mistakes of a first start."""
    plain = url.split("&options", maxsplit=1)[0]
    with pytest.raises(StorageFailed, match="CREATE DATABASE"):
        bring_up_to_date(plain.replace("/postgres?", "/nothing?"))
    with pytest.raises(StorageFailed, match="CREATE ROLE"):
        bring_up_to_date(plain.replace("botyard@", "nobody_here@"))


def test_a_server_that_falls_silent_with_an_answer_outstanding_is_given_up_as_well() -> None:
    """No keepalive is sent while something is unanswered; libpq and the server are both told how long that may be."""
    said = pq.Conninfo.parse(conninfo("postgresql://u@h/d", "x"))
    given = {part.keyword: part.val or b"" for part in said}
    assert 0 < int(given[b"tcp_user_timeout"]) <= 30_000
    assert b"-c tcp_user_timeout=" in given[b"options"]


def test_a_server_behind_something_that_acknowledges_and_passes_nothing_on_is_given_up(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading, writing and the lock: each is told that the connection is lost, and goes on through a new one."""
    assert url
    opened(tmp_path / "n.db").close()
    monkeypatch.setattr(line, "ANSWERS_WITHIN_S", 0.2)
    monkeypatch.setattr(lock, "ANSWERS_WITHIN_S", 0.2)

    async def test() -> None:
        async with ToxicProxy(to_database(url), random.Random(1)) as proxy:  # noqa: S311 - no secret
            held = await asyncio.to_thread(join, database_by(url, proxy), control_socket="")
            store = PostgresDatabase(database_by(url, proxy))
            await store.commit([Write(ADD, {"name": "before"})])
            assert await names(store) == ["before"]
            proxy.fall_silent()
            reading, writing = await asyncio.gather(
                names(store), store.commit([Write(ADD, {"name": "swallowed"})]), return_exceptions=True
            )
            proxy.speak_again()
            assert isinstance(reading, StorageFailed), reading
            assert isinstance(writing, StorageFailed), writing
            await store.commit([Write(ADD, {"name": "after"})])
            assert await names(store) == ["before", "after"]
            store.close()
            await asyncio.to_thread(held.release)

    asyncio.run(asyncio.wait_for(test(), 20))


@contextmanager
def silent_server() -> Iterator[tuple[socket.socket, str]]:
    """Something that takes connections and says nothing, and the URL that leads there."""
    with socket.create_server(("127.0.0.1", 0)) as listens:
        listens.settimeout(0)
        yield listens, f"postgresql://u@127.0.0.1:{listens.getsockname()[1]}/d"


def connections_to(listens: socket.socket) -> int:
    """Count those that were made and not looked at yet."""
    count = 0
    with suppress(BlockingIOError):
        while True:
            listens.accept()[0].close()
            count += 1
    return count


def test_while_the_server_is_silent_all_wait_for_one_connection_and_not_one_behind_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However many ask meanwhile, all are told when that one is given up; who tires of waiting spoils it for nobody."""
    monkeypatch.setattr(connecting, "CONNECT_WITHIN_S", 0.3)

    async def test(listens: socket.socket, url: str) -> None:
        store = PostgresDatabase(url)
        for ask in (lambda: names(store), lambda: store.commit([Write(ADD, {"name": "a"})])):
            asking = [asyncio.create_task(ask()) for _ in range(2 * GROUP + 1)]
            await asyncio.sleep(0.1)
            asking[0].cancel()
            asking += [asyncio.create_task(ask())]
            outcomes = await asyncio.gather(*asking, return_exceptions=True)
            assert [type(outcome) for outcome in outcomes[1:]] == [StorageFailed] * (len(asking) - 1)
            assert connections_to(listens) == 1
        store.close()

    with silent_server() as (listens, url):
        asyncio.run(test(listens, url))


def test_who_tires_of_waiting_for_a_connection_spoils_it_for_nobody(url: str, tmp_path: Path) -> None:
    """The first to ask is gone before it is made; the others read through it."""
    assert url
    store = opened(tmp_path / "n.db")

    async def test() -> None:
        first, second = (asyncio.create_task(names(store)) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        assert await second == []
        assert first.cancelled()
        store.close()

    asyncio.run(test())


@pytest.mark.parametrize("way", ["cancelled", "cannot close"])
def test_however_the_writing_ends_whoever_waits_is_told_and_the_rest_is_written(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """Who ends with an event loop may still have something to write; the connection may fail at being closed, too."""
    assert url
    store = opened(tmp_path / "n.db")
    assert isinstance(store, PostgresDatabase)

    async def test() -> None:
        await store.commit([Write(ADD, {"name": "first"})])
        here = store._here().writers[0]  # whose the units are that change nothing in line
        units = [asyncio.create_task(store.commit([Write(ADD, {"name": f"n{n}"})])) for n in range(GROUP + 1)]
        while len(here._waiting) != 1:  # noqa: ASYNC110 - nobody tells that a group was taken
            await asyncio.sleep(0)
        assert here._writing is not None
        assert here._line is not None
        if way == "cancelled":
            here._writing.cancel()
        else:
            monkeypatch.setattr(here._line, "send", _fails)
            monkeypatch.setattr(here._line, "close", _fails)
        async with asyncio.timeout(5):
            *group, last = await asyncio.gather(*units, return_exceptions=True)
        assert not any(isinstance(outcome, list) for outcome in group)
        assert last == [[]]
        store.close()

    asyncio.run(test())


def _fails(*_: object) -> None:
    raise ZeroDivisionError


def test_when_one_connection_was_silent_the_others_are_not_waited_for_in_turn(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who reads has waited for a dead server: who writes next does not wait as long again, whether it asked or not."""
    opened(tmp_path / "n.db").close()
    monkeypatch.setattr(line, "ANSWERS_WITHIN_S", 1.0)
    monkeypatch.setattr(line, "DOUBTED_FOR_S", 0.1)

    async def test() -> None:
        async with ToxicProxy(to_database(url), random.Random(1)) as proxy:  # noqa: S311 - no secret
            store = PostgresDatabase(database_by(url, proxy))
            for is_idle in (True, False):
                await store.commit([Write(ADD, {"name": f"before {is_idle}"})])
                await names(store)
                proxy.fall_silent()
                reading = asyncio.create_task(names(store))
                await asyncio.sleep(0.8)
                swallowed = Write(ADD, {"name": f"swallowed {is_idle}"})
                writing = None if is_idle else asyncio.create_task(store.commit([swallowed]))
                with pytest.raises(StorageFailed):
                    await reading
                proxy.speak_again()
                async with asyncio.timeout(0.5):
                    if writing is not None:
                        with pytest.raises(StorageFailed):
                            await writing
                    await store.commit([Write(ADD, {"name": f"after {is_idle}"})])
            store.close()

    asyncio.run(asyncio.wait_for(test(), 20))
