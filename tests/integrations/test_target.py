"""A URL is called as its builder meant it, or not at all."""

import pytest

from botyard.integrations.received import NotSent
from botyard.integrations.target import Target, target_of


@pytest.mark.parametrize(
    ("url", "target", "authority"),
    [
        ("https://shop.example", Target("https", "shop.example", 443, "/"), "shop.example"),
        ("HTTPS://Shop.Example:443/", Target("https", "shop.example", 443, "/"), "shop.example"),
        ("http://shop.example:443/", Target("http", "shop.example", 443, "/"), "shop.example:443"),
        ("http://shop.example./a", Target("http", "shop.example.", 80, "/a"), "shop.example"),
        ("https://[2001:DB8::1]:8443/a", Target("https", "2001:db8::1", 8443, "/a"), "[2001:db8::1]:8443"),
        ("https://bücher.example/", Target("https", "xn--bcher-kva.example", 443, "/"), "xn--bcher-kva.example"),
        ("https://दुकान.example/", Target("https", "xn--11b7ah1gn.example", 443, "/"), "xn--11b7ah1gn.example"),
        ("https://a_b.example/", Target("https", "a_b.example", 443, "/"), "a_b.example"),
    ],
)
def test_a_url_says_where_to_connect(url: str, target: Target, authority: str) -> None:
    """Names in ASCII and lower case; a port only where it is not the usual one."""
    assert target_of(url) == target
    assert target_of(url).authority == authority


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("", "/"),
        ("?a=b", "/?a=b"),
        ("/a?b=c&d=%20+e#fragment", "/a?b=c&d=%20+e"),
        ("/a b?c d", "/a%20b?c%20d"),
        ("/%2F%zz%", "/%2F%25zz%25"),
        ("/ü?ü=?", "/%C3%BC?%C3%BC=?"),
        ("/a/./b/../c", "/a/c"),
        ("/../../etc/..", "/"),
        ("/a/b/.", "/a/b/"),
        ("//a//b", "//a//b"),
        ('/{a}"<>\\^`|', "/%7Ba%7D%22%3C%3E%5C%5E%60%7C"),
        ("/a;b=c,d:e@f!$&'()*", "/a;b=c,d:e@f!$&'()*"),
    ],
)
def test_a_path_is_sent_as_it_is_written(written: str, sent: str) -> None:
    """What a request line cannot hold is quoted, once; dots are resolved, as browsers do."""
    assert target_of(f"https://shop.example{written}").path == sent


@pytest.mark.parametrize(
    "url",
    [
        "https://faß.example/", "https://a\u200db.example/", "https://shop.example/\r\nHost: evil",
        "https://shop.example/\0", "https://shop.example\n/", "https://shop.example:0/", "https://shop.example:99999/",
        "https://user:pass@shop.example/", "https://@shop.example/", "https://[fe80::1%25lo]/", "https://[::1/",
        "https://a..b/", "https://" + "a" * 64 + "/", "https://sh op.example/", "https://shop.example%00/",
        "https://shop%2eexample/", "unix:///run/x.sock", "http+unix://%2Frun%2Fx.sock/", "ftp://shop.example/",
        "file:///etc/passwd", "shop.example/", "", "/", "https:shop.example/", "https:/shop.example/", "https://",
        "https://shop.example/\ud800",
    ],
)  # fmt: skip
def test_what_can_be_read_in_two_ways_is_not_called(url: str) -> None:
    """Nothing is guessed: neither a host, nor a scheme, nor what a line break may have meant."""
    with pytest.raises(NotSent) as refused:
        target_of(url)
    assert refused.value.reason == "bad_url"
