"""The network of an encoder on disk: made of its weights once, found again at every start."""

import os
from contextlib import suppress
from hashlib import file_digest, sha256
from pathlib import Path

import msgspec
from msgspec import Struct

from botyard.nlu.encoder import bert, tensors
from botyard.nlu.encoder.tensors import EncoderUnusable
from botyard.releases.whole_file import write_whole


class Network(Struct, frozen=True):
    """A network, and the rows of its words (nlu.encoder.words) where it is one of ours.

    Files where there are some: opened from bytes, 11 MB more of each would stay with the process.
    """

    graph: Path | bytes
    words: Path | bytes | None = None

    def sha256(self) -> bytes:
        """Name it by all that it holds."""
        return sha256(_hash_of(self.graph) + (b"" if self.words is None else _hash_of(self.words))).digest()


def found_or_built(folder: Path, built: Path, known: dict[str, str] | None = None) -> Network:
    """Find the network of a folder, building it from its weights where it was not built before.

    built: where networks are kept. known: SHA-256 of the files that it may be built from. Raises OSError,
    EncoderUnusable.
    """
    for name in ("model.onnx", "onnx/model.onnx"):
        if (folder / name).exists():
            return Network(folder / name)
    kept = built / _stamp(folder / "model.safetensors", known)
    files = Network(kept.with_suffix(".onnx"), kept.with_suffix(".words"))
    if _is_whole(files, kept):
        return files
    written = _build(folder, known or {})
    network = Network(written.network, written.words)
    _keep(written, network.sha256().hex(), kept)
    return files if _is_whole(files, kept) else network


def _hash_of(part: Path | bytes) -> bytes:
    if isinstance(part, bytes):
        return sha256(part).digest()
    with part.open("rb") as file:  # piece by piece: read whole, it would stay with the process
        return file_digest(file, "sha256").digest()


def _is_whole(network: Network, kept: Path) -> bool:
    try:
        return kept.with_suffix(".sha256").read_text() == network.sha256().hex()
    except OSError:
        return False  # not built yet, or not wholly


def _stamp(weights: Path, known: dict[str, str] | None) -> str:
    """Name what was built from what; weights that are pinned are read only when they are built from."""
    of = known["model.safetensors"] if known else sha256(weights.read_bytes()).hexdigest()
    return f"bert-{bert.VERSION}-{of}"


def _build(folder: Path, known: dict[str, str]) -> bert.Written:
    for name, expected in known.items():
        if sha256((folder / name).read_bytes()).hexdigest() != expected:
            raise EncoderUnusable(
                f"{folder / name} is not the file that upstream publishes; install it again", file=name
            )
    try:
        shape = msgspec.json.decode((folder / "config.json").read_bytes(), type=bert.Shape)
    except msgspec.MsgspecError as error:
        raise EncoderUnusable(f"{folder / 'config.json'}: {error}", folder=str(folder)) from error
    return bert.written(tensors.read((folder / "model.safetensors").read_bytes()), shape)


def _keep(written: bert.Written, name: str, kept: Path) -> None:
    with suppress(OSError):  # a system that lets nobody write there: half a second at every start
        write_whole(kept.with_suffix(".onnx"), written.network)
        write_whole(kept.with_suffix(".words"), written.words)
        write_whole(kept.with_suffix(".sha256"), name.encode())


class Rows:
    """Rows of equal length, read from a file one by one: mapped, the whole file would soon stand in memory."""

    def __init__(self, rows: Path | bytes, length: int) -> None:
        """Open them."""
        self._length = length
        self._rows = rows if isinstance(rows, bytes) else None
        self._file = os.open(rows, os.O_RDONLY) if isinstance(rows, Path) else None

    def of(self, places: list[int]) -> bytes:
        """Read these rows, one behind the other."""
        length = self._length
        if self._file is not None:
            return b"".join([os.pread(self._file, length, place * length) for place in places])
        rows = self._rows or b""
        return b"".join([rows[place * length : (place + 1) * length] for place in places])

    def __del__(self) -> None:
        """Close the file: an encoder is never closed, it is forgotten."""
        if self._file is not None:
            os.close(self._file)
