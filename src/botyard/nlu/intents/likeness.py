"""How alike a message is to each of some sentences: by its n-grams, and by its meaning where an encoder has a say.

Both are cosines. A text of which the encoder has share s to say counts (1 - s) by n-grams and s by meaning; of two
texts the roots of their shares are multiplied, as if each were one long vector. So likeness stays a dot product: 1 for
a sentence with itself, the same both ways, and its square is a kernel that can be solved for.
"""

from collections.abc import Sequence
from typing import Self

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from botyard.nlu.encoder.port import Encoder, share_of
from botyard.nlu.encoder.rounding import quantised
from botyard.nlu.intents.features import Floats, Index, Postings, Weighing

_ROWS_AT_ONCE = 128  # of MiniLM's 384 numbers: 200 kB


class Meanings(Struct, frozen=True):
    """What sentences mean, a row each: a vector is rounded · scale, in eight bits, which costs a cosine 0.001.

    shares: how much the encoder has to say about each.
    """

    rounded: npt.NDArray[np.int8]
    scales: Floats
    shares: Floats

    @classmethod
    def of(cls, texts: Sequence[str], encoder: Encoder) -> Self:
        """Encode sentences; those it has nothing to say about are not encoded."""
        shares = np.array([share_of(encoder, text) for text in texts], dtype=np.float32)
        has_share = np.flatnonzero(shares)
        found = encoder.encode_all([texts[i] for i in has_share.tolist()])
        rows = np.zeros((len(texts), len(found[0]) if found else 0), dtype=np.float32)
        if found:
            rows[has_share] = found
        rounded, scales = quantised(rows, axis=1)
        return cls(rounded, scales[:, 0], shares)

    @property
    def weighed(self) -> Floats:
        """The vectors, each as long as the root of its share: a dot product of two is what meaning has to say."""
        vectors: Floats = self.rounded * (self.scales * np.sqrt(self.shares))[:, None]
        return vectors

    def only(self, places: npt.NDArray[np.intp]) -> "Meanings":
        """Keep some of the sentences."""
        return Meanings(self.rounded[places], self.scales[places], self.shares[places])


class Likeness:
    """Some sentences, ready to be compared with. meanings, encoder: both or neither."""

    def __init__(self, weighing: Weighing, index: Index, meanings: Meanings | None, encoder: Encoder | None) -> None:
        self._weighing = weighing
        self._index = index
        self._encoder = encoder if meanings is not None and meanings.rounded.size else None
        if meanings is not None:
            self._rounded = meanings.rounded
            self._by_meaning: Floats = meanings.scales * np.sqrt(meanings.shares)
            self._by_grams: Floats = np.sqrt(1 - meanings.shares)

    def to(self, text: str) -> Floats:
        """Say how alike each sentence is to a text, 0-1."""
        by_grams, by_meaning = self.parts(text)
        return by_grams if by_meaning is None else np.maximum(by_grams + by_meaning, 0)

    def parts(self, text: str) -> tuple[Floats, Floats | None]:
        """Say how alike by n-grams, and how alike by meaning: together they are the likeness, unless below nothing."""
        cosines = self._index.cosines(self._weighing.weigh(text))
        if self._encoder is None:
            return cosines, None
        share = share_of(self._encoder, text)
        cosines *= self._by_grams * np.float32(np.sqrt(1 - share))
        if not share:
            return cosines, None
        meant = _product(self._rounded, self._encoder.encode(text))
        return cosines, meant * self._by_meaning * np.float32(np.sqrt(share))


def _product(rounded: npt.NDArray[np.int8], vector: Floats) -> Floats:
    """Multiply rows of eight bits by a vector.

    Kept in 32 bits, the rows would be the greater part of a bot's memory; widened all at once for a message, they take
    the way through memory three times. A few at a time stay in the cache until they are multiplied.
    """
    found = np.empty(len(rounded), dtype=np.float32)
    wide = np.empty((min(len(rounded), _ROWS_AT_ONCE), rounded.shape[1]), dtype=np.float32)
    for first in range(0, len(rounded), _ROWS_AT_ONCE):
        some = rounded[first : first + _ROWS_AT_ONCE]
        np.copyto(wide[: len(some)], some)
        np.dot(wide[: len(some)], vector, out=found[first : first + len(some)])
    return found


def likenesses(texts: Sequence[str], centres: Sequence[int], weighing: Weighing, meanings: Meanings | None) -> Floats:
    """Compare each text with each of those that are centres (places in texts)."""
    index = Index(Postings.of([texts[i] for i in centres], weighing), len(centres))
    found = np.empty((len(texts), index.size), dtype=np.float32)
    for row, text in zip(found, texts, strict=True):
        row[:] = index.cosines(weighing.weigh(text))
    if meanings is not None:
        roots = np.sqrt(1 - meanings.shares)
        found *= roots[:, None]
        found *= roots[centres]
        weighed = meanings.weighed
        found += weighed @ weighed[centres].T
        np.maximum(found, 0, out=found)
    return found
