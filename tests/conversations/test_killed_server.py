"""A server that is killed anywhere loses no accepted message and says nothing twice.

The verdict comes from the ledger, which the server cannot take back, and from the database after the last start.
"""

import os
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.conversations.killed_server import SAYS, USERS
from tests.conversations.small_shell import numbers_of
from tests.stores import TURNS, read_up

pytestmark = pytest.mark.usefixtures("each_store")

POINTS = ("after_accept", "before_call", "after_call", "before_commit", "in_commit", "after_commit")
CASES = [f"{point}:{passes}" for point in POINTS for passes in (2, 7)] + [
    "after_commit:3+before_commit:1",
    "before_call:2+in_commit:2+after_call:1",
    "in_commit:3+in_commit:1+in_commit:4",
]
SENT = ["commit_sent:2", "commit_sent:9", "commit_sent:5+in_commit:2"]


def play(folder: Path, cases: list[str]) -> None:
    program = [sys.executable, "-m", "tests.conversations.killed_server", str(folder), *cases]
    subprocess.run(program, check=True, timeout=100, cwd=Path(__file__).parents[2])


@pytest.fixture(scope="module")
def folder(each_store: str) -> Iterator[Path]:  # noqa: ARG001 - made once on each
    """Make a folder in memory where there is such a thing: killing tests no disk, it only waits for it."""
    with TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as made:  # noqa: S108 - private
        yield Path(made)


@pytest.fixture(scope="module")
def played(folder: Path, each_store: str) -> Path:
    """Kill the server in every way there is, once for all tests."""
    play(folder, CASES + (SENT if each_store == "postgresql" else []))
    return folder


@pytest.mark.parametrize("case", CASES)
def test_a_killed_server_keeps_its_word(played: Path, case: str) -> None:
    """Whatever the point of death: every message answered once and in order, calls made once, no number missing."""
    assert died(played / case)
    assert verdict(played / case) == []


@pytest.mark.parametrize("case", SENT)
def test_a_commit_that_was_sent_and_never_answered_is_kept_or_not_but_not_twice(
    played: Path, each_store: str, case: str
) -> None:
    """Killed while PostgreSQL commits: nobody knows how that ended, and it makes no difference."""
    if each_store == "sqlite":
        pytest.skip("SQLite commits in this process")
    assert died(played / case)
    assert verdict(played / case) == []


@pytest.mark.parametrize(
    ("case", "because"),
    [
        ("after_commit:4!forgets_the_answer", "answers"),
        ("after_call:1!calls_again", "called twice"),
        ("too_early:2!answers_before_commit", "lost"),
    ],
)
def test_the_verdict_notices_when_a_promise_is_broken(folder: Path, case: str, because: str) -> None:
    """Bug control: the same deaths with one safeguard taken out are found guilty."""
    play(folder, [case])
    assert died(folder / case), "a server that ends otherwise proves nothing"
    assert any(because in sentence for sentence in verdict(folder / case))


def died(here: Path) -> bool:
    """Tell whether every server was killed where it was to be."""
    deaths = (here / "deaths").read_text().splitlines()
    return bool(deaths) and all(line.endswith(" -9") for line in deaths)


def verdict(here: Path) -> list[str]:
    """Say everything that went wrong."""
    database = read_up(here / "b.db")
    database.row_factory = sqlite3.Row
    ledger = [line.split() for line in (here / "ledger").read_text().splitlines()]
    wrong = [] if (here / "ended").read_text() == "0" else ["the last start did not end well"]
    wrong += _lost(database, ledger) + _called_twice(ledger) + _unfinished(database)
    for (thread,) in database.execute("SELECT id FROM conversation").fetchall():
        wrong += _answered(database, thread)
    database.close()
    return wrong


def _lost(database: sqlite3.Connection, ledger: list[list[str]]) -> list[str]:
    kept = dict(database.execute("SELECT client_key, id FROM message WHERE client_key IS NOT NULL").fetchall())
    receipts = [(key, int(message)) for kind, key, message in ledger if kind == "accepted"]
    wrong = [f"{key} was accepted as {message} and lost" for key, message in receipts if kept.get(key) != message]
    return wrong + ([] if len(kept) == USERS * len(SAYS) else [f"{len(kept)} messages of {USERS * len(SAYS)}"])


def _called_twice(ledger: list[list[str]]) -> list[str]:
    called = [(numbers_of(name), node, name) for kind, node, name in ledger if kind == "called"]
    calls = Counter(numbers for numbers, node, _ in called if node == "once")
    wrong = [f"{numbers} was called twice" for numbers, times in calls.items() if times > 1]
    names = Counter(numbers for numbers, _ in {(numbers, name) for numbers, _, name in called})
    return wrong + [f"{numbers} was called by {given} names" for numbers, given in names.items() if given > 1]


def _unfinished(database: sqlite3.Connection) -> list[str]:
    left = {
        "waiting messages": "SELECT count(*) FROM message WHERE starts IS NOT NULL",
        "inbox": "SELECT count(*) FROM inbox",
        "calls out": "SELECT count(*) FROM call WHERE ended_at IS NULL",
    }
    return [f"{what} left" for what, count in left.items() if database.execute(count).fetchone()[0]]


def _answered(database: sqlite3.Connection, thread: int) -> list[str]:
    lines = database.execute("SELECT * FROM message WHERE conversation_id = ? ORDER BY seq", (thread,)).fetchall()
    wrong = [] if [line["seq"] for line in lines] == list(range(1, len(lines) + 1)) else [f"thread {thread}: seq"]
    heard = [line for line in lines if line["sender"] == "user"]
    if [line["text"] for line in heard] != list(SAYS):
        wrong.append(f"thread {thread} heard {[line['text'] for line in heard]}")
    causes = [line["caused_by"] for line in lines if line["sender"] == "bot"]
    if causes != [line["id"] for line in heard]:
        wrong.append(f"thread {thread}: answers to {causes}, messages {[line['id'] for line in heard]}")
    for said in (line for line in lines if line["sender"] == "bot"):
        question = next((line["text"] for line in heard if line["id"] == said["caused_by"]), None)
        if question is None or not _fits(question, said["text"]):
            wrong.append(f"thread {thread}: {question!r} was answered {said['text']!r}")
    if [line["conversation_no"] for line in heard] != [1] * 7 + [2] * 2:
        wrong.append(f"thread {thread}: conversations {[line['conversation_no'] for line in heard]}")
    numbers = f"SELECT turn_no FROM {TURNS} WHERE conversation_id = ?"  # noqa: S608 - our own
    turns = [turn for (turn,) in database.execute(numbers, (thread,))]
    return wrong + ([] if sorted(turns) == list(range(1, len(turns) + 1)) else [f"thread {thread}: turns {turns}"])


def _fits(question: str, answer: str) -> bool:
    match question.split(maxsplit=1)[0]:
        case "call":
            return answer.startswith("answer ") or answer == "break: interrupted"
        case "again":
            return answer.startswith("answer ")
        case "remember":
            return answer == "noted"
        case "end":
            return answer == "bye"
        case _:
            return answer == f"echo: {question}"
