"""Numbers in eight bits: weights of a network, and vectors that are kept."""

import numpy as np
import numpy.typing as npt

from botyard.nlu.encoder.tensors import Floats


def quantised(weights: Floats, axis: int) -> tuple[npt.NDArray[np.int8], Floats]:
    """Round to -127..127, each row or column along `axis` by a scale of its own: weights ≈ rounded · scale."""
    return _rounded(weights, np.abs(weights).max(axis=axis, keepdims=True, initial=0))


def quantised_for_pairs(weights: Floats) -> tuple[npt.NDArray[np.int8], Floats]:
    """Round each column so that two numbers one above the other are 128 together at most; -127..127 alone.

    Processors that lack VNNI multiply two such neighbours by bytes, add the products in sixteen bits and cut off what
    is more: 255 · 128 is not. Neighbours that are both large are rare, so that it costs a third of a bit.
    """
    alone = np.abs(weights).max(axis=0)
    together = np.abs(weights[:-1:2] + weights[1::2]).max(axis=0, initial=0)
    return _rounded(weights, np.maximum(alone, together))


def _rounded(weights: Floats, largest: Floats) -> tuple[npt.NDArray[np.int8], Floats]:
    scale = np.where(largest > 0, largest / 127, 1).astype(np.float32)
    return np.rint(weights / scale).astype(np.int8), scale
