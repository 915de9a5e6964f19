"""What training and ranking ask of an encoder. Whoever starts the process hands one in, or none."""

from collections.abc import Sequence
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from botyard.nlu.language import letters_in

Vector: TypeAlias = npt.NDArray[np.float32]

# Of what makes two sentences alike, how much the encoder says where it knows the script; n-grams say the rest.
# Measured on HINT3's development bot: anything from a half to three quarters is as good.
ITS_SHARE = 2 / 3


class Encoder(Protocol):
    """Turns a sentence into a vector of length one; sentences that mean the same get vectors that point the same way.

    sha256: of everything that the vectors depend on; a model is of use only with the encoder it was trained with.
    scripts: those it was trained on, as language.py names them; None for any.
    """

    sha256: str
    scripts: frozenset[str] | None

    def encode(self, text: str) -> Vector:
        """Encode one sentence. Never raises, whatever the text."""
        ...

    def encode_all(self, texts: Sequence[str]) -> list[Vector]:
        """Encode many sentences in less time, to the same vectors."""
        ...


def share_of(encoder: Encoder, text: str) -> float:
    """Say how much the encoder has to say about a text, 0 to ITS_SHARE: by the part of its letters that it knows.

    Asked about a script that it never saw, an encoder finds everything alike, and nothing is turned away any more.
    """
    letters = letters_in(text)
    total = sum(letters.values())
    if not total:
        return 0.0
    if encoder.scripts is None:
        return ITS_SHARE
    return ITS_SHARE * sum(n for script, n in letters.items() if script in encoder.scripts) / total
