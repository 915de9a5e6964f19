"""Nothing that was acknowledged before a backup began is missing after it was restored, on either store."""

import json
import shutil
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from tests.processes import SAMPLE, SERVERS, Client, Server, botyard, serving

USERS = 6
HAVE = 40  # messages acknowledged before the backup begins
SAID = "SELECT text FROM message"


class Load:
    """Users who go on talking. acknowledged: what the server said it has kept; no two messages are alike."""

    def __init__(self, client: Client, server: Server) -> None:
        self._client = client
        self._server = server
        self._is_over = threading.Event()
        self._enough = threading.Event()
        self.acknowledged: list[str] = []

    @contextmanager
    def going_on(self) -> Iterator[list[str]]:
        """Talk before and during the block; what was acknowledged before it began."""
        users = [threading.Thread(target=self._talk, args=(f"user{n}",)) for n in range(USERS)]
        for user in users:
            user.start()
        try:
            assert self._enough.wait(60)
            yield list(self.acknowledged)
        finally:
            self._is_over.set()
            for user in users:
                user.join()

    def _talk(self, user: str) -> None:
        self._client.knows(self._server, user)
        n = 0
        while not self._is_over.is_set():
            n += 1
            self._say(user, f"what a day, said {user} for the {n}th time")
            if len(self.acknowledged) >= HAVE:
                self._enough.set()
                time.sleep(0.02)  # enough to be in the middle of; what is accepted has to be answered in the end

    def _say(self, user: str, words: str) -> None:
        body = {"user": {"auth_id": user}, "message_body": words, "message_type": 0}
        body |= {"business_id": self._client.business_id}
        status, _ = self._client.post(self._server, "/v1.0/log_message_from_user/", body)
        if status == 200:
            self.acknowledged.append(words)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder to run in, with the secrets that the sample bot needs; what words mean is nothing to a backup."""
    (tmp_path / "botyard.toml").write_text('encoder = "off"\n' + (SAMPLE.parent / "botyard.toml").read_text())
    return tmp_path


def deployed(home: Path, **settings: str) -> Client:
    """Make the sample bot live; a client of it."""
    done = botyard(home, "deploy", SAMPLE, "--json", **settings)
    assert done.returncode == 0, done.stderr
    return Client(json.loads(done.stdout))


def must_still_talk(home: Path, client: Client, **settings: str) -> None:
    """The restored database is one that a server works on, with its bot and its secrets."""
    with serving(home, **settings) as server:
        client.knows(server, "somebody new")
        assert client.says(server, "somebody new", "hello") != []


def test_a_backup_of_a_busy_sqlite_server_has_all_that_was_acknowledged(home: Path) -> None:
    """Restored on a new disk, with the key that was kept elsewhere, every such message is there, once."""
    client = deployed(home)
    with serving(home) as server:
        with Load(client, server).going_on() as before:
            done = botyard(home, "backup", "copy.db")
        server.kill()
    assert (done.returncode, done.stdout) == (0, "")
    assert "key" in done.stderr
    for left in home.glob("botyard.db*"):
        if left.suffix != ".key":
            left.unlink()
    restored = botyard(home, "restore", "copy.db")
    assert restored.returncode == 0, restored.stderr
    with closing(sqlite3.connect(home / "botyard.db")) as database:
        said = [text for (text,) in database.execute(SAID)]
    assert len(before) >= HAVE
    assert [words for words in before if said.count(words) != 1] == []
    must_still_talk(home, client)


@contextmanager
def database_on(server: str) -> Iterator[str]:
    """Make a database of its own, for as long as the block runs."""
    name = f"bt_{uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield psycopg.conninfo.make_conninfo(server, dbname=name)
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def url_of(conninfo: str) -> str:
    """Write what libpq is told as BOTYARD_DATABASE_URL."""
    parts = psycopg.conninfo.conninfo_to_dict(conninfo)
    return "postgresql://?" + "&".join(f"{key}={str(value).replace('/', '%2F')}" for key, value in parts.items())


@pytest.mark.skipif(shutil.which("pg_dump") is None, reason="pg_dump is not installed: tools/debian.py installs it")
def test_a_backup_of_a_busy_postgresql_server_has_all_that_was_acknowledged(home: Path, postgres: str) -> None:
    """With the two commands of docs/howto/backup.md."""
    with database_on(postgres) as first, database_on(postgres) as second:
        client = deployed(home, database_url=url_of(first), **SERVERS)
        with serving(home, database_url=url_of(first), **SERVERS) as server, Load(client, server).going_on() as before:
            dump = ["pg_dump", "--format=custom", "--no-owner", "--file", f"{home}/copy.dump", "--dbname", first]
            subprocess.run(dump, check=True, timeout=60)
        restore = ["pg_restore", "--no-owner", "--exit-on-error", "--single-transaction", "--dbname", second]
        subprocess.run([*restore, f"{home}/copy.dump"], check=True, timeout=60)
        with psycopg.connect(second) as database:
            said = [text for (text,) in database.execute(SAID)]
        assert len(before) >= HAVE
        assert [words for words in before if said.count(words) != 1] == []
        must_still_talk(home, client, database_url=url_of(second), **SERVERS)
