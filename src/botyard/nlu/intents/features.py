"""Sentences as weighted character n-grams, and the index that finds how alike a message is to each of them.

An n-gram is 2-5 characters of one word, its borders counted as a space. Weight: (1 + ln times) · idf, each sentence of
length one, so that a dot product is a cosine. The index is a compressed sparse matrix by n-gram, by hand: that is all
we would need another library for.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Self, TypeAlias

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from botyard.nlu.language import normalise, words

Floats: TypeAlias = npt.NDArray[np.float32]
Doubles: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int32]

Weighed: TypeAlias = tuple[npt.NDArray[np.intp], Floats]  # places of n-grams, and what each weighs there

_SHORTEST, _LONGEST = 2, 5
# An n-gram is common when one sentence in so many has it, as long as all rows together have no more than so many
# bytes. Without that bound a bot of 2 000 sentences took 6.6 MB.
_COMMON = 16
_MOST_ROW_BYTES = 256 * 1024
_FIT_16_BITS = 1 << 16
# Words that no sentence has, kept cut up: at most 225 kB a bot.
_MOST_HEARD, _LONGEST_HEARD = 512, 20
_WORDS_AT_ONCE = 256  # of training sentences: all at once would take many times their memory


class Weighing:
    """What each n-gram weighs: the n-grams of all training sentences and their inverse document frequency.

    They are looked up by Python's own hash of them, which is another in every process and never kept. As strings in a
    dict the n-grams were a quarter of a bot's memory; of ten thousand, two have one hash in one process of 10^11.
    """

    def __init__(self, grams: bytes, idf: Floats, sentences: Iterable[str]) -> None:
        """Make ready for messages; the sentences' words, which most messages are made of, are cut up beforehand.

        grams: UTF-8, one a line, in the order of idf.
        """
        self.grams = grams
        self.idf = idf
        hashes = np.array([hash(gram) for gram in _lines(grams)], dtype=np.int64)
        order = np.argsort(hashes)
        self._hashes = hashes[order]
        self._places = order.astype(np.int32)
        known = list({word for sentence in sentences for word in words(normalise(sentence))})
        self._cut: dict[str, bytes] = {}
        for first in range(0, len(known), _WORDS_AT_ONCE):
            self._cut |= self._cut_up(known[first : first + _WORDS_AT_ONCE])
        self._heard: dict[str, bytes] = {}

    @classmethod
    def learnt(cls, sentences: Sequence[str]) -> Self:
        """Count in how many sentences each n-gram stands: idf = ln((1 + n) / (1 + df)) + 1."""
        together: Counter[str] = Counter()
        for sentence in sentences:
            together.update({gram for word in words(normalise(sentence)) for gram in _grams(word)})
        grams = sorted(together)
        idf = [math.log((1 + len(sentences)) / (1 + together[gram])) + 1 for gram in grams]
        return cls("\n".join(grams).encode(), np.array(idf, dtype=np.float32), sentences)

    def weigh(self, text: str) -> Weighed:
        """Weigh the known n-grams of a text, of length one together; unknown ones are dropped. Places ascend."""
        said = words(normalise(text))
        cut = {word: known for word in said if (known := self._cut.get(word) or self._heard.get(word)) is not None}
        if len(cut) < len(said) and (new := [word for word in dict.fromkeys(said) if word not in cut]):
            cut |= self._heard_first(new)
        all_places = np.frombuffer(b"".join([cut[word] for word in said]), dtype=np.int32)
        places, times = _counted(all_places)
        weights: Floats = self.idf[places]
        if len(places) < len(all_places):
            weights *= 1 + np.log(times, dtype=np.float32)
        if len(places):
            weights /= np.float32(math.sqrt(weights @ weights))
        return places, weights

    def _heard_first(self, new: list[str]) -> dict[str, bytes]:
        """Cut up words that are not known; what users say is said again, so the latest are kept."""
        cut = self._cut_up(new)
        for word in new:
            if len(word) <= _LONGEST_HEARD:
                if len(self._heard) >= _MOST_HEARD:
                    self._heard.clear()
                self._heard[word] = cut[word]
        return cut

    def _cut_up(self, some: list[str]) -> dict[str, bytes]:
        """Find the places of words' n-grams, as bytes: an array of Python's or numpy's would be twice as large."""
        grams = [_grams(word) for word in some]
        keys = np.array([hash(gram) for of_one in grams for gram in of_one], dtype=np.int64)
        at = np.searchsorted(self._hashes, keys)
        is_known = self._hashes.take(at, mode="clip") == keys if len(self._hashes) else np.zeros(len(keys), dtype=bool)
        places = self._places[at[is_known]].tobytes()
        before = np.concatenate(([0], np.cumsum(is_known)))[np.cumsum([0, *map(len, grams)])] * self._places.itemsize
        return {word: places[start:end] for word, (start, end) in zip(some, pairwise(before.tolist()), strict=True)}


