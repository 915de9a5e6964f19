"""What each word of the vocabulary means before its sentence is read: half of a small BERT's weights.

They stay outside the network, a row of bytes each, so that a process reads the rows it needs from a file. Inside they
took 12 MB of every process.
"""

import numpy as np

from botyard.nlu.encoder.rounding import quantised
from botyard.nlu.encoder.tensors import Floats


def written(table: Floats) -> bytes:
    """Write all rows, in eight bits and with a scale each."""
    rounded, scale = quantised(table, axis=1)
    rows = np.empty(len(table), _row(table.shape[1]))
    rows["scale"], rows["rounded"] = scale[:, 0], rounded
    return rows.tobytes()


def row_bytes(size: int) -> int:
    """Say how long a row of `size` numbers is."""
    return _row(size).itemsize


def read(rows: bytes, size: int) -> Floats:
    """Read rows of `size` numbers that stand one behind the other."""
    found = np.frombuffer(rows, _row(size))
    meant: Floats = found["rounded"] * found["scale"][:, None]
    return meant


def _row(size: int) -> "np.dtype[np.void]":
    return np.dtype([("scale", "<f4"), ("rounded", "i1", (size,))])
