"""Several real servers on one PostgreSQL, and what a chatter notices when one of them is killed: nothing."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.processes import Client, Server, botyard, environment
from tests.stores import KIND, on_server

BOT = "botyard: 1\nname: Echo\nsystem_name: echo\nlanguages: [en]\nbot_break: {en: [Sorry?]}\n"
NODES = {
    "HELLO": ("hello there, good day to you", "Hello to you."),
    "BYE": ("bye for now, see you later", "Bye."),
}
NODE = """\
name: {name}
system_name: {name}
start: true
did_you_mean: {{en: {name}}}
user_says:
  en: [{user_says}]
bot_says: {{initial: {{en: ["{bot_says}"]}}}}
"""


@pytest.fixture
def home(postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose database is a schema on a server that runs."""
    assert postgres
    monkeypatch.setenv(KIND, "postgresql")
    return tmp_path


def deployed(home: Path) -> Client:
    """Deploy a small bot, whoever runs meanwhile."""
    folder = home / "echo"
    (folder / "nodes").mkdir(parents=True, exist_ok=True)
    (folder / "bot.yaml").write_text(BOT)
    for name, (user_says, bot_says) in NODES.items():
        (folder / "nodes" / f"{name.lower()}.yaml").write_text(
            NODE.format(name=name, user_says=user_says, bot_says=bot_says)
        )
    done = botyard(home, "deploy", folder, "--json", encoder="off")
    assert done.returncode == 0, done.stderr
    return Client(json.loads(done.stdout))


@contextmanager
def servers(home: Path, *each: dict[str, str]) -> Iterator[list[Server]]:
    """So many servers, each with settings of its own."""
    running = [Server(home, "--port", "0", **{"encoder": "off"} | own) for own in each]
    try:
        yield running
    finally:
        for one in running:
            one.kill()


def owner_dies(home: Path) -> None:
    """Age whoever owns the conversation by more than a process may be silent."""
    with psycopg.connect(on_server(home / "botyard.db")) as connection:
        connection.execute(
            "UPDATE process SET beat_at = beat_at - interval '16 s' WHERE id IN (SELECT owner FROM conversation)"
        )


def test_servers_share_conversations_and_whoever_owns_one_may_be_killed(home: Path) -> None:
    """Whatever server a message goes to, it is answered; also in the moment after the owner was killed."""
    with servers(home, {}, {}) as (first, second):
        client = deployed(home)
        client.knows(first, "asha")
        assert client.says(first, "asha", "hello there") == ["Hello to you."]
        assert client.says(second, "asha", "see you later") == ["Bye."]
        first.kill()
        assert client.says(second, "asha", "hello there") == ["Hello to you."]
        assert botyard(home, "migrate").returncode == 1


def test_a_server_killed_in_the_middle_of_a_turn_is_replaced_by_another(home: Path) -> None:
    """Killed with the lease just taken, before the commit of its turn, or after it: one answer to each message."""
    with servers(home, {}) as (other,):
        client = deployed(home)
        for point in ("lease_taken", "before_commit", "after_commit"):
            client.knows(other, point)
            with servers(home, {"faults": point}) as (doomed,):
                with pytest.raises(OSError):  # noqa: PT011 - however a dead server shows itself
                    client.says(doomed, point, "hello there")
                assert client.says(other, point, "see you later") == ["Bye."]
    with psycopg.connect(on_server(home / "botyard.db")) as connection:
        unanswered = connection.execute("SELECT count(*) FROM message WHERE starts IS NOT NULL").fetchone()
        answers = connection.execute(
            "SELECT max(n), min(n) FROM (SELECT count(*) n FROM message WHERE sender = 'bot' GROUP BY caused_by) x"
        ).fetchone()
    assert (unanswered, answers) == ((0,), (1, 1))


def test_a_server_that_hangs_is_replaced_and_comes_back_as_another(home: Path) -> None:
    """Stopped as it stands, silent for long enough: the other answers; awake again, it goes on as a new one."""
    with servers(home, {}, {}) as (first, second):
        client = deployed(home)
        client.knows(first, "asha")
        assert client.says(first, "asha", "hello there") == ["Hello to you."]
        os.kill(first.pid, signal.SIGSTOP)
        owner_dies(home)
        assert client.says(second, "asha", "see you later") == ["Bye."]
        os.kill(first.pid, signal.SIGCONT)
        assert client.says(first, "asha", "hello there") == ["Hello to you."]
        assert client.says(second, "asha", "see you later") == ["Bye."]
        assert first.stop() == 0
        assert client.says(second, "asha", "hello there") == ["Hello to you."]


def test_workers_take_the_turns_of_servers_that_take_none(home: Path) -> None:
    """Two workers, one of them killed: the server answers on; told to stop, a worker ends with 0."""
    with servers(home, {}) as (first,):
        client = deployed(home)
        client.knows(first, "asha")
        assert first.stop() == 0
    with working(home) as one, working(home) as other, serving_only(home) as door:
        assert client.says(door, "asha", "hello there") == ["Hello to you."]
        one.kill()
        assert client.says(door, "asha", "see you later") == ["Bye."]
        other.terminate()
        assert other.wait(40) == 0


@contextmanager
def working(home: Path) -> Iterator[subprocess.Popen[str]]:
    """A `botyard worker` that has said it takes turns."""
    command = [sys.executable, "-m", "botyard", "worker"]
    with subprocess.Popen(
        command, cwd=home, env=environment(home, encoder="off"), stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "takes turns" in line:
                break
        threading.Thread(target=process.stderr.read, daemon=True).start()
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def serving_only(home: Path) -> Iterator[Server]:
    """A `botyard serve` that takes no turns."""
    server = Server(home, "--port", "0", "--no-turns", encoder="off")
    try:
        yield server
    finally:
        server.kill()


def test_another_key_is_another_installation_and_is_refused(home: Path) -> None:
    """With a sentence, before it takes anything; the one that runs goes on."""
    with servers(home, {}) as (first,):
        client = deployed(home)
        refused = botyard(home, "serve", "--port", "0", key="cd" * 32)
        assert refused.returncode == 1
        assert "BOTYARD_KEY" in refused.stderr
        client.knows(first, "asha")
        assert client.says(first, "asha", "hello there") == ["Hello to you."]