def _counted(places: Ints) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Tell which places there are, ascending, and how often each; np.unique does more and takes twice the time."""
    ordered = np.sort(places)
    is_edge = np.ones(len(ordered) + 1, dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=is_edge[1:-1])
    edges = np.flatnonzero(is_edge)
    return ordered[edges[:-1]].astype(np.intp), edges[1:] - edges[:-1]


def _lines(grams: bytes) -> list[str]:
    return grams.decode().split("\n") if grams else []


class Postings(Struct, frozen=True):
    """Sentences by n-gram: starts[g]:starts[g+1] are the places in sentences and weights that n-gram g has."""

    starts: Ints
    sentences: Ints
    weights: Floats

    @classmethod
    def of(cls, texts: Sequence[str], weighing: Weighing) -> Self:
        """Gather these sentences; sentence i of the answer is texts[i]."""
        weighed = [weighing.weigh(text) for text in texts]
        sentences = np.repeat(np.arange(len(texts), dtype=np.int32), [len(places) for places, _ in weighed])
        grams = np.concatenate([np.zeros(0, np.intp), *(places for places, _ in weighed)])
        weights = np.concatenate([np.zeros(0, np.float32), *(ws for _, ws in weighed)])
        order = np.argsort(grams, kind="stable")
        counts = np.bincount(grams, minlength=len(weighing.idf))
        return cls(np.concatenate(([0], np.cumsum(counts))).astype(np.int32), sentences[order], weights[order])


class Index:
    """Sentences, ready to be compared with.

    N-grams that stand in many sentences are kept as whole rows: adding up a row is far cheaper than as many single
    places. The others stay postings; what is in the rows is not kept twice.
    """

    def __init__(self, postings: Postings, size: int) -> None:
        """Make ready. size: how many sentences there are."""
        self.size = size
        starts = postings.starts
        lengths = np.diff(starts)
        common = _most_common(lengths, size)
        is_common = np.zeros(len(lengths), dtype=bool)
        is_common[common] = True
        self._row_of = np.full(len(lengths), -1, dtype=np.intp)
        self._row_of[common] = np.arange(len(common))
        self._rows = np.zeros((len(common), size), dtype=np.float32)
        for row, gram in enumerate(common.tolist()):
            places = slice(starts[gram], starts[gram + 1])
            self._rows[row, postings.sentences[places]] = postings.weights[places]
        is_rare = np.repeat(~is_common, lengths)
        rare: npt.NDArray[np.integer] = postings.sentences[is_rare]
        # In sixteen bits: half the memory, and there are seldom more than 2 000 (solve.MOST_CENTRES).
        self._sentences = rare.astype(np.uint16) if size <= _FIT_16_BITS else rare
        # Likewise, which costs a cosine 0.0002. Together with their places they are much of a bot's memory.
        self._weights = postings.weights[is_rare].astype(np.float16)
        self._lengths = np.where(is_common, 0, lengths).astype(np.intp)
        self._starts = np.cumsum(self._lengths) - self._lengths

    def cosines(self, weighed: Weighed) -> Floats:
        """How alike each sentence is to a weighed text, 0-1."""
        grams, weights = weighed
        rows = self._row_of[grams]
        is_common = rows >= 0
        by_row = np.zeros(len(self._rows), dtype=np.float32)
        by_row[rows[is_common]] = weights[is_common]
        # By all rows: picking the message's own ones out copies them, and is dearer.
        found: Floats = by_row @ self._rows
        grams, weights = grams[~is_common], weights[~is_common]
        lengths = self._lengths[grams]
        if len(lengths):
            ends = np.cumsum(lengths)
            places = np.arange(ends[-1]) + np.repeat(self._starts[grams] - ends + lengths, lengths)
            products = self._weights[places] * np.repeat(weights, lengths)
            found += np.bincount(self._sentences[places], products, self.size).astype(np.float32)
        return found


def _most_common(lengths: Ints, size: int) -> npt.NDArray[np.intp]:
    """Choose the n-grams that are kept as rows, in their order: those that most sentences have."""
    common = np.flatnonzero(lengths > size / _COMMON)
    most = _MOST_ROW_BYTES // (4 * max(size, 1))
    return np.sort(common[np.argsort(-lengths[common], kind="stable")[:most]])


def _grams(word: str) -> list[str]:
    bordered = f" {word} "
    size = len(bordered)
    return [bordered[i : i + n] for n in range(_SHORTEST, min(_LONGEST, size) + 1) for i in range(size - n + 1)]
