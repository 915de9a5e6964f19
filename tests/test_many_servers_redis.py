"""Several real servers that wake each other through Redis, and what a chatter notices when it dies: nothing."""

import json
import time
import urllib.request
from http.client import HTTPConnection
from pathlib import Path

import pytest

from botyard.serving.rates import FAILED_A_MINUTE
from botyard.store.address import DriverMissing, redis_driver_is_there
from tests.processes import Client, Server
from tests.redis_servers import PrivateRedis
from tests.stores import KIND
from tests.test_many_servers import deployed, servers


@pytest.fixture
def home(postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose database is a schema on a server that runs."""
    assert postgres
    monkeypatch.setenv(KIND, "postgresql")
    return tmp_path


def said_through(redis: PrivateRedis) -> int:
    """How many times processes told something through this Redis."""
    streams = redis.ask("KEYS", "botyard:*:news")
    assert isinstance(streams, list)
    [stream] = streams  # one database
    count = redis.ask("XLEN", stream)
    assert isinstance(count, int)
    return count


def redis_of(server: Server) -> str:
    """What a server that is ready says of its Redis."""
    with urllib.request.urlopen(server.address + "/readyz") as answer:  # noqa: S310 - an http address of our own
        assert answer.status == 200
        state: str = json.load(answer)["checks"]["redis"]
        return state


def talks(client: Client, door: Server, others: list[Server]) -> None:
    """Chat for a while through every server, whoever owns the conversation."""
    for server in (door, *others, door):
        assert client.says(server, "asha", "hello there, good day to you") == ["Hello to you."]


def test_servers_wake_each_other_through_redis_and_go_on_without_it(home: Path, redis: PrivateRedis) -> None:
    """Killed, brought back empty and emptied: every message is answered, and readyz says how Redis is all the while."""
    settings = {"redis_url": redis.url}
    with servers(home, settings, settings) as (first, second):
        client = deployed(home)
        client.knows(first, "asha")
        talks(client, first, [second])
        before = said_through(redis)
        talks(client, first, [second])
        assert said_through(redis) > before > 0
        redis.kill()
        talks(client, second, [first])
        assert "is Redis running" in redis_of(first)
        redis.start()
        until_ok(first, second)
        redis.flush()
        talks(client, first, [second])
        assert said_through(redis) > 0


def until_ok(*servers: Server) -> None:
    """Wait until all have Redis again."""
    deadline = time.monotonic() + 20
    while any(redis_of(server) != "ok" for server in servers):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_servers_keep_a_limit_together_and_each_its_own_once_redis_is_gone(home: Path, redis: PrivateRedis) -> None:
    """Requests that fail, at both in turn: as many as one server allows; without Redis each allows its own; no 5xx."""
    settings = {"redis_url": redis.url, "rate_limit": "on"}
    with servers(home, settings, settings) as both:
        client = deployed(home)
        assert FAILED_A_MINUTE <= failing(both, client.headers, status=400) <= FAILED_A_MINUTE * 1.05
        redis.kill()
        stranger = {"client-id": "stranger", "Authorization": "Bearer guessed"}
        assert failing(both, stranger, status=401) == FAILED_A_MINUTE * 2


def failing(servers: list[Server], headers: dict[str, str], status: int) -> int:
    """Ask all servers in turn for what cannot be, until each has had enough; how often it was tried in earnest."""
    lines = [HTTPConnection(server.address.removeprefix("http://"), timeout=20) for server in servers]
    tried: list[int] = []
    while tried[-len(lines) :] != [429] * len(lines):
        for line in lines:
            line.request("POST", "/v1.0/user/", b"{}", headers)
            answer = line.getresponse()
            answer.read()
            tried.append(answer.status)
    for line in lines:
        line.close()
    assert set(tried) == {status, 429}
    return tried.count(status)


def test_a_url_of_redis_that_cannot_be_read_stops_the_server_with_a_sentence(home: Path) -> None:
    """Before it opens its doors; the password stays where it is."""
    with pytest.raises(AssertionError, match="BOTYARD_REDIS_URL cannot be read") as refused:
        Server(home, "--port", "0", encoder="off", redis_url="redis://me:hush@host:port/0")
    assert "hush" not in str(refused.value)


def test_without_its_driver_a_url_of_redis_is_refused_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra is not there unless it was asked for."""
    redis_driver_is_there()
    monkeypatch.setattr("botyard.store.address.find_spec", lambda _: None)
    with pytest.raises(DriverMissing, match=r"pip install 'botyard\[redis\]'"):
        redis_driver_is_there()
