"""What platform and runner say to each other: frames of four bytes of length and JSON, answers by the call's number."""

import asyncio
from typing import TypeAlias

import msgspec
from msgspec import Struct

from botyard.integrations.sandbox.jail.doctor import Health
from botyard.integrations.sandbox.jail.jails import Source
from botyard.integrations.sandbox.jail.pool import Wanted
from botyard.integrations.sandbox.said import CodeAnswer

_HEAD = 4
_MOST = 64 << 20


class Keep(Struct, frozen=True, tag="keep"):
    """Code that calls will name by its key."""

    source: Source


class Run(Struct, frozen=True, tag="run"):
    """Run the code with this key."""

    number: int
    key: str
    wanted: Wanted


class Examine(Struct, frozen=True, tag="examine"):
    """Say how the runner is."""

    number: int


class Ran(Struct, frozen=True, tag="ran"):
    """A call's answer. None: the runner does not know the key, and nothing was begun."""

    number: int
    answer: CodeAnswer | None


class Examined(Struct, frozen=True, tag="examined"):
    """How the runner is."""

    number: int
    health: Health


Asked: TypeAlias = Keep | Run | Examine
Said: TypeAlias = Ran | Examined

read_asked = msgspec.json.Decoder(Asked).decode
read_said = msgspec.json.Decoder(Said).decode


async def next_frame(reader: asyncio.StreamReader) -> bytes | None:
    """Wait for the next frame; None where the other side has gone."""
    try:
        head = await reader.readexactly(_HEAD)
        length = int.from_bytes(head, "big")
        return await reader.readexactly(length) if length <= _MOST else None
    except (asyncio.IncompleteReadError, ConnectionError):
        return None


def frame(message: Asked | Said) -> bytes:
    """Write a frame."""
    body = msgspec.json.encode(message)
    return len(body).to_bytes(_HEAD, "big") + body
