"""Runners on other machines: real processes, real TLS on this machine, certificates made here."""

import asyncio
import json
import signal
import socket
import ssl
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest

from botyard.integrations.sandbox.elsewhere import hosts as hosts_module
from botyard.integrations.sandbox.elsewhere.hosts import Credentials, Hosts
from botyard.integrations.sandbox.jail.jails import Source
from botyard.integrations.sandbox.jail.pool import Wanted
from botyard.integrations.sandbox.runner.runner import Orders, command_of
from botyard.integrations.sandbox.said import CodeAnswer
from tests.attacks.hostile import Yard
from tests.integrations.sandbox.elsewhere.authority import Authority

_ECHO = Source("echo", {"bot.py": "def main(event, context): return {'statusCode': 200, 'body': event['body']}"})
_MARKS = """
import os, time
def main(event, context):
    with open("/tmp/calls", "a") as calls: calls.write("x")
    time.sleep(float(event["body"]))
    return {"statusCode": 200, "body": str(os.path.getsize("/tmp/calls"))}
"""


def wanted(body: str = "hi", timeout_s: float = 10.0) -> Wanted:
    """Ask for one call."""
    return Wanted("bot.py", msgspec.Raw(json.dumps({"body": body}).encode()), "r", "f", "1", "l", timeout_s)


class RunnerHost:
    """A runner as another machine would have one."""

    def __init__(self, authority: Authority, port: int = 0) -> None:
        if not port:
            with socket.socket() as trial:
                trial.bind(("127.0.0.1", 0))
                port = trial.getsockname()[1]
        self.name = f"127.0.0.1:{port}"
        command, environment = command_of(Orders(tls=authority.host(port), has_network=False))
        self.process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def end(self, how: int = signal.SIGTERM) -> None:
        """End it, and wait until it is gone."""
        self.process.send_signal(signal.SIGCONT)
        self.process.send_signal(how)
        self.process.wait(20)


@pytest.fixture(scope="module")
def authority() -> Iterator[Authority]:
    """Ours. In a folder that a runner can read although it is root's: it reads before it becomes another user."""
    with tempfile.TemporaryDirectory() as folder:
        yield Authority(Path(folder) / "ours")


@pytest.fixture
def jails(yard: Yard) -> None:
    """Skip where the kernel refuses jails, as the attacks are skipped."""
    assert yard.health.is_ok


@pytest.fixture
def two(authority: Authority, jails: None) -> Iterator[tuple[RunnerHost, RunnerHost]]:
    """Two runner hosts, ready."""
    assert jails is None
    both = RunnerHost(authority), RunnerHost(authority)
    try:
        asyncio.run(_ready([host.name for host in both], authority.client()))
        yield both
    finally:
        for host in both:
            with suppress(ProcessLookupError):
                host.end()


async def _ready(names: list[str], credentials: Credentials) -> None:
    hosts = Hosts(names, credentials)
    try:
        for _ in range(300):
            if not (await hosts.health()).sentence:
                return
            await asyncio.sleep(0.1)
        pytest.fail((await hosts.health()).sentence)
    finally:
        await hosts.close()


async def _run(hosts: Hosts, source: Source, *bodies: str) -> list[CodeAnswer]:
    try:
        return [await hosts.run(source, wanted(body)) for body in bodies]
    finally:
        await hosts.close()


def test_each_versions_calls_go_to_its_own_host_and_elsewhere_when_that_is_away(
    two: tuple[RunnerHost, RunnerHost], authority: Authority
) -> None:
    """What was begun nowhere is made at the other host; nobody's answer is lost, and health says who is missing."""
    names = [host.name for host in two]

    async def calls() -> None:
        hosts = Hosts(names, authority.client())
        try:
            sources = [msgspec.structs.replace(_ECHO, key=f"bot-{number}") for number in range(8)]
            first = await asyncio.gather(*(hosts.run(source, wanted("before")) for source in sources))
            assert [answer.body for answer in first] == ["before"] * 8
            two[0].end(signal.SIGKILL)
            await asyncio.sleep(0.1)  # its farewell is read: with one that is under way, nobody knows what has begun
            again = await asyncio.gather(*(hosts.run(source, wanted("after")) for source in sources))
            assert [answer.body for answer in again] == ["after"] * 8
            health = await hosts.health()
            assert health.is_ok
            assert names[0] in health.sentence
            assert names[1] not in health.sentence
        finally:
            await hosts.close()

    asyncio.run(calls())


def test_a_call_that_lost_its_host_fails_and_is_made_nowhere_else(
    two: tuple[RunnerHost, RunnerHost], authority: Authority
) -> None:
    """At most once: the other host has never seen it."""
    names = [host.name for host in two]
    source = Source("marks", {"bot.py": _MARKS})

    async def calls() -> None:
        hosts = Hosts(names, authority.client())
        try:
            own = hosts._ranked(source.key)[0].name
            assert (await hosts.run(source, wanted("0"))).body == "1"
            call = asyncio.create_task(hosts.run(source, wanted("5")))
            await asyncio.sleep(0.5)
            two[names.index(own)].end(signal.SIGKILL)
            answer = await call
            assert answer.error is not None
            assert (answer.error.type, answer.error.reason) == ("Lost", "no_sandbox")
            assert own in answer.error.message
            assert (await hosts.run(source, wanted("0"))).body == "1"  # the first that this host has seen
        finally:
            await hosts.close()

    asyncio.run(calls())


