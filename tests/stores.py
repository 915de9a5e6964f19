"""The two databases that tests run on: SQLite beside the test, and a PostgreSQL server that is ours for the session.

A test says `pytestmark = pytest.mark.usefixtures("each_store")` and asks `url_for(path)` where its database is; it then
runs once on each. BOTYARD_TEST_DATABASE_URL names another database to use: schemas called bt_… are made in it.
"""

import os
import pwd
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

from botyard.store.records import COMES_BACK_S

KIND = "BOTYARD_TEST_STORE"
SERVER = "BOTYARD_TEST_DATABASE_URL"

# Every turn, wherever its trace is kept: alone, or with the call that it began.
TURNS = """(
    SELECT conversation_id, turn_no, caused_by, trace FROM turn
    UNION ALL SELECT conversation_id, begun_in_turn, caused_by, begun_trace FROM call WHERE begun_in_turn IS NOT NULL
) AS turns"""


def url_for(path: Path) -> str:
    """Say where the database called `path` is, of the kind this test runs on; a server makes it if it is missing."""
    return on_server(path) if os.environ.get(KIND) == "postgresql" else f"sqlite:///{path}"


@cache
def on_server(path: Path) -> str:
    """Make a schema of this name, unless it is there, and say the URL of a database that has only that."""
    server = os.environ[SERVER]
    name = "bt_" + sha256(str(path).encode()).hexdigest()[:16]
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(name)))
    _made.append(name)
    return f"{server}{'&' if '?' in server else '?'}options=-csearch_path%3D{name}"


async def long_up(url: str) -> None:
    """Wait until the server has run for longer than it is forgiven that everybody's session is gone."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute(
            "SELECT pg_sleep_until(pg_postmaster_start_time() + make_interval(secs => %s))", [COMES_BACK_S + 0.1]
        )


def remove_what_was_made() -> None:
    """Leave a server that is not ours as it was."""
    with psycopg.connect(os.environ[SERVER], autocommit=True) as connection:
        for name in _made:
            connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(name)))


_made: list[str] = []


def read_up(path: Path) -> sqlite3.Connection:
    """Read the database called `path`, past the store: itself on SQLite, a copy in memory of one on PostgreSQL."""
    if os.environ.get(KIND) != "postgresql":
        return sqlite3.connect(path)
    copy = sqlite3.connect(":memory:")
    with psycopg.connect(on_server(path)) as server:
        for (name,) in server.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()").fetchall():
            rows = server.execute(sql.SQL("SELECT * FROM {} ORDER BY 1").format(sql.Identifier(name)))
            columns = [column.name for column in rows.description or ()]
            copy.execute(f'CREATE TABLE "{name}" ({", ".join(columns)})')
            places = ", ".join("?" * len(columns))
            copy.executemany(f'INSERT INTO "{name}" VALUES ({places})', (tuple(map(_plain, row)) for row in rows))  # noqa: S608 - our tables
    copy.commit()  # while it is being written, a backup of it would wait for ever
    return copy


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, int | str | bytes) else str(value)


@contextmanager
def private_server(disk: Path | None = None, log: Path | None = None) -> Iterator[str]:
    """Run a PostgreSQL server in a folder of its own, reached by a socket only, with fsync as a real one has it.

    disk: where its files are to lie. log: where those it writes ahead are to lie, a folder that is made.
    """
    programs = _programs()
    if programs is None:
        raise FileNotFoundError("PostgreSQL's initdb is not installed: tools/debian.py installs it")
    # In memory where there is such a place: a hundred schemas are made and forgotten, and no test cuts the power.
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - a private folder in it
    folder = Path(tempfile.mkdtemp(prefix="botyard-pg-", dir=disk or memory))
    user = _somebody_who_may()
    try:
        folder.chmod(0o755)
        (folder / "socket").mkdir(mode=0o777)
        (folder / "socket").chmod(0o777)
        (folder / "data").mkdir()
        if log:
            log.mkdir()
        for its in filter(None, (folder / "data", log) if user else ()):
            os.chown(its, user["user"], user["group"])
        how: list[str | Path] = ["-U", "botyard", "-A", "trust", "-E", "UTF8", "--no-sync", "--wal-segsize=1"]
        if log:
            how += ["-X", log]
        _run([programs / "initdb", "-D", folder / "data", *how], user)
        server = subprocess.Popen(
            [
                programs / "postgres", "-D", folder / "data", "-k", folder / "socket", "-c", "listen_addresses=",
                "-c", "max_connections=80", "-c", "log_min_messages=panic", "-c", "log_min_error_statement=panic",
            ],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", **user,
        )  # fmt: skip
        try:
            url = f"postgresql://botyard@/postgres?host={quote(str(folder / 'socket'), safe='')}"
            _wait_for(url)
            yield url
        finally:
            server.send_signal(signal.SIGQUIT)  # at once: its folder goes anyway
            server.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _somebody_who_may() -> dict[str, Any]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid():
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": ()}


def _wait_for(url: str) -> None:
    for _ in range(300):
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError("the private PostgreSQL server does not answer")


@cache
def _programs() -> Path | None:
    found = shutil.which("initdb")
    places = [Path(found).resolve().parent] if found else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((place for place in places if (place / "initdb").exists() and (place / "postgres").exists()), None)


def _run(command: list[str | Path], user: dict[str, Any]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/", **user)
