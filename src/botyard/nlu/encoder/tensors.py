"""Weights as `.safetensors` keeps them: eight bytes of length, a JSON header, then the numbers."""

from typing import TypeAlias

import msgspec
import numpy as np
import numpy.typing as npt
from msgspec import Struct

from botyard.errors import BotyardError

Floats: TypeAlias = npt.NDArray[np.float32]

_LENGTH_BYTES = 8


class EncoderUnusable(BotyardError):
    """The files of an encoder are not what they should be. The operator who put them there can mend it."""

    code = "encoder_unusable"


class _Entry(Struct, frozen=True):
    dtype: str
    shape: tuple[int, ...]
    data_offsets: tuple[int, int]


def read(content: bytes | memoryview) -> dict[str, Floats]:
    """Read every tensor of 32-bit floats; views on the content, nothing is copied. Raises EncoderUnusable."""
    try:
        start = _LENGTH_BYTES + int.from_bytes(content[:_LENGTH_BYTES], "little")
        header = msgspec.json.decode(bytes(content[_LENGTH_BYTES:start]), type=dict[str, msgspec.Raw])
        entries = {
            name: msgspec.json.decode(entry, type=_Entry) for name, entry in header.items() if name != "__metadata__"
        }
        found = {name: _floats(content[start:], entry) for name, entry in entries.items() if entry.dtype == "F32"}
    except (ValueError, OverflowError, msgspec.MsgspecError) as error:
        raise EncoderUnusable("these weights are no whole `.safetensors` file; fetch them again") from error
    if not found:
        raise EncoderUnusable("these weights have no tensor of 32-bit floats; fetch them again in that form")
    return found


def _floats(numbers: bytes | memoryview, entry: _Entry) -> Floats:
    first, end = entry.data_offsets
    return np.frombuffer(numbers[first:end], dtype="<f4").reshape(entry.shape)
