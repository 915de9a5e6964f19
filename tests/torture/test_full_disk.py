"""A disk that is really full, under SQLite and under PostgreSQL: nothing that got a receipt is lost."""

import asyncio
import os
import re

import pytest

from tests.torture.full_disk import Filled, database_on, fill, small_disk
from tests.torture.homes import a_home

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(os.getuid() != 0, reason="only root can mount a small disk"),
]
FULL = "its disk is full: free some space; nothing that was confirmed is lost"
GONE = "the connection was lost|nobody listens|it is shutting down"


def filled(kind: str) -> Filled:
    """Fill the disk of a database of this kind."""
    with small_disk() as disk, a_home() as home:
        home.chmod(0o755)
        with database_on(disk, home, kind) as bring_back:
            return asyncio.run(fill(home, disk, bring_back))


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("sqlite", "the disk is full: free some space; nothing that was confirmed is lost"),
        ("postgresql, what it writes ahead elsewhere", FULL),
        ("postgresql", f"{FULL}|{GONE}"),  # without room for what it writes ahead it ends itself
    ],
)
def test_a_full_disk_loses_nothing_and_says_so(kind: str, says: str) -> None:
    """Users are refused and ask again; with room again all are answered, each once and in order."""
    found = filled(kind)
    assert not found.wrong
    assert found.messages
    assert re.search(says, found.said)
