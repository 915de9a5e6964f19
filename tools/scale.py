"""The whole of it wide, on this machine: PostgreSQL, Redis, two servers, four workers; and one after another is killed.

    python -m tools.scale [--killed N] [--users N]

Users chat with the sample bot through both servers meanwhile. In the end the database and what the users heard are
compared: every message has one answer, in order. Everything lives in a temporary folder and goes with it.
"""

import argparse
import json
import os
import shutil
import sqlite3  # noqa: TID251 - what is read up is a copy, past the store
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from http.client import HTTPException
from pathlib import Path

import psycopg  # noqa: TID251 - likewise

from tests.processes import SAMPLE, Client, Server, botyard, environment, free_port, receiver
from tests.redis_servers import PrivateRedis, private_redis
from tests.stores import KIND, SERVER, on_server, private_server, read_up

SAYS = ("how much is it", "the speaker", "what are your opening hours", "how much is it", "the powerbank")
RETRY_S = 0.3
GIVES_UP_S = 60.0
BETWEEN_DEATHS_S = 3.0


def main(arguments: list[str]) -> int:
    """Bring everything up, chat and kill, and say what came of it. 1: something was lost, doubled or out of order."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--killed", type=int, default=6, help="how many processes are killed, one after another")
    parser.add_argument("--users", type=int, default=8, help="how many users chat at once")
    asked = parser.parse_args(arguments)
    with ExitStack() as stack:
        say("starting PostgreSQL and Redis")
        os.environ[SERVER], os.environ[KIND] = stack.enter_context(private_server()), "postgresql"
        redis = stack.enter_context(private_redis())
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="botyard-scale-")))
        port = free_port()
        stack.enter_context(receiver(port))
        client = deployed(home, port)
        crowd = Crowd(home, {"egress_allow": f"127.0.0.1/32:{port}", "encoder": "off", "redis_url": redis.url})
        stack.callback(crowd.end)
        crowd.begin()
        say("two servers and four workers are up; users begin to chat")
        users = [Chatter(client, crowd, number) for number in range(asked.users)]
        for user in users:
            user.start()
        for number in range(asked.killed):
            time.sleep(BETWEEN_DEATHS_S)
            if number == asked.killed // 2:
                redis.kill()
                say("Redis was killed; users go on chatting")
                time.sleep(BETWEEN_DEATHS_S)
            say(crowd.kill(number))
            if number == asked.killed // 2:
                redis.start()
                say("Redis is back, empty")
        for user in users:
            user.is_enough.set()
        for user in users:
            user.join()
        told = told_through(redis)
        return verdict(home, users, asked.killed) or not told


def deployed(home: Path, port: int) -> Client:
    """Make the sample live, its receiver at this port."""
    folder = home / "bots" / SAMPLE.name
    shutil.copytree(SAMPLE, folder)
    shutil.copy(SAMPLE.parent / "botyard.toml", folder.parent)
    bot = folder / "bot.yaml"
    bot.write_text(bot.read_text().replace(":9009", f":{port}"))
    done = botyard(home, "deploy", folder, "--json", encoder="off")
    if done.returncode:
        raise SystemExit(done.stderr)
    return Client(json.loads(done.stdout))


class Worker:
    """A running `botyard worker`."""

    def __init__(self, home: Path, settings: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "botyard", "worker"],
            cwd=home,
            env=environment(home, **settings),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        """End it as a power cut would."""
        self._process.kill()
        self._process.wait()


class Crowd:
    """Two servers that take no turns, and four workers; whoever is killed is started again, as a supervisor does."""

    def __init__(self, home: Path, settings: dict[str, str]) -> None:
        self._home = home
        self._settings = settings
        self.doors: list[Server] = []
        self.workers: list[Worker] = []

    def begin(self) -> None:
        """Start them all, and wait until they are there."""
        for _ in range(2):
            self.doors.append(self._door())
        for _ in range(4):
            self.workers.append(Worker(self._home, self._settings))
        deadline = time.monotonic() + GIVES_UP_S
        while self._workers_up() < len(self.workers):
            if time.monotonic() > deadline:
                raise SystemExit("not all workers came up")
            time.sleep(RETRY_S)

    def _workers_up(self) -> int:
        with psycopg.connect(on_server(self._home / "botyard.db")) as database:
            return len(database.execute("SELECT FROM process WHERE takes_turns").fetchall())

    def kill(self, number: int) -> str:
        """Kill one, every third time a server, else a worker, and start another."""
        if number % 3 == 2:  # noqa: PLR2004 - four workers, two servers
            place = number // 3 % 2
            self.doors[place].kill()
            self.doors[place] = self._door()
            return f"server {place + 1} was killed and another started"
        place = number % 4
        self.workers[place].kill()
        self.workers[place] = Worker(self._home, self._settings)
        return f"worker {place + 1} was killed and another started"

    def end(self) -> None:
        """End them all."""
        for door in self.doors:
            door.kill()
        for worker in self.workers:
            worker.kill()

    def _door(self) -> Server:
        return Server(self._home, "--port", "0", "--no-turns", **self._settings)


class Chatter(threading.Thread):
    """A user who goes on chatting until it is enough, through either server, and says again what nobody confirmed."""

    def __init__(self, client: Client, crowd: Crowd, number: int) -> None:
        super().__init__(daemon=True)
        self.is_enough = threading.Event()
        self.waited: list[float] = []
        self.unanswered = 0
        self._client = client
        self._crowd = crowd
        self._name = f"user-{number}"

    def run(self) -> None:
        """Say one thing after another."""
        count = 0
        while not self.is_enough.is_set():
            self._say(SAYS[count % len(SAYS)], f"{self._name}-{count}", count)
            count += 1

    def _say(self, text: str, key: str, count: int) -> None:
        body = {
            "user": {"auth_id": self._name}, "message_body": text, "message_type": 0,
            "business_id": self._client.business_id,
        }  # fmt: skip
        began = time.monotonic()
        while time.monotonic() - began < GIVES_UP_S:
            door = self._crowd.doors[count % 2]
            try:
                self._client.post(door, "/v1.0/user/", {"auth_id": self._name})
                status, _ = self._client.post(door, "/v1.0/sync_message_from_user/", body, **{"Idempotency-Key": key})
            except (OSError, HTTPException, ValueError):
                status = 0
            if status == 200:  # noqa: PLR2004 - HTTP's own
                self.waited.append(time.monotonic() - began)
                return
            count += 1
            time.sleep(RETRY_S)
        self.unanswered += 1


def verdict(home: Path, users: list[Chatter], killed: int) -> int:
    """Compare the database with what users were told."""
    with closing(read_up(home / "botyard.db")) as database:
        wrong = list(faults_in(database))
    waited = sorted(one for user in users for one in user.waited)
    given_up = sum(user.unanswered for user in users)
    say(
        f"{len(waited)} messages answered, {killed} processes killed; half were answered within "
        f"{waited[len(waited) // 2]:.2f} s, the slowest after {waited[-1]:.2f} s"
    )
    for fault in (*wrong, *([f"{given_up} messages were never answered"] if given_up else [])):
        say(f"WRONG: {fault}")
    if not wrong and not given_up:
        say("nothing was lost, nothing was said twice, nothing came out of order")
    return 1 if wrong or given_up else 0


def told_through(redis: PrivateRedis) -> int:
    """Count what processes told each other since Redis came back, up to what it keeps."""
    streams = redis.ask("KEYS", "botyard:*:news")
    count = redis.ask("XLEN", streams[0]) if isinstance(streams, list) and streams else 0
    say(f"since it came back, processes woke each other {count} times through Redis")
    return count if isinstance(count, int) else 0


def faults_in(database: sqlite3.Connection) -> Iterator[str]:
    """Find messages without a turn, with two, or answered in another order than they were said."""
    [(left,)] = database.execute("SELECT count(*) FROM message WHERE starts IS NOT NULL").fetchall()
    if left:
        yield f"{left} messages still wait"
    threads = database.execute("SELECT DISTINCT conversation_id FROM message").fetchall()
    for (thread,) in threads:
        lines = database.execute(
            "SELECT id, sender, caused_by, seq FROM message WHERE conversation_id = ? ORDER BY seq", (thread,)
        ).fetchall()
        heard = [line[0] for line in lines if line[1] == "user"]
        answered = [line[2] for line in lines if line[1] == "bot" and line[2] is not None]
        if [seq for *_, seq in lines] != list(range(1, len(lines) + 1)):
            yield f"thread {thread} has holes or doubles"
        if sorted(set(answered)) != heard:
            yield f"thread {thread}: {len(heard)} messages, {len(set(answered))} answered"
        if answered != sorted(answered):
            yield f"thread {thread} was answered out of order"
        turns = database.execute("SELECT turn_no FROM turn WHERE conversation_id = ?", (thread,)).fetchall()
        if sorted(no for (no,) in turns) != list(range(1, len(turns) + 1)):
            yield f"thread {thread} has turns missing or twice"


def say(sentence: str) -> None:
    """Tell the person at the terminal."""
    print(sentence, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
