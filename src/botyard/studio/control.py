"""How the command line asks a running server to act: one order a connection, over a socket only its owner may open.

The server of an embedded database is the only process that writes; `deploy`, `export`, `import` and `token` go through
it while it runs. A frame is four bytes of length and that many bytes of msgpack. The server answers with `Told` frames
and one `Done` or `Refused`. Whoever goes away before that gives the order up.
"""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from typing import TypeAlias, TypeVar

import msgspec
from msgspec import Struct

from botyard.errors import BotyardError
from botyard.releases.train import Progress
from botyard.studio.orders import AnyOrder, Result

LARGEST_FRAME = 64 * 1024 * 1024


class Told(Struct, frozen=True, tag="progress"):
    """Where a long order stands, in words."""

    sentence: str


class Done(Struct, frozen=True, tag="done"):
    """The order was carried out. result: of the kind that belongs to the order, packed."""

    result: msgspec.Raw


class Refused(Struct, frozen=True, tag="refused"):
    """The order was refused; nothing changed."""

    code: str
    sentence: str


Reply: TypeAlias = Told | Done | Refused
T = TypeVar("T")
R = TypeVar("R", bound=Result)
Handle: TypeAlias = Callable[[AnyOrder, Progress], Awaitable[Result]]

_ORDERS: msgspec.msgpack.Decoder[AnyOrder] = msgspec.msgpack.Decoder(AnyOrder)
_REPLIES: msgspec.msgpack.Decoder[Reply] = msgspec.msgpack.Decoder(Reply)


class OrderRefused(BotyardError):
    """The running server would not do it; its reason is the sentence."""

    code = "order_refused"
    http_status = 409


class NobodyAnswers(BotyardError):
    """A server holds the database, but does not answer on its control socket."""

    code = "nobody_answers"
    http_status = 503


# What sockaddr_un holds, with its end, on the system that has the least (macOS).
_SOCKET_PATH_BYTES = 103


def socket_path(database: Path) -> Path:
    """Choose where a server of this database listens: a path that is short enough for a socket."""
    name = f"botyard-{os.getuid()}-{sha256(str(database.resolve()).encode()).hexdigest()[:16]}.sock"
    usual = Path(tempfile.gettempdir()) / name
    if len(os.fsencode(usual)) <= _SOCKET_PATH_BYTES:
        return usual
    return Path("/tmp") / name  # noqa: S108 - only its owner may open it


@asynccontextmanager
async def listening(path: Path, handle: Handle) -> AsyncIterator[None]:
    """Take orders for as long as the block runs. The caller holds the database's lock, so an old socket is nobody's."""
    _remove(path)
    before = os.umask(0o177)
    try:
        server = await asyncio.start_unix_server(lambda r, w: _serve(r, w, handle), path)
    finally:
        os.umask(before)
    try:
        yield
    finally:
        server.close()
        _remove(path)


async def ask(path: Path, order: AnyOrder, progress: Progress, kind: type[R]) -> R:
    """Have the running server carry out an order. kind: what comes of it. Raises OrderRefused, NobodyAnswers."""
    try:
        reader, writer = await asyncio.open_unix_connection(path)
    except OSError as error:
        raise NobodyAnswers(f"a server holds the database, but nobody answers at {path}") from error
    try:
        await _send(writer, order)
        while True:
            match await _receive(reader, _REPLIES):
                case Told(sentence=sentence):
                    await progress(sentence)
                case Refused(sentence=sentence):
                    raise OrderRefused(sentence)
                case Done(result=packed):
                    return msgspec.msgpack.decode(packed, type=kind)
    except (asyncio.IncompleteReadError, ConnectionError) as error:
        raise NobodyAnswers("the server went away before it answered; run the command again") from error
    finally:
        writer.close()


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, handle: Handle) -> None:
    async def progress(sentence: str) -> None:
        await _send(writer, Told(sentence))

    try:
        work = asyncio.create_task(_carried_out(await _receive(reader, _ORDERS), handle, progress))
        gone = asyncio.create_task(reader.read(1))  # whoever asks says one thing only: what comes now is the end
        try:
            await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                await _send(writer, work.result())
        finally:
            for task in (work, gone):
                task.cancel()
            await asyncio.gather(work, gone, return_exceptions=True)
    except (asyncio.IncompleteReadError, ConnectionError, msgspec.DecodeError):
        pass  # whoever asked is gone, or never spoke our language: there is nobody to tell
    finally:
        writer.close()


async def _carried_out(order: AnyOrder, handle: Handle, progress: Progress) -> Reply:
    try:
        return Done(msgspec.Raw(msgspec.msgpack.encode(await handle(order, progress))))
    except BotyardError as error:
        return Refused(error.code, error.sentence)


async def _send(writer: asyncio.StreamWriter, value: Struct) -> None:
    frame = msgspec.msgpack.encode(value)
    writer.write(len(frame).to_bytes(4, "big") + frame)
    await writer.drain()


async def _receive(reader: asyncio.StreamReader, decoder: msgspec.msgpack.Decoder[T]) -> T:
    length = int.from_bytes(await reader.readexactly(4), "big")
    if length > LARGEST_FRAME:
        raise msgspec.DecodeError("frame too large")
    return decoder.decode(await reader.readexactly(length))
