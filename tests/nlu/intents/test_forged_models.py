"""Model files that are whole, with a right hash, and yet not what training makes: refused, or good for any message."""

from hashlib import sha256
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from botyard.nlu.intents.artifact import Arrays, ModelUnusable, pack, unpack
from botyard.nlu.intents.rank import load
from botyard.nlu.intents.train import train
from botyard.nlu.understanding import OPENING, Sentences, TrainingSet

SCOPES = {
    OPENING: (
        Sentences("ORDER", ("where is my order", "track it")),
        Sentences("STOP", ("cancel it", "stop"), ("wait",)),
    ),
    "ORDER": (Sentences("STOP", ("yes",)),),
}
HEADER, ARRAYS = unpack(train(TrainingSet("en", SCOPES)))
TAUGHT = [name for name in Arrays.__struct_fields__ if getattr(ARRAYS, name).size]
CHANGES: dict[str, Any] = {
    "cut short": lambda array: array[: len(array) // 2],
    "doubled": lambda array: np.concatenate([array, array]),
    "a column": lambda array: array.reshape(-1, 1),
    "texts": lambda array: array.astype("U1"),
    "empty": lambda array: array[:0],
}

# Of an entry in a zip archive's directory: how it begins, how far behind that its flags or its method stand, and which.
ENTRY = b"PK\x01\x02"
ARCHIVES = {
    "locked": (ENTRY, 8, 1),
    "packed in a way nobody knows": (ENTRY, 10, 99),
    "packed, and it is not": (ENTRY, 10, 8),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", TAUGHT)
def test_an_array_of_another_form_is_refused(name: str, change: str) -> None:
    """With a sentence that says what helps."""
    forged = replace(ARRAYS, **{name: CHANGES[change](getattr(ARRAYS, name))})
    with pytest.raises(ModelUnusable, match="train the bot again"):
        load(pack(HEADER, forged))


@pytest.mark.parametrize("name", ["idf", "weights", "alpha"])
def test_what_is_no_number_is_refused(name: str) -> None:
    """It would make every score none."""
    array = getattr(ARRAYS, name).copy()
    array[0] = np.nan
    with pytest.raises(ModelUnusable):
        load(pack(HEADER, replace(ARRAYS, **{name: array})))


@pytest.mark.parametrize("kind", ["locked", "packed in a way nobody knows", "packed, and it is not"])
def test_an_archive_whose_members_cannot_be_opened_is_refused(kind: str) -> None:
    """It has a right hash; only what it says of its members is not so."""
    mark, offset, changed = ARCHIVES[kind]
    model = bytearray(pack(HEADER, ARRAYS)[:-64])
    at = model.find(mark)
    while at >= 0:
        model[at + offset] = changed
        at = model.find(mark, at + 1)
    with pytest.raises(ModelUnusable, match="train the bot again"):
        load(bytes(model) + sha256(model).hexdigest().encode())


@settings(deadline=None)
@given(st.data())
def test_no_message_comes_upon_a_part_that_does_not_fit(data: st.DataObject) -> None:
    """Whatever figure is another: the model is refused, or answers."""
    name = data.draw(st.sampled_from([name for name in TAUGHT if getattr(ARRAYS, name).dtype.kind != "f"]))
    array = getattr(ARRAYS, name).copy()
    limits = np.iinfo(array.dtype)
    array[data.draw(st.integers(0, len(array) - 1))] = data.draw(
        st.integers(limits.min, limits.max) | st.integers(0, min(200, limits.max))
    )
    try:
        model = load(pack(HEADER, replace(ARRAYS, **{name: array})))
    except ModelUnusable:
        return
    for text in ("where is my order", "yes", "wait"):
        model.rank(text, {OPENING: frozenset({"ORDER", "STOP"}), "ORDER": frozenset({"STOP"})})
