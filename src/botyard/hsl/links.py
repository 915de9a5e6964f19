r"""Which addresses a message may open. An allow-list after a browser's own stripping; everything else is no link.

Browsers drop tabs and newlines inside an address and controls around it before they look for its scheme
(WHATWG URL §4.4), so `java\tscript:` is a script to them: whoever judges the raw text judges another address.
src/botyard/channels/web/page.html holds the same rules for the browser; tests/channels/web compares the two.
"""

import re

LONGEST = 4_000

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
# What builders write without a scheme: XYZ.COM, shop.example:8080/cart, localhost:3000.
# Letters, digits, - and _, and all that is not ASCII: said by what it is not, it takes no time to compile.
_LABEL = r"[^\x00-,./:-@\[-^`{-\xa0]"
_BARE_HOST = re.compile(rf"(?:(?:{_LABEL}+\.)+{_LABEL}{{2,}}\.?|(?i:localhost))(?::\d{{1,5}})?(?=[/?#]|$)")
# Controls, line ends, and the marks that write text backwards: an address must read as what it is.
_UNSPEAKABLE = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_AROUND = "".join(map(chr, range(0x21)))


def safe_href(url: str) -> str | None:
    """Answer the address a tap may open, absolute and with its scheme; None where it must stay plain text."""
    url = re.sub("[\t\n\r]", "", url.strip(_AROUND)).replace(" ", "%20")
    if not url or len(url) > LONGEST or _UNSPEAKABLE.search(url):
        return None
    if _BARE_HOST.match(url):
        return f"https://{url}"
    if url[0] in "/\\" and url[1:2] in ("/", "\\"):
        return _web("https", url)
    scheme = _SCHEME.match(url)
    if scheme is None:
        return None
    name, rest = scheme[1].lower(), url[scheme.end() :]
    if name in ("http", "https"):
        return _web(name, rest)
    return f"{name}:{rest}" if name in ("tel", "mailto") and rest else None


def _web(scheme: str, rest: str) -> str | None:
    """Make it absolute: `https:shop.example` is another page of the chat's own host to a browser."""
    address, mark, query = _split(rest.lstrip("/\\"))
    host = re.split(r"[/\\]", address, maxsplit=1)[0]
    if not host.rpartition("@")[2]:
        return None
    return f"{scheme}://{address.replace(chr(92), '/')}{mark}{query}"


def _split(rest: str) -> tuple[str, str, str]:
    found = re.search("[?#]", rest)
    return (rest, "", "") if found is None else (rest[: found.start()], found[0], rest[found.end() :])
