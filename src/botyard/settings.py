"""Every setting, typed, read once at start; nobody else reads the environment.

Later wins: what stands here, then the file `botyard.toml`, then the environment (`BOTYARD_PORT` sets `port`; an empty
variable sets nothing). `origin` remembers where each value came from. Values that are, or may hold, a secret are
shown to nobody: not in a `repr`, not in an error, not by `botyard settings`.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from msgspec import Struct

from botyard.errors import BotyardError
from botyard.setting_values import READERS, LogFormat, PrivateReceiver

FILE_NAME = "botyard.toml"
PREFIX = "BOTYARD_"
SECRET_PREFIX = "BOTYARD_SECRET_"  # noqa: S105 - the beginning of a variable's name, no secret
DEFAULT = "default"


def load(environ: Mapping[str, str], folder: Path) -> "Settings":
    """Read the settings for a process that runs in `folder`; `folder` may also be the path of the file itself.

    Raises SettingUnusable, which names the variable or the file, the key and what is expected.
    """
    values: dict[str, Any] = {}
    origin = dict.fromkeys(READERS, DEFAULT)
    secrets: dict[str, tuple[str, str]] = {}
    for given in (_from_file(_file_in(folder)), _from_environment(environ)):
        for one in given.settings:
            values[one.name] = _read(one)
            origin[one.name] = one.origin
        secrets |= given.secrets
    origin |= {f"secrets.{name}": where for name, (_, where) in secrets.items()}
    return Settings(**values, secrets=Secrets({name: value for name, (value, _) in secrets.items()}), origin=origin)


class Secrets(Mapping[str, str]):
    """What `${secret:NAME}` means. Only names are ever printed."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = dict(values)

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Secrets({', '.join(sorted(self._values))})"


# Said wherever it is so. Settings say it too, so it stands here.
UNSAFE = (
    "BOTYARD_UNSAFE_NO_SANDBOX is set: custom code runs WITHOUT A SANDBOX, and may read, change and send whatever the"
    " user of its runner may"
)


class Settings(Struct, frozen=True, kw_only=True):
    """All settings. key: 32 bytes as 64 hex digits. faults: named faults for tests of ours, empty in real life.

    trusted_proxies: whose X-Forwarded-For is believed. connections: of clients, open at once, in one process.
    chat_origins: other sites that may show the chat page. port: 0 lets the system choose one.
    trace_days: how long traces and calls are kept; 0 is for ever.
    runner: where `botyard runner` listens; None starts a runner of our own. unsafe_no_sandbox: that one has no walls.
    runner_hosts: HOST:PORT of runners on other machines; runner_cert, runner_key, runner_ca: paths of PEM files.
    lambda_role: the role that custom code has on AWS Lambda; with it, code runs there. lambda_concurrency: calls of one
    bot's file at once. lambda_endpoint: another address than AWS's own.
    code_packages: the folder of what custom code imports; None chooses one. encoder: "auto", "off", or a folder.
    origin: for each setting "default", a file's path or a variable's name.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    database_url: str = "sqlite:///botyard.db"
    redis_url: str | None = None
    egress_allow: tuple[PrivateReceiver, ...] = ()
    key: str | None = None
    chat_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    rate_limit: bool = True
    connections: int = 10_000
    connections_per_address: int = 1_000
    trace_days: int = 30
    log_format: LogFormat = "json"
    runner: str | None = None
    runner_hosts: tuple[str, ...] = ()
    runner_cert: str | None = None
    runner_key: str | None = None
    runner_ca: str | None = None
    unsafe_no_sandbox: bool = False
    lambda_role: str | None = None
    lambda_region: str | None = None
    lambda_prefix: str = "botyard-"
    lambda_concurrency: int = 8
    lambda_endpoint: str | None = None
    code_packages: str | None = None
    encoder: str = "auto"
    faults: str = ""
    secrets: Mapping[str, str] = Secrets({})
    origin: Mapping[str, str] = {}

    def shown(self) -> list["Shown"]:
        """Every setting as a person may see it, with where it came from."""
        plain = [Shown(name, _masked(name, getattr(self, name)), self.origin.get(name, DEFAULT)) for name in READERS]
        secret = [Shown(f"secrets.{name}", MASK, self.origin.get(f"secrets.{name}", DEFAULT)) for name in self.secrets]
        return plain + secret

    def __repr__(self) -> str:
        return f"Settings({', '.join(f'{one.name}={one.value}' for one in self.shown())})"


class Shown(Struct, frozen=True):
    """One setting for a person's eyes."""

    name: str
    value: str
    origin: str


