"""A network and its tokeniser as an encoder of sentences, remembering what it has encoded."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from botyard.nlu.encoder.port import Vector
from botyard.nlu.encoder.tensors import Floats

Halves: TypeAlias = npt.NDArray[np.float16]  # as vectors are kept here: a cosine does not notice
Tokenise: TypeAlias = Callable[[str], list[int]]
Network: TypeAlias = Callable[[list[list[int]]], Floats]  # token ids of equally long sentences -> a row of each

# The sentences of a bot that is taught again and again are among them. At 0.8 kB each: 15 MB at most.
MOST_REMEMBERED = 20_000
_MOST_CHARS = 1_000  # more than fits into the tokens a network reads; tokenising a novel would take its time
_TOKENS_TOGETHER = 128  # each then costs half of what it costs alone; more gain nothing and take memory


class SentenceEncoder:
    """An encoder (port.Encoder). Its vectors are kept by text, the longest unused given up first.

    May be used by several threads at once: the worst that can happen is that a sentence is encoded twice.
    """

    def __init__(
        self,
        *,
        sha256: str,
        scripts: frozenset[str] | None,
        size: int,
        tokenise: Tokenise,
        network: Network,
        prefix: str = "",
    ) -> None:
        """Put the parts together. prefix: what the network was trained to see before every sentence."""
        self.sha256 = sha256
        self.scripts = scripts
        self.size = size
        self._tokenise = tokenise
        self._network = network
        self._prefix = prefix
        self._known: OrderedDict[str, Halves] = OrderedDict()

    def encode(self, text: str) -> Vector:
        """Encode one sentence."""
        return self.encode_all((text,))[0]

    def encode_all(self, texts: Sequence[str]) -> list[Vector]:
        """Encode sentences, those of equal length together."""
        found = {text: vector for text in texts if (vector := self._known.get(text)) is not None}
        found |= self._encoded([text for text in dict.fromkeys(texts) if text not in found])
        for text, vector in found.items():
            self._known.pop(text, None)  # used last, given up last
            self._known[text] = vector
        while len(self._known) > MOST_REMEMBERED:
            self._known.popitem(last=False)
        return [found[text].astype(np.float32) for text in texts]

    def learn(self, vectors: Iterable[tuple[str, Vector]]) -> None:
        """Take over vectors that this very encoder made before, in another process."""
        for text, vector in vectors:
            self._known.setdefault(text, vector.astype(np.float16))

    def _encoded(self, texts: Sequence[str]) -> dict[str, Halves]:
        tokens = {text: self._tokens(text) for text in texts}
        found: dict[str, Halves] = {}
        for together in _equally_long(tokens):
            meant = self._network([tokens[text] for text in together])
            found |= {text: self._of_length_one(row) for text, row in zip(together, meant, strict=True)}
        return found

    def _tokens(self, text: str) -> list[int]:
        plain = text[:_MOST_CHARS].encode("utf-8", "replace").decode()  # no tokeniser takes half a surrogate pair
        return self._tokenise(self._prefix + plain)

    def _of_length_one(self, meant: Floats) -> Halves:
        found = meant.astype(np.float32)
        length = float(np.linalg.norm(found))
        if not (np.isfinite(length) and length > 0):
            return np.zeros(self.size, np.float16)
        return (found / length).astype(np.float16)


def _equally_long(tokens: Mapping[str, list[int]]) -> Iterator[list[str]]:
    """Put sentences together that have as many tokens."""

    def length(text: str) -> int:
        return len(tokens[text])

    for tokens_each, texts in groupby(sorted(tokens, key=length), length):
        alike, most = list(texts), max(_TOKENS_TOGETHER // max(tokens_each, 1), 1)
        yield from (alike[first : first + most] for first in range(0, len(alike), most))
