"""Which pages may open a chat's socket."""

from urllib.parse import urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}


def may_open(origin: str | None, host: str, allowed: tuple[str, ...] = ()) -> bool:
    """Tell whether a page may talk to this host: its own host's pages may, and origins that are listed, to the letter.

    origin: the Origin header; None is no browser, and only browsers can be made to send what their user did not mean.
    host: the Host header. allowed: as in `https://shop.example`.
    """
    if origin is None or origin in allowed:
        return True
    try:
        page = urlsplit(origin)
    except ValueError:  # such as `http://[`
        return False
    default = _DEFAULT_PORTS.get(page.scheme)
    if default is None or not page.netloc or page.path or page.query:
        return False
    return _with_port(page.netloc, default) == _with_port(host, default)


def _with_port(host: str, default: int) -> str:
    name, colon, port = host.lower().rpartition(":")
    return f"{name}:{port}" if colon and port.isdigit() else f"{host.lower()}:{default}"