class SettingUnusable(BotyardError):
    """A setting has a value that cannot be used. The operator wrote it, the operator can mend it."""

    code = "setting_unusable"

    def __init__(self, *, where: str, expected: str) -> None:
        super().__init__(f"{where}: expected {expected}", where=where, expected=expected)


MASK = "(set, not shown)"


def _masked(name: str, value: object) -> str:
    if value is None or value in ("", ()):
        return ""
    if name == "key":
        return MASK
    if name.endswith("_url"):
        return _without_password(str(value))
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return str(value)


def _without_password(url: str) -> str:
    """Keep what tells one server from another: neither user, password nor options."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return MASK
    shown = parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="")
    return urlunsplit(shown) if parts.netloc else url.partition("?")[0]


# ── where values come from ──────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Said:
    """One value as somebody wrote it. where: for an error; origin: for `botyard settings`."""

    name: str
    value: object
    where: str
    origin: str


@dataclass(frozen=True)
class _Given:
    """What one source says. secrets: name -> value and where it stood."""

    settings: list[_Said]
    secrets: dict[str, tuple[str, str]]


def _from_environment(environ: Mapping[str, str]) -> _Given:
    settings = [
        _Said(name, environ[variable], variable, variable)
        for name in READERS
        if environ.get(variable := PREFIX + name.upper(), "").strip()
    ]
    secrets = {
        name: (_secret(value, variable), variable)
        for variable, value in environ.items()
        if (name := variable.removeprefix(SECRET_PREFIX)) != variable and name
    }
    return _Given(settings, secrets)


def _file_in(folder: Path) -> Path | None:
    """A folder may lack the file; a file that was named must be there."""
    if not folder.is_dir():
        return folder
    file = folder / FILE_NAME
    return file if file.exists() else None


def _from_file(file: Path | None) -> _Given:
    if file is None:
        return _Given([], {})
    content = _toml(file)
    secrets = content.pop("secrets", {})
    if not isinstance(secrets, dict):
        raise SettingUnusable(where=f"{file}, secrets", expected="a table of NAME = 'value'")
    for name in content:
        if name not in READERS:
            raise SettingUnusable(where=f"{file}, {name}", expected=f"one of {', '.join(READERS)}, or [secrets]")
    said = [_Said(name, value, f"{file}, {name}", str(file)) for name, value in content.items()]
    where = f"{file}, secrets"
    return _Given(said, {name: (_secret(value, f"{where}.{name}"), str(file)) for name, value in secrets.items()})


def _toml(file: Path) -> dict[str, Any]:
    if file.exists() and not file.is_file():  # a pipe would never end
        raise SettingUnusable(where=str(file), expected="a plain file")
    try:
        return tomllib.loads(file.read_bytes().decode())
    except OSError as error:
        raise SettingUnusable(where=str(file), expected=f"a file that can be read ({error.strerror})") from error
    except tomllib.TOMLDecodeError as error:
        # The parser's own sentence may quote the line, and the line may hold a secret: only its place is said.
        place = re.search(r"line \d+, column \d+", str(error))
        raise SettingUnusable(
            where=str(file), expected=f"TOML ({place[0] if place else 'broken at its end'})"
        ) from None
    except UnicodeDecodeError:
        raise SettingUnusable(where=str(file), expected="text in UTF-8") from None
    except RecursionError:
        raise SettingUnusable(where=str(file), expected="TOML that is nested less deep") from None


def _secret(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise SettingUnusable(where=where, expected="text in quotes")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise SettingUnusable(where=where, expected="text in UTF-8") from None  # what is underneath quotes the secret
    return value


def _read(said: _Said) -> object:
    reader = READERS[said.name]
    value = said.value.strip() if isinstance(said.value, str) else said.value
    try:
        return reader.read(value)
    except (ValueError, TypeError):
        # Not chained: the error underneath quotes the value, and some values are secret.
        raise SettingUnusable(where=said.where, expected=reader.expected) from None
