"""The kernel ridge of one scope, and what it would have said of each sentence without having been taught it.

Kernel: likeness squared. Each sentence of a node counts size^-0.5, so that a node with many sentences does not outvote
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

from botyard.nlu.intents.features import Doubles, Floats, Weighing
from botyard.nlu.intents.likeness import Meanings, likenesses

MOST_CENTRES = 2_000
_RIDGE = 0.3
_NEAR_COPY = 0.8  # cosine above which two sentences are one sentence written twice
_MOST_HELD_OUT = 500  # a threshold read from so many is as good as from all, at a quarter of the time
_BLOCK = 2_000  # rows of a tall kernel that are held in double precision at a time
# Leaving copies out costs the cube of their number: nodes written from one template have thousands.
_MOST_COPIES = 64
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


def solve(
    texts: Sequence[str],
    node_of: Places,
    weighing: Weighing,
    meanings: Meanings | None = None,
    most_centres: int = MOST_CENTRES,
) -> Solved:
    """Solve one scope. node_of: ascending, the node's place for each text: a node's sentences stand together."""
    sizes = np.bincount(node_of)
    targets = np.eye(len(sizes))[node_of]
    weights: Doubles = 1.0 / np.sqrt(sizes[node_of], dtype=np.float64)
    if len(texts) <= most_centres:
        return _solve_whole(likenesses(texts, range(len(texts)), weighing, meanings), targets, weights)
    centres = _stratified(sizes, most_centres)
    return _solve_by_centres(likenesses(texts, centres.tolist(), weighing, meanings), centres, targets, weights)


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
    gram: Doubles = _RIDGE * (np.square(cosines[centres], dtype=np.float64) + _JITTER * np.eye(len(centres)))
    right = np.zeros((len(centres), targets.shape[1]))
    roots = np.sqrt(weights)[:, None]
    for start in range(0, len(targets), _BLOCK):
        rows = slice(start, start + _BLOCK)
        rooted = np.square(cosines[rows], dtype=np.float64) * roots[rows]
        gram += rooted.T @ rooted  # of one matrix with itself: half the work of any other product
        right += rooted.T @ (targets[rows] * roots[rows])
    inverse = np.linalg.inv(gram).astype(np.float64, copy=False)
    alpha = inverse @ right
    some = np.linspace(0, len(centres) - 1, min(_MOST_HELD_OUT, len(centres)), dtype=np.intp)
    missed: Doubles = targets - np.square(cosines) @ alpha.astype(np.float32)
    rest = _missed_when_left_out(cosines, centres=centres, some=some, inverse=inverse, missed=missed, weights=weights)
    return Solved(alpha, centres, targets[centres[some]] - rest, centres[some])


def _missed_when_left_out(
    cosines: Floats, *, centres: Places, some: Places, inverse: Doubles, missed: Doubles, weights: Doubles
) -> Doubles:
    """How far each of some centres is missed once it and its near copies are left out."""
    together = [np.union1d(_nearest_copies(cosines[:, i]), [centres[i]]) for i in some]
    used = np.unique(np.concatenate(together))
    kernel = np.square(cosines[used], dtype=np.float64)
    half = kernel @ inverse
    found = np.empty((len(some), missed.shape[1]))
    for row, left_out, i in zip(found, together, centres[some], strict=True):
        at = np.searchsorted(used, left_out)
        smoother = half[at] @ kernel[at].T * weights[left_out]
        row[:] = np.linalg.solve(np.eye(len(left_out)) - smoother, missed[left_out])[np.searchsorted(left_out, i)]
    return found


def _near_copies(cosines: Floats) -> list[tuple[int, Places]]:
    near = np.count_nonzero(cosines > _NEAR_COPY, axis=1)  # itself, too
    return [(int(i), np.union1d(_nearest_copies(cosines[i]), [i])) for i in np.flatnonzero(near > 1)]


def _nearest_copies(cosines: Floats) -> Places:
    """Find the places of a sentence's near copies, of many the nearest; in order."""
    near = np.flatnonzero(cosines > _NEAR_COPY)
    if len(near) > _MOST_COPIES:
        near = np.sort(near[np.argsort(-cosines[near], kind="stable")[:_MOST_COPIES]])
    return near


def _stratified(sizes: Places, most: int) -> Places:
    """Give each node its share of the centres, at least one, evenly spaced through its sentences."""
    shares = np.maximum(1, sizes * most // sizes.sum())
    ends = np.cumsum(sizes)
    evenly = [
        end - size + np.arange(share) * size // share for end, size, share in zip(ends, sizes, shares, strict=True)
    ]
    return np.concatenate(evenly)
