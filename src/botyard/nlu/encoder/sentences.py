"""A network and its tokeniser as an encoder of sentences, remembering what it has encoded."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

import numpy as np

from botyard.nlu.encoder.port import Vector
from botyard.nlu.encoder.tensors import Floats

Tokenise: TypeAlias = Callable[[str], list[int]]
Network: TypeAlias = Callable[[list[int]], Floats]  # token ids -> what they mean together

# A vector has 1.5 kB: 30 MB at most, and the sentences of a bot that is taught again and again are among them.
MOST_REMEMBERED = 20_000
_MOST_CHARS = 1_000  # more than fits into the tokens a network reads; tokenising a novel would take its time


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
        self._known: OrderedDict[str, Vector] = OrderedDict()

    def encode(self, text: str) -> Vector:
        """Encode one sentence."""
        known = self._known.get(text)
        if known is None:
            known = self._known[text] = self._encoded(text)
            while len(self._known) > MOST_REMEMBERED:
                self._known.popitem(last=False)
        else:
            self._known[text] = self._known.pop(text, known)
        return known

    def knows(self, text: str) -> bool:
        """Whether this sentence needs no encoding."""
        return text in self._known

    def learn(self, vectors: Iterable[tuple[str, Vector]]) -> None:
        """Take over vectors that this very encoder made before, in another process."""
        for text, vector in vectors:
            self._known.setdefault(text, vector)

    def remembered(self) -> Iterator[tuple[str, Vector]]:
        """List what was encoded or learnt, for those who keep it."""
        return iter(list(self._known.items()))

    def _encoded(self, text: str) -> Vector:
        plain = text[:_MOST_CHARS].encode("utf-8", "replace").decode()  # no tokeniser takes half a surrogate pair
        found = self._network(self._tokenise(self._prefix + plain)).astype(np.float32)
        length = float(np.linalg.norm(found))
        return found / np.float32(length) if np.isfinite(length) and length > 0 else np.zeros(self.size, np.float32)
