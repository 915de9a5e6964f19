"""Runners on other machines, over HTTPS with mutual TLS: each version of a bot has its host, and others behind it.

A call is made at most once. It goes elsewhere only where nothing of it can have begun: the host cannot be reached, does
not let us in, or says itself that it did not begin. A host that is lost while it has a call takes the call with it.

A connection that is new, or has rested, asks how the host is before it carries a call. TLS 1.3 lets a client write
before the other side has looked at its certificate, and a machine without power says no farewell: without that question
either would look like a lost call.
"""

import asyncio
import hashlib
import ssl
from collections.abc import Sequence
from pathlib import Path
from time import monotonic

import msgspec
from msgspec import Struct

from botyard.integrations.connections import Connections
from botyard.integrations.http1 import Http1, request
from botyard.integrations.lookup import Lookup, SystemResolver
from botyard.integrations.received import NotSent
from botyard.integrations.sandbox.jail.doctor import Health
from botyard.integrations.sandbox.jail.jails import Source
from botyard.integrations.sandbox.jail.limits import allowed
from botyard.integrations.sandbox.jail.policy import policy
from botyard.integrations.sandbox.jail.pool import Wanted
from botyard.integrations.sandbox.runner.door import MOST_BYTES
from botyard.integrations.sandbox.runner.talk import Asked, Examine, Examined, Keep, Ran, Run, read_said
from botyard.integrations.sandbox.said import CodeAnswer, CodeError
from botyard.integrations.target import Target
from botyard.integrations.trust import Trust

REACH_S = 3.0  # connecting, being let in, and handing over the code
RESTS_S = 5.0  # a host that could not be reached is asked last for so long
_IDLE_S = 60.0
_TRUSTED_S = 1.0  # after so long without a call, a connection is asked before it is trusted with one
_SLACK_S = 5.0  # beyond what a call may take: the way there and back
# What a runner says of calls that it did not begin. Its own mishaps are not among them (`Broken`, `Stopped`).
_NOT_BEGUN = frozenset({"Busy", "NoSandbox", "NoJail"})


class Credentials(Struct, frozen=True):
    """Paths of PEM files. cert, key: who we are; ca: who signs the hosts' certificates, and nobody else does."""

    cert: Path
    key: Path
    ca: Path


class NotBegun(Exception):
    """One host did not begin a call. answer: what the caller is told where no other host does."""

    def __init__(self, answer: CodeAnswer) -> None:
        super().__init__()
        self.answer = answer


class Host:
    """One runner host. known: the keys of the code it was given. rests_until: it could not be reached just now."""

    def __init__(self, name: str) -> None:
        address, _, port = name.rpartition(":")
        self.name = name
        self.target = Target("https", address.strip("[]").lower(), int(port), "/")
        self.known: set[str] = set()
        self.rests_until = 0.0


