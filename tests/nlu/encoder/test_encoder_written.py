"""A BERT written down: tensors read, bytes the same every time, and what cannot be built refused with a sentence."""

import struct

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from botyard.nlu.encoder import bert, tensors, words
from botyard.nlu.encoder.rounding import quantised
from botyard.nlu.encoder.tensors import EncoderUnusable, Floats
from botyard.nlu.encoder.wordpiece import Wordpiece

SHAPE = bert.Shape(model_type="bert", num_hidden_layers=1, num_attention_heads=2, hidden_size=8)


def safetensors(tensors_: dict[str, Floats]) -> bytes:
    """Write tensors as the format has them."""
    header, numbers = {}, b""
    for name, tensor in tensors_.items():
        end = len(numbers) + tensor.nbytes
        header[name] = {"dtype": "F32", "shape": tensor.shape, "data_offsets": (len(numbers), end)}
        numbers += tensor.tobytes()
    head = msgspec.json.encode({"__metadata__": {"format": "pt"}, **header})
    return struct.pack("<Q", len(head)) + head + numbers


def small_bert(seed: int = 0) -> dict[str, Floats]:
    """The weights of a very small network, by chance."""
    chance = np.random.default_rng(seed)
    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (30, 8),
        "embeddings.position_embeddings.weight": (16, 8),
        "embeddings.token_type_embeddings.weight": (2, 8),
    }
    dense = {"attention.self.query": (8, 8), "attention.self.key": (8, 8), "attention.self.value": (8, 8)}
    dense |= {"attention.output.dense": (8, 8), "intermediate.dense": (32, 8), "output.dense": (8, 32)}
    for name, size in dense.items():
        shapes |= {f"encoder.layer.0.{name}.weight": size, f"encoder.layer.0.{name}.bias": size[:1]}
    for name in ("embeddings", "encoder.layer.0.attention.output", "encoder.layer.0.output"):
        shapes |= {f"{name}.LayerNorm.weight": (8,), f"{name}.LayerNorm.bias": (8,)}
    return {name: chance.normal(size=size).astype(np.float32) for name, size in shapes.items()}


def test_tensors_read_back_as_they_were_written() -> None:
    """Names, shapes and every number."""
    weights = small_bert()
    read = tensors.read(safetensors(weights))
    assert read.keys() == weights.keys()
    assert all(np.array_equal(read[name], weights[name]) for name in weights)


@given(st.binary(max_size=60))
def test_what_is_no_safetensors_file_is_refused(content: bytes) -> None:
    """With a sentence, whatever the bytes are: no header is that short and names a tensor."""
    with pytest.raises(EncoderUnusable, match="fetch them again"):
        tensors.read(content)


def test_a_file_cut_short_is_refused() -> None:
    """The numbers are not all there."""
    with pytest.raises(EncoderUnusable):
        tensors.read(safetensors(small_bert())[:-1])


def test_the_same_weights_are_the_same_bytes() -> None:
    """So that an encoder can be named by its hash on every machine."""
    assert bert.written(small_bert(), SHAPE) == bert.written(small_bert(), SHAPE) != bert.written(small_bert(1), SHAPE)


def test_another_kind_of_network_is_refused() -> None:
    """Its folder needs a `model.onnx`; and weights that lack one are not the network's."""
    with pytest.raises(EncoderUnusable, match=r"model\.onnx"):
        bert.written(small_bert(), msgspec.structs.replace(SHAPE, model_type="xlm-roberta"))
    with pytest.raises(EncoderUnusable, match=r"encoder\.layer\.1"):
        bert.written(small_bert(), msgspec.structs.replace(SHAPE, num_hidden_layers=2))


def test_rounding_stays_within_half_a_step() -> None:
    """Each column has its own step; a column of nothing stays nothing."""
    weights = np.random.default_rng(0).normal(size=(6, 5)).astype(np.float32)
    weights[:, 2] = 0
    rounded, scale = quantised(weights, axis=0)
    assert np.all(np.abs(rounded * scale - weights) <= scale / 2 + 1e-6)
    assert np.abs(rounded).max(axis=0).tolist() == [127, 127, 0, 127, 127]


def test_words_read_back_as_they_were_written() -> None:
    """Any rows, in any order, within half a step of eight bits."""
    table = np.random.default_rng(0).normal(size=(7, 6)).astype(np.float32)
    rows, length = words.written(table), words.row_bytes(6)
    picked = b"".join(rows[place * length : (place + 1) * length] for place in (5, 0, 5))
    assert np.abs(words.read(picked, 6) - table[[5, 0, 5]]).max() <= np.abs(table).max() / 127 / 2 + 1e-6


VOCABULARY = {"[CLS]": 0, "[SEP]": 1, "[UNK]": 2, "or": 3, "##der": 4, "order": 5, "##s": 6, "?": 7, "中": 8}


def test_a_text_is_cut_into_the_longest_pieces_that_are_known() -> None:
    """Between its two ends; a word with an unknown piece is unknown, and what comes after the most is cut off.

    An ideograph is a word of its own, and a word of more than a hundred characters is none that anybody knows.
    """
    cut = Wordpiece(VOCABULARY, 6).tokens
    assert cut("Orders?") == [0, 5, 6, 7, 1]
    assert cut("or\u200bder 中 xyz") == [0, 5, 8, 2, 1]
    assert cut("order中order") == [0, 5, 8, 5, 1]
    assert cut("order " * 9) == [0, 5, 5, 5, 5, 1]
    assert cut("") == [0, 1]
    assert cut("or" + "s" * 98) == [0, 3, 6, 6, 6, 1]
    assert cut("or" + "s" * 99) == [0, 2, 1]


@given(st.text())
def test_any_text_is_cut_up(text: str) -> None:
    """Into known tokens between the two ends, and never more than the most."""
    first, *_, last = tokens = Wordpiece(VOCABULARY, 6).tokens(text)
    assert (first, last) == (0, 1)
    assert len(tokens) <= 6
    assert set(tokens) <= set(VOCABULARY.values())


def test_a_vocabulary_of_another_kind_of_network_is_refused() -> None:
    """With a sentence."""
    with pytest.raises(EncoderUnusable, match="not that of a BERT"):
        Wordpiece({"<s>": 0, "</s>": 1}, 64)
