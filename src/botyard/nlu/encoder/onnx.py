"""ONNX as bytes: the few messages of its protobuf schema that a network of ours needs, written by hand.

The numbers are field numbers of onnx.proto3 (IR version 9). Writing them takes these lines; the `onnx` package would
take 40 MB on every machine that installs Botyard.
"""

import struct
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy.typing as npt

Attribute: TypeAlias = int | float | Sequence[int]

_IR_VERSION = 9
_OPSET = 20
# What onnxruntime has of its own: each of these is several operators of the standard, done in one go.
_RUNTIME = "com.microsoft"
_OF_RUNTIME = frozenset({"BiasGelu", "MatMulIntegerToFloat", "MultiHeadAttention", "SkipLayerNormalization"})
_VARINT, _BYTES, _FLOAT = 0, 2, 5
_TYPES = {"float32": 1, "uint8": 2, "int8": 3, "int32": 6, "int64": 7}
_IS_FLOAT, _IS_INT, _ARE_INTS = 1, 2, 7
_SEVEN_BITS, _MORE = 0x7F, 0x80


class Graph:
    """A network while it is written: operators in order, and the constants they use."""

    def __init__(self) -> None:
        self._nodes: list[bytes] = []
        self._constants: list[bytes] = []
        self._named = 0

    def constant(self, array: npt.NDArray[Any]) -> str:
        """Keep numbers; the answer names them."""
        name = self._name()
        dims = b"".join(_number(1, size) for size in array.shape)
        kind = _number(2, _TYPES[array.dtype.name])
        self._constants.append(_message(5, dims + kind + _text(8, name) + _field(9, _BYTES, array.tobytes())))
        return name

    def add(self, operator: str, *inputs: str, **attributes: Attribute) -> str:
        """Append an operator with one output; the answer names that."""
        output = self._name()
        arrows = b"".join(_text(1, name) for name in inputs) + _text(2, output)
        settings = b"".join(_message(5, _attribute(name, value)) for name, value in sorted(attributes.items()))
        whose = _text(7, _RUNTIME) if operator in _OF_RUNTIME else b""
        self._nodes.append(_message(1, arrows + _text(4, operator) + settings + whose))
        return output

    def written(self, *, words: str, output: str, size: int) -> bytes:
        """Write the whole model: for each token of each sentence `size` floats in, and as many out."""
        ends = _message(11, _value(words, "sentences", "tokens", size))
        ends += _message(12, _value(output, "sentences", "tokens", size))
        graph = b"".join(self._nodes) + _text(2, "encoder") + b"".join(self._constants) + ends
        versions = _message(8, _number(2, _OPSET)) + _message(8, _text(1, _RUNTIME) + _number(2, 1))
        return _number(1, _IR_VERSION) + _text(2, "botyard") + _message(7, graph) + versions

    def _name(self) -> str:
        self._named += 1
        return f"v{self._named}"


def _attribute(name: str, value: Attribute) -> bytes:
    if isinstance(value, float):
        return _text(1, name) + _field(2, _FLOAT, struct.pack("<f", value)) + _number(20, _IS_FLOAT)
    if isinstance(value, int):
        return _text(1, name) + _number(3, value) + _number(20, _IS_INT)
    return _text(1, name) + b"".join(_number(8, one) for one in value) + _number(20, _ARE_INTS)


def _value(name: str, *sizes: int | str) -> bytes:
    dims = b"".join(_message(1, _text(2, size) if isinstance(size, str) else _number(1, size)) for size in sizes)
    tensor = _number(1, _TYPES["float32"]) + _message(2, dims)
    return _text(1, name) + _message(2, _message(1, tensor))


def _number(field: int, value: int) -> bytes:
    return _field(field, _VARINT, _varint(value & 0xFFFF_FFFF_FFFF_FFFF))  # negative ones as 64 bits


def _text(field: int, value: str) -> bytes:
    return _field(field, _BYTES, value.encode())


def _message(field: int, content: bytes) -> bytes:
    return _field(field, _BYTES, content)


def _field(field: int, wire: int, content: bytes) -> bytes:
    length = _varint(len(content)) if wire == _BYTES else b""
    return _varint(field << 3 | wire) + length + content


def _varint(value: int) -> bytes:
    written = bytearray()
    while value > _SEVEN_BITS:
        written.append(value & _SEVEN_BITS | _MORE)
        value >>= 7
    written.append(value)
    return bytes(written)
