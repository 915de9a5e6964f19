"""What the value of each setting may be, as text of the environment or as the file's own type."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, Literal, TypeAlias, TypeVar

import msgspec
from msgspec import Struct

LogFormat: TypeAlias = Literal["json", "text"]
_Value = TypeVar("_Value")


class PrivateReceiver(Struct, frozen=True):
    """Addresses on one port that webhooks may reach although they are private."""

    network: IPv4Network | IPv6Network
    port: int

    def __str__(self) -> str:
        return f"{self.network}:{self.port}"


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


def _each(read: Callable[[str], _Value]) -> Callable[[object], tuple[_Value, ...]]:
    """Read several, parted by commas or as a list of the file."""

    def read_all(value: object) -> tuple[_Value, ...]:
        parts = value.split(",") if isinstance(value, str) else msgspec.convert(value, list[str])
        return tuple(read(part.strip()) for part in parts if part.strip())

    return read_all


def _receiver(text: str) -> PrivateReceiver:
    network, _, port = text.rpartition(":")
    plain = network.replace("[", "").replace("]", "")  # IPv6 as URLs write it
    found = PrivateReceiver(ip_network(plain), _port(port))
    return found if found.port else _refuse()


def _origin(text: str) -> str:
    """As browsers write it; it goes into a header, so nothing else may."""
    return text if re.fullmatch(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?", text) else _refuse()


def _host(text: str) -> str:
    address, _, port = text.rpartition(":")
    return text if re.fullmatch(r"[A-Za-z0-9._-]+|\[[0-9a-fA-F:.]+\]", address) and _port(port) else _refuse()


def _prefix(value: object) -> str:
    """As the names of functions may begin, short enough to leave room for a bot's."""
    text = _text(value)
    return text if re.fullmatch(r"[A-Za-z0-9_-]{1,20}", text) else _refuse()


def _number(most: int, least: int = 1) -> Callable[[object], int]:
    """Read a number, `least` to `most`."""

    def read(value: object) -> int:
        number = int(value) if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value) else value
        return msgspec.convert(number, int) if number in range(least, most + 1) else _refuse()

    return read


def _role(value: object) -> str:
    text = _text(value)
    return text if re.fullmatch(r"arn:aws[a-z-]*:iam::[0-9]{12}:role/.+", text) else _refuse()


def _refuse() -> Any:
    raise ValueError


@dataclass(frozen=True)
class _Reader:
    """How a value is read, and what to tell whoever wrote another. read: raises ValueError or TypeError."""

    read: Callable[[object], object]
    expected: str


READERS: Mapping[str, _Reader] = {
    "host": _Reader(_text, "an address or a host name to listen on, such as 127.0.0.1"),
    "port": _Reader(_port, "a port number, 0 to 65535"),
    "database_url": _Reader(_database, "sqlite:///path/to/file.db or postgresql://user:password@host/database"),
    "redis_url": _Reader(_redis, "redis://host:port/number"),
    "egress_allow": _Reader(_each(_receiver), "comma-separated CIDR:port, such as 127.0.0.1/32:9009,10.1.0.0/16:443"),
    "key": _Reader(_key, "64 hex digits (32 random bytes)"),
    "chat_origins": _Reader(_each(_origin), "comma-separated origins, such as https://shop.example"),
    "trusted_proxies": _Reader(_each(ip_network), "comma-separated addresses or CIDRs, such as 127.0.0.1,10.0.0.0/8"),
    "rate_limit": _Reader(_switch, "on or off"),
    "connections": _Reader(_number(1_000_000), "a number, 1 to 1000000"),
    "connections_per_address": _Reader(_number(1_000_000), "a number, 1 to 1000000"),
    "trace_days": _Reader(_number(36_500, 0), "a number of days, 0 to 36500; 0 is for ever"),
    "log_format": _Reader(_log_format, "json or text"),
    "runner": _Reader(_text, "the path of the socket that `botyard runner` listens at"),
    "runner_hosts": _Reader(_each(_host), "comma-separated HOST:PORT, such as runner1.internal:8443"),
    "runner_cert": _Reader(_text, "the path of a certificate in PEM"),
    "runner_key": _Reader(_text, "the path of the certificate's key in PEM"),
    "runner_ca": _Reader(
        _text, "the path of the certificate, in PEM, of the authority that signs runners' and servers'"
    ),
    "unsafe_no_sandbox": _Reader(_unsafe, "1 or 0, on or off"),
    "lambda_role": _Reader(_role, "the ARN of a role, such as arn:aws:iam::123456789012:role/botyard-code"),
    "lambda_region": _Reader(_text, "a region of AWS, such as eu-central-1"),
    "lambda_prefix": _Reader(_prefix, "1 to 20 letters, digits, hyphens and underscores"),
    "lambda_concurrency": _Reader(_number(1_000), "a number, 1 to 1000"),
    "lambda_endpoint": _Reader(_text, "a URL"),
    "code_packages": _Reader(_text, "the path of a folder for the packages of custom code"),
    "encoder": _Reader(_text, "auto, off, or the path of an encoder's folder"),
    "faults": _Reader(_text, "names of faults, comma-separated; for Botyard's own tests"),
}
