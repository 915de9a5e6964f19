"""Every setting, typed, read once at start; nobody else reads the environment.

Later wins: what stands here, then the file `botyard.toml`, then the environment (`BOTYARD_PORT` sets `port`; an empty
variable sets nothing). `origin` remembers where each value came from. Values that are, or may hold, a secret are
shown to nobody: not in a `repr`, not in an error, not by `botyard settings`.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Literal, TypeAlias
from urllib.parse import urlsplit, urlunsplit

import msgspec
from msgspec import Struct

from botyard.errors import BotyardError

FILE_NAME = "botyard.toml"
PREFIX = "BOTYARD_"
SECRET_PREFIX = "BOTYARD_SECRET_"  # noqa: S105 - the beginning of a variable's name, no secret
DEFAULT = "default"
LogFormat: TypeAlias = Literal["json", "text"]


def load(environ: Mapping[str, str], folder: Path) -> "Settings":
    """Read the settings for a process that runs in `folder`; `folder` may also be the path of the file itself.

    Raises SettingUnusable, which names the variable or the file, the key and what is expected.
    """
    values: dict[str, Any] = {}
    origin = dict.fromkeys(_READERS, DEFAULT)
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


class PrivateReceiver(Struct, frozen=True):
    """Addresses on one port that webhooks may reach although they are private."""

    network: IPv4Network | IPv6Network
    port: int

    def __str__(self) -> str:
        return f"{self.network}:{self.port}"


class Settings(Struct, frozen=True, kw_only=True):
    """All settings. key: 32 bytes as 64 hex digits. faults: named faults for tests of ours, empty in real life.

    trusted_proxies: whose X-Forwarded-For is believed.
    chat_origins: other sites that may show the chat page. port: 0 lets the system choose one.
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
        plain = [Shown(name, _masked(name, getattr(self, name)), self.origin.get(name, DEFAULT)) for name in _READERS]
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
        for name in _READERS
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
        if name not in _READERS:
            raise SettingUnusable(where=f"{file}, {name}", expected=f"one of {', '.join(_READERS)}, or [secrets]")
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


# ── what values may be ──────────────────────────────────────────────────────────────────────────────────────────────


def _read(said: _Said) -> object:
    reader = _READERS[said.name]
    value = said.value.strip() if isinstance(said.value, str) else said.value
    try:
        return reader.read(value)
    except (ValueError, TypeError):
        # Not chained: the error underneath quotes the value, and some values are secret.
        raise SettingUnusable(where=said.where, expected=reader.expected) from None


def _text(value: object) -> str:
    if not isinstance(value, str) or not value or any(not mark.isprintable() for mark in value):
        raise ValueError
    return value


def _port(value: object) -> int:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,5}", value):
        value = int(value)
    return msgspec.convert(value, int) if value in range(65536) else _refuse()


def _database(value: object) -> str:
    url = _text(value)
    return url if re.match(r"sqlite:///.|postgresql(\+\w+)?://.", url) else _refuse()


def _redis(value: object) -> str:
    url = _text(value)
    return url if re.match(r"(rediss?|unix)://.", url) else _refuse()


def _key(value: object) -> str:
    digits = _text(value)
    return digits if re.fullmatch(r"[0-9a-fA-F]{64}", digits) else _refuse()


def _switch(value: object) -> bool:
    if isinstance(value, bool):
        return value
    return {"on": True, "off": False}[value.lower()] if value in {"on", "off", "ON", "OFF"} else _refuse()


def _unsafe(value: object) -> bool:
    return value == "1" if value in {"1", "0"} else _switch(value)


def _log_format(value: object) -> LogFormat:
    form: LogFormat = msgspec.convert(value, LogFormat)
    return form


def _receivers(value: object) -> tuple[PrivateReceiver, ...]:
    parts = value.split(",") if isinstance(value, str) else msgspec.convert(value, list[str])
    return tuple(_receiver(part.strip()) for part in parts if part.strip())


def _receiver(text: str) -> PrivateReceiver:
    network, _, port = text.rpartition(":")
    plain = network.replace("[", "").replace("]", "")  # IPv6 as URLs write it
    found = PrivateReceiver(ip_network(plain), _port(port))
    return found if found.port else _refuse()