def test_a_host_that_says_nothing_is_passed_over(
    two: tuple[RunnerHost, RunnerHost], authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes connections, as the kernel does for a process that hangs; nothing has begun until it has spoken."""
    monkeypatch.setattr(hosts_module, "REACH_S", 1.5)
    two[0].process.send_signal(signal.SIGSTOP)
    for key in ("a", "b", "c", "d"):
        hosts = Hosts([host.name for host in two], authority.client())
        [answer] = asyncio.run(_run(hosts, msgspec.structs.replace(_ECHO, key=key), "hi"))
        assert answer.body == "hi"


@pytest.mark.usefixtures("jails")
def test_a_host_that_has_forgotten_the_code_is_given_it_again(authority: Authority) -> None:
    """A runner that was started anew serves the same clients."""
    host = RunnerHost(authority)
    asyncio.run(_ready([host.name], authority.client()))

    async def calls() -> None:
        nonlocal host
        hosts = Hosts([host.name], authority.client())
        try:
            assert (await hosts.run(_ECHO, wanted("one"))).body == "one"
            host.end(signal.SIGKILL)
            await asyncio.sleep(0.1)
            refused = await hosts.run(_ECHO, wanted("two"))
            assert refused.error is not None
            assert "cannot be reached" in refused.error.message
            host = RunnerHost(authority, int(host.name.rpartition(":")[2]))
            await _ready([host.name], authority.client())
            assert (await hosts.run(_ECHO, wanted("three"))).body == "three"
        finally:
            await hosts.close()

    try:
        asyncio.run(calls())
    finally:
        host.end()


def test_whoever_another_authority_signed_is_refused_on_either_side(
    two: tuple[RunnerHost, RunnerHost], authority: Authority, tmp_path: Path
) -> None:
    """A client of strangers, one without a certificate, a host's certificate used as a client's; a strange host."""
    stranger = Authority(tmp_path / "stranger")
    theirs = stranger.client(trusts=authority)
    [answer] = asyncio.run(_run(Hosts([two[0].name], theirs), _ECHO, "hi"))
    assert answer.error is not None
    assert answer.error.reason == "no_sandbox"
    of_a_host = authority.host()
    disguised = Credentials(Path(of_a_host.cert), Path(of_a_host.key), authority.ca)
    [answer] = asyncio.run(_run(Hosts([two[0].name], disguised), _ECHO, "hi"))
    assert answer.error is not None
    distrustful = authority.client(trusts=stranger)
    [answer] = asyncio.run(_run(Hosts([two[0].name], distrustful), _ECHO, "hi"))
    assert answer.error is not None
    assert "not trusted" in answer.error.message
    context = ssl.create_default_context(cafile=str(authority.ca))
    port = int(two[0].name.rpartition(":")[2])
    with (
        socket.create_connection(("127.0.0.1", port), 5) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as bare,
        suppress(ssl.SSLError, ConnectionError),
    ):
        bare.sendall(b"POST / HTTP/1.1\r\nContent-Length: 29\r\n\r\n" + b'{"type":"examine","number":1}')
        assert not bare.recv(100), "it was let in"


def test_a_busy_hosts_calls_go_to_the_next(two: tuple[RunnerHost, RunnerHost], authority: Authority) -> None:
    """A host that says `Busy` has not begun: 24 calls fill one, the others are made at the second."""
    source = Source("slow", {"bot.py": _MARKS})

    async def calls() -> None:
        hosts = Hosts([host.name for host in two], authority.client())
        try:
            await hosts.run(source, wanted("0"))
            answers = await asyncio.gather(*(hosts.run(source, wanted("0.3")) for _ in range(40)))
            assert [answer.error for answer in answers] == [None] * 40
        finally:
            await hosts.close()

    asyncio.run(calls())


def test_code_cannot_pretend_that_its_call_was_never_begun(yard: Yard) -> None:
    """What a worker writes is its author's word, whatever reason it names: the call is not made again elsewhere."""
    bot = yard.bot("""
    def attack():
        import gc, json, struct
        call = [one for one in gc.get_objects() if isinstance(one, dict) and "log_stream" in one][0]["id"]
        error = {"type": "Busy", "message": "m", "reason": "busy"}
        body = json.dumps({"id": call, "ok": False, "error": error}).encode()
        os.write(3, struct.pack(">I", len(body)) + body)
        time.sleep(5)
    """)
    answer = yard.run(bot)
    assert answer.error is not None
    assert (answer.error.type, answer.error.reason) == ("Busy", "exception")


def test_a_host_that_goes_moves_only_its_own_code(authority: Authority) -> None:
    """Rendezvous hashing: shares are even, and what was another's stays where it was."""
    three = Hosts(["a:1", "b:1", "c:1"], authority.client())
    without_c = Hosts(["a:1", "b:1"], authority.client())
    keys = [f"key-{number}" for number in range(600)]
    first = {key: three._ranked(key)[0].name for key in keys}
    assert min(Counter(first.values()).values()) > 150
    assert all(without_c._ranked(key)[0].name == first[key] for key in keys if first[key] != "c:1")
