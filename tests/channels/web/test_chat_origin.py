"""Whose pages may open a socket."""

import pytest

from botyard.channels.web.origin import may_open


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        (None, "bot.example"),
        ("https://bot.example", "bot.example"),
        ("https://BOT.example", "bot.example:443"),
        ("http://bot.example", "bot.example"),
        ("http://127.0.0.1:8000", "127.0.0.1:8000"),
        ("http://[::1]:8000", "[::1]:8000"),
        ("https://shop.example", "bot.example"),
    ],
)
def test_own_pages_and_listed_sites_may(origin: str | None, host: str) -> None:
    """The same host and port, whatever the case; or a site of the list; or no browser at all."""
    assert may_open(origin, host, ("https://shop.example",))


@pytest.mark.parametrize(
    "origin",
    [
        "", "null", "https://evil.example", "https://bot.example.evil.example", "https://evilbot.example",
        "https://sub.bot.example", "https://bot.example:444", "https://bot.example.", "http://shop.example",
        "https://shop.example:8443", "https://shop.example/", "file://", "data:text/html,x", "chrome-extension://bot.example",
        "https://bot.example@evil.example", "https://evil.example/bot.example", "https://evil.example?bot.example",
        "bot.example", "//bot.example", "https://bot.example, https://evil.example",
        "http://[", "http://[::1", "http://a]b", "https://[bot.example]",
    ],
)  # fmt: skip
def test_everybody_else_may_not(origin: str) -> None:
    """Suffixes, other ports, other schemes, and what is no origin at all."""
    assert not may_open(origin, "bot.example", ("https://shop.example",))
