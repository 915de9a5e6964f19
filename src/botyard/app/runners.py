"""`botyard runner`: this process becomes a runner; `botyard runner doctor`: whether its walls would hold."""

import os
import pwd
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import msgspec

from botyard.errors import BotyardError
from botyard.integrations.sandbox.elsewhere.choose import tls_of
from botyard.integrations.sandbox.jail.doctor import Diagnosis
from botyard.integrations.sandbox.runner.runner import Orders, command_of
from botyard.settings import Settings

_DOCTOR_S = 120.0


class RunnerUnusable(BotyardError):
    """A runner cannot be started as it was asked for."""

    code = "runner_unusable"


def become_runner(
    settings: Settings, socket: Path | None, caller: str | None, *, has_network: bool, listen: str | None = None
) -> NoReturn:
    """Put a runner in place of this process, with nothing of what this one knows. listen: HOST:PORT.

    Raises RunnerUnusable, SettingUnusable.
    """
    if listen is not None:
        tls = tls_of(settings, listen)
        _become(Orders(tls=tls, is_unsafe=settings.unsafe_no_sandbox, has_network=has_network))
    path = socket or (Path(settings.runner) if settings.runner else None)
    if path is None:
        raise RunnerUnusable(
            "say where to listen: --socket PATH, or BOTYARD_RUNNER, which servers read too, or --listen HOST:PORT"
        )
    if not path.absolute().parent.is_dir():
        raise RunnerUnusable(f"there is no folder {str(path.absolute().parent)!r} for the runner's socket")
    orders = Orders(
        path=str(path.absolute()),
        caller=None if caller is None else _uid(caller),
        is_unsafe=settings.unsafe_no_sandbox,
        has_network=has_network,
    )
    _become(orders)


def _become(orders: Orders) -> NoReturn:
    command, environment = command_of(orders)
    sys.stdout.flush()
    os.execve(command[0], command, environment)  # noqa: S606 - ourselves, without a shell


def diagnosed(settings: Settings) -> Diagnosis:
    """Attack a sandbox as a runner of this machine would build it. Raises RunnerUnusable."""
    command, environment = command_of(Orders(is_unsafe=settings.unsafe_no_sandbox, is_doctor=True))
    done = subprocess.run(  # noqa: S603 - ourselves
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=_DOCTOR_S, check=False
    )
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise RunnerUnusable(f"the runner did not start: {said}")
    return msgspec.json.decode(done.stdout, type=Diagnosis)


def _uid(user: str) -> int:
    try:
        return int(user) if user.isdecimal() else pwd.getpwnam(user).pw_uid
    except KeyError:
        raise RunnerUnusable(f"there is no user {user!r} on this machine") from None
