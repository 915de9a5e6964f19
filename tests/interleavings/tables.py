"""The database that plays are played on, read past the stores that they try."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

from botyard.store.commit import OpenStore
from botyard.store.opening import bring_up_to_date, open_store
from tests.conversations.small_shell import PARTNER
from tests.stores import on_server

USER = 1
_WAITING = """
SELECT (SELECT count(*) FROM message WHERE starts IS NOT NULL) + (SELECT count(*) FROM inbox)
     + (SELECT count(*) FROM call WHERE ended_at IS NULL)
"""
_ADD_USER = f"""
INSERT INTO end_user (id, partner_id, user_name, auth_id, full_name, email, mobile_no, language_code, device_platform,
    auth_code, custom_data, permanent_user_data, version, created_at)
VALUES ({USER}, {PARTNER}, 'u', 'asha', '', '', '', '', 5, '', '{{}}', '{{}}', 0, '{datetime.now(UTC).isoformat()}')
"""  # noqa: S608 - our own
_USED = ("turn", "call", "inbox", "message", "conversation", "process", "end_user")


class Tables:
    """numbers: for processes, each once. is_embedded: they are a file."""

    def __init__(self, url: str, connection: Any) -> None:
        self.numbers = count(1)
        self.url, self._connection = url, connection
        self.is_embedded = url.startswith("sqlite")

    @classmethod
    @contextmanager
    def of_file(cls, path: Path) -> Iterator["Tables"]:
        """Read a file."""
        with closing(sqlite3.connect(path, isolation_level=None)) as file:
            yield cls(f"sqlite:///{path}", file)

    def open(self) -> OpenStore:
        """Open a store on them."""
        return open_store(self.url)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Read."""
        return list(self._connection.execute(sql).fetchall())

    def waiting(self) -> int:
        """Count what has not had its turn, and calls that are out."""
        return int(self.rows(_WAITING)[0][0])

    def begin_anew(self) -> None:
        """Forget everything but one user, who is as new."""
        for table in _USED:
            self._connection.execute(f"DELETE FROM {table}")  # noqa: S608 - our own
        self._connection.execute(_ADD_USER)


@contextmanager
def tables(home: Path, store: str) -> Iterator[Tables]:
    """Make them, on either kind of database."""
    path = home / f"{store}.db"
    url = on_server(path) if store == "postgresql" else f"sqlite:///{path}"
    bring_up_to_date(url)
    if store == "postgresql":
        with psycopg.connect(url, autocommit=True) as server:
            yield Tables(url, server)
        return
    with Tables.of_file(path) as file:
        yield file
