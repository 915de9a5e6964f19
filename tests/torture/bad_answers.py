"""Whatever a broken or hostile receiver answers with: the user hears something, and never what is a secret."""

import asyncio
import gzip
import json
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.hostile_json import CANARY, hostile_json
from tests.torture.bad_values import SECRET, VALUES, spoilt
from tests.torture.bot import message
from tests.torture.door import Door, Gone
from tests.torture.place import Place
from tests.torture.receiver import Receiver

SIDE_BY_SIDE = 4
USERS = 25


class Hostile(Receiver):
    """Answers each call with something else that is wrong, and hangs up. arrived: how many calls there were."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: Iterator[bytes] = iter(())
        self.arrived = 0

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            self.arrived += 1
            writer.write(next(self.answers))
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass  # whoever asked has had enough
        finally:
            writer.close()


async def say(door: Door, place: Place, user: str, text: str) -> tuple[int, Any]:
    """Say something as a user, new or known: the status, and what was answered. Raises Gone."""
    await door.post("/v1.0/user/", {"auth_id": user})
    said = {"user": {"auth_id": user}, "message_body": text, "message_type": 0, "business_id": place.business_id}
    return await door.post("/v1.0/sync_message_from_user/", said)


async def answers(
    place: Place, receiver: Hostile, count: int, chance: random.Random
) -> tuple[Counter[str], Counter[str]]:
    """Let so many turns call it; what was counted, and what went wrong."""
    counts, wrong = Counter[str](), Counter[str]()
    receiver.answers = _hostile(chance)
    before = receiver.arrived

    async def talk(numbers: range) -> None:
        with place.door() as door:
            for number in numbers:
                try:
                    status, answer = await say(door, place, f"answered-{number % USERS}", message("call", number))
                except Gone:
                    wrong["a turn was not answered"] += 1
                    continue
                told = json.dumps(answer)
                if status != 200 or not answer["message"]:
                    wrong[f"a turn was answered with {status} and {len(answer.get('message', []))} messages"] += 1
                if SECRET in told or CANARY in told:
                    wrong["a secret came back through an answer"] += 1

    await asyncio.gather(*(talk(range(first, count, SIDE_BY_SIDE)) for first in range(SIDE_BY_SIDE)))
    counts["webhook answers"] = receiver.arrived - before
    return counts, wrong


def _hostile(chance: random.Random) -> Iterator[bytes]:
    """Make answers without end: half are sound HTTP around what we do not take, half are not."""
    bad_json = hostile_json(chance.randrange(10**6), {"status": True, "response": ["fine"]})
    good = json.dumps({"status": True, "response": ["fine"], "conversation_data": {"a": 1}}).encode()
    while True:
        match chance.randrange(8):
            case 0 | 1:
                yield _http(next(bad_json).body)
            case 2:
                yield _http(spoilt(chance, good))
            case 3:
                about = chance.choice(("status", "response", "conversation_data", "permanent_user_data", "buttons"))
                value = chance.choice(VALUES)
                value = None if value == {} else value  # `"response": {}` is no fault: it asks for silence
                said = {"status": True, "response": ["fine"], about: value, "is": SECRET}
                yield _http(json.dumps(said).encode("utf-8", "surrogatepass"))
            case 4:
                yield _http(json.dumps({"status": True, "response": [_element(chance)], "is": SECRET}).encode())
            case 5:
                answer = _http(good)
                yield answer[: chance.randrange(len(answer))]
            case _:
                yield chance.choice(_NO_ANSWERS)(chance, good)


def _element(chance: random.Random) -> object:
    """Make what might be an element: a kind that there is or not, and fields of any kind."""
    kind = chance.choice(("TEXT", "BUTTON", "CAROUSEL", "FORM", "IMAGE", "NO_SUCH", 7, None))
    spoken = {"type": kind, "text": "fine", "data": {"items": [chance.choice(VALUES)]}}
    spoken[chance.choice(("type", "data", "isNew", "text"))] = chance.choice(VALUES)
    return chance.choice((spoken, json.dumps(spoken), [spoken], {"data": spoken}))


def _http(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


_NO_ANSWERS = (
    lambda _, good: _http(good, f"500 {SECRET}", f"X: {SECRET}"),
    lambda chance, good: _http(good, chance.choice(("204 No", "301 Go", "404 No", "999 x", "20 x", "-1 x", "abc"))),
    lambda _, good: _http(good, "200 OK", "Content-Length: 5"),
    lambda _, good: _http(good).replace(b"Content-Length: ", b"Content-Length: -"),
    lambda _, good: _http(good).replace(b"Content-Length: ", b"Content-Length: 99999"),
    lambda _, good: _http(good, "200 OK", f"X: {'x' * 100_000}"),
    lambda _, good: _http(good, "200 OK", *[f"X{n}: y" for n in range(2_000)]),
    lambda _, good: _http(good, "200 OK", "X: a\0b"),
    lambda _, good: _http(gzip.compress(good), "200 OK", "Content-Encoding: gzip"),
    lambda _, good: b"HTTP/1.1 100 Continue\r\n\r\n" * 500 + _http(good),
    lambda _, good: b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n" + good,
    lambda _, good: b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n" + good,
    lambda *_: b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\n \r\n" * 5_000 + b"0\r\n\r\n",
    lambda _, good: b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n" + good,
    lambda _, good: b"HTTP/1.0 200 OK\r\n\r\n" + good,
    lambda _, good: b"HTTP/2.0 200 OK\r\n\r\n" + good,
    lambda *_: _http(b'{"response": ["' + b"x" * 400_000 + b'"]}'),
    lambda *_: _http(b'{"response": [' + b'"x",' * 50_000 + b'"x"]}'),
    lambda chance, _: chance.randbytes(500),
    lambda *_: b"",
    lambda *_: b"\r\n" * 5_000,
    lambda *_: SECRET.encode() * 100,
)
