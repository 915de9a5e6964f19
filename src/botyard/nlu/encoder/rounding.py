"""Numbers in eight bits: weights of a network, and vectors that are kept."""

import numpy as np
import numpy.typing as npt


def quantised(weights: npt.NDArray[np.float32], axis: int) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float32]]:
    """Round to -127..127, each row or column along `axis` by a scale of its own: weights ≈ rounded · scale."""
    largest = np.abs(weights).max(axis=axis, keepdims=True, initial=0)
    scale = np.where(largest > 0, largest / 127, 1).astype(np.float32)
    return np.rint(weights / scale).astype(np.int8), scale
