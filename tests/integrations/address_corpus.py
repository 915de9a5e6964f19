"""Ways of writing an address that must not be reached, by hand and made."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address


def _listed(words: str) -> list[str]:
    return words.split()


# Never called, whatever an operator lists.
NEVER = _listed("""
0.0.0.0 0.1.2.3 169.254.0.1 169.254.169.254 169.254.170.2 100.100.100.200 192.0.0.192 168.63.129.16 224.0.0.1
239.255.255.255 255.255.255.255 :: fe80::1 fe80::1%lo febf::1 fec0::1 feff::1 ff02::1 ff0e::1 fd00:ec2::254
fd00:ec2::23 fd20:ce::254 ::ffff:169.254.169.254 ::ffff:a9fe:a9fe 0:0:0:0:0:ffff:a9fe:a9fe
::ffff:168.63.129.16 ::ffff:0.0.0.0 ::169.254.169.254 64:ff9b::169.254.169.254 64:ff9b::a83f:8110
64:ff9b:1::a9fe:a9fe 64:ff9b:1:ffff::169.254.169.254 2002:a9fe:a9fe::1 2002:6464:64c8::
::ffff:0:169.254.169.254 2001:0:a9fe:a9fe::1 2001::5601:5601 2001:db8::5efe:a9fe:a9fe
2606:4700::200:5efe:169.254.169.254 fe80::5efe:169.254.169.254
""")

# Not called unless an operator lists them.
PRIVATE = _listed("""
10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 127.0.0.1 127.1.2.3 127.255.255.254 172.16.0.1
172.31.255.255 192.0.0.1 192.0.2.1 192.88.99.1 192.168.0.1 192.168.255.255 198.18.0.1 198.19.255.255
198.51.100.7 203.0.113.9 240.0.0.1 254.1.2.3 ::1 0:0:0:0:0:0:0:1 ::127.0.0.1 ::10.0.0.1 ::ffff:127.0.0.1
::ffff:7f00:1 ::ffff:10.0.0.1 ::ffff:192.168.1.1 64:ff9b::127.0.0.1 64:ff9b::8.8.8.8 64:ff9b:1::10.0.0.1
::ffff:0:10.0.0.1 2002:7f00:1:: 2002:c0a8:101::1 2002:808:808:: 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:2::1
2001:10::1 2001:20::1 2001:db8::1 3ffe::1 3fff::1 3fff:fff:ffff::1 5f00::1 100::1 fc00::1 fd00::1 fdff:ffff::1
1::1 4000::1 8000::1 e000::1 2606:4700::5efe:10.0.0.1 2606:4700::200:5efe:192.168.0.1 200::1 400::1 fe00::1
""")

PUBLIC = _listed("""
1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.1 169.253.255.255
169.255.0.1 172.15.255.255 172.32.0.1 192.0.1.1 192.167.255.255 192.169.0.1 198.17.255.255 198.20.0.1
203.0.112.255 203.0.114.0 223.255.255.255 168.63.129.15 168.63.129.17 ::ffff:8.8.8.8 2001:200::1
2001:4860:4860::8888 2606:4700:4700::1111 2a00:1450:4001::200e 2003::1 2400:cb00::1 3ffd::1 2620:fe::fe
""")

NO_ADDRESS = ["", *_listed("localhost 127.1 2130706433 0x7f000001 0177.0.0.1 127.0.0.1:80 [::1] 1.2.3.4.5 १.१.१.१")]

# Hosts of URLs that lead, one way or another, to this machine or to a metadata service; some lead nowhere at all.
HOSTS = _listed("""
127.0.0.1 127.1 127.0.1 127.000.000.001 0177.0.0.1 0177.0.0.01 0x7f.0.0.1 0x7f.1 0x7f000001 0x7F000001
2130706433 017700000001 0x0000007f000001 127.0.0.1. 127.0.0.1.. localhost localhost. LOCALHOST lOcAlHoSt
localhost.localdomain 127.0.0.2 127.255.255.254 0 0. 0.0.0.0 0x0 00000000 0.0 0.0.0 0000.0000.0000.0000 [::]
[::1] [0:0:0:0:0:0:0:1] [::0001] [::ffff:127.0.0.1] [::ffff:7f00:1] [::ffff:7f00:0001]
[0:0:0:0:0:ffff:127.0.0.1] [::127.0.0.1] [::7f00:1] [64:ff9b::127.0.0.1] [64:ff9b::7f00:1]
[64:ff9b:1::127.0.0.1] [2002:7f00:1::] [2002:7f00:0001::1] [::ffff:0:127.0.0.1] [2001:0:7f00:1::]
[2001::80ff:fffe] [fe80::1] [fe80::1%25lo] [fe80::1%lo] [fec0::1] [fd00::1] [fc00::1] [ff02::1]
[fe80::5efe:127.0.0.1] [2606:4700::5efe:127.0.0.1] [::ffff:0.0.0.0] [::%lo] [::1%lo] [::1%25lo]
169.254.169.254 169.254.43518 0xa9fea9fe 2852039166 0251.0376.0251.0376 0xa9.0xfe.0xa9.0xfe 169.254.170.2
[::ffff:169.254.169.254] [fd00:ec2::254] [fd20:ce::254] 100.100.100.200 192.0.0.192 168.63.129.16 2822734096
0xa83f8110 [64:ff9b::169.254.169.254] [2002:a9fe:a9fe::] 224.0.0.1 255.255.255.255 240.0.0.1 10.0.0.1
172.16.0.1 192.168.0.1 １２７.0.0.1 １２７.０.０.１ 127。0。0。1
127．0．0．1 127｡0｡0｡1 ①②⑦.0.0.1 ⓛⓞⓒⓐⓛⓗⓞⓢⓣ ｌｏｃａｌｈｏｓｔ
localhost。 ⁱ②⑦.0.0.1 ١٢٧.٠.٠.١ १२७.०.०.१ [：：1] [::١] 127.0.0.1%00 127.0.0.1%2f 127.0.0.1%20 %31%32%37.0.0.1
loc%61lhost localhost%00 127.0.0.1%09 127.0.0.1%0d%0a xn--localhost- 127.0.0.256 127.0.0.1.1 -127.0.0.1
+127.0.0.1 1e3 127.0.0.1e0 ~ $ {} .. . a..b *.localhost foo.localhost 127.0.0.1.nip.invalid [127.0.0.1]
[localhost] [] [::1 ::1] ::1 [[::1]] 127.0.0.1#x 127.0.0.1?x
""")

HOSTS += ["a" * 64, "a." * 130, "\u00ad127.0.0.1", "127.0.0.1\u200b", "\ufeff127.0.0.1", "127.0.0.1\t", " 127.0.0.1"]
HOSTS += ["ß", "xn--", "\ud800"]

# URLs in which the host hides; {port} is where something listens on this machine.
URLS = [
    "http://user:pass@127.0.0.1:{port}/",
    "http://user@127.0.0.1:{port}/",
    "http://@127.0.0.1:{port}/",
    "http://:@127.0.0.1:{port}/",
    "http://example.com@127.0.0.1:{port}/",
    "http://example.com:80@127.0.0.1:{port}/",
    "http://example.com%40127.0.0.1:{port}/",
    "http://127.0.0.1:{port}\\@example.com/",
    "http://127.0.0.1:{port}#@example.com/",
    "http://127.0.0.1:{port}?@example.com/",
    "http:\\\\127.0.0.1:{port}/",
    "http:/127.0.0.1:{port}/",
    "http:127.0.0.1:{port}/",
    "//127.0.0.1:{port}/",
    "127.0.0.1:{port}/",
    "http:///127.0.0.1:{port}/",
    "http://127.0.0.1:0{port}/",
    "http://127.0.0.1:{port}:{port}/",
    "http://127.0.0.1:+{port}/",
    "http://127.0.0.1:{port}junk/",
    "http://127.0.0.1:99999/",
    "http://127.0.0.1:0/",
    "http://127.0.0.1:-1/",
    "HTTP://127.0.0.1:{port}/",
    "hTTp://127.0.0.1:{port}/",
    " http://127.0.0.1:{port}/",
    "\thttp://127.0.0.1:{port}/",
    "ht\ntp://127.0.0.1:{port}/",
    "http://127.0.0.1:{port}/\r\nHost: evil",
    "ftp://127.0.0.1:{port}/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:{port}/_GET",
    "ws://127.0.0.1:{port}/",
    "http+unix://%2Fvar%2Frun%2Fdocker.sock/",
    "unix:///var/run/docker.sock",
    "data:text/plain,x",
    "javascript:alert(1)",
    "http://",
    "https://",
    "http://?",
    "http://#",
    "",
    "/",
    "\0",
    "http://\0/",
    "https://127.0.0.1:{port}/",
    "https://localhost:{port}/",
    "https://[::1]:{port}/",
]


def spellings(address: str) -> Iterator[str]:
    """Write an IPv4 address in the ways old resolvers understand, and inside IPv6 addresses."""
    parts = address.split(".")
    number = int(IPv4Address(address))
    a, b, c, d = (int(part) for part in parts)
    yield address
    yield address + "."
    yield from (str(number), hex(number), f"0{number:o}", f"0X{number:X}", f"0x00{number:08x}")
    yield from (".".join(hex(int(part)) for part in parts), ".".join(f"0{int(part):o}" for part in parts))
    yield from (".".join(f"{int(part):03}" for part in parts), f"{a}.{b}.{c * 256 + d}", f"{a}.{number % 2**24}")
    yield f"{hex(a)}.0{b:o}.{c}.{d}"
    yield address.translate({ord(digit): ord("０") + int(digit) for digit in "0123456789"})
    yield address.replace(".", "。")
    for high in (0xFFFF << 32, 0, 0x64_FF9B << 96, 0x64_FF9B_0001 << 80, 0xFFFF << 48, 0x5EFE << 32, 0xFE80 << 112):
        yield f"[{IPv6Address(high | number)}]"
        yield f"[{IPv6Address(high | number).exploded}]"
    yield f"[{IPv6Address(0x2002 << 112 | number << 80)}]"
    yield f"[{IPv6Address(0x2001_0000 << 96 | number << 64 | 0xFFFF_FFFF ^ number)}]"
