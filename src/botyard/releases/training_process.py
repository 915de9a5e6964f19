"""Train Bot in a process of its own: turns are answered meanwhile, and it can be ended at any moment.

What is said between the two: the order in, whole; then replies out, each four bytes of length and msgpack.
"""

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE
from typing import TypeAlias, assert_never

import msgspec
from msgspec import Struct

from botyard.errors import BotyardError
from botyard.releases.train import Progress, TrainingOrder

_CHILD = "botyard.releases.training_child"


class Ordered(Struct, frozen=True):
    """What the child is told. encoder: as the settings choose it."""

    order: TrainingOrder
    encoder: str


class Told(Struct, frozen=True, tag="told"):
    """Where the work stands."""

    sentence: str


class Learnt(Struct, frozen=True, tag="learnt"):
    """The work is done."""

    models: dict[str, bytes]


class Failed(Struct, frozen=True, tag="failed"):
    """It cannot be done."""

    sentence: str


Reply: TypeAlias = Told | Learnt | Failed
_REPLIES: msgspec.msgpack.Decoder[Reply] = msgspec.msgpack.Decoder(Reply)


class TrainingFailed(BotyardError):
    """A bot could not be trained; what was live stays live."""

    code = "training_failed"


async def learnt_in_a_process(ordered: Ordered, progress: Progress) -> dict[str, bytes]:
    """Carry out an order; cancelled, the process is ended. Raises TrainingFailed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", _CHILD, stdin=PIPE, stdout=PIPE, stderr=DEVNULL
    )
    assert process.stdin is not None  # noqa: S101 - it is a pipe, as ordered; this tells the type checker
    assert process.stdout is not None  # noqa: S101 - likewise
    try:
        process.stdin.write(msgspec.msgpack.encode(ordered))
        await process.stdin.drain()
        process.stdin.close()
        return await _models(process.stdout, progress)
    except (asyncio.IncompleteReadError, ConnectionError) as error:
        code = await process.wait()
        raise TrainingFailed(
            f"the training ended before its time (exit code {code}): perhaps there was too little memory; "
            "what was live stays live",
            exit_code=code,
        ) from error
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _models(replies: asyncio.StreamReader, progress: Progress) -> dict[str, bytes]:
    while True:
        length = int.from_bytes(await replies.readexactly(4), "big")
        reply = _REPLIES.decode(await replies.readexactly(length))
        match reply:
            case Told(sentence=sentence):
                await progress(sentence)
            case Learnt(models=models):
                return models
            case Failed(sentence=sentence):
                raise TrainingFailed(sentence)
            case _:
                assert_never(reply)
