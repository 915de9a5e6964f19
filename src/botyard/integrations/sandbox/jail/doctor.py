"""Whether a jail holds here: before any customer's code runs, the attacks of canary.py are run in one."""

import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import msgspec
from msgspec import Struct

from botyard.integrations.sandbox.jail.egress import NoNetwork, own_addresses
from botyard.integrations.sandbox.jail.jails import Jails, Source
from botyard.integrations.sandbox.jail.launch import Walls
from botyard.integrations.sandbox.jail.policy import policy
from botyard.integrations.sandbox.jail.pool import Wanted
from botyard.integrations.sandbox.jail.syscalls import MACHINES, NUMBERS
from botyard.integrations.sandbox.said import CodeAnswer
from botyard.settings import UNSAFE

_FILE = "canary.py"
_TIMEOUT_S = 5.0
_CANARY = Path(__file__).with_name(_FILE).read_text()  # read while we still may, as launch.py does
ATTACKS = (
    *("files", "environment", "descriptors", "writing", "filling", "memory", "processes", "signals", "kernel"),
    *("sockets", "network", "programs"),
)


class Health(Struct, frozen=True):
    """Whether custom code runs here, and how. sentence: what is wrong; fix: what the operator can do about it.

    network: None where code has a network, else why it has none. is_unsafe: the operator took the walls away.
    """

    is_ok: bool
    sentence: str = ""
    fix: str = ""
    network: str | None = None
    is_unsafe: bool = False


UNSAFE_REFUSED = Health(
    is_ok=False,
    sentence="BOTYARD_UNSAFE_NO_SANDBOX is set, and this installation has more than one partner",
    fix="without a sandbox the code of one could read what is another's; unset it, and let the sandbox work",
    is_unsafe=True,
)


class Attempt(Struct, frozen=True):
    """One attack. wrong: what got through, or why it could not be tried; "" where it was stopped."""

    attack: str
    wrong: str = ""


class Diagnosis(Struct, frozen=True):
    """All that was found. user: who runs the code, as a number. python: with what."""

    health: Health
    attempts: tuple[Attempt, ...] = ()
    user: int = -1
    python: str = ""

    def told(self) -> Iterator[str]:
        """Say it in sentences, attack by attack."""
        for attempt in self.attempts:
            yield f"{attempt.attack:<12} {attempt.wrong or 'stopped'}"
        if self.health.is_unsafe:
            yield UNSAFE
        elif self.health.is_ok:
            yield f"Custom code runs here in a sandbox, as user {self.user}, on {self.python}."
        else:
            yield f"Custom code cannot run here: {self.health.sentence}."
            yield f"What would help: {self.health.fix}."
        if self.health.network:
            yield f"Without a network: {self.health.network}."


async def examine(walls: Walls, *, network: NoNetwork | None = None) -> Health:
    """Build a jail, attack it from inside until an attack gets through, and tear it down."""
    return (await _attacked(walls, network, goes_on=False)).health


async def diagnose(walls: Walls, *, network: NoNetwork | None = None) -> Diagnosis:
    """Make every attack, whatever came of those before."""
    return await _attacked(walls, network, goes_on=True)


async def _attacked(walls: Walls, network: NoNetwork | None, *, goes_on: bool) -> Diagnosis:
    why = network.sentence if network else None
    attempts: list[Attempt] = []
    jails = Jails(walls)
    try:
        with _listening(walls) as places:
            for attack in () if walls.is_unsafe else ATTACKS:
                answer = await jails.run(_source(), _wanted(attack, places))
                attempts.append(Attempt(attack, _wrong(attack, answer)))
                has_no_jail = answer.error is not None and answer.error.reason == "no_sandbox"
                if has_no_jail or (attempts[-1].wrong and not goes_on):
                    break
    except NoNetwork as none:  # which addresses are this machine's is not known: nothing was tried
        attempts.append(Attempt("network", none.sentence))
    finally:
        await jails.close()
    wrong = next((attempt.wrong for attempt in attempts if attempt.wrong), "")
    health = Health(
        is_ok=not wrong,
        sentence=wrong,
        fix=fix_of(wrong) if wrong else "",
        network=why,
        is_unsafe=walls.is_unsafe,
    )
    return Diagnosis(health, tuple(attempts), os.getuid(), walls.python.executable)