def _networks(value: object) -> tuple[IPv4Network | IPv6Network, ...]:
    parts = value.split(",") if isinstance(value, str) else msgspec.convert(value, list[str])
    return tuple(ip_network(part.strip()) for part in parts if part.strip())


def _origins(value: object) -> tuple[str, ...]:
    parts = value.split(",") if isinstance(value, str) else msgspec.convert(value, list[str])
    return tuple(_origin(part.strip()) for part in parts if part.strip())


def _origin(text: str) -> str:
    """As browsers write it; it goes into a header, so nothing else may."""
    return text if re.fullmatch(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?", text) else _refuse()


def _hosts(value: object) -> tuple[str, ...]:
    parts = value.split(",") if isinstance(value, str) else msgspec.convert(value, list[str])
    return tuple(_host(part.strip()) for part in parts if part.strip())


def _host(text: str) -> str:
    address, _, port = text.rpartition(":")
    return text if re.fullmatch(r"[A-Za-z0-9._-]+|\[[0-9a-fA-F:.]+\]", address) and _port(port) else _refuse()


def _prefix(value: object) -> str:
    """As the names of functions may begin, short enough to leave room for a bot's."""
    text = _text(value)
    return text if re.fullmatch(r"[A-Za-z0-9_-]{1,20}", text) else _refuse()


def _concurrency(value: object) -> int:
    number = int(value) if isinstance(value, str) and re.fullmatch(r"[0-9]{1,4}", value) else value
    return msgspec.convert(number, int) if number in range(1, 1001) else _refuse()


def _role(value: object) -> str:
    text = _text(value)
    return text if re.fullmatch(r"arn:aws[a-z-]*:iam::[0-9]{12}:role/.+", text) else _refuse()


def _refuse() -> Any:
    raise ValueError


@dataclass(frozen=True)
class _Reader:
    read: Callable[[object], object]
    expected: str


_READERS: Mapping[str, _Reader] = {
    "host": _Reader(_text, "an address or a host name to listen on, such as 127.0.0.1"),
    "port": _Reader(_port, "a port number, 0 to 65535"),
    "database_url": _Reader(_database, "sqlite:///path/to/file.db or postgresql://user:password@host/database"),
    "redis_url": _Reader(_redis, "redis://host:port/number"),
    "egress_allow": _Reader(_receivers, "comma-separated CIDR:port, such as 127.0.0.1/32:9009,10.1.0.0/16:443"),
    "key": _Reader(_key, "64 hex digits (32 random bytes)"),
    "chat_origins": _Reader(_origins, "comma-separated origins, such as https://shop.example"),
    "trusted_proxies": _Reader(_networks, "comma-separated addresses or CIDRs, such as 127.0.0.1,10.0.0.0/8"),
    "rate_limit": _Reader(_switch, "on or off"),
    "log_format": _Reader(_log_format, "json or text"),
    "runner": _Reader(_text, "the path of the socket that `botyard runner` listens at"),
    "runner_hosts": _Reader(_hosts, "comma-separated HOST:PORT, such as runner1.internal:8443"),
    "runner_cert": _Reader(_text, "the path of a certificate in PEM"),
    "runner_key": _Reader(_text, "the path of the certificate's key in PEM"),
    "runner_ca": _Reader(
        _text, "the path of the certificate, in PEM, of the authority that signs runners' and servers'"
    ),
    "unsafe_no_sandbox": _Reader(_unsafe, "1 or 0, on or off"),
    "lambda_role": _Reader(_role, "the ARN of a role, such as arn:aws:iam::123456789012:role/botyard-code"),
    "lambda_region": _Reader(_text, "a region of AWS, such as eu-central-1"),
    "lambda_prefix": _Reader(_prefix, "1 to 20 letters, digits, hyphens and underscores"),
    "lambda_concurrency": _Reader(_concurrency, "a number, 1 to 1000"),
    "lambda_endpoint": _Reader(_text, "a URL"),
    "code_packages": _Reader(_text, "the path of a folder for the packages of custom code"),
    "encoder": _Reader(_text, "auto, off, or the path of an encoder's folder"),
    "faults": _Reader(_text, "names of faults, comma-separated; for Botyard's own tests"),
}