class Hosts:
    """Serves `ports.RunsCode`. names: HOST:PORT of each runner."""

    def __init__(self, names: Sequence[str], credentials: Credentials) -> None:
        self._hosts = [Host(name) for name in names]
        self._tls = _tls(credentials)
        self._made: Connections | None = None

    async def run(self, source: Source, wanted: Wanted) -> CodeAnswer:
        """Make one call, at the first host of the code's own order that begins it."""
        answer = CodeAnswer(error=CodeError("NoSandbox", "there is no runner host", reason="no_sandbox"))
        for host in self._ranked(source.key):
            try:
                return await self._at(host, source, wanted)
            except NotBegun as not_begun:
                answer = not_begun.answer
        return answer

    async def health(self) -> Health:
        """Ask every host. Code runs while one of them runs it."""
        found = await asyncio.gather(*(self._health(host) for host in self._hosts))
        fit = [one for one in found if one.is_ok]
        sick = [(host, one) for host, one in zip(self._hosts, found, strict=True) if not one.is_ok]
        return Health(
            is_ok=bool(fit),
            sentence="; ".join(f"runner host {host.name}: {one.sentence}" for host, one in sick),
            fix=next((one.fix for _, one in sick), ""),
            network=next((one.network for one in fit if one.network), None),
            is_unsafe=any(one.is_unsafe for one in found),
        )

    async def close(self) -> None:
        """Hang up."""
        if self._made:
            await self._made.close()

    def _ranked(self, key: str) -> list[Host]:
        """Rendezvous hashing: a host that comes or goes moves only the code that is its own."""
        now = monotonic()
        return sorted(self._hosts, key=lambda host: (host.rests_until > now, _weight(host.name, key)))

    async def _at(self, host: Host, source: Source, wanted: Wanted) -> CodeAnswer:
        """Make the call at one host. Raises NotBegun."""
        for _ in range(2):
            connection = await self._ready(host, source)
            said = await self._call(host, connection, Run(0, source.key, wanted))
            if not isinstance(said, Ran):
                return said
            if said.answer is not None:
                return _begun(said.answer)
            host.known.discard(source.key)  # it has forgotten the code, and begun nothing
        raise NotBegun(_failed(host, "it does not keep the code it is given"))

    async def _ready(self, host: Host, source: Source) -> Http1:
        """Have a connection that lets us in, to a host that has the code. Raises NotBegun."""
        try:
            async with asyncio.timeout(REACH_S):
                connection = await self._connection(host)
                if source.key not in host.known:
                    await _ask(connection, host, Keep(source))
                    host.known.add(source.key)
                return connection
        except (NotSent, TimeoutError) as error:
            host.rests_until = monotonic() + RESTS_S
            host.known.clear()
            why = error.sentence if isinstance(error, NotSent) else f"nothing was heard of it within {REACH_S:g} s"
            raise NotBegun(_failed(host, f"it cannot be reached: {why}")) from error

    async def _call(self, host: Host, connection: Http1, run: Run) -> Ran | CodeAnswer:
        """From here on the call may have begun, whatever comes of it."""
        limits = policy().limits
        most_s = allowed(limits, timeout_s=run.wanted.timeout_s).timeout_s + limits.queue_s + 2 * limits.load_s
        try:
            async with asyncio.timeout(most_s + _SLACK_S):
                said = await _ask(connection, host, run)
        except (NotSent, TimeoutError) as error:
            if isinstance(error, NotSent) and error.may_try_again:  # nothing was written
                raise NotBegun(_failed(host, error.sentence)) from error
            return _failed(host, "it went away during the call, which is not made again", type="Lost")
        self._connections.give_back(host.target, connection)
        return said if isinstance(said, Ran) else _failed(host, "it answered something else", type="Lost")

    async def _health(self, host: Host) -> Health:
        try:
            async with asyncio.timeout(REACH_S):
                connection = await self._connection(host)
                said = await _ask(connection, host, Examine(0))
                self._connections.give_back(host.target, connection)
        except (NotSent, TimeoutError) as error:
            why = error.sentence if isinstance(error, NotSent) else f"nothing was heard of it within {REACH_S:g} s"
            fix = (
                "see that `botyard runner` runs there, and that both certificates are of BOTYARD_RUNNER_CA's authority"
            )
            return Health(is_ok=False, sentence=f"it cannot be reached: {why}", fix=fix)
        return said.health if isinstance(said, Examined) else Health(is_ok=False, sentence="it is no runner")

    async def _connection(self, host: Host) -> Http1:
        connection = await self._connections.take(host.target)
        if monotonic() - connection.idle_since > _TRUSTED_S:  # a new one has never been idle; loops tell monotonic time
            await _ask(connection, host, Examine(0))
        return connection

    @property
    def _connections(self) -> Connections:
        """Made in the loop that calls: the operator named these hosts, so no address is refused."""
        if self._made is None:
            self._made = Connections(
                lambda _address, _port, _is_plain: None,
                Trust(self._tls),
                Lookup(SystemResolver()),
                reused_within_s=_IDLE_S,
            )
        return self._made


async def _ask(connection: Http1, host: Host, asked: Asked) -> Ran | Examined | None:
    """Say one thing, and hear the answer; None: there is none to give. Raises NotSent."""
    body = msgspec.json.encode(asked)
    received = await connection.ask(request(host.target, body, {"Content-Type": "application/json"}), MOST_BYTES)
    try:
        return read_said(received.body) if received.body else None
    except msgspec.DecodeError as error:  # ValidationError is one
        connection.abort()
        raise NotSent("no_runner", "what answers there is no runner of this version") from error


def _begun(answer: CodeAnswer) -> CodeAnswer:
    if answer.error is not None and answer.error.type in _NOT_BEGUN and answer.error.reason in ("busy", "no_sandbox"):
        raise NotBegun(answer)
    return answer


def _failed(host: Host, why: str, *, type: str = "NoSandbox") -> CodeAnswer:  # noqa: A002 - the field's name
    return CodeAnswer(error=CodeError(type, f"runner host {host.name}: {why}", reason="no_sandbox"))


def _weight(name: str, key: str) -> bytes:
    return hashlib.sha256(f"{name}\0{key}".encode()).digest()


def _tls(credentials: Credentials) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(credentials.cert, credentials.key)
    context.load_verify_locations(credentials.ca)
    return context