def _source() -> Source:
    return Source("canary", {_FILE: _CANARY})


def _wanted(attack: str, places: list[tuple[str, int]]) -> Wanted:
    calls = _always_refused()
    body = msgspec.json.encode({"attack": attack, "calls": calls, "places": places}).decode()
    event = msgspec.Raw(msgspec.json.encode({"body": body}))
    return Wanted(_FILE, event, "canary", "canary", "1", "canary", _TIMEOUT_S)


def _always_refused() -> dict[str, int]:
    """List the calls that must be refused whatever their arguments; fork and execve have an attack of their own."""
    column = MACHINES[os.uname().machine].column
    undone = {call for group in policy().refused if group.errno == "none" for call in group.calls}
    elsewhere = {"fork", "vfork", "execve", *undone, *(rule.call for rule in policy().only)}
    numbers = {call: found[column] for call, found in NUMBERS.items() if call not in elsewhere}
    return {call: number for call, number in numbers.items() if number is not None}


def _wrong(attack: str, answer: CodeAnswer) -> str:
    """Say what got through; nothing where the attack was stopped."""
    if answer.error is not None:
        return f"the test of the sandbox failed ({attack}): {answer.error.message}"
    got = msgspec.json.decode(answer.body or "null", type=str | None)
    return f"the sandbox does not hold here: an attack ({attack}) got through: {got}" if got else ""


@contextmanager
def _listening(walls: Walls) -> Iterator[list[tuple[str, int]]]:
    """Listen where code must not come: on every address of this machine; and name the cloud's metadata service.

    Raises NoNetwork.
    """
    with ExitStack() as open_ones:
        servers = [open_ones.enter_context(closing(server)) for server in map(_listener, _own(walls)) if server]
        places: list[tuple[str, int]] = [server.getsockname()[:2] for server in servers]
        yield [*places, *(("10.0.2.2", port) for _, port in places), ("169.254.169.254", 80)]


def _own(walls: Walls) -> set[str]:
    """List this machine's addresses; where code has no network, one will do for all. Raises NoNetwork."""
    try:
        return own_addresses()
    except NoNetwork:
        if walls.egress:
            raise
        return {"127.0.0.1"}


def _listener(address: str) -> socket.socket | None:
    try:
        return socket.create_server((address, 0))
    except OSError:  # it went away meanwhile
        return None


_CONTAINERS = (
    "allow unprivileged user namespaces; in Docker, start this container with a seccomp profile that allows clone, "
    "unshare, mount and pivot_root, and with apparmor=unconfined"
)
_FIXES: tuple[tuple[str, str], ...] = (
    ("bwrap: not found", "install bubblewrap (Debian, Ubuntu, Fedora, Alpine and Arch call the package so)"),
    ("unshare cannot be started", "install util-linux, which has unshare"),
    ("No space left on device", "raise the limit: sysctl user.max_user_namespaces=10000"),
    ("uid_map", "on Ubuntu 23.10 to 24.10 load the AppArmor profile bwrap-userns-restrict"),
    ("this machine's own addresses", "let the runner read /proc/net/fib_trie, or run it with --no-network"),
    ("Operation not permitted", _CONTAINERS),
)


def fix_of(sentence: str) -> str:
    """Find what helps against what a system said."""
    return next((fix for sign, fix in _FIXES if sign in sentence), _LAST_FIX)


_LAST_FIX = (
    "run `botyard runner` on a machine where it holds, or, if all code here is your own, set"
    " BOTYARD_UNSAFE_NO_SANDBOX=1"
)
