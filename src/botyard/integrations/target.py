"""What a webhook's URL says: where to connect, and what to write there."""

import re
from functools import cached_property, lru_cache
from ipaddress import ip_address
from typing import Literal, TypeAlias, cast
from urllib.parse import SplitResult, quote, urlsplit

from msgspec import Struct

from botyard.integrations.places import Endpoint
from botyard.integrations.received import NotSent

Scheme: TypeAlias = Literal["http", "https"]

_PORTS: dict[str, int] = {"http": 80, "https": 443}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_NAME = re.compile(r"[a-z0-9._-]+")
# Domain names with these mean different hosts in the old and the new reading (IDNA 2003 and 2008). Nothing is guessed:
# who means one writes it as xn--….
_READ_IN_TWO_WAYS = re.compile("[ßς\u200c\u200d]")
# What stays as it is in a path or query, beside letters and digits; "%" because a URL comes quoted already.
_PLAIN = "/:@!$&'()*+,;=-._~%"
_LONE_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")


class Target(Struct, frozen=True, dict=True):
    """One URL, taken apart. host: lower-case ASCII, IPv6 without brackets. path: with the query, quoted."""

    scheme: Scheme
    host: str
    port: int
    path: str

    @cached_property
    def endpoint(self) -> Endpoint:
        """What shares its connections and its places."""
        return self.scheme, self.host, self.port

    @cached_property
    def authority(self) -> str:
        """The value of the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host.rstrip(".")
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


@lru_cache(1024)  # bots call the same few addresses again and again
def target_of(url: str) -> Target:
    """Read a URL that may be called. Raises NotSent."""
    if _CONTROL.search(url):  # urlsplit would drop some of them without a word
        raise NotSent("bad_url", "the URL of the webhook holds a line break or another control character")
    try:
        parts = urlsplit(url)
        host, port = _host(parts), parts.port
        path = _quoted(_without_dots(parts.path), "") + (_quoted(f"?{parts.query}", "?") if parts.query else "")
    except ValueError:  # UnicodeError is one
        raise NotSent("bad_url", "the URL of the webhook cannot be read") from None
    if parts.scheme not in _PORTS or not host or port == 0:
        raise NotSent("bad_url", "the URL of a webhook begins with https:// and a host")
    if "@" in parts.netloc:
        raise NotSent("bad_url", "the URL of a webhook must hold no user name or password")
    return Target(cast("Scheme", parts.scheme), host, port or _PORTS[parts.scheme], path)


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    if ":" in host:
        if "%" in host:
            raise ValueError  # a zone: means something on one machine only
        return str(ip_address(host))
    if _READ_IN_TWO_WAYS.search(host):
        raise ValueError
    name = host.encode("idna").decode().lower()
    if name and not _NAME.fullmatch(name):
        raise ValueError
    return name


def _quoted(text: str, plain: str) -> str:
    return quote(_LONE_PERCENT.sub("%25", text), safe=_PLAIN + plain)


def _without_dots(path: str) -> str:
    """Resolve `.` and `..`, as RFC 3986 §5.2.4 has it; above the root there is nothing."""
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments and segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)
