"""Whether the arrays of a model belong together, so that no message can come upon one that does not."""

import numpy as np

from botyard.nlu.intents.artifact import Arrays, Header

# Kind of number and dimensions of each.
_SHAPES = {
    "grams": ("u", 1), "idf": ("f", 1), "starts": ("i", 1), "sentences": ("i", 1), "weights": ("f", 1),
    "centres": ("i", 1), "counts": ("i", 1), "alpha": ("f", 1), "rounded": ("i", 2), "scales": ("f", 1),
    "shares": ("f", 1),
}  # fmt: skip


def make_sure_they_fit(header: Header, arrays: Arrays) -> None:
    """Raise ValueError, with what is wrong, where a file was put together by something else than training."""
    for name, (kind, dimensions) in _SHAPES.items():
        array = getattr(arrays, name)
        if (array.dtype.kind, array.ndim) != (kind, dimensions):
            raise ValueError(f"{name} are numbers of another kind")
        if kind == "f" and not np.isfinite(array).all():
            raise ValueError(f"{name} are not all numbers")
    _fit_index(arrays)
    _fit_scopes(header, arrays)


def _fit_index(arrays: Arrays) -> None:
    grams = arrays.grams.tobytes().count(b"\n") + 1 if len(arrays.grams) else 0
    if not grams == len(arrays.idf) == len(arrays.starts) - 1:
        raise ValueError("not a weight and a place for every n-gram")
    steps = np.diff(arrays.starts)
    if arrays.starts[0] != 0 or (steps < 0).any() or arrays.starts[-1] != len(arrays.sentences):
        raise ValueError("the places of n-grams do not follow each other")
    if len(arrays.weights) != len(arrays.sentences) or not _within(arrays.sentences, len(arrays.centres)):
        raise ValueError("n-grams stand in sentences that are not there")


def _fit_scopes(header: Header, arrays: Arrays) -> None:
    counts = arrays.counts.tolist()
    if len(counts) != len(header.scopes) or min(counts, default=0) < 0 or sum(counts) != len(arrays.centres):
        raise ValueError("not every centre is of one scope")
    if sum(n * len(scope.nodes) for n, scope in zip(counts, header.scopes, strict=True)) != len(arrays.alpha):
        raise ValueError("not a point for every centre and node")
    first = 0
    for count, scope in zip(counts, header.scopes, strict=True):
        centres = arrays.centres[first : first + count]
        if not _within(centres, sum(len(node.says) for node in scope.nodes)) or (np.diff(centres) < 0).any():
            raise ValueError("centres are no sentences of their scope, in order")
        first += count


def _within(places: np.ndarray, size: int) -> bool:
    return not len(places) or (int(places.min()) >= 0 and int(places.max()) < size)
