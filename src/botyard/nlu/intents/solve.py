"""The kernel ridge of one scope, and what it would have said of each sentence without having been taught it.

Kernel: cosine squared. Each sentence of a node counts size^-0.5, so that a node with many sentences does not outvote
a small one. With G = (K + 0.3/w)^-1 the solution is alpha = G·Y, and the scores of sentences H left out together are
[Y_H - G_HH^-1·alpha_H]: exact, and free once G is known. "Together" are a sentence and its near copies, which would
otherwise give the answer away. Beyond 2 000 sentences a stratified 2 000 are the centres (Nyström); the same identity
holds there for the smoother S = K_nm·A^-1·K_mn·W with A = K_mn·W·K_nm + 0.3·K_mm.
"""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from botyard.nlu.intents.features import Doubles, Floats, Index, Weighing

MOST_CENTRES = 2_000
_RIDGE = 0.3
_NEAR_COPY = 0.8  # cosine above which two sentences are one sentence written twice
_BLOCK = 2_000  # rows of a tall kernel that are held in double precision at a time
_JITTER = 1e-6  # two centres that are copies make K_mm singular; this much keeps the solve stable

Places: TypeAlias = npt.NDArray[np.intp]


class Solved(Struct, frozen=True):
    """alpha: a row per centre, a column per node. centres: places in the sentences given, ascending.

    held_out: scores of sentences `held_out_of` (places) as if neither they nor their near copies had been taught.
    """

    alpha: Doubles
    centres: Places
    held_out: Doubles
    held_out_of: Places


def solve(texts: Sequence[str], node_of: Places, weighing: Weighing, most_centres: int = MOST_CENTRES) -> Solved:
    """Solve one scope. node_of: ascending, the node's place for each text: a node's sentences stand together."""
    sizes = np.bincount(node_of)
    targets = np.eye(len(sizes))[node_of]
    weights: Doubles = 1.0 / np.sqrt(sizes[node_of], dtype=np.float64)
    if len(texts) <= most_centres:
        return _solve_whole(_cosines(texts, Index.of(texts, weighing), weighing), targets, weights)
    centres = _stratified(sizes, most_centres)
    tall = _cosines(texts, Index.of([texts[i] for i in centres], weighing), weighing)
    return _solve_by_centres(tall, centres, targets, weights)


def _cosines(texts: Sequence[str], index: Index, weighing: Weighing) -> Floats:
    found = np.empty((len(texts), index.size), dtype=np.float32)
    for row, text in zip(found, texts, strict=True):
        row[:] = index.cosines(weighing.weigh(text))
    return found


def _solve_whole(cosines: Floats, targets: Doubles, weights: Doubles) -> Solved:
    kernel = np.square(cosines, dtype=np.float64)
    kernel[np.diag_indices_from(kernel)] += _RIDGE / weights
    inverse = np.linalg.inv(kernel)
    alpha = inverse @ targets
    held_out = targets - alpha / inverse.diagonal()[:, None]
    for i, together in _near_copies(cosines):
        at = int(np.searchsorted(together, i))
        block = inverse[np.ix_(together, together)]
        held_out[i] = targets[i] - np.linalg.solve(block, alpha[together])[at]
    everything = np.arange(len(targets))
    return Solved(alpha, everything, held_out, everything)


def _solve_by_centres(cosines: Floats, centres: Places, targets: Doubles, weights: Doubles) -> Solved:
    m = len(centres)
    gram = _RIDGE * (np.square(cosines[centres], dtype=np.float64) + _JITTER * np.eye(m))
    right = np.zeros((m, targets.shape[1]))
    for start in range(0, len(targets), _BLOCK):
        rows = slice(start, start + _BLOCK)
        kernel = np.square(cosines[rows], dtype=np.float64)
        weighted = kernel * weights[rows, None]
        gram += weighted.T @ kernel
        right += weighted.T @ targets[rows]
    inverse = np.linalg.inv(gram)
    alpha = inverse @ right
    held_out = np.empty((m, targets.shape[1]))
    for column, i in enumerate(centres):
        together = np.union1d(np.flatnonzero(cosines[:, column] > _NEAR_COPY), [i])
        kernel = np.square(cosines[together], dtype=np.float64)
        smoother = kernel @ inverse @ kernel.T * weights[together]
        missed = np.linalg.solve(np.eye(len(together)) - smoother, targets[together] - kernel @ alpha)
        held_out[column] = targets[i] - missed[np.searchsorted(together, i)]
    return Solved(alpha, centres, held_out, centres)


def _near_copies(cosines: Floats) -> list[tuple[int, Places]]:
    near = cosines > _NEAR_COPY
    np.fill_diagonal(near, val=True)
    return [(int(i), np.flatnonzero(near[i])) for i in np.flatnonzero(near.sum(axis=1) > 1)]


def _stratified(sizes: Places, most: int) -> Places:
    """Give each node its share of the centres, at least one, evenly spaced through its sentences."""
    shares = np.maximum(1, sizes * most // sizes.sum())
    ends = np.cumsum(sizes)
    evenly = [
        end - size + np.arange(share) * size // share for end, size, share in zip(ends, sizes, shares, strict=True)
    ]
    return np.concatenate(evenly)
