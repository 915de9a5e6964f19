"""A trained model as bytes: one `.npz` of arrays, its header JSON, its last 64 characters the hash of the rest.

No pickle anywhere. The same data gives the same bytes, so a model can be named by its hash and is never changed. The
hash stands where a zip archive keeps its comment: any tool that opens `.npz` opens this, and one look tells whether
the bytes are whole, before anything parses them.
"""

import hashlib
import io
import zipfile
import zlib
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt
from msgspec import Struct

from botyard.errors import BotyardError
from botyard.nlu.intents.features import Floats, Ints
from botyard.nlu.understanding import Language, NodeName, Scope

FORMAT = "botyard-intents-2"
_READABLE = frozenset({FORMAT, "botyard-intents-1"})  # 1 had no encoder: nothing in it is read otherwise
_HASH_CHARS = 64
_T = TypeVar("_T")
# RuntimeError: a member is locked, or packed in a way that Python does not know.
_UNREADABLE = (
    ValueError, KeyError, TypeError, OSError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error,
    msgspec.MsgspecError,
)  # fmt: skip


class ModelUnusable(BotyardError):
    """A stored model cannot be loaded: it is damaged, or was not made by this version. Training anew mends it."""

    code = "model_unusable"


class TaughtNode(Struct, frozen=True):
    """What a node was taught in one scope, as the builder wrote it."""

    node: NodeName
    says: tuple[str, ...]
    negative: tuple[str, ...] = ()


class Missed(Struct, frozen=True):
    """A sentence that its node would not have got, had it not been taught: so users who vary it will be missed too.

    score: its node's; taken_for: the node that would have answered, None where none would.
    """

    node: NodeName
    sentence: str
    score: float
    taken_for: NodeName | None = None


class TaughtScope(Struct, frozen=True):
    """One solved scope. threshold: on the raw score. recognised: held-out sentences that it was read from.

    held_out: how many sentences were tried, of a big bot only some; missed: those of them that went wrong.
    """

    scope: Scope
    threshold: float
    recognised: int
    nodes: tuple[TaughtNode, ...]
    held_out: int = 0
    missed: tuple[Missed, ...] = ()


class Header(Struct, frozen=True, kw_only=True):
    """Everything of a model that is no array. data: SHA-256 of what was taught; encoder: of the one used, if any."""

    format: str
    language: Language
    strictness: float
    data: str
    scopes: tuple[TaughtScope, ...]
    encoder: str | None = None


class Arrays(Struct, frozen=True):
    """What was learnt; the scopes stand one behind the other, in the header's order.

    grams: UTF-8, one a line. idf: by gram. starts, sentences, weights: the index of all centres (features.Postings).
    centres: for each centre, its sentence's place among its scope's `says`. counts: centres of each scope.
    alpha: each scope's rows, flat. rounded, scales, shares: what each centre means (likeness.Meanings); without encoder
    empty.
    """

    grams: npt.NDArray[np.uint8]
    idf: Floats
    starts: Ints
    sentences: Ints
    weights: Floats
    centres: Ints
    counts: Ints
    alpha: Floats
    rounded: npt.NDArray[np.int8] = np.zeros((0, 0), np.int8)
    scales: Floats = np.zeros(0, np.float32)
    shares: Floats = np.zeros(0, np.float32)


def pack(header: Header, arrays: Arrays) -> bytes:
    """Write a model down."""
    whole = {"header": np.frombuffer(msgspec.json.encode(header), dtype=np.uint8), **msgspec.structs.asdict(arrays)}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, array in whole.items():
            member = io.BytesIO()  # named by ZipInfo, whose date is constant: a real one would change the bytes
            np.lib.format.write_array(member, array, allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), member.getvalue())
        archive.comment = b"0" * _HASH_CHARS
    body = buffer.getvalue()[:-_HASH_CHARS]
    return body + hashlib.sha256(body).hexdigest().encode()


def unpack(artifact: bytes) -> tuple[Header, Arrays]:
    """Read a model, or raise ModelUnusable."""
    return _read(artifact, _parsed)


def header_of(artifact: bytes) -> Header:
    """Read what a model says of itself, or raise ModelUnusable."""
    return _read(artifact, _header)


def _read(artifact: bytes, read: Callable[[Any], _T]) -> _T:
    body, stated = artifact[:-_HASH_CHARS], artifact[-_HASH_CHARS:]
    if hashlib.sha256(body).hexdigest().encode() != stated:
        raise ModelUnusable("this is not a trained model, or it was damaged on its way here; train the bot again")
    try:
        with np.load(io.BytesIO(artifact), allow_pickle=False) as members:
            return read(members)
    except _UNREADABLE as error:
        raise ModelUnusable("this trained model is not one that this version reads; train the bot again") from error


def _parsed(members: Any) -> tuple[Header, Arrays]:
    header = _header(members)
    return header, Arrays(**{name: members[name] for name in Arrays.__struct_fields__ if name in members})


def _header(members: Any) -> Header:
    header = msgspec.json.decode(members["header"].tobytes(), type=Header)
    if header.format not in _READABLE:
        raise ModelUnusable(
            f"this trained model is of format {header.format!r}, not {FORMAT!r}; train the bot again",
            format=header.format,
        )
    return header
