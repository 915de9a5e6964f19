"""What a trained model remembers of its encoder's work, so that training again encodes only what is new.

A big bot's model has the vectors of its centres only; the others are encoded again.
"""

from collections.abc import Iterator

from botyard.nlu.encoder.port import Vector
from botyard.nlu.intents.artifact import unpack


def vectors_of(artifact: bytes, encoder: str) -> Iterator[tuple[str, Vector]]:
    """List the sentences of a model with their vectors; none where another encoder made it. Raises ModelUnusable.

    encoder: its SHA-256.
    """
    header, arrays = unpack(artifact)
    if header.encoder != encoder:
        return
    first = 0
    for scope, count in zip(header.scopes, arrays.counts.tolist(), strict=True):
        says = [text for node in scope.nodes for text in node.says]
        for row in range(first, first + count):
            if arrays.shares[row]:
                yield says[arrays.centres[row]], arrays.rounded[row] * arrays.scales[row]
        first += count
