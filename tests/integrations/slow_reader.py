"""Reads an HTTP answer slowly and obviously, all its bytes at hand: what the client must have read of them."""

import re
from dataclasses import dataclass, field

HEAD = re.compile(rb"[\r\n]*HTTP/(1\.[01]) (\d{3})(?: [^\r\n]*)?\r\n((?:[^\r\n]+\r\n)*)\r\n")
HEADER = re.compile(rb"([A-Za-z0-9!#$%&'*+.^_`|~-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)")
CHUNK = re.compile(rb"([0-9A-Fa-f]{1,12})((?:;[^\r\n]*)?)\r\n")
TRAILERS = re.compile(rb"((?:[^\r\n]+\r\n)*)\r\n")


@dataclass
class Answer:
    """What was read. body: None if it is not whole or not well-formed."""

    status: int
    body: bytes | None = None


class Unsure(Exception):
    """The reader does not know either: allowed by some, refused by others, harmless."""


@dataclass
class Head:
    """Of one answer; behind: the bytes after it."""

    version: str
    status: int
    behind: bytes
    headers: list[tuple[str, bytes]] = field(default_factory=list)

    def values(self, name: str) -> list[bytes]:
        """All the values of a header."""
        return [value for known, value in self.headers if known == name]


def read(text: bytes) -> Answer | None:
    """Read the final answer of a connection that then ended in an orderly way; None if there is none."""
    while (head := head_of(text)) is not None:
        if 100 <= head.status < 200 and head.status != 101:
            if head.version == "1.0" or head.values("connection"):
                raise Unsure
            text = head.behind
            continue
        return framed(head)
    return None


def head_of(text: bytes) -> Head | None:
    """Read a head whose every line is well-formed."""
    found = HEAD.match(text)
    if found is None or int(found[2]) < 100:
        return None
    head = Head(found[1].decode(), int(found[2]), text[found.end() :])
    for line in found[3].split(b"\r\n")[:-1]:
        header = HEADER.fullmatch(line)
        if header is None:
            return None
        head.headers.append((header[1].decode().lower(), header[2].rstrip(b" \t")))
    return head


def framed(head: Head) -> Answer | None:  # noqa: PLR0911 - one line for each rule of RFC 9112 §6
    """Find the body by what the head says of it."""
    lengths, encodings = head.values("content-length"), head.values("transfer-encoding")
    if len(lengths) + len(encodings) > 1:
        return None
    if lengths and not re.fullmatch(rb"\d{1,18}", lengths[0]):
        if re.fullmatch(rb"[\d \t]+", lengths[0]):
            raise Unsure
        return None
    if encodings and encodings[0].lower() != b"chunked":
        return None
    if head.status == 204 and (encodings or int((lengths or [b"0"])[0])):
        return None
    if head.status != 200:
        return Answer(head.status)
    if encodings:
        return Answer(200, unchunked(head.behind))
    if not lengths:
        return Answer(200, head.behind)
    length = int(lengths[0])
    return Answer(200, head.behind[:length] if len(head.behind) >= length else None)


def unchunked(text: bytes) -> bytes | None:
    """Put chunks together; None if they are not well-formed up to their end."""
    body = b""
    while (chunk := CHUNK.match(text)) is not None:
        if chunk[2] and not re.fullmatch(rb";[a-z]+(=[a-z]+)?", chunk[2]):
            raise Unsure
        size, text = int(chunk[1], 16), text[chunk.end() :]
        if not size:
            return body if ends_well(text) else None
        if text[size : size + 2] != b"\r\n":
            return None
        body, text = body + text[:size], text[size + 2 :]
    return None


def ends_well(text: bytes) -> bool:
    """Tell whether what stands behind the last chunk is an end."""
    found = TRAILERS.match(text)
    if found is None:
        return False
    trailers = [HEADER.fullmatch(line) for line in found[1].split(b"\r\n")[:-1]]
    if any(one and one[1].lower() in (b"content-length", b"transfer-encoding") for one in trailers):
        raise Unsure
    return all(trailers)
